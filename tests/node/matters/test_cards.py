"""Cards: when they are called for, who issued them, and whether they stand. 16 November 2026 is a Monday."""

from __future__ import annotations

import pytest

from node.deadlines import Policies, shipped
from node.matters.draft import Card

from .scene import TICKET, C, P, Scene, X, ms

Named = tuple[str, str, str]


def cards(scene: Scene, unit: str = P) -> dict[Named, Card]:
    """By unit, clock and colour."""
    dues = TICKET.dues(scene[unit].state, Policies(), shipped())
    found = TICKET.cards(scene[unit].state, dues, shipped())
    return {(one.unit, one.clock, one.colour): one for one in found}


def issue(scene: Scene, by: str) -> list[Named]:
    """What the node of `by` signs by now."""
    return sorted((one.unit, one.clock, one.colour) for one in scene[by].issue())


def standing(scene: Scene, unit: str = P) -> set[Named]:
    return {name for name, one in cards(scene, unit).items()
            if one.issued and not one.cleared and one.from_ms is not None and one.from_ms <= scene.now}  # fmt: skip


def late() -> Scene:
    """The county hasn't accepted by Friday, and nobody but the city has noticed."""
    scene = Scene().dispatched(X).at("2026-11-20 00:00")
    issue(scene, C)
    scene.sync()
    return scene


def test_a_yellow_card_is_called_for_at_the_instant_at_which_the_limit_ends() -> None:
    scene = Scene().dispatched(X)
    assert cards(scene)[X, "accept", "yellow"].from_ms == ms("2026-11-20 00:00")
    assert issue(scene.at("2026-11-19 23:59"), C) == []
    assert issue(scene.at("2026-11-20 00:00"), C) == [(X, "accept", "yellow")]


def test_a_red_card_follows_three_working_days_later() -> None:
    scene = late().at("2026-11-25 00:00")  # Fri, Mon, Tue
    assert issue(scene, C) == [(X, "accept", "red")]


def test_the_second_standing_yellow_of_an_assignment_is_red() -> None:
    scene = late()
    scene.do(X, "accept")
    scene.at("2026-12-08 00:00")
    assert issue(scene, C) == [(X, "complete", "red"), (X, "complete", "yellow")]


def test_a_cleared_yellow_doesn_t_make_the_next_one_red() -> None:
    scene = late()
    scene.do(C, "clear-card", text="线路故障")
    scene.do(X, "accept")
    assert issue(scene.at("2026-12-08 00:00"), C) == [(X, "complete", "yellow")]


def test_two_tiers_that_notice_one_breach_apart_have_issued_one_card() -> None:
    scene = Scene().dispatched(X).at("2026-11-20 00:00")
    assert issue(scene, C) == issue(scene, P) == [(X, "accept", "yellow")]
    scene.sync()
    assert standing(scene) == {(X, "accept", "yellow")}


def test_a_card_is_rescinded_when_the_countys_timely_act_arrives() -> None:
    scene = Scene().dispatched(X)
    scene.cut.add(X)
    scene.at("2026-11-18 10:00").do(X, "accept")
    scene.at("2026-11-20 08:00")
    assert issue(scene, C) == [(X, "accept", "yellow")] and standing(scene, C)
    scene.cut.clear()
    scene.sync()
    assert standing(scene) == set()
    found = cards(scene)[X, "accept", "yellow"]
    assert found.issued is not None and found.from_ms is None


def test_a_cleared_card_stands_no_more_and_both_facts_stay() -> None:
    scene = late()
    scene.do(C, "clear-card", text="线路故障")
    found = cards(scene)[X, "accept", "yellow"]
    assert found.issued is not None and found.cleared is not None and standing(scene) == set()


def test_an_objection_is_kept_with_its_card() -> None:
    scene = late()
    scene.do(X, "object", text="当日停电")
    assert cards(scene)[X, "accept", "yellow"].objections == 1


def test_a_late_decline_is_counted_and_an_unused_right_is_not() -> None:
    scene = Scene().dispatched(X).at("2026-11-19 10:00")
    assert (X, "decline", "yellow") not in cards(scene)
    scene.do(X, "decline", reason="not_our_region", text="不在本区")
    assert cards(scene)[X, "decline", "yellow"].from_ms == ms("2026-11-19 10:01")


def test_an_act_done_late_still_has_its_card_but_no_later_red() -> None:
    scene = late()
    scene.do(X, "accept")
    assert (X, "accept", "red") not in cards(scene)
    assert standing(scene) == {(X, "accept", "yellow")}


def test_a_suspended_clock_calls_for_no_card() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    scene.do(C, "suspend", unit=X, outcome="grant", reason="arbitration")
    assert not any(clock == "complete" for _, clock, _ in cards(scene))


def test_an_extension_granted_behind_the_card_rescinds_it() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    scene.do(X, "ask", **{"for": "extend", "days": 5, "text": "停产"})
    issue(scene.at("2026-12-08 00:00"), C)
    scene.do(C, "extend", unit=X, outcome="grant", days=5)
    assert standing(scene) == set()


def test_an_archived_ticket_calls_for_none() -> None:
    scene = late()
    scene.do(P, "withdraw", text="撤诉")
    assert all(one.issued for one in cards(scene).values())


@pytest.mark.parametrize("unit", [X, C])
def test_nobody_issues_a_card_to_himself_or_upwards(unit: str) -> None:
    scene = Scene().dispatched(X).at("2026-11-20 00:00")
    assert not [one for one in issue(scene, X) if one[0] == unit]
