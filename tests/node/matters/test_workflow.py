"""The table of product 1.2, row by row: from which state, by which office, which verb, and the code by which
it is refused (empty: allowed)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conflict.act import Act, Key
from conflict.fold import fold
from conflict.judge import judge
from conflict.state import Standing
from node.errors import Forbidden
from node.matters.ticket import assignments as read
from node.matters.ticket.fields import PHASES, STATUSES

from .scene import FIELDS, MATTER, RECORD, C, D, P, Scene, X, Y, Z, refused

Made = Callable[[], Scene]
SUBMIT = {"result": "completed", "resolved": True, "text": "办"}
DECLINE = {"reason": "not_our_region", "text": "不在本区"}
REWORK = {"reason": "not_solved", "text": "没有解决"}


def registered() -> Scene:
    return Scene().registered()


def at_county() -> Scene:
    return Scene().dispatched(X)


def at_city() -> Scene:
    return Scene().dispatched(C)


def final() -> Scene:
    scene = registered()
    scene.do(P, "dispatch", lead=X, final=True)
    return scene


def accepted() -> Scene:
    scene = at_county()
    scene.do(X, "accept")
    return scene


def submitted() -> Scene:
    return Scene().submitted()


def declined() -> Scene:
    scene = at_county()
    scene.do(X, "decline", **DECLINE)
    return scene


def recalled() -> Scene:
    scene = at_county()
    scene.do(P, "recall", unit=C)
    return scene


def followed() -> Scene:
    return Scene().followed()


def dissatisfied() -> Scene:
    scene = followed()
    scene.do(P, "follow-up", outcome="dissatisfied")
    return scene


def to_check() -> Scene:
    return Scene().checked()


def passed() -> Scene:
    scene = to_check()
    scene.do(P, "quality-check", outcome="pass")
    return scene


def failed() -> Scene:
    scene = to_check()
    scene.do(P, "quality-check", outcome="fail")
    return scene


def archived() -> Scene:
    scene = passed()
    scene.do(P, "archive")
    return scene


def closed() -> Scene:
    scene = registered()
    scene.do(P, "answer", text="答")
    return scene


def withdrawn() -> Scene:
    scene = at_county()
    scene.do(P, "withdraw")
    return scene


def county_owned() -> Scene:
    return Scene().registered(X)


ROWS: list[tuple[Made, str, str, dict[str, Any], str]] = [
    # answer: owner; no open assignment
    (registered, P, "answer", {"text": "答"}, ""),
    (at_county, P, "answer", {"text": "答"}, "branch_open"),
    (recalled, P, "answer", {"text": "答"}, ""),
    (county_owned, X, "answer", {"text": "答"}, ""),
    (county_owned, P, "answer", {"text": "答"}, "owner"),
    (closed, P, "answer", {"text": "答"}, "ticket_ended"),
    (followed, P, "answer", {"text": "答"}, "wrong_phase"),
    # amend: owner, assignee, or above; any open phase
    (registered, P, "amend", {"topic": "legal"}, ""),
    (at_county, X, "amend", {"occupation": "瓦工"}, ""),
    (at_county, C, "amend", {"occupation": "瓦工"}, ""),
    (county_owned, C, "amend", {"topic": "legal"}, ""),
    (to_check, P, "amend", {"topic": "legal"}, ""),
    (archived, P, "amend", {"topic": "legal"}, "ticket_ended"),
    (declined, X, "amend", {"topic": "legal"}, "owner"),
    # dispatch: owner or assignee, to itself or below; above with `final`
    (registered, P, "dispatch", {"lead": C}, ""),
    (registered, P, "dispatch", {"lead": Z, "co": [X]}, ""),
    (registered, P, "dispatch", {"lead": P}, ""),
    (county_owned, X, "dispatch", {"lead": X}, ""),
    (county_owned, X, "dispatch", {"lead": D}, ""),
    (county_owned, C, "dispatch", {"lead": X}, "ruling_not_final"),
    (county_owned, P, "dispatch", {"lead": X, "final": True}, ""),
    (at_city, C, "dispatch", {"lead": X}, ""),
    (at_city, C, "dispatch", {"lead": X, "co": [Y]}, ""),
    (at_county, P, "dispatch", {"lead": X}, "already_assigned"),
    (at_county, P, "dispatch", {"lead": Z}, ""),
    (declined, C, "dispatch", {"lead": X}, ""),
    (declined, C, "dispatch", {"lead": Y}, ""),
    (submitted, X, "dispatch", {"lead": D}, "owner"),
    (recalled, C, "dispatch", {"lead": X}, "owner"),
    (followed, P, "dispatch", {"lead": Z}, "wrong_phase"),
    (withdrawn, P, "dispatch", {"lead": C}, "ticket_ended"),
    # accept: assignee, sent or received
    (at_county, X, "accept", {}, ""),
    (at_city, C, "accept", {}, ""),
    (at_county, C, "accept", {}, "wrong_status"),
    (accepted, X, "accept", {}, "wrong_status"),
    (at_county, P, "accept", {}, "assignee"),
    (recalled, X, "accept", {}, "branch_ended"),
    (recalled, C, "accept", {}, "wrong_status"),
    (withdrawn, X, "accept", {}, "ticket_ended"),
    # decline: assignee without `final`; sent, received, accepted
    (at_county, X, "decline", DECLINE, ""),
    (accepted, X, "decline", DECLINE, ""),
    (final, X, "decline", DECLINE, "final"),
    (submitted, X, "decline", DECLINE, "wrong_status"),
    (declined, X, "decline", DECLINE, "wrong_status"),
    (at_county, P, "decline", DECLINE, "assignee"),
    # note, ask: any in scope; note also in an archived ticket
    (at_county, X, "note", {"text": "记"}, ""),
    (archived, P, "note", {"text": "记"}, ""),
    (archived, X, "note", {"text": "记"}, ""),
    (declined, X, "note", {"text": "记"}, "scope"),
    (at_county, X, "ask", {"for": "extend", "days": 5, "text": "请延"}, ""),
    (archived, X, "ask", {"for": "rework", "text": "重办"}, "ticket_ended"),
    # submit: assignee, accepted, nothing open below it
    (accepted, X, "submit", SUBMIT, ""),
    (at_county, X, "submit", SUBMIT, "wrong_status"),
    (accepted, C, "submit", SUBMIT, "branch_open"),
    (declined, C, "submit", SUBMIT, ""),
    (submitted, X, "submit", SUBMIT, "wrong_status"),
    (accepted, P, "submit", SUBMIT, "assignee"),
    # review: assigner or above; names the submission
    (submitted, C, "review", {"unit": X, "outcome": "pass"}, ""),
    (submitted, P, "review", {"unit": X, "outcome": "back"}, ""),
    (submitted, X, "review", {"unit": X, "outcome": "pass"}, "assigner"),
    (accepted, C, "review", {"unit": X, "outcome": "pass"}, "wrong_status"),
    # recall: assigner or above; any but completed and declined
    (at_county, C, "recall", {"unit": X}, ""),
    (accepted, P, "recall", {"unit": X}, ""),
    (submitted, C, "recall", {"unit": X}, ""),
    (declined, C, "recall", {"unit": X}, "wrong_status"),
    (recalled, P, "recall", {"unit": C}, "wrong_status"),
    (at_county, X, "recall", {"unit": X}, "assigner"),
    (followed, P, "recall", {"unit": C}, "wrong_phase"),
    # follow-up: owner or above, never an assignee
    (followed, P, "follow-up", {"outcome": "satisfied"}, ""),
    (followed, C, "follow-up", {"outcome": "satisfied"}, "owner"),
    (accepted, P, "follow-up", {"outcome": "satisfied"}, "wrong_phase"),
    (dissatisfied, P, "follow-up", {"outcome": "satisfied"}, "rework_alone"),
    # quality check and archive
    (to_check, P, "quality-check", {"outcome": "pass"}, ""),
    (followed, P, "quality-check", {"outcome": "pass"}, "wrong_phase"),
    (failed, P, "quality-check", {"outcome": "pass"}, "rework_alone"),
    (to_check, C, "quality-check", {"outcome": "pass"}, "owner"),
    (passed, P, "archive", {}, ""),
    (to_check, P, "archive", {}, "not_checked"),
    (failed, P, "archive", {}, "rework_alone"),
    (passed, X, "archive", {}, "owner"),
    # rework: from follow_up, quality_check, archived, closed
    (dissatisfied, P, "rework", REWORK, ""),
    (failed, P, "rework", REWORK, ""),
    (archived, P, "rework", REWORK, ""),
    (closed, P, "rework", REWORK, ""),
    (accepted, P, "rework", REWORK, "wrong_phase"),
    (withdrawn, P, "rework", REWORK, "ticket_ended"),
    (followed, X, "rework", REWORK, "owner"),
    # withdraw: owner or above, any open phase
    (registered, P, "withdraw", {}, ""),
    (accepted, P, "withdraw", {}, ""),
    (county_owned, P, "withdraw", {}, ""),
    (accepted, X, "withdraw", {}, "owner"),
    (archived, P, "withdraw", {}, "ticket_ended"),
]


@pytest.mark.parametrize(
    ("made", "office", "verb", "params", "code"),
    ROWS,
    ids=[
        f"{made.__name__}-{unit.rpartition('/')[2]}-{verb}-{code or 'ok'}"
        for made, unit, verb, _, code in ROWS
    ],
)
def test_the_table_allows_and_forbids_as_it_is_written(
    made: Made, office: str, verb: str, params: dict[str, Any], code: str
) -> None:
    scene = made()
    scene.sync()
    for one in scene.offices.values():
        one.hear(scene[P].acts)
    assert refused(scene, office, verb, **params) == code


def bare(scene: Scene, office: str, action: str, **data: Any) -> str:
    try:
        scene.tick()[office].act(action, **data)
    except Forbidden as fault:
        return fault.code
    return ""


def test_an_assignment_below_must_name_the_one_it_is_passed_on_from() -> None:
    scene = at_city()
    assert bare(scene, C, "assign", round=1, unit=X) == "owner"
    own = read.assigned(scene[C].state, 1, C)
    assert own is not None
    assert bare(scene, C, "assign", round=1, unit=X, **{"from": own.id}) == ""


def test_nobody_assigns_sideways_or_upwards() -> None:
    scene = at_city()
    own = read.assigned(scene[C].state, 1, C)
    assert own is not None
    for unit in (Z, P, C):
        assert bare(scene, C, "assign", round=1, unit=unit, **{"from": own.id}) == "owner"


def test_an_old_round_takes_no_more_acts() -> None:
    scene = dissatisfied()
    scene.do(P, "rework", **REWORK)
    scene.do(P, "dispatch", lead=X)
    assert bare(scene, X, "accept", round=1) == "other_round"
    assert bare(scene, X, "accept", round=2) == ""


def test_a_review_of_an_older_submission_is_refused() -> None:
    scene = submitted()
    old = scene[C].state.at(read.place(1, X))
    assert old is not None
    scene.do(C, "review", unit=X, outcome="back")
    scene.do(X, "submit", **SUBMIT)
    data = {"round": 1, "unit": X, "submission": old.id, "outcome": "pass"}
    assert bare(scene, C, "review", **data) == "other_submission"


def test_an_advance_that_the_state_does_not_bear_out_is_refused() -> None:
    assert bare(accepted(), P, "advance", round=1, to="follow_up") == "branch_open"
    assert bare(registered(), P, "advance", round=1, to="follow_up") == "branch_open"
    assert bare(followed(), P, "advance", round=1, to="quality_check") == "not_asked"
    assert bare(dissatisfied(), P, "advance", round=1, to="quality_check") == "rework_alone"
    assert bare(accepted(), P, "advance", round=1, to="archived") == "wrong_phase"


def test_a_rework_names_the_next_round() -> None:
    assert bare(dissatisfied(), P, "rework", round=3, reason="other") == "other_round"


def test_the_facts_of_registration_are_written_once() -> None:
    act = Act(b"x" * 16, Key(2**60, b"l", 1, 0), P, "li", "ticket/1", "amend", {"channel": "web"}, (RECORD,))
    assert judge(MATTER, registered()[P].state, act).standing is Standing.DENIED


def test_results_are_settled_but_not_amended() -> None:
    scene = submitted()
    key = f"result@{read.place(1, X)}"
    assert bare(scene, P, "amend", **{key: "not_completed"}) == "not_amendable"
    named = [one.id for one in scene[P].state.fields[key]]
    assert bare(scene, P, "amend", **{key: "not_completed"}, replaces=named) == ""
    assert scene[P].state.shown(key) == "not_completed"


def test_an_archived_ticket_is_still_settled() -> None:
    scene = archived()
    assert bare(scene, P, "amend", topic="legal", replaces=[RECORD]) == ""


@pytest.mark.parametrize("action", [one.name for one in MATTER.actions])
@pytest.mark.parametrize("datum", [None, True, -1, "x", b"x", [], {}, 2**60, "1"])
def test_an_odd_datum_is_denied_or_a_statement_and_never_an_exception(action: str, datum: Any) -> None:
    scene = submitted()
    state = scene[P].state
    names = (
        "round",
        "unit",
        "from",
        "onward",
        "submission",
        "outcome",
        "to",
        "reason",
        "for",
        "final",
        "result",
    )
    key, data = Key(2**60, b"l", 1, 0), dict.fromkeys(names, datum)
    act = Act(b"o" * 16, key, P, "li", "ticket/1", action, data, state.heads, record=RECORD)
    verdict = judge(MATTER, state, act)
    assert verdict.code != "malformed" or action == "amend"
    folded = fold(MATTER, [*scene[P].acts.values(), act])
    assert folded.marks[act.id].id == act.id
    assert read.every_assignment(folded)


def test_every_refusal_has_its_sentence() -> None:
    codes = {code for *_, code in ROWS if code}
    assert codes <= MATTER.codes.keys()


def test_phases_and_statuses_are_the_ones_of_the_contract() -> None:
    assert list(PHASES) == [
        "registered", "dispatched", "follow_up", "quality_check", "archived", "closed", "withdrawn",
    ]  # fmt: skip
    assert list(STATUSES) == [
        "sent", "received", "accepted", "submitted", "completed", "declined", "recalled",
    ]  # fmt: skip


def test_registration_needs_no_office_above() -> None:
    scene = Scene()
    scene.do(X, "register", **FIELDS)
    assert scene[X].state.owner == X
