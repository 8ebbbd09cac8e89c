"""Exports of personal data need two, and are signed before they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node import second
from node.errors import Forbidden, QiaoError
from node.face import Node
from node.matters import KINDS
from node.page import Person
from tests.node.tree import ROLES, Tree

ASKED = {"matter": "ticket", "fields": ["number", "worker_phone"], "count": 12, "reason": "送法院"}


def disclose(tree: Tree, staff: str | None = "a", **params: Any) -> Any:
    given = {**ASKED, "second": "b", "second_password": "password1", **params}
    return tree.do("p", "disclose", staff, **given)


@pytest.fixture
def pair(tree: Tree) -> Tree:
    tree.do("p", "staff.add", id="b", name="乙", roles=["leader"], password="password1")
    return tree


def test_who_exported_what_with_whom_and_why_stands_on_his_staff_record_without_values(pair: Tree) -> None:
    found = disclose(pair)
    assert found["second"] == "b"
    (item,) = pair.reader("p").notices("disclosed").items
    assert item["actor"] == "a" and item["matter"] == "staff"
    assert item["data"] == {
        "matter": "ticket", "fields": ["number", "worker_phone"], "count": 12, "second": "b",
    }  # fmt: skip
    assert item["data"].get("reason") is None, "the reason is words"


@pytest.mark.parametrize(
    "params",
    [
        {"second": "", "second_password": ""},
        {"second": "a"},
        {"second": "b", "second_password": "wrong"},
        {"second": "ghost"},
        {"second": None, "second_password": None},
    ],
)
def test_without_another_who_agrees_nothing_is_signed_and_all_is_told_alike(
    pair: Tree, params: dict[str, Any]
) -> None:
    heads = pair.reader("p").heads()
    with pytest.raises(Forbidden) as fault:
        disclose(pair, **params)
    assert (fault.value.code, str(fault.value)) == ("second_person", str(second.refused()))
    assert pair.reader("p").heads() == heads


def test_a_disabled_person_agrees_to_nothing_and_wrong_passwords_are_counted(pair: Tree) -> None:
    for _ in range(3):
        with pytest.raises(Forbidden):
            disclose(pair, second_password="wrong")
    assert pair.one("p", "SELECT failures FROM attempt WHERE key = 'b'") == 3
    pair.do("p", "staff.passwd", "a", id="b", password="password1")
    disclose(pair)
    pair.do("p", "staff.disable", id="b")
    with pytest.raises(Forbidden):
        disclose(pair)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"matter": "nothing"}, "unknown_matter"),
        ({"fields": ["worker_phone", "shoe_size"]}, "unknown_field"),
        ({"fields": []}, "unknown_field"),
        ({"reason": ""}, "missing_field"),
        ({"count": -1}, "bad_value"),
    ],
)
def test_an_export_says_what_it_is_of(pair: Tree, params: dict[str, Any], code: str) -> None:
    with pytest.raises(QiaoError) as fault:
        disclose(pair, **params)
    assert fault.value.code == code


def test_nobody_exports_without_being_signed_in(pair: Tree) -> None:
    with pytest.raises(Forbidden) as fault:
        disclose(pair, staff=None)
    assert fault.value.code == "auth"


def test_whats_words_is_what_needs_a_second_person() -> None:
    names = [field.name for field in KINDS["ticket"].matter.fields]
    found = second.personal(KINDS["ticket"].matter, names)
    assert {"worker_name", "worker_phone", "worker_id_number", "narrative"} <= set(found)
    assert not {"number", "topic", "amount_claimed"} & set(found)


def test_an_export_in_clear_is_written_once_another_has_agreed_and_it_is_signed(
    pair: Tree, tmp_path: Path
) -> None:
    pair.register()
    pair.shut("p")
    path = tmp_path / "clear.csv"
    person = Person("a", "甲", frozenset(ROLES))
    with Node.open(pair.base / "p") as node:
        for agreed in (("b", "wrong"), ("a", "password1")):
            with pytest.raises(Forbidden):
                node.export("ticket", path, ["worker_phone"], person, second=agreed, reason="送法院")
            assert not path.exists()
        node.export("ticket", path, ["worker_phone"], person, second=("b", "password1"), reason="送法院")
    assert "13800001111" in path.read_text("utf-8-sig")
    (item,) = pair.reader("p").notices("disclosed").items
    assert item["data"]["count"] == 1 and item["data"]["fields"] == ["worker_phone"]
