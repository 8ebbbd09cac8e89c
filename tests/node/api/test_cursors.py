from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.api import cursors
from node.errors import Usage

WHOLE = st.integers(0, cursors.MOST)
PRINTED = st.text(st.characters(categories=["L", "N", "P"]), max_size=60)


@given(WHOLE, PRINTED)
def test_a_place_comes_back_as_it_was(number: int, text: str) -> None:
    made = cursors.made("q", (text, number))
    assert made.isascii() and cursors.read("q", made, str, int) == (text, number)
    for question, shapes in (("other", (str, int)), ("q", (int, str)), ("q", (str,)), ("q", (str, int, int))):
        with pytest.raises(Usage):
            cursors.read(question, made, *shapes)


def raw(told: str) -> str:
    return base64.urlsafe_b64encode(told.encode("utf-8", "surrogatepass")).decode().rstrip("=")


MARK = '"' + cursors._mark("q") + '"'


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "=", "\ud800", "Ａ" * 8, "A" * 601, raw("null"), raw("[]"), raw("{}"), raw("7"), raw(f"[{MARK}]"),
     raw(f"[{MARK},-1]"), raw(f"[{MARK},{1 << 63}]"), raw(f"[{MARK},1.5]"), raw(f"[{MARK},true]"), raw("[" * 400),
     raw(f"[{MARK},NaN]"), raw(f'[{MARK},"1"]'), raw(f"[{MARK},1" + "0" * 300 + "]"), raw(f"[{MARK},1,2]")],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Usage) as fault:
        cursors.read("q", cursor, int)
    assert fault.value.code == "bad_cursor"


@given(st.text(max_size=100) | st.binary(max_size=90).map(lambda one: base64.urlsafe_b64encode(one).decode()))
def test_nor_is_any_other_text_a_fault(text: Any) -> None:
    with pytest.raises(Usage):
        cursors.read("q", text, int)


@pytest.mark.parametrize("text", ["a\0", "a\n", "\u202e"])
def test_a_text_that_turns_or_ends_others_is_refused(text: str) -> None:
    with pytest.raises(Usage):
        cursors.read("q", cursors.made("q", (text,)), str)
