"""The whole life of a ticket, from province to county and back into the archive."""

from __future__ import annotations

from node.matters.draft import Place
from node.matters.ticket import assignments as read

from .scene import MATTER, TICKET, C, D, P, Scene, X, Y


def statuses(scene: Scene, unit: str = P) -> dict[str, str]:
    places: list[Place] = TICKET.places(scene[unit].state)
    number = read.round_of(scene[unit].state)
    return {one.unit: one.status for one in places if one.round == number}


def phase(scene: Scene, unit: str = P) -> str:
    return TICKET.phase(scene[unit].state)


def test_a_ticket_goes_down_the_tree_and_comes_back_into_the_archive() -> None:
    scene = Scene().registered()
    assert phase(scene) == "registered"
    assert scene[P].state.shown("number") == "370000-1"
    scene.do(P, "dispatch", lead=X)
    assert phase(scene) == "dispatched"
    assert statuses(scene) == {C: "accepted", X: "received"}
    assert read.lead(scene[X].state) == X
    scene.do(X, "accept")
    scene.do(X, "note", text="已联系用人单位")
    scene.do(X, "submit", result="completed", resolved=True, text="工资已付清", recovered=1_000_000)
    assert statuses(scene) == {C: "accepted", X: "submitted"}
    scene.do(C, "review", unit=X, outcome="pass")
    assert statuses(scene) == {C: "submitted", X: "completed"}
    scene.do(P, "review", unit=C, outcome="pass")
    assert phase(scene) == "follow_up"
    scene.do(P, "follow-up", outcome="satisfied", result=5, attitude=4)
    assert phase(scene) == "quality_check"
    scene.do(P, "quality-check", outcome="pass")
    scene.do(P, "archive")
    assert phase(scene) == "archived"
    for unit in (C, X):
        assert scene[unit].state == scene[P].state
    assert TICKET.detail(scene[P].state) == {
        "result": "completed", "resolved": True, "amount_recovered": 1_000_000, "waiting": [],
    }  # fmt: skip
    assert not scene[P].state.rows
    assert not scene[Y].acts


def test_every_act_of_a_whole_life_stands() -> None:
    scene = Scene().checked()
    assert {str(one.standing) for one in scene[P].state.verdicts.values()} == {"stands"}


def test_a_second_round_of_synchronising_makes_nobody_sign_anything() -> None:
    scene = Scene().checked()
    before = len(scene[P].acts)
    scene.sync()
    assert len(scene[P].acts) == before


def test_a_county_that_is_cut_off_works_on_and_everything_arrives() -> None:
    scene = Scene().dispatched(X)
    scene.cut.add(X)
    scene.do(X, "accept")
    scene.do(X, "note", text="已到现场")
    scene.do(X, "submit", result="completed", resolved=True, text="办结")
    assert statuses(scene, P)[X] == "received"
    scene.cut.clear()
    scene.sync()
    assert statuses(scene, P)[X] == "submitted"
    assert scene[P].state == scene[X].state


def test_a_recall_overtakes_the_submission_that_did_not_know_of_it() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    scene.cut.add(X)
    scene.tick()[X].do("submit", result="completed", resolved=True, text="办结")
    scene.tick()[C].do("recall", unit=X)
    scene.cut.clear()
    scene.sync()
    assert statuses(scene)[X] == "recalled"
    [row] = scene[P].state.rows
    assert (row.code, row.open) == ("overtaken", True)
    assert read.of_assignment(scene[P].state, "result", 1, X) == "completed"


def test_rework_opens_a_round_of_its_own_and_keeps_the_old_one() -> None:
    scene = Scene().followed()
    scene.do(P, "follow-up", outcome="dissatisfied", result=1)
    assert phase(scene) == "follow_up"
    scene.do(P, "rework", reason="dissatisfied", text="职工说没有拿到钱")
    assert phase(scene) == "registered"
    assert statuses(scene) == {}
    scene.do(P, "dispatch", lead=C)
    assert statuses(scene) == {C: "received"}
    assert {(one.round, one.unit) for one in TICKET.places(scene[P].state)} == {(1, C), (1, X), (2, C)}


def test_an_archived_ticket_can_be_reworked() -> None:
    scene = Scene().checked()
    scene.do(P, "quality-check", outcome="pass")
    scene.do(P, "archive")
    scene.do(P, "rework", reason="supervision", text="复查")
    assert (phase(scene), read.round_of(scene[P].state)) == ("registered", 2)


def test_three_attempts_on_two_days_are_not_obtained_and_go_to_the_check() -> None:
    scene = Scene().followed()
    scene.do(P, "follow-up", outcome="no_answer")
    scene.do(P, "follow-up", outcome="no_answer")
    scene.do(P, "follow-up", outcome="declined")
    assert phase(scene) == "follow_up"
    scene.at("2026-11-17 10:00").do(P, "follow-up", outcome="no_answer")
    assert phase(scene) == "quality_check"


def test_a_hosted_unit_is_acted_for_by_its_host() -> None:
    scene = Scene().dispatched(D)
    assert statuses(scene) == {C: "accepted", X: "accepted", D: "received"}
    scene.do(X, "accept")
    scene.do(X, "submit", result="completed", resolved=True, text="部门已办")
    assert statuses(scene)[D] == "submitted"
    scene.do(X, "review", unit=D, outcome="pass")
    assert statuses(scene) == {C: "accepted", X: "submitted", D: "completed"}
    scene.do(C, "review", unit=X, outcome="pass")
    assert statuses(scene)[C] == "submitted"


