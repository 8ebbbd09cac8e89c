"""Cards (督办牌): which are called for by what was done and left undone, and which stand (product 1.3).

**Yellow** when a deadline has passed; **red** when it is still open 3 working days later, or as the second
standing yellow in one assignment. A card stands while its breach still computes and nobody has cleared it;
*rescinded* is no act: the county's timely act has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from conflict.state import Mark, State
from node.deadlines.calendar import NEVER

from ..draft import Card, Draft, Due, WorkingDays
from . import assignments as read
from . import oversight
from .oversight import CardKey

YELLOW, RED = "yellow", "red"
RED_AFTER_DAYS = 3  # working days for which a deadline has been over


@dataclass(frozen=True, slots=True)
class Call:
    """A card is called for from an instant on (unix ms)."""

    at_ms: int
    key: CardKey
    due: Due


def calls(state: State, dues: Iterable[Due], calendar: WorkingDays) -> list[Call]:
    """Every card that the acts so far call for, issued or not, alike whenever it is asked."""
    cleared = oversight.cleared(state)
    yellow = [call for due in dues for call in _yellow(due)]
    late = [call for call in yellow for call in _late(call, calendar)]
    return [*yellow, *late, *_second(yellow, late, cleared)]


def _yellow(due: Due) -> Iterator[Call]:
    """The limit of a right is breached by using it late; every other when it passes."""
    if due.paused or (due.done_ms is not None and due.done_ms <= due.due_ms):
        return
    if due.owed:
        yield Call(due.due_ms, _key(due, YELLOW), due)
    elif due.done_ms is not None:
        yield Call(due.done_ms, _key(due, YELLOW), due)


def _late(call: Call, calendar: WorkingDays) -> Iterator[Call]:
    due = call.due
    red_ms = calendar.end_of(due.due_ms - 1, RED_AFTER_DAYS)
    if due.owed and red_ms < NEVER and (due.done_ms is None or due.done_ms > red_ms):
        yield Call(red_ms, _key(due, RED), due)


def _second(yellow: list[Call], late: list[Call], cleared: Mapping[CardKey, Mark]) -> Iterator[Call]:
    """The second yellow that stands in one assignment is a red one as well."""
    standing = sorted((one for one in yellow if one.key not in cleared), key=_by_assignment)
    known = {one.key: one.at_ms for one in late}
    for _, group in groupby(standing, key=lambda one: (one.key.round, one.key.unit)):
        for one in list(group)[1:]:
            red = _key(one.due, RED)
            if one.at_ms < known.get(red, NEVER):
                yield Call(one.at_ms, red, one.due)


def _by_assignment(call: Call) -> tuple[int, str, int, str]:
    return call.key.round, call.key.unit, call.at_ms, call.key.clock


def _key(due: Due, colour: str) -> CardKey:
    return CardKey(due.round, due.unit, due.clock, colour)


def cards(state: State, dues: list[Due], calendar: WorkingDays) -> list[Card]:
    """Those that were issued, and those that are called for while the ticket is open, by their keys."""
    called = _first(calls(state, dues, calendar))
    issued, cleared = oversight.issued(state), oversight.cleared(state)
    is_open = read.phase(state) in read.OPEN_PHASES
    keys = issued.keys() | called.keys() if is_open else issued.keys()
    return [
        Card(
            *key, called[key].at_ms if key in called else None, issued.get(key), cleared.get(key),
            len(oversight.objections(state, key)),
            None if key in issued else Draft("card", {**key._asdict(), "due": called[key].due.due_ms}),
        )
        for key in sorted(keys)
    ]  # fmt: skip


def _first(found: list[Call]) -> dict[CardKey, Call]:
    """Of two that call for one card, the earlier."""
    return {one.key: one for one in sorted(found, key=lambda one: one.at_ms, reverse=True)}
