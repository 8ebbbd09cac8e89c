"""What of a ticket can be counted (product 1.4), beside what the engine counts of every matter.

What the work came to is counted for whoever led it in that round (办理单位), the rest for the unit named. An
overtaken act counts for the unit that did it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conflict.state import Mark, State
from sync_protocol import clock

from ..draft import Due, Fact
from . import assignments as read
from . import oversight, rules
from .assignments import Assignment

SATISFIED = 4  # scores from 4 to 5 are satisfied
SCORES = {"satisfaction_result": "result", "satisfaction_attitude": "attitude"}
_ANSWERED = frozenset({"satisfied", "dissatisfied"})  # outcomes that say what the worker thinks of the result


def facts(state: State, dues: list[Due]) -> list[Fact]:
    return [*_ticket(state), *_assignments(state), *_rounds(state), *_follow_ups(state), *_checks(state),
            *_urges(state)]  # fmt: skip


def dimensions(state: State) -> dict[str, Any]:
    """The result is the lead's."""
    return {"result": read.result(state, "result")}


def handler(state: State, round: int) -> str:
    """The unit that did a round's work; the registering one where nobody had it."""
    own = read.answering(state, round)
    return state.owner if own is None else read.shown_unit(state, own)


def _ms(mark: Mark) -> int:
    return clock.to_ms(mark.time)


# The ticket as a whole, counted by its registration


def _ticket(state: State) -> Iterator[Fact]:
    created, number = clock.to_ms(state.created), read.round_of(state)
    unit = handler(state, number)
    yield Fact("handled", unit, created)
    done = _completed_ms(state, number)
    if done is not None:
        yield Fact("completed", unit, created, from_ms=done)
    withdrawn = next((one for one in read.acts(state, "withdraw", number)), None)
    if withdrawn is not None and read.phase(state) == "withdrawn":
        yield Fact("withdrawn", state.owner, created, from_ms=_ms(withdrawn))
    persons = state.shown("persons_affected")
    yield from _amount("persons_affected", state.owner, created, persons, created)
    yield from _amount("claimed", unit, created, state.shown("amount_claimed"), created)
    yield from _amount("recovered", unit, created, read.recovered(state), _recovered_ms(state))


def _amount(name: str, unit: str, at_ms: int, value: Any, from_ms: int) -> Iterator[Fact]:
    if type(value) is int and value:
        yield Fact(name, unit, at_ms, value, from_ms=from_ms)


def _completed_ms(state: State, number: int) -> int | None:
    """When the ticket's work ended well: answered on the spot, or with the lead's result `completed`."""
    if read.phase(state) in ("registered", "withdrawn"):
        return None
    well = _answer(state, number) is not None or _stated(state, number, "result") == "completed"
    return _finished_ms(state, number) if well else None


def _recovered_ms(state: State) -> int:
    """When the newest amount was written."""
    writes = [
        one[-1] for key, one in state.fields.items() if key.partition("@")[0] == "amount_recovered" and one
    ]
    return max((_ms(one) for one in writes), default=0)


# Assignments


def _assignments(state: State) -> Iterator[Fact]:
    for number in read.rounds(state):
        for one in read.assignments(state, number):
            yield from _assigned(state, one)
            yield from _on_the_line(state, one)


def _assigned(state: State, one: Assignment) -> Iterator[Fact]:
    """Each time that it was given to the unit, and whether it was declined. Declining ends one giving."""
    shown = read.shown_unit(state, one)
    given = _givings(state, one)
    declined = _declines(state, one)
    for mark, until in zip(given, [*(after.time for after in given[1:]), None], strict=True):
        yield Fact("assigned", shown, _ms(mark), round=one.round)
        late = (each for each in declined if each.time > mark.time and (until is None or each.time < until))
        found = next(late, None)
        if found is not None:
            yield Fact("declined", shown, _ms(mark), round=one.round, from_ms=_ms(found))


def _givings(state: State, one: Assignment) -> list[Mark]:
    """The last may be an `adopt` of an `assign` that doesn't stand itself: it is one that nobody else sees as such."""
    given = [mark for mark in read.acts(state, "assign", one.round) if mark.data.get("unit") == one.unit]
    known = any(mark.id == one.assigned.id for mark in given)
    return given if known else sorted([*given, one.assigned], key=lambda mark: mark.time)


def _declines(state: State, one: Assignment) -> list[Mark]:
    """Those of the assignment's unit, overtaken ones too."""
    return [
        mark for mark in state.meant()
        if mark.action == "decline" and mark.data.get("round") == one.round
        and mark.unit in (one.unit, one.holder) and mark.data.get("assignment", mark.unit) in (one.unit, one.holder)
        and read.counted(state, mark)
    ]  # fmt: skip


