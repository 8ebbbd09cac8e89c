"""What waits for its time (暂缓, protocol 3.6): commits further ahead of the clock than may be believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from .chain import CHANGE, COMMIT, LOG
from .prepared import Prepared
from .records import RECORD

_NEWEST = Prepared(  # CROSS: from the logs to their ends, and not through a million commits for them
    text(
        "SELECT max(c.time) FROM log l CROSS JOIN commit_ c"
        " ON c.log = l.id AND c.seq = l.head_seq AND c.[commit] = l.head_id WHERE NOT c.held"
    )
)


def newest(db: Connection) -> int:
    """Hybrid time of the newest commit at the end of a log that isn't held; 0 where there is none."""
    return int(_NEWEST(db).scalar() or 0)


def hold(db: Connection, beyond: int) -> list[int]:
    """Holds every commit later than that; the row ids of those that weren't held."""
    rows = db.execute(select(COMMIT.c.id).where(COMMIT.c.held.is_(False), COMMIT.c.time > beyond))
    return _mark(db, [row.id for row in rows], True)


def release(db: Connection, commits: Sequence[int]) -> list[int]:
    """Holds these no longer."""
    return _mark(db, list(commits), False)


def _mark(db: Connection, commits: list[int], held: bool) -> list[int]:
    if commits:
        rows = [{"row": one} for one in commits]
        db.execute(update(COMMIT).where(COMMIT.c.id == bindparam("row")).values(held=held), rows)
    return commits


def records_of(db: Connection, commits: Iterable[int], matter: str | None = None) -> dict[int, set[int]]:
    """Record row → those of the commits that have a change of it; of one matter only, where it is given."""
    query = select(CHANGE.c.record, CHANGE.c.commit).where(CHANGE.c.commit == bindparam("row")).distinct()
    if matter is not None:
        query = query.join(RECORD, CHANGE.c.record == RECORD.c.id).where(RECORD.c.matter == matter)
    found: dict[int, set[int]] = {}
    for commit in commits:
        for row in db.execute(query, {"row": commit}):
            found.setdefault(row.record, set()).add(row.commit)
    return found


def acts_of(db: Connection, nodes: Iterable[bytes]) -> Sequence[Any]:
    """Held acts of these nodes, in the order of 3.7: record row, record id, matter, change, body, unit, actor."""
    return db.execute(
        select(CHANGE.c.record.label("row"), RECORD.c.record, RECORD.c.matter, CHANGE.c.change, CHANGE.c.body,
               COMMIT.c.unit, COMMIT.c.actor)
        .select_from(CHANGE.join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
                     .join(LOG, COMMIT.c.log == LOG.c.id).join(RECORD, CHANGE.c.record == RECORD.c.id))
        .where(LOG.c.node.in_(list(nodes)), COMMIT.c.held.is_(True), CHANGE.c.of.is_(None), CHANGE.c.fault == "",
               CHANGE.c.body.is_not(None))
        .order_by(COMMIT.c.time, LOG.c.log, COMMIT.c.seq, CHANGE.c.place)
    ).all()  # fmt: skip
