"""Revealing: a right, a reason, and a signed act that is durable first and holds no value."""

from __future__ import annotations

import pytest

from node import glance
from node.errors import Forbidden, NotFound, Stale, Usage
from tests.node.tree import Tree

PHONE = "13812345678"
WHY = "回访"


def reveal(
    tree: Tree, where: str, record: str, field: str = "worker_phone", reason: str = WHY, staff: str = "a"
):
    return tree.do(where, "reveal", staff, record=record, field=field, reason=reason)


def test_a_revealed_value_comes_with_an_act_that_everybody_who_holds_the_record_gets(tree: Tree) -> None:
    record = tree.register(worker_phone=PHONE)
    tree.act("p", "dispatch", record, lead="370211")
    tree.sync("c", "p")
    tree.sync("k", "c")
    found = reveal(tree, "k", record)
    assert found["value"] == PHONE and found["values"] == [PHONE]
    tree.sync("k", "c")
    tree.sync("c", "p")
    for where in "pck":
        line = tree.reader(where).show("ticket", record)["timeline"][-1]
        assert (line["action"], line["verdict"], line["label"]) == ("reveal", "stands", "查看个人信息")
        assert line["data"] == {"field": "worker_phone"} and line["words"] == {"reason": WHY}
        assert line["change"] == found["change"] and line["unit"].endswith("370211")


def test_the_act_holds_no_value(tree: Tree) -> None:
    record = tree.register(worker_phone=PHONE)
    found = reveal(tree, "p", record)
    query = "SELECT body FROM change WHERE change = ?"
    act = tree.one("p", query, bytes.fromhex(found["change"]))
    words = tree.one("p", "SELECT body FROM change WHERE of = ?", bytes.fromhex(found["change"])[:16])
    assert WHY.encode() in words and PHONE.encode() not in act + words


def test_every_standing_value_and_every_text_can_be_revealed(tree: Tree) -> None:
    record = tree.register(narrative=f"电话{PHONE}")
    tree.act("p", "note", record, text="已打 13900001111")
    tree.act("p", "note", record, text="再打 13900002222")
    assert reveal(tree, "p", record, "narrative")["value"] == f"电话{PHONE}"
    found = reveal(tree, "p", record, "text")
    assert found["values"] == ["已打 13900001111", "再打 13900002222"]


@pytest.mark.parametrize(
    ("params", "error", "code"),
    [
        ({"reason": ""}, Usage, "missing_field"),
        ({"reason": "  "}, Usage, "missing_field"),
        ({"reason": "一" * 501}, Usage, "missing_field"),
        ({"reason": "\x00"}, Usage, "bad_text"),
        ({"field": "topic"}, Usage, "not_words"),
        ({"field": ""}, Usage, "not_words"),
        ({"field": "worker_id_number"}, Stale, "nothing_to_reveal"),
        ({"record": "ff" * 16}, NotFound, "not_found"),
        ({"record": ""}, NotFound, "not_found"),
    ],
)
def test_what_cant_be_revealed_is_said_plainly_and_nothing_is_signed(
    tree: Tree, params: dict[str, str], error: type[Exception], code: str
) -> None:
    record = tree.register(worker_phone=PHONE)
    heads = tree.reader("p").heads()
    with pytest.raises(error) as fault:
        reveal(tree, "p", **{"record": record, **params})
    assert fault.value.code == code and PHONE not in str(fault.value)
    assert tree.reader("p").heads() == heads


def test_who_has_no_such_role_isnt_told_whether_there_is_anything(tree: Tree) -> None:
    record = tree.register(worker_phone=PHONE)
    tree.do("p", "staff.add", id="b", name="乙", roles=["leader", "dispatcher"], password="password1")
    told = set()
    for field in ("worker_phone", "worker_id_number"):
        with pytest.raises(Forbidden) as fault:
            reveal(tree, "p", record, field, staff="b")
        told.add((fault.value.code, str(fault.value)))
    assert len(told) == 1 and told.pop()[0] == "role"


def test_a_record_out_of_scope_is_like_one_that_isnt_there(tree: Tree) -> None:
    record = tree.dispatched()
    with pytest.raises(NotFound):
        reveal(tree, "s", record)


def test_an_archived_record_can_be_looked_into_and_an_erased_one_cant(tree: Tree) -> None:
    record = tree.register(worker_phone=PHONE)
    tree.act("p", "withdraw", record)
    assert reveal(tree, "p", record)["value"] == PHONE
    tree.do("p", "erase", record=record, ground="《个人信息保护法》第四十七条", fields=["worker_phone"])
    with pytest.raises(Stale) as gone:
        reveal(tree, "p", record)
    assert gone.value.code == "nothing_to_reveal"
    tree.do("p", "erase", record=record, ground="《个人信息保护法》第四十七条")
    with pytest.raises((Stale, Forbidden)):
        reveal(tree, "p", record)


def test_reveals_are_counted_in_the_status_of_every_unit_above_and_listed(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glance, "NOTED_MS", 10**13)  # the test's clock stands
    record = tree.dispatched()
    reveal(tree, "k", record, "narrative")
    tree.sync("k", "c")
    tree.sync("c", "p")
    page = tree.reader("p").notices("reveal")
    assert [(one["unit"][-6:], one["actor"], one["data"]) for one in page.items] == [
        ("370211", "a", {"field": "narrative"})
    ]
    assert page.next is None and tree.reader("s").notices("reveal").items == []
    assert glance.status(tree.base / "p")["notices"] == {"reveal": 1}
    assert glance.status(tree.base / "s")["notices"] == {}


def test_a_reason_can_be_erased_like_any_words(tree: Tree) -> None:
    record = tree.register(worker_phone=PHONE)
    reveal(tree, "p", record, reason="张三要求核对")
    tree.do("p", "erase", record=record, ground="《个人信息保护法》第四十七条", fields=["reason"])
    line = tree.reader("p").show("ticket", record)["timeline"]
    assert all("张三" not in repr(one) for one in line)
