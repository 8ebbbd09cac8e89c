from __future__ import annotations

from typing import Any

import pytest

from conflict.act import Act, Key, Text
from conflict.state import Mark, State
from node.attachments import reference
from node.attachments.reference import Reference
from node.matters import KINDS

HASH = bytes(range(32))
GOOD = {"hash": HASH, "size": 5, "type": "application/pdf", "name": "a.pdf"}


@pytest.mark.parametrize(
    "value",
    [None, 1, "x", [], {}, {**GOOD, "hash": b"short"}, {**GOOD, "hash": 5}, {**GOOD, "hash": "zz" * 32},
     {**GOOD, "size": -1}, {**GOOD, "size": True}, {**GOOD, "size": "5"}, {**GOOD, "size": 2**60}],
)  # fmt: skip
def test_what_names_no_content_is_no_attachment(value: Any) -> None:
    assert reference.read(value) is None


def test_a_strangers_type_and_name_are_only_text() -> None:
    odd = reference.read({**GOOD, "type": "text/html", "name": "../\x1b]0;x\x07.pdf"})
    assert odd == Reference(HASH, 5, "application/octet-stream", "_]0;x_.pdf")
    assert reference.read({"hash": HASH.hex(), "size": 0, "name": 5}) == Reference(
        HASH, 0, "application/octet-stream", "附件"
    )


def test_it_comes_back_from_a_body_and_from_json() -> None:
    one = Reference(HASH, 5, "application/pdf", "a.pdf")
    assert reference.read(one.as_data()) == reference.read(one.as_json()) == one


def test_a_record_names_each_content_once_and_whatever_else_stands_there_is_passed_over() -> None:
    matter = KINDS["ticket"].matter
    writes = [[GOOD, "garbage"], [{**GOOD, "name": "other.pdf"}, {**GOOD, "hash": bytes(32)}]]
    marks = [Mark(bytes([at]) * 16, at, "u", "a", "attach", value) for at, value in enumerate(writes)]
    found = reference.named(matter, State(fields={"attachments": marks}))
    assert [(one.hash, one.name) for one in found] == [(HASH, "a.pdf"), (bytes(32), "a.pdf")]


def test_what_the_words_of_an_act_name_is_found_whatever_they_are() -> None:
    data = {
        "attachments": [GOOD, 5],
        "more": [{**GOOD, "hash": bytes(32)}],
        "text": "x",
        "odd": {"hash": HASH},
    }
    act = Act(
        b"a", Key(1, b"", 1, 0), "u", "a", "ticket/1", "attach", {}, texts=(Text(b"t", "ticket/1", data),)
    )
    assert reference.contents([act]) == {HASH, bytes(32)} and reference.contents([]) == set()


def test_a_matter_without_attachments_names_none() -> None:
    assert reference.fields(KINDS["call"].matter) == () and reference.fields(KINDS["ticket"].matter)
