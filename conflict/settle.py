"""Settling (处置): what a person may choose where several values stand, and how his act names them.

An `ask` field keeps all its values until an act names those that it replaces (protocol 3.7, fields). What
was overtaken, lost, denied or held is restored by the generic action `adopt`, which quotes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .declaration import Matter, Merge
from .merge import REPLACES, agreed
from .order import ADOPT, QUOTES
from .state import Mark, Row, State

__all__ = ["ADOPT", "QUOTES", "REPLACES", "adoption", "choices", "open_rows", "replaces", "unsettled"]


def open_rows(state: State) -> list[Row]:
    """What still waits for a person."""
    return [row for row in state.rows if row.open]


def unsettled(matter: Matter, state: State) -> list[str]:
    """Keys of the `ask` fields that stand with more than one value, sorted."""
    asked = ((key, standing) for key, standing in state.fields.items() if _asks(matter, key))
    return sorted(key for key, standing in asked if not agreed(standing))


def _asks(matter: Matter, key: str) -> bool:
    declared = matter.field(key.partition("@")[0])
    return declared is not None and declared.merge is Merge.ASK


def replaces(state: State, keys: Iterable[str]) -> list[bytes]:
    """For the datum `replaces` of an act that settles these fields: short ids of all writes that stand."""
    return sorted({one.id for key in keys for one in state.fields.get(key, ())})


def choices(state: State, row: Row) -> list[Mark]:
    """The two or more sides of a conflict row, in order, with their values; empty for rows of other kinds."""
    if row.kind != "conflict":
        return []
    if row.place in state.fields:
        return list(state.fields[row.place])
    return [state.marks[one] for one in (row.act, row.winner)]


def adoption(row: Row) -> dict[str, Any]:
    """The data of an `adopt` that restores what the row is about."""
    return {QUOTES: [row.act]}
