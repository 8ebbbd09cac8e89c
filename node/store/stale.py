"""Records whose projections another version of the program made, and which are to be folded once more (待重建).

Until its turn comes, a record is shown as it was projected last; whatever is done to it folds it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, case, delete, func, insert, literal, select

from .folded import FOLDED
from .prepared import Prepared, given
from .records import RECORD
from .schema import StaleRow, table

STALE = table(StaleRow)
_IS = Prepared(select(STALE.c.record).where(STALE.c.record == given("of")))
_DONE = Prepared(delete(STALE).where(STALE.c.record == given("record")))
_NEXT = Prepared(select(STALE.c.record).order_by(STALE.c.turn, STALE.c.record.desc()).limit(given("most")))
_LEFT = Prepared(select(func.count()).select_from(STALE))


def mark_all(db: Connection) -> None:
    """Every record; first those with a deadline that is still open, of each sort the newest first."""
    turn = case((FOLDED.c.next_due.is_not(None), literal(0)), else_=literal(1))
    every = select(RECORD.c.id, turn).join(FOLDED, FOLDED.c.record == RECORD.c.id, isouter=True)
    db.execute(delete(STALE))
    db.execute(insert(STALE).from_select(["record", "turn"], every))


def of_small_matters(db: Connection, most: int) -> set[int]:
    """Every record of the matters with the fewest, up to `most` together: people, policies, lists. Much rests on
    them, and on a small node that is all there is."""
    count = func.count()
    sizes = select(RECORD.c.matter, count).group_by(RECORD.c.matter).order_by(count, RECORD.c.matter)
    chosen: list[str] = []
    for matter, size in db.execute(sizes):
        most -= size
        if most < 0:
            break
        chosen.append(matter)
    return of_matters(db, chosen)


def of_matters(db: Connection, matters: Collection[str]) -> set[int]:
    return {row.id for row in db.execute(select(RECORD.c.id).where(RECORD.c.matter.in_(sorted(matters))))}


def among(db: Connection, rows: Iterable[int]) -> set[int]:
    return {row for row in rows if _IS(db, of=row).first() is not None}


def done(db: Connection, rows: Iterable[int]) -> None:
    _DONE.many(db, [{"record": row} for row in rows])


def following(db: Connection, most: int) -> list[int]:
    """The records whose turn it is."""
    return [row.record for row in _NEXT(db, most=most)]


def every(db: Connection) -> set[int]:
    return {row.record for row in db.execute(select(STALE.c.record))}


def left(db: Connection) -> int:
    return int(_LEFT(db).scalar() or 0)
