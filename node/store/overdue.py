"""What is open and past its time at a moment, with the cards against it, in one go (product 1.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from .folded import CARD, DUE, FOLDED
from .records import RECORD

Key = tuple[int, int, str, str]  # record row, round, unit, clock


def dues(db: Connection, now_ms: int, unit: str | None) -> list[Row[Any]]:
    """Open deadlines that have passed, of records in scope, the longest first. `unit`: with all below it."""
    query = (
        select(DUE, RECORD.c.record.label("name"), FOLDED.c.matter, FOLDED.c.number, FOLDED.c.title)
        .select_from(DUE.join(FOLDED, FOLDED.c.record == DUE.c.record).join(RECORD, RECORD.c.id == DUE.c.record))
        .where(DUE.c.done_ms.is_(None), DUE.c.due_ms < now_ms, DUE.c.owed, DUE.c.paused.is_(False), FOLDED.c.here)
        .order_by(DUE.c.due_ms, DUE.c.record, DUE.c.round, DUE.c.unit, DUE.c.clock)
    )  # fmt: skip
    return list(db.execute(query if unit is None else query.where(_under(DUE.c.unit, unit))))


def _under(column: Any, unit: str) -> ColumnElement[bool]:
    return or_(column == unit, and_(column > f"{unit}/", column < f"{unit}0"))  # "0" is behind "/"


def cards(db: Connection, now_ms: int, records: Iterable[int]) -> dict[Key, list[Row[Any]]]:
    """The cards issued on open deadlines that have passed: of each of these records."""
    wanted = set(records)
    overdue = select(DUE.c.record).where(DUE.c.done_ms.is_(None), DUE.c.due_ms < now_ms)
    query = select(CARD).where(CARD.c.issued_ms.is_not(None), CARD.c.record.in_(overdue))
    found: dict[Key, list[Row[Any]]] = defaultdict(list)
    for row in db.execute(query.order_by(CARD.c.issued_ms, CARD.c.colour)):
        if row.record in wanted:
            found[row.record, row.round, row.unit, row.clock].append(row)
    return found
