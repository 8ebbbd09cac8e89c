"""Handing over: all that is open in a colleague's hands, record by record, with the single act's checks."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, NotFound, QiaoError
from tests.node.tree import ROLES, TICKET, Tree


@pytest.fixture
def desk(tree: Tree) -> Tree:
    """`b` and `d` can do everything but administer, `v` only looks."""
    for staff, roles in (("b", ROLES), ("d", ROLES), ("v", ["leader"])):
        held = [one for one in roles if one not in ("admin",)]
        tree.do("p", "staff.add", id=staff, name=staff, roles=held, password="password1")
    return tree


def mine(tree: Tree, staff: str, where: str = "p") -> set[str]:
    return {one["record"] for one in tree.reader(where).list("ticket", mine=staff, limit=1000).items}


def entrust(tree: Tree, record: str, to: str) -> Any:
    params = {"matter": "ticket", "verb": "entrust", "record": record, "data": {"staff": to}}
    return tree.at("k").do("act", params, "b")


def hand(tree: Tree, giver: str, taker: str, staff: str = "a", **more: Any) -> Any:
    return tree.do("p", "handover", staff, **{"from": giver, "to": taker, **more})


def test_all_open_work_of_a_colleague_is_the_others_and_what_ended_stays_his(desk: Tree) -> None:
    records = [desk.act("p", "register", staff="b", **TICKET)["record"] for _ in range(3)]
    desk.act("p", "dispatch", records[1], staff="b", lead="370211")
    desk.act("p", "withdraw", records[2], staff="b")
    assert mine(desk, "b") == set(records)
    told = hand(desk, "b", "d", dry=True)
    assert {one["record"] for one in told["items"]} == set(records[:2]) and told["refused"] == []
    assert mine(desk, "d") == set()
    done = hand(desk, "b", "d", text="夜班交接：等材料")
    assert done["count"] == 2 and {one["record"] for one in done["items"]} == set(records[:2])
    assert (mine(desk, "b"), mine(desk, "d")) == ({records[2]}, set(records[:2]))
    line = desk.reader("p").show("ticket", records[1])["timeline"][-1]
    assert (line["action"], line["actor"], line["words"]) == ("entrust", "a", {"text": "夜班交接：等材料"})
    assert hand(desk, "b", "d")["count"] == 0


def test_a_disabled_colleagues_work_can_be_handed_over_and_goes_to_nobody_who_is_disabled(desk: Tree) -> None:
    record = desk.act("p", "register", staff="b", **TICKET)["record"]
    desk.do("p", "staff.disable", id="b")
    assert hand(desk, "b", "d")["count"] == 1
    with pytest.raises(NotFound):
        hand(desk, "d", "b")
    assert mine(desk, "d") == {record}


def test_one_hands_over_ones_own_work_and_others_work_needs_a_role(desk: Tree) -> None:
    desk.do("p", "staff.add", id="h", name="h", roles=["handler"], password="password1")
    desk.act("p", "register", staff="h", **TICKET)
    with pytest.raises(Forbidden) as fault:
        hand(desk, "b", "d", staff="h")
    assert fault.value.code == "role"
    assert hand(desk, "h", "d", staff="h")["count"] == 1


def test_the_single_acts_checks_hold_in_bulk_too_and_what_is_refused_is_listed(desk: Tree) -> None:
    desk.do("p", "staff.add", id="x", name="x", roles=["auditor"], password="password1")
    record = desk.act("p", "register", staff="b", **TICKET)["record"]
    heads = desk.reader("p").heads()
    for staff in ("v", "x"):
        with pytest.raises(Forbidden) as fault:
            hand(desk, "b", "d", staff=staff)
        assert fault.value.code == "role"
    assert desk.reader("p").heads() == heads and mine(desk, "b") == {record}
    desk.do("p", "staff.add", id="adm", name="adm", roles=["admin"], password="password1")
    assert hand(desk, "b", "d", staff="adm")["count"] == 1


@pytest.mark.parametrize(
    ("giver", "taker", "code"),
    [
        ("b", "b", "bad_value"),
        ("ghost", "d", "not_found"),
        ("b", "ghost", "not_found"),
        ("", "d", "not_found"),
    ],
)
def test_who_gives_and_who_takes_are_people_of_this_unit(
    desk: Tree, giver: str, taker: str, code: str
) -> None:
    with pytest.raises(QiaoError) as fault:
        hand(desk, giver, taker)
    assert fault.value.code == code


def test_taking_and_entrusting_one_ticket_moves_it_between_lists_here_and_above(desk: Tree) -> None:
    record = desk.dispatched()
    desk.do("k", "staff.add", id="b", name="b", roles=["handler"], password="password1")
    desk.act("k", "accept", record)
    assert record in mine(desk, "a", "k") and record not in mine(desk, "b", "k")
    desk.act("k", "take", record, staff="b")
    assert record not in mine(desk, "a", "k") and record in mine(desk, "b", "k")
    desk.sync("k", "c")
    desk.sync("c", "p")
    assert record not in mine(desk, "b"), "the province's b is another person"
    place = [
        one
        for one in desk.reader("p").show("ticket", record)["assignments"]
        if one["unit"].endswith("370211")
    ]
    assert place[0]["responsible"] == "b"
    with pytest.raises(NotFound):
        entrust(desk, record, "ghost")
    entrust(desk, record, "a")
    assert record in mine(desk, "a", "k")


def test_what_nobody_on_duty_has_in_hand_can_be_listed(desk: Tree) -> None:
    def unattended() -> set[str]:
        return {one["record"] for one in desk.reader("p").list("ticket", unattended=True).items}

    record = desk.act("p", "register", staff="b", **TICKET)["record"]
    assert unattended() == {record}
    desk.do("p", "staff.duty", "b", id="", on_duty=True)
    assert unattended() == set() and desk.reader("p").on_duty() == {"b"}
    hand(desk, "b", "d")
    assert unattended() == {record}
    desk.do("p", "staff.duty", "d", id="", on_duty=True)
    assert unattended() == set()
    desk.do("p", "staff.disable", id="d")
    assert unattended() == {record}
