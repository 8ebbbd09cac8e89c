"""The ticket's clocks: when what falls due, and when it was done (product 1.3).

An office isn't punished for its line: it is judged by when it acted, by its own time, and an act that was
overtaken counts for whoever did it. Nothing here depends on the present.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conflict.state import Mark, State
from node.deadlines.calendar import NEVER
from sync_protocol import clock

from ..draft import Due, Policies, WorkingDays
from . import assignments as read
from . import terms
from .assignments import Assignment

HOUR_MS = 60 * 60 * 1000
REMINDED = {"accept": 1, "complete": 3, "rework": 3}  # working days left, when a reminder comes (1.3)
_ENDING = frozenset({"answer", "withdraw", "advance", "archive", "rework"})  # they end a round's work


def dues(state: State, policies: Policies, calendar: WorkingDays) -> list[Due]:
    """Every clock of every round, by round, clock and unit; at most one for each of these."""
    found = [*_forward(state, policies)]
    for number in read.rounds(state):
        for one in read.assignments(state, number):
            found += _of_assignment(state, one, policies, calendar)
        found += _work(state, number, policies, calendar)
    return [_reminded(one, calendar) for one in _one_each(found)]


def _reminded(due: Due, calendar: WorkingDays) -> Due:
    days = REMINDED.get(due.clock)
    return due if days is None or due.paused else replace(due, remind_ms=calendar.left(due.due_ms, days))


def _one_each(found: list[Due]) -> list[Due]:
    """Whom a unit above hands his own ticket back has two limits for passing it on: the one that is open counts,
    else the one that was kept the worse."""
    kept: dict[tuple[int, str, str], Due] = {}
    for one in found:
        key = (one.round, one.clock, one.unit)
        if key not in kept or _weight(one) > _weight(kept[key]):
            kept[key] = one
    return [kept[key] for key in sorted(kept)]


def _weight(due: Due) -> tuple[bool, int]:
    return due.done_ms is None, (due.done_ms or 0) - due.due_ms


def _ms(mark: Mark) -> int:
    return clock.to_ms(mark.time)


def _done(state: State, action: str, round: int) -> Iterator[Mark]:
    """Acts of a round that count for deadlines, in order."""
    for mark in state.meant():
        if mark.action == action and mark.data.get("round") == round and read.counted(state, mark):
            yield mark


def _by(state: State, action: str, one: Assignment) -> Iterator[Mark]:
    """Those of an assignment's unit since it was assigned."""
    return (mark for mark in _done(state, action, one.round)
            if mark.unit in (one.unit, one.holder) and mark.time >= one.assigned.time)  # fmt: skip


def _first(marks: Iterator[Mark]) -> int | None:
    found = next(marks, None)
    return None if found is None else _ms(found)


def _moot(done: int | None, *kept: int | None) -> bool:
    """Whether a clock was ended by something else than what it waits for."""
    return done is not None and done not in kept


def _earliest(*moments: int | None) -> int | None:
    return min((one for one in moments if one is not None), default=None)


# Forward: from registration to the first dispatch, and from hop to hop


def _forward(state: State, policies: Policies) -> Iterator[Due]:
    """By the registering unit: an hour where the jurisdiction is clear, wall clock."""
    first = next(state.meant(), None)
    if first is None or first.action != "register":
        return
    start = _ms(first)
    policy = policies.at(start)
    clear = first.data.get("workplace_region") or first.data.get("employer_region")
    hours = policy["forward_clear_hours" if clear else "forward_unclear_hours"]
    sent = _first(_done(state, "assign", 1))
    done = _earliest(sent, _round_end(state, 1))
    yield Due("forward", 1, state.owner, start, start + hours * HOUR_MS, done, moot=_moot(done, sent))


def _round_end(state: State, round: int) -> int | None:
    """When the owner, or a unit above it, ended the round's work."""
    return _earliest(
        *(_ms(mark) for mark in state.meant()
          if mark.action in _ENDING and _ends(mark, round) and read.counted(state, mark))
    )  # fmt: skip


def _ends(mark: Mark, round: int) -> bool:
    number = mark.data.get("round")
    return number == round + 1 if mark.action == "rework" else number == round


# The clocks of one assignment


