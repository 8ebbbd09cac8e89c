"""The ruling (裁定) after two declines: who is to dispatch next, by a dispatch that can't be declined (product 1.2).

What is counted are the declines of the ticket, of whatever round, that stand, and overtaken ones that were adopted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conflict.order import ADOPT, QUOTES
from conflict.state import Mark, State
from sync_protocol.names import ancestors, covers, is_above

from . import assignments as read
from .assignments import Assignment

DECLINES = 2  # after so many the next tier up rules
_WAITING = ("sent", "received")


def awaited(state: State) -> str:
    """Path of the unit that is to rule: the next above all whose dispatches were declined, the root where nobody is.
    Empty where there is nothing to rule: it was ruled since, or somebody took what was dispatched since in hand."""
    found = list(_declines(state)) if read.phase(state) == "registered" else []
    if len(found) < DECLINES or found[-1][1].data.get("round") != read.round_of(state):
        return ""
    newest = max(time for time, _ in found)
    ruler = _next_above(filter(None, (_dispatcher(state, mark) for _, mark in found)))
    return "" if any(_settles(one, newest, ruler) for one in read.assignments(state)) else ruler


def _declines(state: State) -> Iterator[tuple[int, Mark]]:
    """(from when on it counts, the decline), in order."""
    for mark in state.meant():
        if not read.standing(state, mark):
            continue
        if mark.action == "decline":
            yield mark.time, mark
        elif mark.action == ADOPT:
            quoted = (state.marks.get(one) for one in mark.data.get(QUOTES, ()))
            yield from ((mark.time, one) for one in quoted if one is not None and one.action == "decline")


def _settles(one: Assignment, newest: int, ruler: str) -> bool:
    """Who dispatched in vain may say that his next one is final, but that is no ruling."""
    ruled = one.final and covers(one.assigned.unit, ruler)
    return one.alive and one.assigned.time > newest and (ruled or one.shown not in _WAITING)


def _dispatcher(state: State, decline: Mark) -> str:
    """Who had assigned what was declined."""
    number, name = decline.data.get("round"), decline.data.get("assignment", decline.unit)
    made = read.acts(state, "assign", number) if type(number) is int else ()
    before = [one.unit for one in made if one.data.get("unit") == name and one.time < decline.time]
    return before[-1] if before else ""


def _next_above(units: Iterable[str]) -> str:
    paths = list(units)
    root = paths[0].partition("/")[0] if paths else ""
    above = (
        [one for one in ancestors(paths[0]) if all(is_above(one, each) for each in paths)] if paths else []
    )
    return above[-1] if above else root
