"""The ticket's clocks, reckoned by hand. 16 November 2026 is a Monday; the month has no holidays."""

from __future__ import annotations

import pytest

from node.deadlines import Policies, breaches, shipped
from node.matters.draft import Due

from .scene import TICKET, C, D, P, Scene, X, Y, ms

CALENDAR = shipped()
SUBMIT = {"result": "completed", "resolved": True, "text": "办"}
DECLINE = {"reason": "not_our_region", "text": "不在本区"}


def dues(scene: Scene, unit: str = P) -> dict[tuple[str, int, str], Due]:
    found = TICKET.dues(scene[unit].state, Policies(), CALENDAR)
    named = {(one.clock, one.round, one.unit): one for one in found}
    assert len(named) == len(found)
    return named


def late(scene: Scene, moment: str) -> set[tuple[str, str]]:
    found = TICKET.dues(scene[P].state, Policies(), CALENDAR)
    return {(one.clock, one.unit) for one in breaches(found, ms(moment))}


def test_a_clear_jurisdiction_is_forwarded_within_an_hour() -> None:
    scene = Scene("2026-11-21 22:59").registered()  # Saturday night: the hotline never sleeps
    due = dues(scene)["forward", 1, P]
    assert (due.start_ms, due.due_ms, due.done_ms) == (ms("2026-11-21 23:00"), ms("2026-11-22 00:00"), None)


def test_an_unclear_jurisdiction_is_forwarded_within_a_day() -> None:
    scene = Scene("2026-11-16 08:59").registered(workplace_region=None)
    assert dues(scene)["forward", 1, P].due_ms == ms("2026-11-17 09:00")


def test_the_employers_region_makes_the_jurisdiction_clear() -> None:
    scene = Scene("2026-11-16 08:59").registered(workplace_region=None, employer_region="370211")
    assert dues(scene)["forward", 1, P].due_ms == ms("2026-11-16 10:00")


def test_forwarding_is_done_by_the_first_dispatch_or_the_answer() -> None:
    assert dues(Scene().dispatched(X))["forward", 1, P].done_ms == ms("2026-11-16 09:02")
    scene = Scene().registered()
    scene.do(P, "answer", text="答")
    assert dues(scene)["forward", 1, P].done_ms == ms("2026-11-16 09:02")


def test_a_dispatch_after_the_hour_is_a_breach_for_good() -> None:
    scene = Scene().registered().at("2026-11-16 10:02")
    scene.do(P, "dispatch", lead=X)
    assert late(scene, "2026-11-16 11:00") == {("forward", P)}


def test_a_hop_passes_on_by_the_end_of_the_next_working_day() -> None:
    scene = Scene("2026-11-20 10:00").dispatched(X)  # Friday
    due = dues(scene)["forward", 1, C]
    assert due.due_ms == ms("2026-11-24 00:00")
    assert due.done_ms == ms("2026-11-20 10:02")


def test_an_office_that_works_itself_owes_no_forwarding() -> None:
    assert ("forward", 1, X) not in dues(Scene().dispatched(X))


def test_three_working_days_to_accept_from_receipt() -> None:
    scene = Scene("2026-11-18 10:00").dispatched(X)  # Wednesday
    due = dues(scene)["accept", 1, X]
    assert (due.due_ms, due.done_ms) == (ms("2026-11-24 00:00"), None)
    assert late(scene, "2026-11-23 23:59") == set()
    assert late(scene, "2026-11-24 00:01") == {("accept", X)}


def test_accepting_on_the_last_day_is_in_time() -> None:
    scene = Scene("2026-11-18 10:00").dispatched(X).at("2026-11-23 23:58")
    scene.do(X, "accept")
    assert late(scene, "2026-11-30 09:00") == set()


def test_passing_on_is_accepting() -> None:
    due = dues(Scene().dispatched(X))["accept", 1, C]
    assert due.done_ms == ms("2026-11-16 09:02")


def test_two_working_days_to_decline_and_only_a_late_decline_is_a_breach() -> None:
    scene = Scene("2026-11-18 10:00").dispatched(X)
    assert dues(scene)["decline", 1, X].due_ms == ms("2026-11-21 00:00")
    assert late(scene, "2026-11-22 09:00") == set()
    scene.at("2026-11-23 09:00").do(X, "decline", **DECLINE)
    assert late(scene, "2026-11-23 10:00") == {("decline", X)}


def test_a_decline_in_time_ends_the_accept_clock() -> None:
    scene = Scene("2026-11-18 10:00").dispatched(X).at("2026-11-20 17:00")
    scene.do(X, "decline", **DECLINE)
    assert late(scene, "2026-12-31 09:00") == {("complete", C)}  # the city has it in hand again


def test_what_was_not_delivered_starts_after_three_working_days() -> None:
    scene = Scene("2026-11-16 09:00")
    scene.cut.add(X)
    scene.dispatched(X)
    due = dues(scene)["accept", 1, X]
    assert due.start_ms == ms("2026-11-20 00:00")  # 24:00 of Thursday
    assert due.due_ms == ms("2026-11-25 00:00")  # Friday, Monday, Tuesday
    assert due.line_ms == due.start_ms - ms("2026-11-16 09:02")
    assert ("forward", 1, X) not in dues(scene)


def test_a_late_delivery_counts_from_the_receipt() -> None:
    scene = Scene("2026-11-16 09:00")
    scene.cut.add(X)
    scene.dispatched(X).at("2026-11-18 15:00")
    scene.cut.clear()
    scene.sync()
    due = dues(scene)["accept", 1, X]
    assert (due.start_ms, due.due_ms) == (ms("2026-11-18 15:00"), ms("2026-11-24 00:00"))


