"""All records in one pass, for whoever writes out everything: rows as the driver gives them, in an order that every
node with the same acts has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from .chain import CHANGE, COMMIT
from .folded import CARD, EXCEPTION, FOLDED, PLACE, STATE
from .prepared import Prepared, given
from .records import RECORD

AT_ONCE = 500  # records
State = tuple[int, int, int]

# Those here, oldest first; two of one instant by their ids.
_HEADS = Prepared(
    select(FOLDED.c.record, FOLDED.c.created, RECORD.c.record.label("name"))
    .join(RECORD, RECORD.c.id == FOLDED.c.record)
    .where(FOLDED.c.matter == given("of_matter"), FOLDED.c.here.is_(True))
    .order_by(FOLDED.c.created, RECORD.c.record)
)
_WHOLE = (
    select(
        FOLDED.c.record, RECORD.c.record.label("name"), FOLDED.c.number, FOLDED.c.phase, FOLDED.c.round,
        FOLDED.c.owner, FOLDED.c.author, FOLDED.c.lead, FOLDED.c.withheld, STATE.c.state,
    )
    .join(RECORD, RECORD.c.id == FOLDED.c.record)
    .join(STATE, STATE.c.record == FOLDED.c.record)
    .where(FOLDED.c.record.in_(bindparam("rows", expanding=True)))
)  # fmt: skip
_CHANGES = (
    select(CHANGE.c.record, CHANGE.c.change, COMMIT.c.commit, COMMIT.c.received_ms)
    .join(COMMIT, COMMIT.c.id == CHANGE.c.commit)
    .where(CHANGE.c.record.in_(bindparam("rows", expanding=True)))
)
_BODIES = (
    select(CHANGE.c.record, CHANGE.c.of, CHANGE.c.body)
    .where(CHANGE.c.record.in_(bindparam("rows", expanding=True)), CHANGE.c.of.is_not(None))
    .order_by(CHANGE.c.record, CHANGE.c.change)
)
_PLACES = select(PLACE).where(PLACE.c.record.in_(bindparam("rows", expanding=True))).order_by(
    PLACE.c.record, PLACE.c.round, PLACE.c.unit
)  # fmt: skip
_CARDS = (
    select(CARD)
    .where(CARD.c.record.in_(bindparam("rows", expanding=True)), CARD.c.issued_ms.is_not(None))
    .order_by(CARD.c.record, CARD.c.round, CARD.c.unit, CARD.c.clock, CARD.c.colour)
)
_EXCEPTIONS = select(EXCEPTION).where(EXCEPTION.c.record.in_(bindparam("rows", expanding=True)))
_MATTERS = Prepared(
    select(FOLDED.c.matter).where(FOLDED.c.here.is_(True)).distinct().order_by(FOLDED.c.matter)
)
_COUNT = Prepared(
    select(FOLDED.c.matter, func.count().label("many"))
    .where(FOLDED.c.here.is_(True))
    .group_by(FOLDED.c.matter)
)
_OF_MATTER = Prepared(
    select(RECORD.c.id, RECORD.c.record)
    .where(RECORD.c.matter == given("of_matter"))
    .order_by(RECORD.c.record)
)


_STATE = Prepared(
    select(
        select(func.max(COMMIT.c.id)).scalar_subquery(), select(func.max(CHANGE.c.id)).scalar_subquery(),
        select(func.count()).select_from(FOLDED).scalar_subquery(),
    )
)  # fmt: skip


def state(db: Connection) -> State:
    """Two connections that give the same see the same: nothing that is exported changes without a commit."""
    return tuple(one or 0 for one in _STATE(db).one())  # type: ignore[return-value]


def matters(db: Connection) -> list[str]:
    return [row.matter for row in _MATTERS(db)]


def count(db: Connection, matter: str | None = None) -> int:
    """Records that are here, of a matter or of all."""
    return sum(row.many for row in _COUNT(db) if matter in (None, row.matter))


def chunks(db: Connection, matter: str) -> Iterator[list[int]]:
    """Rows of a matter's records that are here, some hundreds at once."""
    rows = [row.record for row in _HEADS(db, of_matter=matter)]
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def rows_of(db: Connection, matter: str) -> list[tuple[int, bytes]]:
    """(row, id) of every record of a matter, those too that have no fold."""
    return [(row.id, row.record) for row in _OF_MATTER(db, of_matter=matter)]


def _found(db: Connection, query: Any, rows: Sequence[int]) -> Sequence[Any]:
    return db.execute(query, {"rows": list(rows)}).all()


def wholes(db: Connection, rows: Sequence[int]) -> dict[int, Any]:
    """By row: record, name (its id), number, phase, round, owner, author, lead, withheld, state (a blob)."""
    return {row.record: row for row in _found(db, _WHOLE, rows)}


def changes(db: Connection, rows: Sequence[int]) -> Sequence[Any]:
    """(record row, change, commit, received_ms) of each."""
    return _found(db, _CHANGES, rows)


def words(db: Connection, rows: Sequence[int]) -> Sequence[Any]:
    """(record row, short id of the act, body)."""
    return _found(db, _BODIES, rows)


def places(db: Connection, rows: Sequence[int]) -> Sequence[Any]:
    return _found(db, _PLACES, rows)


def cards(db: Connection, rows: Sequence[int]) -> Sequence[Any]:
    return _found(db, _CARDS, rows)


def exceptions(db: Connection, rows: Sequence[int]) -> Sequence[Any]:
    return _found(db, _EXCEPTIONS, rows)
