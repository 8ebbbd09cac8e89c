"""What screens and commands read of single records, exceptions and units, in any process; lists are in listing.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    func,
    or_,
    select,
    tuple_,
)

from .chain import COMMIT, LOG
from .folded import CARD, CITATION, DUE, EXCEPTION, FOLDED, NOTICE, PLACE, STATE, UNIT, USABLE
from .prepared import Prepared, given
from .records import RECORD

LEFT = 100  # rows of records that are here no more are told at most

_WHOLE = (
    select(FOLDED, STATE.c.state, RECORD.c.record.label("name"))
    .join(RECORD, RECORD.c.id == FOLDED.c.record)
    .join(STATE, STATE.c.record == FOLDED.c.record)
)
_NAMED = Prepared(_WHOLE.where(RECORD.c.record == given("named")))
_NUMBERED = Prepared(_WHOLE.where(FOLDED.c.number == given("numbered"), FOLDED.c.number != ""))


def find(db: Connection, name: str) -> Any | None:
    """A folded row by record id (hex) or number. None when there is no such record in scope."""
    if len(name) == 32:
        try:
            row = _NAMED(db, named=bytes.fromhex(name)).first()
        except ValueError:
            row = None
        if row is not None:
            return row
    return _NUMBERED(db, numbered=name).first()


def usable(db: Connection, rows: list[int], own: str) -> dict[int, Any]:
    """By record row: what of these may be proposed, `cited` by how many records of a unit's own."""
    counted = (
        select(func.count())
        .select_from(CITATION.join(FOLDED, FOLDED.c.record == CITATION.c.record))
        .where(CITATION.c.cited == RECORD.c.record, FOLDED.c.owner == own)
        .scalar_subquery()
    )
    query = select(USABLE, counted.label("cited")).join(RECORD, RECORD.c.id == USABLE.c.record)
    return {row.record: row for row in db.execute(query.where(USABLE.c.record.in_(rows)))}


def by_external_id(db: Connection, matter: str, names: list[str]) -> set[str]:
    """Which of these an import has brought already."""
    query = select(FOLDED.c.external_id).where(
        FOLDED.c.matter == matter, FOLDED.c.external_id != "", FOLDED.c.external_id.in_(names)
    )
    return {row.external_id for row in db.execute(query)}


def dues(db: Connection, record: int) -> list[Any]:
    return list(db.execute(select(DUE).where(DUE.c.record == record).order_by(DUE.c.start_ms, DUE.c.clock)))


def cards(db: Connection, record: int) -> list[Any]:
    """Those that were issued, in the order of their clocks' coming due."""
    issued = and_(CARD.c.record == record, CARD.c.issued_ms.is_not(None))
    return list(
        db.execute(select(CARD).where(issued).order_by(CARD.c.round, CARD.c.issued_ms, CARD.c.colour))
    )


_PLACES = Prepared(select(PLACE).where(PLACE.c.record == given("of")).order_by(PLACE.c.round, PLACE.c.unit))


def places(db: Connection, record: int) -> list[Any]:
    return list(_PLACES(db, of=record))


_IN_HAND = ("sent", "received", "accepted")


def loads(db: Connection, matter: str) -> dict[str, int]:
    """Unit → its open assignments in the rounds that are now, of records that are here."""
    of = and_(FOLDED.c.record == PLACE.c.record, FOLDED.c.round == PLACE.c.round)
    query = (
        select(PLACE.c.unit, func.count())
        .join(FOLDED, of)
        .where(PLACE.c.status.in_(_IN_HAND), FOLDED.c.matter == matter, FOLDED.c.here.is_(True))
        .group_by(PLACE.c.unit)
    )
    return {unit: count for unit, count in db.execute(query)}


_IS_HERE = func.coalesce(FOLDED.c.here, True)  # a record left behind is like one that was never here (R11)


def exceptions(
    db: Connection, kind: str | None, limit: int, after: int, record: int | None = None
) -> list[Any]:
    query = (
        select(EXCEPTION, RECORD.c.record.label("record_id"), RECORD.c.matter, FOLDED.c.number)
        .join(RECORD, RECORD.c.id == EXCEPTION.c.record)
        .join(FOLDED, FOLDED.c.record == EXCEPTION.c.record, isouter=True)
        .where(EXCEPTION.c.id > after, _IS_HERE)
        .order_by(EXCEPTION.c.id)
        .limit(limit)
    )
    shown = EXCEPTION.c.open.is_(True) if record is None else EXCEPTION.c.record == record
    query = query.where(shown)
    if kind:
        query = query.where(EXCEPTION.c.kind == kind)
    return list(db.execute(query))