def test_a_delivery_on_a_rest_day_counts_from_the_next_working_day() -> None:
    scene = Scene("2026-11-21 10:00").dispatched(X)  # Saturday
    assert dues(scene)["accept", 1, X].due_ms == ms("2026-11-26 00:00")  # Monday to Wednesday


@pytest.mark.parametrize(
    ("kind", "due"),
    [("general", "2026-11-24 00:00"), ("difficult", "2026-12-15 00:00"), ("complex", "2027-01-26 00:00")],
)
def test_fifteen_thirty_or_sixty_working_days_to_complete_from_the_first_dispatch(
    kind: str, due: str
) -> None:
    scene = Scene("2026-11-02 09:00").registered(deadline_class=kind)
    scene.do(P, "dispatch", lead=X)
    if kind == "complex":  # 1 January 2027 isn't published: Monday to Friday
        assert CALENDAR.guesses(scene.now, ms(due))
    assert dues(scene)["complete", 1, X].due_ms == ms(due)


def test_the_clock_of_completion_is_the_handlers_and_not_the_hops() -> None:
    found = dues(Scene().dispatched(X, Y))
    assert {unit for name, _, unit in found if name == "complete"} == {X, Y}


def test_submitting_in_time_is_completing_in_time_however_long_the_review_takes() -> None:
    scene = Scene("2026-11-02 09:00").submitted().at("2026-12-20 09:00")
    scene.do(C, "review", unit=X, outcome="pass")
    scene.do(P, "review", unit=C, outcome="pass")
    assert late(scene, "2026-12-31 09:00") == set()


def test_a_county_cut_off_for_thirty_days_breaches_nothing_that_it_did_in_time() -> None:
    scene = Scene("2026-11-02 09:00").dispatched(X)
    scene.cut.add(X)
    scene.at("2026-11-04 09:00").do(X, "accept")
    scene.at("2026-11-20 09:00").do(X, "submit", **SUBMIT)
    assert late(scene, "2026-12-02 09:00") == {("accept", X), ("complete", X)}
    scene.at("2026-12-02 09:00").cut.clear()
    scene.sync()
    assert late(scene, "2026-12-02 09:00") == set()


def test_a_result_that_is_sent_back_is_owed_again() -> None:
    scene = Scene("2026-11-02 09:00").submitted()
    scene.do(C, "review", unit=X, outcome="back")
    assert late(scene, "2026-11-25 09:00") == {("complete", X)}
    scene.do(X, "submit", **SUBMIT)
    assert late(scene, "2026-11-25 09:00") == set()


def test_an_overtaken_submission_counts_for_whoever_made_it() -> None:
    scene = Scene("2026-11-02 09:00").dispatched(X)
    scene.do(X, "accept")
    scene.cut.add(X)
    scene.at("2026-11-20 09:00")[X].do("submit", **SUBMIT)
    scene.at("2026-11-30 09:00")[C].do("recall", unit=X)
    scene.cut.clear()
    scene.sync()
    assert dues(scene)["complete", 1, X].done_ms == ms("2026-11-20 09:00")
    assert ("complete", X) not in late(scene, "2026-12-30 09:00")


def test_a_recall_ends_the_clocks_of_the_branch_and_the_owner_owes_the_work() -> None:
    scene = Scene("2026-11-16 09:00").dispatched(X)
    scene.do(P, "recall", unit=C)
    found = dues(scene)
    assert found["accept", 1, X].done_ms == ms("2026-11-16 09:03")
    assert found["complete", 1, P].done_ms is None
    assert late(scene, "2026-12-31 09:00") == {("complete", P)}


def test_a_withdrawal_ends_every_clock() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "withdraw")
    assert all(one.done_ms is not None for one in dues(scene).values())


def test_seven_working_days_for_a_rework() -> None:
    scene = Scene("2026-11-16 09:00").followed().at("2026-11-18 09:00")
    scene.do(P, "follow-up", outcome="dissatisfied")
    scene.do(P, "rework", reason="dissatisfied", text="没拿到钱")
    due = dues(scene)["rework", 2, P]
    assert (due.start_ms, due.due_ms) == (ms("2026-11-18 09:02"), ms("2026-11-28 00:00"))
    scene.do(P, "dispatch", lead=C)
    assert {key for key in dues(scene) if key[0] == "rework"} == {("rework", 2, C)}
    assert dues(scene)["complete", 1, X].done_ms is not None


def test_a_hosted_unit_has_its_own_clocks() -> None:
    found = dues(Scene().dispatched(D))
    assert {unit for name, _, unit in found if name == "accept"} == {C, X, D}


def test_time_on_the_line_is_told_for_every_hop() -> None:
    scene = Scene("2026-11-16 09:00")
    scene.cut.add(X)
    scene.dispatched(X).at("2026-11-16 11:02")
    scene.cut.clear()
    scene.sync()
    assert dues(scene)["complete", 1, X].line_ms == 2 * 60 * 60 * 1000


def test_what_falls_due_does_not_depend_on_the_present() -> None:
    scene = Scene().dispatched(X)
    before = dues(scene)
    scene.at("2030-01-01 00:00")
    assert dues(scene) == before


def test_a_clock_is_judged_by_the_policy_in_force_when_it_started() -> None:
    scene = Scene("2026-11-16 09:00").dispatched(X)
    later = Policies(((ms("2026-11-17 00:00"), {"accept_days": 9, "complete_general_days": 1}),))
    assert TICKET.dues(scene[P].state, later, CALENDAR) == TICKET.dues(scene[P].state, Policies(), CALENDAR)
    sooner = Policies(((ms("2026-11-16 00:00"), {"accept_days": 1}),))
    found = {one.unit: one for one in TICKET.dues(scene[P].state, sooner, CALENDAR) if one.clock == "accept"}
    assert found[X].due_ms == ms("2026-11-18 00:00")
