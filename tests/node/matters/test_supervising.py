"""Delivery by telephone, terms, escalation, orders, objections, exclusion: who may, from where, and what it does."""

from __future__ import annotations

import pytest

from node.deadlines import Policies, shipped
from node.errors import Forbidden
from node.matters.draft import Due
from node.matters.ticket import assignments as read
from node.matters.ticket import oversight, terms
from node.matters.ticket.waiting import waiting

from .scene import TICKET, C, D, P, Scene, X, ms


def due(scene: Scene, clock: str, unit: str, round: int = 1, at: str = P) -> Due:
    found = TICKET.dues(scene[at].state, Policies(), shipped())
    return next(one for one in found if (one.clock, one.unit, one.round) == (clock, unit, round))


def asked(scene: Scene, days: int = 5) -> Scene:
    scene.do(X, "ask", **{"for": "extend", "days": days, "text": "企业停产"})
    return scene


def refused(scene: Scene, by: str, verb: str, **params: object) -> str:
    with pytest.raises(Forbidden) as caught:
        scene[by].do(verb, **params)
    return caught.value.code


def test_delivery_by_telephone_starts_the_clocks_of_a_unit_that_is_cut_off() -> None:
    scene = Scene()
    scene.cut.add(X)
    scene.dispatched(X).at("2026-11-17 10:00")  # Tuesday
    scene.do(C, "deliver", unit=X)
    assert due(scene, "accept", X).due_ms == ms("2026-11-21 00:00")  # Wed, Thu, Fri


def test_what_was_received_isn_t_delivered_by_telephone_any_more() -> None:
    assert refused(Scene().dispatched(X), C, "deliver", unit=X) == "wrong_status"


def test_a_granted_extension_is_the_total_of_working_days() -> None:
    scene = asked(Scene().dispatched(X))
    before = due(scene, "complete", X).due_ms
    scene.do(C, "extend", unit=X, outcome="grant", days=3)
    assert before == ms("2026-12-08 00:00") and due(scene, "complete", X).due_ms == ms("2026-12-11 00:00")
    asked(scene).do(C, "extend", unit=X, outcome="grant", days=5)
    assert due(scene, "complete", X).due_ms == ms("2026-12-15 00:00")


def test_a_denial_takes_nothing_back() -> None:
    scene = asked(Scene().dispatched(X))
    scene.do(C, "extend", unit=X, outcome="grant", days=3)
    asked(scene).do(C, "extend", unit=X, outcome="deny")
    assert due(scene, "complete", X).due_ms == ms("2026-12-11 00:00")


def test_a_grant_without_days_grants_those_asked_for() -> None:
    scene = asked(Scene().dispatched(X), 4)
    scene.do(C, "extend", unit=X, outcome="grant")
    assert due(scene, "complete", X).due_ms == ms("2026-12-12 00:00")


def test_an_extension_answers_a_request_and_comes_to_ten_days_at_most() -> None:
    scene = Scene().dispatched(X)
    assert refused(scene, C, "extend", unit=X, outcome="grant", days=3) == "no_request"
    assert refused(asked(scene), C, "extend", unit=X, outcome="grant", days=11) == "too_many_days"


def test_an_extension_asked_for_after_expiry_changes_no_deadline() -> None:
    scene = asked(Scene().dispatched(X).at("2026-12-08 00:01"))
    scene.do(C, "extend", unit=X, outcome="grant", days=5)
    assert due(scene, "complete", X).due_ms == ms("2026-12-08 00:00")


def test_what_is_granted_to_a_city_holds_for_the_county_that_it_passed_the_work_on_to() -> None:
    scene = Scene().dispatched(X)
    scene.do(C, "ask", **{"for": "extend", "days": 2, "text": "跨区县"})
    scene.do(P, "extend", unit=C, outcome="grant", days=2)
    assert due(scene, "complete", X).due_ms == ms("2026-12-10 00:00")


def test_a_city_s_extension_answers_the_city_s_own_request() -> None:
    assert refused(asked(Scene().dispatched(X)), P, "extend", unit=C, outcome="grant", days=2) == "no_request"


def test_the_clock_stands_still_by_whole_days() -> None:
    scene = Scene().dispatched(X).at("2026-11-18 16:00")  # Wednesday
    scene.do(C, "suspend", unit=X, outcome="grant", reason="arbitration")
    assert due(scene, "complete", X).paused
    scene.at("2026-11-23 08:00").do(C, "resume", unit=X)  # Monday: Wed, Thu, Fri didn't count
    found = due(scene, "complete", X)
    assert not found.paused and found.due_ms == ms("2026-12-11 00:00")


def test_a_suspension_of_one_day_without_a_night_counts_for_nothing() -> None:
    scene = Scene().dispatched(X).at("2026-11-18 09:00")
    scene.do(C, "suspend", unit=X, outcome="grant", reason="litigation")
    scene.at("2026-11-18 17:00").do(C, "resume", unit=X)
    assert due(scene, "complete", X).due_ms == ms("2026-12-08 00:00")


