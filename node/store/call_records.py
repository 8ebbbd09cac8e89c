"""The exchange's call records (话单): kept, found by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from .prepared import Prepared
from .schema import CallRecord, table

RECORDS = table(CallRecord)
_ADD = Prepared(
    insert(RECORDS).prefix_with("OR IGNORE"), [column.name for column in RECORDS.c if column.name != "id"]
)


def add(db: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Returns how many are new."""
    before = _newest(db)
    _ADD.many(db, [dict(row) for row in rows])
    return len(list(db.execute(select(RECORDS.c.id).where(RECORDS.c.id > before))))


def _newest(db: Connection) -> int:
    found = db.execute(select(RECORDS.c.id).order_by(RECORDS.c.id.desc()).limit(1)).first()
    return 0 if found is None else int(found.id)


def between(db: Connection, from_ms: int, to_ms: int) -> list[Any]:
    """In the order in which they began."""
    query = select(RECORDS).where(RECORDS.c.started_ms >= from_ms, RECORDS.c.started_ms < to_ms)
    return list(db.execute(query.order_by(RECORDS.c.started_ms, RECORDS.c.id)))


def newest_day(db: Connection) -> int | None:
    """When the last one began."""
    found = db.execute(select(RECORDS.c.started_ms).order_by(RECORDS.c.started_ms.desc()).limit(1)).first()
    return None if found is None else int(found.started_ms)


def forget(db: Connection, tokens: Iterable[int]) -> None:
    """Takes the number out: whose it was is erased by law. That there was a call stays."""
    for one in tokens:
        db.execute(update(RECORDS).where(RECORDS.c.token == one).values(token=None, number=""))
