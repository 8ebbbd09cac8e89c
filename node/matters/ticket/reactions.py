"""What a node signs by itself about a ticket: receipt, passing on, submission and review, advance.

The state alone decides, so a reaction that was signed isn't signed again. Each call gives the next step
only; the engine folds, and asks again until nothing follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conflict.state import State
from sync_protocol.names import is_above

from ..draft import Desk, Draft
from . import assignments as read
from . import rules
from .assignments import Assignment
from .dispatch import assign, next_hop, wanted


def reactions(state: State, desk: Desk) -> list[Draft]:
    """Shape: drafts of one step, each on behalf of the unit that it is for."""
    mine = [one for one in read.assignments(state) if one.open and _acts_for(one.holder, desk)]
    for step in (_received, _passed_on, _submitted):
        drafts = [draft for one in mine for draft in step(state, one, desk)]
        if drafts:
            return drafts
    return [*_reviewed(state, desk)] or [*_advanced(state, desk)]


def _acts_for(unit: str, desk: Desk) -> bool:
    """This node's unit, also by a path of before a move, or one that it hosts."""
    return unit == desk.unit or unit in desk.former or desk.hosts(unit)


def _draft(action: str, unit: str, desk: Desk, data: Mapping[str, Any]) -> Draft:
    return Draft(action, data, None if unit == desk.unit else unit)


def _received(state: State, own: Assignment, desk: Desk) -> Iterator[Draft]:
    if own.status in ("sent", "accepted") and not _answered(state, own):
        yield _draft("receive", own.holder, desk, {**_of(own), "from": own.assigned.id})


def _of(own: Assignment) -> dict[str, Any]:
    """How an act of its holder names it."""
    named = {} if own.holder == own.unit else {"assignment": own.unit}
    return {"round": own.round, **named}


def _answered(state: State, own: Assignment) -> bool:
    """Whatever became of the receipt: one is enough."""
    return any(
        one.action == "receive"
        and one.unit in (own.unit, own.holder)
        and one.data.get("from") == own.assigned.id
        for one in state.meant()
    )


def _passed_on(state: State, own: Assignment, desk: Desk) -> Iterator[Draft]:
    """What a dispatcher above named deeper. Passed on once: a recall of it isn't undone."""
    if own.status not in ("sent", "accepted"):
        return
    deeper = [one for one in own.onward if is_above(own.holder, one) and desk.tree.path(one) == one]
    targets = [one for one in deeper if not _was_passed(state, own, next_hop(own.holder, one, desk.tree))]
    for unit, onward in wanted(state, own.holder, targets, desk.tree):
        if not _was_passed(state, own, unit):
            data = assign(state, own.holder, unit, onward, final=own.final)
            yield _draft("assign", own.holder, desk, data)


def _was_passed(state: State, own: Assignment, unit: str) -> bool:
    return any(
        one.action == "assign" and one.data.get("unit") == unit and one.data.get("from") == own.assigned.id
        for one in state.meant()
    )


def _submitted(state: State, own: Assignment, desk: Desk) -> Iterator[Draft]:
    """When the last branch below has passed review, one's own is submitted with it, by its result."""
    if own.shown != "accepted" or not desk.policy.get("submit_with_review", True):
        return
    below = read.passed_on_from(state, own)
    done = [one for one in below if one.status == "completed" and one.written.time > own.written.time]
    if not done or any(one.open for one in below):
        return
    source = _leading(state, done)
    data = {name: read.of_assignment(state, name, own.round, source.unit) for name in ("result", "resolved")}
    if None not in data.values():
        yield _draft("submit", own.holder, desk, {**_of(own), **data})


def _leading(state: State, done: list[Assignment]) -> Assignment:
    lead = read.lead(state)
    return next((one for one in done if lead and one.reaches(lead)), done[-1])


def _reviewed(state: State, desk: Desk) -> Iterator[Draft]:
    """Where the policy sets a hop's review to automatic."""
    automatic = desk.policy.get("automatic_review") or ()
    for one in read.assignments(state):
        mine = _acts_for(one.assigner, desk) and one.assigner in automatic
        if mine and one.open and one.status == "submitted":
            data = {"round": one.round, "unit": one.unit, "submission": one.written.id, "outcome": "pass"}
            yield _draft("review", one.assigner, desk, data)


def _advanced(state: State, desk: Desk) -> Iterator[Draft]:
    """The owner's node moves the phase when the work is done, or the worker couldn't be reached. What is linked
    is completed together: when no branch of any member is open."""
    if not _acts_for(state.owner, desk):
        return
    number = read.round_of(state)
    if rules.work_is_done(state):
        if any(read.has_open(one) for one in desk.linked(state)):
            return
        yield _draft("advance", state.owner, desk, {"round": number, "to": "follow_up"})
    elif read.phase(state) == "follow_up" and rules.asked(state) in ("satisfied", "not_obtained"):
        yield _draft("advance", state.owner, desk, {"round": number, "to": "quality_check"})
