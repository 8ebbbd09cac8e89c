"""Wrong passwords since the last right one (schema.Attempt)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from .schema import Attempt, table

ATTEMPT = table(Attempt)


def of(db: Connection, key: str) -> Any | None:
    """(failures, steady_ms), or None where none was wrong."""
    return db.execute(select(ATTEMPT).where(ATTEMPT.c.key == key)).first()


def note(db: Connection, key: str, failures: int, steady_ms: int) -> None:
    values = {"failures": failures, "steady_ms": steady_ms}
    row = insert(ATTEMPT).values(key=key, **values)
    db.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def forget(db: Connection, key: str) -> None:
    db.execute(delete(ATTEMPT).where(ATTEMPT.c.key == key))
