"""Terms (期限) of an assignment: how many days were granted, when its clock stood still, when it was delivered.

What is granted to a unit holds for every unit that it passed the work on to. The slots `clock` and `pause`
show conflicts between two tiers that decide apart; what they come to is read from the acts that stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conflict.act import Act
from conflict.declaration import slot
from conflict.state import Mark, State
from sync_protocol import clock

from . import assignments as read
from .assignments import Assignment, named_round, named_unit
from .fields import SUSPEND_REASONS

MOST_DAYS = 10  # working days that extensions may come to (product 1.2, extend)
Span = tuple[int, int | None]  # unix ms from when to when a clock stood still; None: it still does


def clock_slot(act: Act) -> str:
    return slot("clock", named_round(act), named_unit(act))


def pause_slot(act: Act) -> str:
    return slot("pause", named_round(act), named_unit(act))


def granted(act: Act) -> object:
    """What the slot `clock` holds: the total of days, or None for a denial."""
    return act.data.get("days") if act.data.get("outcome") == "grant" else None


def paused(act: Act) -> bool:
    """What the slot `pause` holds: whether the clock stands still."""
    return act.action == "suspend" and act.data.get("outcome") == "grant"


# Guards


def names_request(state: State, act: Act) -> str | None:
    """The `ask` for an extension that is answered: the unit's own."""
    request = _request(state, act.data)
    own = read.assignment(state, named_round(act), named_unit(act))
    asked = request is not None and own is not None and request.unit in (own.unit, own.holder)
    return None if asked else "no_request"


def _request(state: State, data: Mapping[str, Any]) -> Mark | None:
    return next((one for one in requests(state) if one.id == data.get("request")), None)


def requests(state: State) -> list[Mark]:
    """Every standing `ask` for an extension, oldest first."""
    asked = (one for one in state.meant() if one.action == "ask" and one.data.get("for") == "extend")
    return [one for one in asked if read.standing(state, one)]


def days_granted(state: State, act: Act) -> str | None:
    """A grant states the total: 1 to 10."""
    days = act.data.get("days")
    if act.data.get("outcome") != "grant":
        return None
    return None if type(days) is int and 0 < days <= MOST_DAYS else "too_many_days"


def runs(state: State, act: Act) -> str | None:
    """What stands still isn't suspended again."""
    return "already_suspended" if _stands_still(state, act) else None


def stands_still(state: State, act: Act) -> str | None:
    return None if _stands_still(state, act) else "not_suspended"


def _stands_still(state: State, act: Act) -> bool:
    return state.held(pause_slot(act)) is True


def reason_is_known(_: State, act: Act) -> str | None:
    """Of a suspension, where one is given."""
    return None if act.data.get("reason", "arbitration") in SUSPEND_REASONS else "unknown_code"


# What they come to


def _of(state: State, own: Assignment, *actions: str) -> Iterator[Mark]:
    """Standing acts on an assignment since it was made, in order."""
    for mark in state.meant():
        fits = mark.data.get("round") == own.round and mark.data.get("unit") == own.unit
        if mark.action in actions and fits and mark.time >= own.assigned.time and read.standing(state, mark):
            yield mark


def chain(state: State, own: Assignment) -> list[Assignment]:
    """An assignment, and those it was passed on from, upwards."""
    found: list[Assignment] = []
    step: Assignment | None = own
    while step is not None and all(step.unit != one.unit for one in found):
        found.append(step)
        step = read.giver(state, step)
    return found


def delivered(state: State, own: Assignment) -> int | None:
    """When a dispatcher recorded that it was delivered by telephone (1.3), unix ms."""
    return min((clock.to_ms(mark.time) for mark in _of(state, own, "deliver")), default=None)


def pauses(state: State, own: Assignment) -> list[Span]:
    """When the clock of an assignment, or of one it was passed on from, stood still."""
    return [span for one in chain(state, own) for span in _spans(_of(state, one, "suspend", "resume"))]


def _spans(marks: Iterator[Mark]) -> Iterator[Span]:
    since: int | None = None
    for mark in marks:
        if mark.data.get("outcome") == "grant" and since is None:
            since = clock.to_ms(mark.time)
        elif mark.action == "resume" and since is not None:
            yield since, clock.to_ms(mark.time)
            since = None
    if since is not None:
        yield since, None


def extended(state: State, own: Assignment, ends: Callable[[int], int]) -> int:
    """Working days granted to it or to one it was passed on from. `ends`: the instant at which the limit ends
    with so many days more; what was asked for behind that doesn't count (asked before expiry)."""
    return max(_total(state, one, ends) for one in chain(state, own))


def _total(state: State, own: Assignment, ends: Callable[[int], int]) -> int:
    total = 0
    for mark in _of(state, own, "extend"):
        request = _request(state, mark.data) if mark.data.get("outcome") == "grant" else None
        if request is not None and clock.to_ms(request.time) <= ends(total):
            total = min(int(mark.data["days"]), MOST_DAYS)
    return total
