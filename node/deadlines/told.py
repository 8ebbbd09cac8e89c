"""The policy and the calendar as a person looks at them: what is in force, since when, and what isn't known yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from conflict.state import Standing, State
from node.iso import iso
from node.matters import calendar as calendars
from node.store import folded, records
from sync_protocol import clock

from . import policies
from .calendar import EPOCH, day_of, midnight_after
from .policies import Policies

Held = tuple[bytes, State]  # record id, state


def policies_here(db: Connection) -> Policies:
    return policies.from_states(state for _, state in _held(db, "policy"))


def _held(db: Connection, matter: str) -> Iterator[Held]:
    for row in folded.open_records(db, matter):
        state = folded.state(db, row)
        if state is not None and state.marks:
            yield records.name_of(db, row)[0], state


def policy(db: Connection, now_ms: int) -> dict[str, Any]:
    """`in_force` now, `changes` by the instant from which each counts, `record` (None before there is one), and
    `earliest`, the first day that a change signed now may name."""
    held = sorted(_held(db, "policy"), key=lambda one: one[1].created)
    found = policies.from_states(state for _, state in held)
    signed = {
        clock.to_ms(mark.time): mark.unit
        for _, state in held for mark in state.meant()
        if state.verdicts[mark.id].standing is Standing.STANDS
    }  # fmt: skip
    return {
        "as_of": iso(now_ms),
        "in_force": _plain(found.at(now_ms)),
        "defaults": _plain(policies.DEFAULTS),
        "changes": [{"from": iso(start), "values": _plain(values)} for start, values in found.steps],
        "signed": [{"at": iso(at), "unit": unit} for at, unit in sorted(signed.items())],
        "record": held[0][0].hex() if held else None,
        "earliest": day_of(midnight_after(day_of(now_ms))).isoformat(),
    }


def _plain(values: Any) -> dict[str, Any]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in values.items()}


def calendar(db: Connection, year: int) -> dict[str, Any]:
    """`days`: ISO day → `work` or `rest`, where it isn't as its weekday says; `record` None where nobody has
    published the year. Of two records of one year, the one changed last."""
    held = [one for one in _held(db, "calendar") if one[1].shown("year") == year]
    newest = max(held, key=lambda one: (one[1].changed, one[1].created), default=None)
    found = calendars.from_states([newest[1]] if newest else [])
    return {
        "year": year,
        "published": found.is_published(year),
        "days": {
            day.isoformat(): "work" if works else "rest" for day, works in sorted(found.exceptions.items())
        },
        "working_days": sum(found.works(EPOCH.fromordinal(at)) for at in _days(year)),
        "record": newest[0].hex() if newest else None,
    }


def _days(year: int) -> range:
    first = EPOCH.replace(year=year).toordinal()
    return range(first, EPOCH.replace(year=year + 1).toordinal())