def test_what_was_overdue_before_it_was_suspended_stays_overdue() -> None:
    scene = Scene().dispatched(X).at("2026-12-08 09:00")
    scene.do(C, "suspend", unit=X, outcome="grant", reason="worker_unreachable")
    found = due(scene, "complete", X)
    assert not found.paused and found.due_ms == ms("2026-12-08 00:00")


def test_what_stands_still_isn_t_suspended_again_nor_what_runs_resumed() -> None:
    scene = Scene().dispatched(X)
    assert refused(scene, C, "resume", unit=X) == "not_suspended"
    scene.do(C, "suspend", unit=X, outcome="grant", reason="arbitration")
    assert refused(scene, C, "suspend", unit=X, outcome="grant") == "already_suspended"


def test_a_denied_suspension_stops_nothing() -> None:
    scene = Scene().dispatched(X)
    scene.do(C, "suspend", unit=X, outcome="deny", text="照常办理")
    assert not due(scene, "complete", X).paused


@pytest.mark.parametrize("verb", ["extend", "suspend", "deliver"])
def test_only_the_assigner_or_above_grants_terms(verb: str) -> None:
    scene = asked(Scene().dispatched(X))
    params = {"deliver": {}, "suspend": {"outcome": "grant"}, "extend": {"outcome": "grant", "days": 2}}
    assert refused(scene, X, verb, unit=X, **params[verb]) == "assigner"


def test_escalation_takes_the_lead_and_leaves_the_unit_below_as_co_handler() -> None:
    scene = Scene().dispatched(X)
    scene.do(C, "escalate", text="跨区县")
    state = scene[P].state
    assert read.lead(state) == C
    assert {one.unit for one in read.assignments(state) if one.open} == {C, X}


def test_the_province_escalates_by_an_assignment_of_its_own() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "escalate")
    state = scene[P].state
    assert read.lead(state) == P and read.assignment(state, 1, P) is not None


def test_the_unit_that_leads_doesn_t_escalate_to_itself() -> None:
    assert refused(Scene().dispatched(X), X, "escalate") == "above"


def test_an_order_is_replied_to_and_closed() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "supervise", unit=X, text="三日内回复", days=3)
    scene.do(X, "reply", text="已约谈企业")
    [order] = oversight.open_orders(scene[P].state)
    assert [one.unit for one in oversight.replies(scene[P].state, order.id)] == [X]
    scene.do(P, "supervise", outcome="close", text="收悉")
    assert oversight.open_orders(scene[P].state) == []
    assert refused(scene, X, "reply", text="再报") == "no_order"


def test_what_was_asked_waits_until_it_is_answered() -> None:
    scene = asked(Scene().dispatched(X))
    scene.do(P, "supervise", unit=X, text="三日内回复", days=3)
    told = lambda at: [one["for"] for one in waiting(scene[at].state)]  # noqa: E731
    assert told(X) == told(P) == ["decision", "reply"]
    scene.do(C, "extend", unit=X, outcome="grant", days=3)
    scene.do(X, "reply", text="已约谈企业")
    assert told(X) == told(P) == ["close"]
    scene.do(P, "supervise", outcome="close", text="收悉")
    assert told(P) == []


def test_an_order_comes_from_above_an_assignee() -> None:
    assert refused(Scene().dispatched(X), X, "supervise", text="催") == "above"


def test_urging_is_counted_and_changes_nothing() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "urge", text="职工又来电")
    scene.do(P, "urge", text="再来电")
    assert len(oversight.urges(scene[X].state)) == 2


def test_a_ticket_is_excluded_by_the_tier_above_its_owner_and_counted_again() -> None:
    scene = Scene().registered(X)
    assert refused(scene, X, "exclude", text="不合理诉求") == "above"
    scene.do(C, "exclude", text="不合理诉求")
    assert scene[C].state.shown("excluded") is True
    scene.do(C, "exclude", excluded=False, text="复核后计入")
    assert scene[C].state.shown("excluded") is False


def test_the_root_excludes_its_own() -> None:
    scene = Scene().registered()
    scene.do(P, "exclude", text="不合理诉求")
    assert scene[P].state.shown("excluded") is True


def test_pauses_of_two_tiers_add_up() -> None:
    scene = Scene().dispatched(X)
    scene.do(C, "suspend", unit=X, outcome="grant", reason="arbitration")
    scene.do(P, "suspend", unit=C, outcome="grant", reason="arbitration")
    own = read.assignment(scene[P].state, 1, X)
    assert own is not None and len(terms.pauses(scene[P].state, own)) == 2


def test_the_hosting_node_asks_and_replies_in_the_name_of_a_hosted_unit() -> None:
    scene = Scene().dispatched(D)
    scene.do(X, "ask", **{"for": "extend", "days": 2, "text": "停产"})
    scene.do(X, "extend", unit=D, outcome="grant")
    scene.do(C, "supervise", unit=D, text="限期")
    scene.do(X, "reply", text="已办")
    by = {mark.action: mark.unit for mark in scene[P].state.marks.values()}
    assert by["ask"] == by["reply"] == D and scene[P].state.held(f"clock/1/{D}") == 2
