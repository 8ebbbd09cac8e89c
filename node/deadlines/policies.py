"""The policy (政策) through time: which limits were in force at an instant (product 1.3).

Policy values are a replicated record of the root. A clock is judged by the policy in force when it
started, and a policy takes effect no earlier than the day after it is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from conflict.state import Standing, State
from sync_protocol import clock

from .calendar import day_of, midnight_after

DEFAULTS: Mapping[str, Any] = {
    "forward_clear_hours": 1,  # wall clock: the hotline never sleeps
    "forward_unclear_hours": 24,
    "forward_days": 1,  # later hops, and all below: working days
    "accept_days": 3,
    "decline_days": 2,
    "undelivered_days": 3,  # after which accept and decline run without a receipt
    "complete_general_days": 15,
    "complete_difficult_days": 30,
    "complete_complex_days": 60,
    "rework_days": 7,
    "retention_ticket_days": 1826,  # how long personal data are kept behind the end: five years, and three
    "retention_call_days": 1096,
    "submit_with_review": True,
    "automatic_review": (),
    "duplicate_days": 30,  # within which a registration may be one that was made before
    "check_items": {"procedure": 20, "timeliness": 20, "facts": 20, "reply": 20, "record": 20},
    "check_sample_percent": 100,
}
MOST: Mapping[str, int] = {"check_sample_percent": 100}
MOST_ITEMS, MOST_POINTS = 50, 1000  # of a check sheet


@dataclass(frozen=True, slots=True)
class Policies:
    """`steps`: (unix ms from which, values), in that order."""

    steps: tuple[tuple[int, Mapping[str, Any]], ...] = ()

    def at(self, moment_ms: int) -> Mapping[str, Any]:
        """The policy in force at that instant, whole."""
        values = dict(DEFAULTS)
        for start_ms, changed in self.steps:
            if start_ms <= moment_ms:
                values.update(changed)
        return values


def from_states(states: Iterable[State]) -> Policies:
    """Every standing act of the policy records, each from the day it names, but the day after it was signed
    at the earliest. Values of another kind than the default's are left out."""
    steps = [
        (_effective(mark.data, clock.to_ms(mark.time)), mark.time, _values(mark.data))
        for state in states
        for mark in state.meant()
        if state.verdicts[mark.id].standing is Standing.STANDS
    ]
    return Policies(tuple((start, values) for start, _, values in sorted(steps, key=lambda one: one[:2])))


def _effective(data: Mapping[str, Any], signed_ms: int) -> int:
    earliest = midnight_after(day_of(signed_ms))
    try:
        named = date.fromisoformat(str(data.get("effective", "")))
    except ValueError:
        return earliest
    return max(earliest, midnight_after(named) - 24 * 60 * 60 * 1000)


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in DEFAULTS if name in data and fits(name, data[name])}


def fits(name: str, value: object) -> bool:
    """Whether it may be the value of that limit: of the default's kind, and not past its bounds."""
    default = DEFAULTS[name]
    if isinstance(default, bool):
        return type(value) is bool
    if isinstance(default, int):
        return type(value) is int and 0 < value <= MOST.get(name, 10_000)
    if isinstance(default, dict):
        return fits_sheet(value)
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def fits_sheet(value: object) -> bool:
    """Items of a check sheet, each with the points that it may bring."""
    return (
        isinstance(value, dict)
        and 0 < len(value) <= MOST_ITEMS
        and all(type(item) is str and type(points) is int for item, points in value.items())
        and all(0 < points <= MOST_POINTS for points in value.values())
    )
