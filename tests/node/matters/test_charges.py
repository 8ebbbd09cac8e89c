"""In whose hands a ticket is: by what was done, until it was entrusted to somebody."""

from __future__ import annotations

from typing import Any

import pytest

from conflict.state import State
from node.matters import KINDS
from node.matters.ticket.charges import charges
from tests.node.matters.scene import P, Scene, X, refused

TICKET = KINDS["ticket"]


def of(state: State, unit: str) -> set[str]:
    return {staff for where, staff in charges(state) if where == unit}


def test_it_is_whose_who_registered_dispatched_or_accepted_it() -> None:
    scene = Scene().dispatched(X)
    assert of(scene[P].state, P) == {"li"} and of(scene[P].state, X) == set()
    scene.do(X, "accept")
    assert of(scene[X].state, X) == {"li"}


def test_once_entrusted_it_is_that_persons_alone_on_every_node() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    scene.do(X, "entrust", staff="wang", text="请尽快联系工地")
    scene.do(P, "entrust", staff="zhao")
    for office in (P, X):
        state = scene[office].state
        assert (of(state, X), of(state, P)) == ({"wang"}, {"zhao"})
        [place] = [one for one in TICKET.places(state) if one.unit == X]
        assert place.responsible == "wang"
        assert TICKET.detail(state)["responsible"] == "zhao"


def test_one_takes_what_waits_for_the_unit_before_or_after_it_was_accepted() -> None:
    for verbs in ((), ("accept",)):
        scene = Scene().dispatched(X)
        for verb in verbs:
            scene.do(X, verb)
        assert refused(scene, X, "take") == ""
        assert of(scene[X].state, X) == {"li"}


def test_of_two_at_once_the_later_holds_and_the_other_is_listed() -> None:
    scene = Scene().dispatched(X)
    scene.cut = {X}
    scene.tick()[X].do("entrust", staff="wang")
    scene.tick()[X].do("entrust", staff="zhou")
    scene.cut = set()
    scene.sync()
    assert of(scene[P].state, X) == {"zhou"}
    assert not [row for row in scene[P].state.rows if row.open]


@pytest.mark.parametrize(
    ("office", "why"),
    [("370000/370900", "assignee"), ("370000/370200/370212", "assignee")],
)
def test_a_unit_entrusts_nothing_that_isnt_its_own(office: str, why: str) -> None:
    scene = Scene().dispatched(X)
    scene[office].hear(scene[P].acts)
    assert refused(scene, office, "entrust", staff="wang") == why


def test_work_that_ended_isnt_entrusted_and_a_new_round_begins_with_nobody_named() -> None:
    scene = Scene().submitted(X)
    scene.do(X, "entrust", staff="wang")
    scene.do("370000/370200", "review", unit=X, outcome="pass")
    scene.do(P, "review", unit="370000/370200", outcome="pass")
    assert refused(scene, X, "take") == "wrong_phase" or refused(scene, X, "take") in ("assignee", "wrong_status",
                                                                                       "branch_ended")  # fmt: skip
    scene.do(P, "follow-up", outcome="dissatisfied")
    scene.do(P, "rework", reason="dissatisfied", text="再办")
    scene.do(P, "dispatch", lead=X)
    [place] = [one for one in TICKET.places(scene[P].state) if one.unit == X and one.round == 2]
    assert place.responsible == ""


def test_an_odd_datum_is_refused_and_never_an_exception() -> None:
    scene = Scene().dispatched(X)
    odd: list[dict[str, Any]] = [
        {"round": 1, "assignment": X, "responsible": ""},
        {"round": 1, "assignment": X, "responsible": 7},
        {"round": "1", "assignment": X, "responsible": "wang"},
        {"round": 1, "assignment": 7, "responsible": "wang"},
        {"round": 1, "assignment": "nowhere", "responsible": "wang"},
        {"round": 2, "assignment": X, "responsible": "wang"},
    ]
    for data in odd:
        with pytest.raises(Exception, match="entrust: "):
            scene[X].act("entrust", **data)