def _of_assignment(state: State, one: Assignment, policies: Policies, calendar: WorkingDays) -> Iterator[Due]:
    sent, shown = _ms(one.assigned), read.shown_unit(state, one)
    receipt = read.receipt(state, one.unit, one.assigned)
    received = None if receipt is None else _ms(receipt)
    end = _end(state, one)
    passed = _passed(state, one)
    taken = _earliest(_first(_by(state, "accept", one)), passed, _first(_by(state, "submit", one)))
    declined = _first(_by(state, "decline", one))
    cap = calendar.end_of(sent, policies.at(sent)["undelivered_days"])
    start = _earliest(received, terms.delivered(state, one), cap) or cap
    counted_from = min(start, cap - 1)  # 24:00 of a day still belongs to it
    policy, pauses = policies.at(start), terms.pauses(state, one)

    def due(name: str, days: str, done: int | None, owed: bool = True) -> Due:
        ends = calendar.end_of(counted_from, policy[days], pauses)
        moot = _moot(done, taken, declined)
        return Due(name, one.round, shown, start, ends, done, start - sent, owed, ends == NEVER, moot=moot)

    yield due("accept", "accept_days", _earliest(taken, declined, end))
    submitted = _first(_by(state, "submit", one))
    if declined is not None or _earliest(submitted, end) is None:  # the right is there, or was used
        yield due("decline", "decline_days", declined, owed=False)
    if received is not None and (one.onward or passed is not None):
        policy = policies.at(received)
        ends = calendar.end_of(received, policy["forward_days"])
        done = _earliest(passed, declined, end)
        yield Due("forward", one.round, shown, received, ends, done, received - sent,
                  moot=_moot(done, passed))  # fmt: skip


def _passed(state: State, one: Assignment) -> int | None:
    return _first(mark for mark in _by(state, "assign", one) if mark.data.get("from") == one.assigned.id)


def _end(state: State, one: Assignment) -> int | None:
    """When it was taken away: recalled, or ended with the one it was passed on from, or with the round."""
    ended = [] if one.alive else [_taken_away(state, one)]
    return _earliest(_round_end(state, one.round), *ended)


def _taken_away(state: State, one: Assignment | None) -> int:
    """Of a dead assignment: the act of its own or of one it was passed on from that ended it."""
    assert one is not None, "a dead assignment has a reason"
    if one.status in read.ENDED or one.source is None:
        return _ms(one.written)
    parent = read.giver(state, one)
    if parent is None:
        newer = read.assigned(state, one.round, one.assigner)
        return _ms(newer or one.written)
    return _ms(one.written) if parent.alive else _taken_away(state, parent)


# Complete and rework: owed to the worker, by whoever holds the work


def _work(state: State, round: int, policies: Policies, calendar: WorkingDays) -> Iterator[Due]:
    """One clock a round, shown at each unit that is to do the work itself; at the owner while nobody has it.
    A hop that passed it on isn't blamed for what is below it, nor for its review."""
    start = _work_start(state, round)
    if start is None:
        return
    name = "complete" if round == 1 else "rework"
    days = _days(state, round, policies.at(start))
    holders = [one for one in read.assignments(state, round) if _holds(state, one)]
    for one in holders:
        ends = _limit(state, one, start, days, calendar)
        submitted, line = _submitted(state, one), _line(state, one, ends)
        done = _work_done(state, one, submitted)
        yield Due(name, round, read.shown_unit(state, one), start, ends, done, line, paused=ends == NEVER,
                  moot=_moot(done, submitted))  # fmt: skip
    if not any(one.alive for one in holders) and all(one.holder != state.owner for one in holders):
        done = _round_end(state, round)
        yield Due(name, round, state.owner, start, calendar.end_of(start, days), done, moot=_moot(done))


def _limit(state: State, one: Assignment, start: int, days: int, calendar: WorkingDays) -> int:
    """With the days granted and those on which it stood still."""
    pauses = terms.pauses(state, one)

    def ends(more: int) -> int:
        return calendar.end_of(start, days + more, pauses)

    return ends(terms.extended(state, one, ends))


def _work_start(state: State, round: int) -> int | None:
    """The ticket's first dispatch; of a later round, the act that opened it."""
    if round == 1:
        return _first(_done(state, "assign", 1))
    return min((_ms(mark) for mark in read.acts(state, "rework", round)), default=None)


def _days(state: State, round: int, policy: Mapping[str, Any]) -> int:
    if round > 1:
        return int(policy["rework_days"])
    asked = state.shown("deadline_class")
    kind = asked if asked in ("difficult", "complex") else "general"
    return int(policy[f"complete_{kind}_days"])


def _holds(state: State, one: Assignment) -> bool:
    """Has nobody below who is at it."""
    return not read.passed_on_from(state, one)


_HANDED_IN = frozenset({"submitted", "completed"})


def _submitted(state: State, one: Assignment) -> int | None:
    """The submission that wasn't sent back, or that was overtaken when the work was taken away."""
    counts = one.status in _HANDED_IN or one.status in read.ENDED
    found = [*_by(state, "submit", one)] if counts else []
    return _ms(found[-1]) if found else None


def _work_done(state: State, one: Assignment, submitted: int | None) -> int | None:
    """The submission, else when the work was taken away."""
    return _earliest(submitted, None if one.status in _HANDED_IN else _end(state, one))


def _line(state: State, one: Assignment, ends: int) -> int:
    """Time on the way down, over all hops; what wasn't received by the end of the limit was on the line."""
    total = 0
    steps: dict[str, Assignment] = {}
    step: Assignment | None = one
    while step is not None and step.unit not in steps:
        steps[step.unit] = step
        sent = _ms(step.assigned)
        receipt = read.receipt(state, step.unit, step.assigned)
        total += max(0, min(ends, ends if receipt is None else _ms(receipt)) - sent)
        step = read.giver(state, step)
    return total
