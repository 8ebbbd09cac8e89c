"""Dispatch: which hop gets an assignment, who leads, and what is refused with its hint."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, Usage
from node.matters.ticket import assignments as read
from node.matters.ticket.dispatch import DISPATCH, hops, next_hop

from .scene import C2, TICKET, C, D, P, Scene, Units, X, Y, Z

TREE = Units()


def planned(scene: Scene, unit: str, **params: Any) -> list[tuple[str, dict[str, Any]]]:
    drafts = DISPATCH.plan(scene[unit].state, params, scene[unit].desk())
    return [
        (one.action, {name: value for name, value in one.data.items() if name != "from"}) for one in drafts
    ]


def test_the_next_hop_is_the_first_office_on_the_way_down() -> None:
    assert next_hop(P, X, TREE) == C
    assert next_hop(P, C, TREE) == C
    assert next_hop(C, D, TREE) == X
    assert next_hop(P, P, TREE) == P


def test_a_place_on_the_way_without_an_office_is_skipped() -> None:
    assert next_hop(P, f"{P}/379900/379901", TREE) == f"{P}/379900/379901"


def test_targets_below_one_hop_share_its_assignment() -> None:
    assert hops(P, [X, Z, Y, C], TREE) == {C: [X, Y], C2: [Z]}


def test_a_deep_target_assigns_the_office_between_and_names_the_lead() -> None:
    scene = Scene().registered()
    assert planned(scene, P, lead="370211", co=["370911"]) == [
        ("assign", {"round": 1, "unit": C, "onward": [X]}),
        ("assign", {"round": 1, "unit": C2, "onward": [Z]}),
        ("lead", {"round": 1, "unit": X}),
    ]


def test_units_are_named_by_code_or_path() -> None:
    scene = Scene().registered()
    assert planned(scene, P, lead="370200") == planned(scene, P, lead=C)


@pytest.mark.parametrize(
    ("giver", "lead", "code"),
    [
        (P, "999999", "unknown_unit"),
        (P, None, "missing_field"),
        (C, "370000", "not_below"),
        (C, "370911", "not_below"),
    ],
)
def test_what_cannot_be_dispatched_to_is_refused_with_a_hint(giver: str, lead: str | None, code: str) -> None:
    scene = Scene().dispatched(C)
    with pytest.raises(Usage) as caught:
        planned(scene, giver, lead=lead)
    assert caught.value.code == code
    assert caught.value.hint.startswith("qiao ")


def test_a_hop_that_has_it_already_is_not_assigned_twice() -> None:
    scene = Scene().dispatched(X)
    assert planned(scene, P, lead=X, co=[Y]) == [("assign", {"round": 1, "unit": Y})]


def test_a_co_handler_that_passes_on_does_not_take_the_lead() -> None:
    scene = Scene().dispatched(X, C2)
    assert planned(scene, C2, lead=Z) == [("assign", {"round": 1, "unit": Z})]
    scene.do(C2, "dispatch", lead=Z)
    assert read.lead(scene[P].state) == X


def test_an_office_that_names_itself_keeps_the_work_and_leads() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "decline", reason="other", text="退")
    assert planned(scene, C, lead=C) == [("lead", {"round": 1, "unit": C})]


def test_a_final_dispatch_stays_final_on_its_way_down() -> None:
    scene = Scene().registered()
    scene.do(P, "dispatch", lead=X, final=True)
    assert all(one.final for one in read.assignments(scene[P].state))


def test_a_dispatch_to_units_that_all_have_it_is_refused() -> None:
    scene = Scene().dispatched(X)
    with pytest.raises(Exception) as caught:
        planned(scene, P, lead=X)
    assert getattr(caught.value, "code", "") == "already_assigned"


def test_the_next_hop_is_passed_on_once_even_when_it_was_recalled() -> None:
    scene = Scene().dispatched(X)
    scene.do(C, "recall", unit=X)
    assert [one.unit for one in read.assignments(scene[C].state) if one.open] == [C]
    assert TICKET.reactions(scene[C].state, scene[C].desk("system")) == []


def test_a_hop_that_is_cut_off_is_not_passed_over() -> None:
    scene = Scene()
    scene.cut.add(X)
    scene.dispatched(D)
    assert [(one.unit, one.assigner) for one in read.assignments(scene[P].state)] == [(C, P), (X, C)]
    scene.cut.clear()
    scene.sync()
    assert read.assignments(scene[P].state)[-1].assigner == X


def test_what_is_passed_on_to_a_unit_that_has_it_already_is_left_as_it_is() -> None:
    scene = Scene().registered()
    scene.cut.add(C)
    scene.do(P, "dispatch", lead=X)
    own = read.assigned(scene[P].state, 1, C)
    assert own is not None
    scene[P].act("assign", round=1, unit=X)
    scene.cut.clear()
    scene.sync()
    assert [(one.unit, one.assigner) for one in read.assignments(scene[C].state)] == [(C, P), (X, P)]


def test_what_an_office_between_is_to_pass_on_isnt_dispatched_over_its_head_once_more() -> None:
    """Pressed twice, or on two screens, before the city's node has passed it on."""
    scene = Scene().registered()
    scene.tick()[P].do("dispatch", lead="370211")
    with pytest.raises(Forbidden) as caught:
        planned(scene, P, lead="370211")
    assert caught.value.code == "already_assigned"
    assert planned(scene, P, lead="370211", final=True), "a ruling may replace what was only sent"
    scene.sync()
    assert read.assignment(scene[P].state, 1, X).assigner == C  # type: ignore[union-attr]


def test_what_came_back_to_an_office_between_may_be_dispatched_over_its_head() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "decline", reason="other", text="不属本区")
    assert [data["unit"] for _, data in planned(scene, P, lead="370211")][:1] == [X]
