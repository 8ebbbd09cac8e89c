"""What is counted, in a form that another count can be held against: sums that tell of which records they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Integer, cast, func, literal_column, select

from .facts import FACT, Asked, narrowed
from .records import RECORD

MARKS, PART = 65521, 8191  # as node/audit/again/second.py has them
_PART: Any = literal_column(f"(fact.value % {PART})")
_UNIT: Any = literal_column(
    "("
    + " + ".join(f"unicode(substr('____' || fact.unit, -{at}, 1)) * {31 ** (at - 1)}" for at in (1, 2, 3, 4))
    + ")"
)
_INSTANT: Any = literal_column(f"(1 + fact.at_ms / 1000 % {MARKS})")


def prints(db: Connection, asked: Asked) -> list[tuple[Any, ...]]:
    """(fact, sum, sum of the excluded, these weighed by record, sum weighed by unit, by instant). Gone through as the
    rows lie, and nothing sorted for."""
    value, record = FACT.c.value, FACT.c.record
    apart = cast(FACT.c.excluded, Integer)
    sums = (value, value * apart, _PART * record, _PART * apart * record, _PART * _UNIT, _PART * _INSTANT)
    query = select(FACT.c.name, *map(func.sum, sums))
    return [tuple(row) for row in db.execute(narrowed(query, asked).group_by(FACT.c.name))]


def rows(db: Connection, matters: Collection[str]) -> Iterator[tuple[int, str]]:
    """Row and id of every record of these matters."""
    query = select(RECORD.c.id, RECORD.c.record).where(RECORD.c.matter.in_(sorted(matters)))
    for row, record in db.execution_options(yield_per=10_000).execute(query):
        yield row, record.hex()


def by_record(db: Connection, asked: Asked) -> list[tuple[Any, ...]]:
    """(fact, record's id in hex, unit, excluded, sum, sum weighed by instant, the earliest instant)."""
    value = FACT.c.value
    query = select(
        FACT.c.name, RECORD.c.record, FACT.c.unit, FACT.c.excluded, func.sum(value), func.sum(_PART * _INSTANT),
        func.min(FACT.c.at_ms),
    ).select_from(FACT.join(RECORD, RECORD.c.id == FACT.c.record))  # fmt: skip
    found = db.execute(
        narrowed(query, asked).group_by(FACT.c.name, FACT.c.record, FACT.c.unit, FACT.c.excluded)
    )
    return [(row[0], row[1].hex(), row[2], bool(row[3]), *row[4:]) for row in found]