def departed(db: Connection, since: int) -> list[Any]:
    """Open rows of records that have left this node's unit and were changed since a hybrid time: at most LEFT, the
    newest first."""
    query = (
        select(EXCEPTION, RECORD.c.record.label("record_id"), RECORD.c.matter, FOLDED.c.number)
        .join(RECORD, RECORD.c.id == EXCEPTION.c.record)
        .join(FOLDED, FOLDED.c.record == EXCEPTION.c.record)
        .where(EXCEPTION.c.kind == "conflict", EXCEPTION.c.open, FOLDED.c.here.is_(False))
        .where(FOLDED.c.changed >= since)
        .order_by(EXCEPTION.c.id.desc())
        .limit(LEFT)
    )
    return list(db.execute(query))


def exception(db: Connection, name: str) -> Any | None:
    query = (
        select(EXCEPTION, RECORD.c.record.label("record_id"), RECORD.c.matter, FOLDED.c.number)
        .join(RECORD, RECORD.c.id == EXCEPTION.c.record)
        .join(FOLDED, FOLDED.c.record == EXCEPTION.c.record, isouter=True)
        .where(EXCEPTION.c.name == name, _IS_HERE)
    )
    return db.execute(query).first()


def commit_of(db: Connection, record: int, act: bytes) -> bytes | None:
    """Id of the commit that an act (short id) of a record stands in."""
    from . import records

    for one in records.changes_of(db, record):
        if one.change[:16] == act:
            return one.commit
    return None


def notices(db: Connection, action: str, limit: int, after: tuple[int, int] | None) -> list[Any]:
    """Acts that were to catch the eye, the newest first. `after`: (time, record row) of the last one seen."""
    query = (
        select(NOTICE, RECORD.c.record.label("record_id"), FOLDED.c.number, FOLDED.c.matter)
        .join(RECORD, RECORD.c.id == NOTICE.c.record)
        .join(FOLDED, FOLDED.c.record == NOTICE.c.record)
        .where(NOTICE.c.action == action, FOLDED.c.here.is_(True))
        .order_by(NOTICE.c.at_ms.desc(), NOTICE.c.record.desc())
        .limit(limit)
    )
    if after is not None:
        same = and_(NOTICE.c.at_ms == after[0], NOTICE.c.record < after[1])
        query = query.where(or_(NOTICE.c.at_ms < after[0], same))
    return list(db.execute(query))


_UNITS = Prepared(select(UNIT).order_by(UNIT.c.path))
_UNIT_NAMES = Prepared(select(UNIT.c.path, UNIT.c.name))
_HEADS = Prepared(select(LOG).where(LOG.c.head_seq > 0).order_by(LOG.c.log))


def units(db: Connection) -> list[Any]:
    return list(_UNITS(db))


def unit_names(db: Connection) -> dict[str, str]:
    return {row.path: row.name for row in _UNIT_NAMES(db)}


def commits(db: Connection) -> int:
    """How many are stored."""
    return int(db.execute(select(func.count()).select_from(COMMIT)).scalar_one())


def heads(db: Connection) -> list[Any]:
    """(log, node, head_seq, head_id) of every log with something in it."""
    return list(_HEADS(db))


def stand(db: Connection) -> tuple[int, ...]:
    """Another one once a commit was added an exception appeared: what lists and counts rest on. Cheap."""
    newest = [select(func.max(one.c.id)) for one in (COMMIT, EXCEPTION)]
    return tuple(db.execute(query).scalar() or 0 for query in newest)


def unsettled(db: Connection) -> tuple[int, int]:
    """How many exceptions there are, and how many are open: what was held until a time leaves them without a commit."""
    row = db.execute(
        select(func.count(), func.coalesce(func.sum(EXCEPTION.c.open), 0)).select_from(EXCEPTION)
    ).one()
    return int(row[0]), int(row[1])


def newest_received(db: Connection) -> int:
    return int(db.execute(select(func.coalesce(func.max(COMMIT.c.id), 0))).scalar_one())


_KEY = (CARD.c.record, CARD.c.round, CARD.c.unit, CARD.c.clock, CARD.c.colour)


def issued(db: Connection, after: tuple[int, int, str, str, str] | None, limit: int) -> list[Any]:
    """Cards that were issued on records that are here, in the order of the records. `after`: (record row, round, unit,
    clock, colour) of the last one seen."""
    query = (
        select(CARD, RECORD.c.record.label("record_id"), FOLDED.c.number, FOLDED.c.matter)
        .join(RECORD, RECORD.c.id == CARD.c.record)
        .join(FOLDED, FOLDED.c.record == CARD.c.record)
        .where(CARD.c.issued_ms.is_not(None), FOLDED.c.here.is_(True))
        .order_by(*_KEY)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*_KEY) > after)
    return list(db.execute(query))