def _on_the_line(state: State, one: Assignment) -> Iterator[Fact]:
    """Time on the line (在途), in seconds, from being sent until the unit's node signed the receipt."""
    sent, shown = _ms(one.assigned), read.shown_unit(state, one)
    receipt = read.receipt(state, one.unit, one.assigned)
    if receipt is not None:
        seconds = max(0, _ms(receipt) - sent) // 1000
        yield Fact("delivered", shown, _ms(receipt), round=one.round)
        if seconds:
            yield Fact("line", shown, _ms(receipt), seconds, round=one.round)
    elif one.open and one.shown == "sent":
        yield Fact("undelivered", shown, sent, round=one.round)


# Rounds


def _rounds(state: State) -> Iterator[Fact]:
    for number in read.rounds(state):
        at = _finished_ms(state, number)
        if at is not None:
            yield from _round(state, number, at)
    for mark in state.meant():
        if mark.action == "answer" and read.standing(state, mark):
            yield Fact("answered", state.owner, clock.to_ms(state.created), from_ms=_ms(mark))
            return


def _round(state: State, number: int, at: int) -> Iterator[Fact]:
    """A round whose work is done: what the lead said came of it, and whether it was wanted anew."""
    unit = handler(state, number)
    yield Fact("finished", unit, at, round=number)
    again = next(read.acts(state, "rework", number + 1), None)
    if again is not None:
        yield Fact("reworked", unit, at, round=number, from_ms=_ms(again))
    result, resolved = _stated(state, number, "result"), _stated(state, number, "resolved")
    if result is not None:
        yield Fact("result", unit, at, round=number)
        if result == "completed":
            yield Fact("result.completed", unit, at, round=number)
        if resolved is True:
            yield Fact("result.resolved", unit, at, round=number)


def _finished_ms(state: State, number: int) -> int | None:
    """When a round's work was done: handed to follow-up, or answered on the spot."""
    advanced = (one for one in read.acts(state, "advance", number) if one.data.get("to") == "follow_up")
    ended = [one for one in (next(advanced, None), _answer(state, number)) if one is not None]
    return min(map(_ms, ended), default=None)


def _answer(state: State, number: int) -> Mark | None:
    return next(read.acts(state, "answer", number), None)


def _stated(state: State, number: int, name: str) -> Any:
    """`result` or `resolved` as a round's lead handed it in."""
    own = read.answering(state, number)
    return None if own is None else read.of_assignment(state, name, number, own.unit)


# Follow-up


def _follow_ups(state: State) -> Iterator[Fact]:
    for number in read.rounds(state):
        attempts = list(read.acts(state, "follow_up", number))
        yield from _reached(state, number, attempts)
        for field, name in SCORES.items():
            yield from _scored(state, number, attempts, field, name)


def _reached(state: State, number: int, attempts: list[Mark]) -> Iterator[Fact]:
    """Whether what the worker thinks was obtained: counted once it is settled."""
    unit = handler(state, number)
    for count, mark in enumerate(attempts, 1):
        found = rules.outcome_of(attempts[:count])
        if found is not None:
            yield Fact("follow_up", unit, _ms(mark), round=number)
            if found == "not_obtained":
                yield Fact("follow_up.not_obtained", unit, _ms(mark), round=number)
            return


def _scored(state: State, number: int, attempts: list[Mark], field: str, name: str) -> Iterator[Fact]:
    """By the score; of the result, where none was given, by the outcome."""
    told = [one for one in attempts if field in one.data or name == "result" and _tells(one)]
    if not told:
        return
    mark, unit = told[-1], handler(state, number)
    score = _settled(state, field, mark)
    good = score >= SATISFIED if type(score) is int else mark.data.get("outcome") == "satisfied"
    yield Fact(f"scored.{name}", unit, _ms(mark), round=number)
    if good:
        yield Fact(f"satisfied.{name}", unit, _ms(mark), round=number)


def _tells(mark: Mark) -> bool:
    return mark.data.get("outcome") in _ANSWERED


def _settled(state: State, field: str, mark: Mark) -> Any:
    """The score that an attempt gave, or what a conflict about it was settled to."""
    writes = state.fields.get(field, [])
    last = writes[-1] if writes else None
    newer = last is not None and last.action != "follow_up" and last.time > mark.time
    return last.value if newer and last is not None else mark.data.get(field)


# The check, and the worker calling again


def _checks(state: State) -> Iterator[Fact]:
    """The round's verdict: a failed check isn't undone by another. What isn't in the sample wasn't checked."""
    for number in read.rounds(state):
        found = list(read.acts(state, "quality_check", number))
        found = [one for one in found if one.data.get("sampled") is not False]
        failed = [one for one in found if one.data.get("outcome") == "fail"]
        deciding = (failed or found)[:1]
        for mark in deciding:
            unit = handler(state, number)
            yield Fact("checked", unit, _ms(mark), round=number)
            if not failed:
                yield Fact("checked.passed", unit, _ms(mark), round=number)
            score = mark.data.get("score")
            if type(score) is int:
                yield Fact("checked.scored", unit, _ms(mark), round=number)
                yield from _amount("checked.score", unit, _ms(mark), score, _ms(mark))


def _urges(state: State) -> Iterator[Fact]:
    for mark in oversight.urges(state):
        yield Fact("urged", handler(state, read.round_of(state)), _ms(mark))
