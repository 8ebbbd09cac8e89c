"""Work that goes to another unit (改派): what was done meanwhile stands, and the new assigner reviews it."""

from __future__ import annotations

import pytest

from node.errors import Forbidden
from node.matters.draft import Shift
from node.matters.ticket import assignments as read

from .scene import C2, TICKET, C, P, Scene, X, Y, Z, refused


def order(scene: Scene, unit: str, old: str, new: str) -> list[dict[str, object]]:
    """What an administrator's order signs, as (holder, under) by the assignment's name."""
    scene.tick()
    office = scene[unit]
    drafts = TICKET.reassigned(office.state, Shift(old, new, whole=False), office.desk())
    if drafts:
        office.sign(drafts, "li")
        office.react()
    return [{one: draft.data[one] for one in ("unit", "holder", "under")} for draft in drafts]


def held(scene: Scene, unit: str = P) -> dict[str, tuple[str, str, str]]:
    found = read.assignments(scene[unit].state)
    return {one.unit: (one.holder, one.assigner, one.shown) for one in found}


def test_within_one_city_the_assigner_stays() -> None:
    scene = Scene().dispatched()
    assert order(scene, C, X, Y) == [{"unit": X, "holder": Y, "under": C}]
    scene.sync()
    assert held(scene)[X] == (Y, C, "received")
    scene[X].hear(scene[C].acts)
    assert refused(scene, X, "accept") == "assignee"
    scene.do(Y, "accept")
    scene.do(Y, "submit", result="completed", resolved=True, text="已办结")
    scene.do(C, "review", unit=Y, outcome="pass")
    assert held(scene)[X] == (Y, C, "completed")
    scene.do(P, "review", unit=C, outcome="pass")
    assert read.phase(scene[P].state) == "follow_up"


def test_in_another_city_the_hop_that_only_passed_it_on_goes_along() -> None:
    scene = Scene().dispatched()
    scene.do(X, "accept")
    found = order(scene, P, X, Z)
    assert found == [{"unit": C, "holder": C2, "under": P}, {"unit": X, "holder": Z, "under": C2}]
    scene.sync()
    scene[C].hear(scene[P].acts)
    assert refused(scene, C, "recall", unit=X) == "assigner"
    scene.do(Z, "submit", result="completed", resolved=True, text="已办结")
    scene.do(C2, "review", unit=Z, outcome="pass")
    scene.do(P, "review", unit=C2, outcome="pass")
    assert read.phase(scene[P].state) == "follow_up"
    assert read.result(scene[P].state, "result") == "completed"
    assert read.scope(scene[P].state) == {P, C2, Z}


def test_where_others_work_under_the_same_city_it_keeps_its_part() -> None:
    scene = Scene().dispatched(X, Y)
    assert order(scene, P, X, Z) == [{"unit": X, "holder": Z, "under": P}]
    scene.sync()
    assert held(scene)[C][:2] == (C, P) and held(scene)[Y][:2] == (Y, C)


def test_where_the_new_city_has_the_ticket_it_comes_under_it() -> None:
    scene = Scene().dispatched(X, Z)
    assert order(scene, P, X, Z) == [{"unit": X, "holder": Z, "under": C2}]
    scene.sync()
    scene.do(Z, "accept")
    scene.do(Z, "accept")
    assert {held(scene)[one][2] for one in (X, Z)} == {"accepted"}
    shown = [place.unit for place in TICKET.places(scene[P].state)]
    assert len(shown) == len(set(shown)), "one row an assignment"
    for _ in range(2):
        scene.do(Z, "submit", result="completed", resolved=True, text="已办结")
    assert {held(scene)[one][2] for one in (X, Z)} == {"submitted"}


def test_what_was_submitted_meanwhile_stands() -> None:
    scene = Scene().dispatched()
    scene.do(X, "accept")
    scene.cut = {X}
    scene.do(X, "submit", result="completed", resolved=True, text="路上")
    order(scene, C, X, Y)
    scene.cut = set()
    scene.sync()
    assert held(scene)[X] == (Y, C, "submitted")
    assert not [row for row in scene[C].state.rows if row.open]
    scene.do(C, "review", unit=Y, outcome="pass")
    assert held(scene)[X][2] == "completed"


def test_only_a_unit_above_both_may_order_it() -> None:
    scene = Scene().dispatched(X, Y)
    data = {"round": 1, "unit": X, "holder": Y, "under": C}
    for unit, changed, code in (
        (X, {}, "above"), (Y, {}, "above"), (C, {"holder": Z}, "above"), (C, {"under": X}, "not_above"),
        (C, {"from": b"none"}, "no_assignment"), (C, {"unit": Z}, "above"), (C, {"holder": 7}, "above"),
        (C, {"round": 2}, "above"),
    ):  # fmt: skip
        with pytest.raises(Forbidden) as caught:
            scene.tick()[unit].act("reassign", **{**data, **changed})
        assert caught.value.code == code, (unit, changed)


def test_a_new_round_and_a_new_assignment_know_nothing_of_it() -> None:
    scene = Scene().dispatched()
    order(scene, C, X, Y)
    scene.sync()
    scene.do(C, "recall", unit=Y)
    scene.do(C, "dispatch", lead=X)
    assert held(scene)[X] == (X, C, "received")


def test_deadlines_stand_at_whoever_holds_the_work_now() -> None:
    from node.deadlines.calendar import Calendar
    from node.deadlines.policies import from_states

    scene = Scene().dispatched()
    order(scene, C, X, Y)
    scene.sync()
    dues = TICKET.dues(scene[P].state, from_states([]), Calendar({}))
    assert {one.unit for one in dues if one.clock == "complete"} == {Y}


def test_work_named_by_a_path_of_before_an_earlier_move_goes_where_the_unit_is_by_now() -> None:
    """A county was below the second city once, and is below the first again; its work still says the second."""
    moved = {"37/02": "37/01/02", "37/02/03": "37/01/03", "37/01/03": "37/01/03"}
    second = Shift("37/02", "37/01/02", now=lambda unit: moved.get(unit, unit))
    assert not second.touches("37/02/03"), "it moves the second city, and this isn't below it any more"
    assert second.of("37/02/03") == "37/02/03" and second.of("37/02") == "37/01/02"
    moved["37/02/03"] = moved["37/01/03"] = "37/05"
    county = Shift("37/01/03", "37/05", now=lambda unit: moved.get(unit, unit))
    assert county.touches("37/02/03") and county.of("37/02/03") == county.of("37/01/03") == "37/05"
    merged = Shift("37/05", "37/06", whole=False, now=lambda unit: moved.get(unit, unit))
    assert merged.of("37/02/03") == "37/06" and merged.of("37/02") == "37/02"