def test_the_ticket_waits_for_its_co_handler_and_sums_what_was_recovered() -> None:
    scene = Scene().dispatched(X, Y)
    for unit, fen in ((X, 300), (Y, 200)):
        scene.do(unit, "accept")
        scene.do(unit, "submit", result="completed", resolved=unit == X, text="办", recovered=fen)
    scene.do(C, "review", unit=X, outcome="pass")
    assert statuses(scene)[C] == "accepted"
    scene.do(C, "review", unit=Y, outcome="pass")
    assert statuses(scene)[C] == "submitted"
    scene.do(P, "review", unit=C, outcome="pass")
    assert phase(scene) == "follow_up"
    done = {"result": "completed", "resolved": True, "amount_recovered": 500, "waiting": []}
    assert TICKET.detail(scene[P].state) == done


def test_a_result_that_is_sent_back_is_submitted_anew() -> None:
    scene = Scene().submitted()
    scene.do(C, "review", unit=X, outcome="pass")
    scene.do(P, "review", unit=C, outcome="back", text="补充付款凭证")
    assert statuses(scene)[C] == "accepted"
    scene.do(C, "submit", result="completed", resolved=True, text="凭证已补")
    scene.do(P, "review", unit=C, outcome="pass")
    assert phase(scene) == "follow_up"


def test_a_city_that_is_sent_back_can_give_it_to_the_county_again() -> None:
    scene = Scene().submitted()
    scene.do(C, "review", unit=X, outcome="pass")
    scene.do(P, "review", unit=C, outcome="back")
    scene.do(C, "dispatch", lead=X)
    assert statuses(scene) == {C: "accepted", X: "received"}


def test_an_automatic_review_is_signed_by_the_hop_itself() -> None:
    scene = Scene()
    scene.policy = {"automatic_review": [C]}
    scene.submitted()
    assert statuses(scene) == {C: "submitted", X: "completed"}


def test_a_policy_may_leave_the_hops_own_submission_to_a_person() -> None:
    scene = Scene()
    scene.policy = {"submit_with_review": False}
    scene.submitted().do(C, "review", unit=X, outcome="pass")
    assert statuses(scene)[C] == "accepted"


def test_a_declined_ticket_is_dispatched_elsewhere_by_its_dispatcher() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "decline", reason="not_our_region", text="不在本区")
    assert statuses(scene)[X] == "declined"
    assert X not in MATTER.scope(scene[P].state)
    scene.do(C, "dispatch", lead=Y)
    assert statuses(scene) == {C: "accepted", X: "declined", Y: "received"}
    assert read.lead(scene[P].state) == Y


def test_recalling_a_hop_ends_what_it_passed_on() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    scene.do(P, "recall", unit=C)
    assert MATTER.scope(scene[P].state) == {P}
    assert statuses(scene) == {C: "recalled", X: "recalled"}
    assert phase(scene) == "registered"


def test_a_recalled_hop_that_is_assigned_again_does_not_revive_what_it_had_passed_on() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "recall", unit=C)
    scene.do(P, "dispatch", lead=C)
    assert statuses(scene) == {C: "received", X: "recalled"}


def test_a_walk_in_is_assigned_by_the_office_to_itself() -> None:
    scene = Scene().registered(X)
    scene.do(X, "dispatch", lead=X)
    scene.do(X, "accept")
    scene.do(X, "submit", result="completed", resolved=True, text="当面解决")
    scene.do(X, "review", unit=X, outcome="pass")
    assert phase(scene, X) == "follow_up"
    scene.sync()
    scene.do(P, "follow-up", outcome="satisfied", result=5)
    assert phase(scene, X) == "quality_check"


def test_an_office_registers_and_answers_on_the_spot() -> None:
    scene = Scene().registered()
    scene.do(P, "answer", text="已告知申请劳动仲裁的时效")
    assert phase(scene) == "closed"


def test_a_withdrawal_ends_every_branch() -> None:
    scene = Scene().dispatched(X)
    scene.do(P, "withdraw", text="职工撤诉")
    assert phase(scene) == "withdrawn"
    assert not read.has_open(scene[P].state)


def test_both_amend_one_field_and_a_person_settles_it() -> None:
    scene = Scene().dispatched(X)
    scene.cut.add(X)
    scene.tick()[P].do("amend", amount_claimed=100)
    scene.tick()[X].do("amend", amount_claimed=200)
    scene.cut.clear()
    scene.sync()
    marks = scene[P].state.fields["amount_claimed"]
    assert [one.value for one in marks] == [100, 200]
    scene[P].act("amend", amount_claimed=200, replaces=[one.id for one in marks])
    scene.sync()
    assert scene[X].state.shown("amount_claimed") == 200
    assert not [row for row in scene[X].state.rows if row.open]


def test_an_office_above_rules_and_its_dispatch_cannot_be_declined() -> None:
    scene = Scene().registered(C)
    scene.do(C, "dispatch", lead=X)
    scene.do(X, "decline", reason="not_our_matter", text="不归我办")
    scene.do(P, "dispatch", lead=X, final=True)
    [own] = [one for one in read.assignments(scene[P].state) if one.open and one.unit == X]
    assert own.final


def test_an_intermediate_lead_is_the_lead_where_it_keeps_the_work() -> None:
    scene = Scene().dispatched(C)
    scene.do(C, "dispatch", lead=X)
    assert read.lead(scene[P].state) == X
    scene.do(X, "decline", reason="other", text="市里办")
    scene.do(C, "submit", result="completed", resolved=False, text="市总直接办理")
    scene.do(P, "review", unit=C, outcome="pass")
    assert phase(scene) == "follow_up"
    assert TICKET.detail(scene[P].state)["resolved"] is False
