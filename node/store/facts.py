"""What can be counted (product 1.4), stored: a row a fact, and a row a record with its dimensions.

Both are derived. What is added up is narrowed by name and instant, the order in which the rows lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from node.matters import dimensions
from node.matters.draft import Fact

from .prepared import Prepared, given
from .records import RECORD
from .schema import DERIVED, FactRow, Former, table

FACT, FORMER = table(FactRow), table(Former)
DIMENSIONS = tuple(dimensions())
# One column a dimension that some matter declares, its value as text. Made from the declarations, so that a new
# dimension needs no more than its field.
TRAIT = Table(
    "trait", DERIVED, Column("record", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Text) for name in DIMENSIONS),
)  # fmt: skip
HOUR_MS, DAY_MS, UTC8_MS = 3_600_000, 86_400_000, 28_800_000

_COLUMNS = ("name", "at_ms", "n", "unit", "round", "value", "from_ms", "until_ms", "excluded")
_OF = Prepared(select(*(FACT.c[name] for name in _COLUMNS)).where(FACT.c.record == given("of")))
_ADD = Prepared(insert(FACT))
_DROP = Prepared(
    delete(FACT).where(
        FACT.c.name == given("which"), FACT.c.at_ms == given("moment"), FACT.c.record == given("of"),
        FACT.c.n == given("nth"),
    )
)  # fmt: skip
_KEPT_TRAITS = Prepared(select(*(TRAIT.c[name] for name in DIMENSIONS)).where(TRAIT.c.record == given("of")))
_NO_TRAITS = Prepared(delete(TRAIT).where(TRAIT.c.record == given("of")))
_TRAITS = Prepared(
    (traits := upsert(TRAIT)).on_conflict_do_update(
        index_elements=["record"], set_={name: traits.excluded[name] for name in DIMENSIONS}
    )
)


def save(
    db: Connection, record: int, facts: Iterable[Fact], excluded: bool, values: Mapping[str, str] | None,
    *, new: bool = False,
) -> None:  # fmt: skip
    """Replaces what is counted of a record. `values`: dimension → text; None where nothing is counted. `new`: nothing
    of it was yet."""
    wanted = _rows(facts, excluded)
    before = set() if new else {tuple(row) for row in _OF(db, of=record)}
    for name, at_ms, n, *_ in before - wanted:
        _DROP(db, which=name, moment=at_ms, of=record, nth=n)
    added = [dict(zip(_COLUMNS, row, strict=True)) for row in sorted(wanted - before, key=repr)]
    _ADD.many(db, [{"record": record, **one} for one in added])
    if values is None:
        _NO_TRAITS(db, of=record)
    else:
        _TRAITS(db, record=record, **{name: values.get(name) for name in DIMENSIONS})


def holds(
    db: Connection, record: int, facts: Iterable[Fact], excluded: bool, values: Mapping[str, str] | None
) -> bool:
    """Whether exactly this is stored of a record."""
    row = _KEPT_TRAITS(db, of=record).first()
    stored = None if row is None else dict(zip(DIMENSIONS, row, strict=True))
    wanted = None if values is None else {name: values.get(name) for name in DIMENSIONS}
    return {tuple(one) for one in _OF(db, of=record)} == _rows(facts, excluded) and stored == wanted


def _rows(facts: Iterable[Fact], excluded: bool) -> set[tuple[Any, ...]]:
    """As stored; several of one name and instant are numbered in an order of their own."""
    ordered = sorted(facts, key=_order)
    return {
        (
            one.name, one.at_ms, n, one.unit, one.round, one.value,
            one.at_ms if one.from_ms is None else one.from_ms, one.until_ms, int(excluded),
        )
        for _, several in groupby(ordered, key=lambda one: (one.name, one.at_ms))
        for n, one in enumerate(several)
    }  # fmt: skip


def _order(one: Fact) -> tuple[Any, ...]:
    from_ms = one.at_ms if one.from_ms is None else one.from_ms
    until = -1 if one.until_ms is None else one.until_ms
    return one.name, one.at_ms, one.unit, one.round, from_ms, until, one.value


# Asking


@dataclass(frozen=True, slots=True)
class Asked:
    """What is added up: facts by name within a span of instants, as they hold at `now_ms`. `units`: a path with
    all below it, `also` other paths that meant it, `but` paths below it that are elsewhere now."""

    names: Sequence[str]
    now_ms: int
    start_ms: int | None = None
    end_ms: int | None = None
    unit: str | None = None
    also: Sequence[str] = ()
    but: Sequence[str] = ()


GROUPS: Mapping[str, ColumnElement[Any]] = {
    "unit": FACT.c.unit,
    "hour": (FACT.c.at_ms + UTC8_MS) // HOUR_MS % 24,
    "day": (FACT.c.at_ms + UTC8_MS) // DAY_MS,  # days since 1970 at UTC+8
    "hours": (FACT.c.at_ms + UTC8_MS) // HOUR_MS,
    **{name: func.coalesce(TRAIT.c[name], "") for name in DIMENSIONS},
}


class Total(NamedTuple):
    name: str  # of the fact
    excluded: bool
    value: int
    key: Any  # of the group (`GROUPS`); empty without one


def totals(db: Connection, asked: Asked, by: str | None = None) -> list[Total]:
    """What the facts add up to. The excluded ones are told apart as they are added, and not sorted for: without a
    group the rows are gone through as they lie."""
    key: Sequence[ColumnElement[Any]] = [GROUPS[by]] if by else []
    excluded = FACT.c.excluded.is_(True)
    sums = (func.sum(FACT.c.value).filter(one) for one in (~excluded, excluded))
    query = select(FACT.c.name, *sums, *key)
    if by in DIMENSIONS:
        query = query.select_from(FACT.join(TRAIT, TRAIT.c.record == FACT.c.record, isouter=True))
    found = db.execute(narrowed(query, asked).group_by(FACT.c.name, *key))
    return [
        Total(row[0], apart, value, row[3] if by else "")
        for row in found
        for apart, value in ((False, row[1]), (True, row[2]))
        if value is not None
    ]


def behind(db: Connection, asked: Asked, most: int) -> list[Row[Any]]:
    """The facts one by one, at most so many: name, record (its id), unit, round, at_ms, value, excluded."""
    query = select(
        FACT.c.name, RECORD.c.record, FACT.c.unit, FACT.c.round, FACT.c.at_ms, FACT.c.value, FACT.c.excluded,
        *(TRAIT.c[name].label(f"by_{name}") for name in DIMENSIONS),
    ).select_from(
        FACT.join(RECORD, RECORD.c.id == FACT.c.record).join(
            TRAIT, TRAIT.c.record == FACT.c.record, isouter=True
        )
    )  # fmt: skip
    ordered = narrowed(query, asked).order_by(FACT.c.name, FACT.c.at_ms, FACT.c.record, FACT.c.n)
    return list(db.execute(ordered.limit(most)))


@dataclass(frozen=True, slots=True)
class Within:
    """A value of a dimension, `with_below`: and of those below it; or facts of these very units."""

    dimension: str | None = None
    value: str = ""
    with_below: bool = False
    units: Sequence[str] | None = None


def records(asked: Asked, within: Within) -> Select[Any]:
    """The record rows that have such a fact, the excluded ones left out as in the number."""
    query = narrowed(select(FACT.c.record), asked).where(FACT.c.excluded.is_(False))
    if within.units is not None:
        query = query.where(FACT.c.unit.in_(within.units))
    if within.dimension is None:
        return query
    held, value = func.coalesce(TRAIT.c[within.dimension], ""), within.value
    fits = held == value
    if within.with_below:
        fits = or_(fits, and_(held > f"{value}/", held < f"{value}0"))  # "0" is behind "/"
    return query.join(TRAIT, TRAIT.c.record == FACT.c.record, isouter=True).where(fits)


def narrowed(query: Select[Any], asked: Asked) -> Select[Any]:
    query = query.where(FACT.c.name.in_(asked.names), FACT.c.from_ms <= asked.now_ms)
    query = query.where(or_(FACT.c.until_ms.is_(None), FACT.c.until_ms > asked.now_ms))
    if asked.start_ms is not None:
        query = query.where(FACT.c.at_ms >= asked.start_ms)
    if asked.end_ms is not None:
        query = query.where(FACT.c.at_ms < asked.end_ms)
    return query if asked.unit is None else query.where(*_of_unit(asked))


def _of_unit(asked: Asked) -> list[ColumnElement[bool]]:
    below = and_(FACT.c.unit > f"{asked.unit}/", FACT.c.unit < f"{asked.unit}0")  # "0" is behind "/"
    return [or_(FACT.c.unit == asked.unit, below, FACT.c.unit.in_(asked.also)), FACT.c.unit.not_in(asked.but)]


def former(db: Connection) -> dict[str, str]:
    """Path of before a move → path now."""
    return {row.path: row.now for row in db.execute(select(FORMER))}


def save_former(db: Connection, paths: Mapping[str, str]) -> None:
    db.execute(delete(FORMER))
    if paths:
        db.execute(insert(FORMER), [{"path": path, "now": now} for path, now in sorted(paths.items())])
