"""The stands (所在) kept: of each life of each node the newest, each day's first, and what proves something.

They come from others, so what one node can have kept is bounded: by its lives that the registry knows, by days, and
by how many proofs of one sort are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from .chain import COMMIT, LOG
from .prepared import Prepared, given
from .schema import Stand, table

STAND = table(Stand)
DAY_MS = 24 * 3600 * 1000
EAST_MS = 8 * 3600 * 1000  # a day begins at UTC+8
KEPT_MS = 60 * DAY_MS  # for which a day's first is kept
MOST_EVIDENCE = 16  # rows of one node that contradict others


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    node: bytes
    log: bytes
    time_ms: int
    received_ms: int
    evidence: bool
    raw: bytes


_NEWEST = Prepared(
    select(STAND)
    .where(STAND.c.node == given("by"), STAND.c.log == given("life"))
    .order_by(STAND.c.time_ms.desc(), STAND.c.id.desc())
    .limit(1)
)
_IS_KEPT = Prepared(
    select(STAND.c.id).where(
        STAND.c.node == given("by"), STAND.c.log == given("life"), STAND.c.time_ms == given("at"),
        STAND.c.raw == given("signed"),
    )
)  # fmt: skip
_ADD = Prepared(insert(STAND), ["node", "log", "time_ms", "received_ms", "evidence", "raw"])
_EARLIER = Prepared(
    select(STAND.c.id)
    .where(STAND.c.node == given("by"), STAND.c.log == given("life"), STAND.c.id < given("below"),
           STAND.c.received_ms >= given("since"))
    .limit(1)
)  # fmt: skip
_REMOVE = Prepared(delete(STAND).where(STAND.c.id == given("row")))
_AGE = Prepared(
    delete(STAND).where(
        STAND.c.node == given("by"), STAND.c.received_ms < given("before"), STAND.c.evidence.is_(False),
        STAND.c.id.not_in(
            select(func.max(STAND.c.id)).where(STAND.c.node == given("by")).group_by(STAND.c.log)
        ),
    )
)  # fmt: skip
_EVIDENCE = Prepared(
    select(func.count()).select_from(STAND).where(STAND.c.node == given("by"), STAND.c.evidence.is_(True))
)
_MARK = Prepared(update(STAND).where(STAND.c.id == given("row")), ["evidence"])
_BEHIND = Prepared(select(STAND).where(STAND.c.id > given("mark")).order_by(STAND.c.id).limit(given("most")))
_EVERY = Prepared(select(STAND).order_by(STAND.c.node, STAND.c.log, STAND.c.time_ms, STAND.c.id))
_LAST = Prepared(select(func.coalesce(func.max(STAND.c.id), 0)))


def newest(db: Connection, node: bytes, log: bytes) -> Kept | None:
    """Of one life of a node."""
    row = _NEWEST(db, by=node, life=log).first()
    return None if row is None else _kept(row)


def is_kept(db: Connection, node: bytes, log: bytes, time_ms: int, raw: bytes) -> bool:
    return _IS_KEPT(db, by=node, life=log, at=time_ms, signed=raw).first() is not None


def add(
    db: Connection, node: bytes, log: bytes, time_ms: int, raw: bytes, now_ms: int, *, evidence: bool
) -> None:
    """Keeps one; the newest before it goes, unless it is the first of its day, or evidence."""
    before = newest(db, node, log)
    _ADD(db, node=node, log=log, time_ms=time_ms, received_ms=now_ms, evidence=evidence, raw=raw)
    if before is not None and not before.evidence and before.time_ms <= time_ms and not _is_first(db, before):
        _REMOVE(db, row=before.id)
    _AGE(db, by=node, before=now_ms - KEPT_MS)


def _is_first(db: Connection, row: Kept) -> bool:
    """Of the day on which it came."""
    day = row.received_ms - (row.received_ms + EAST_MS) % DAY_MS
    return _EARLIER(db, by=row.node, life=row.log, below=row.id, since=day).first() is None


def mark(db: Connection, row: Kept) -> None:
    """It contradicts another one."""
    _MARK(db, row=row.id, evidence=True)


def evidence(db: Connection, node: bytes) -> int:
    """How many of a node's are kept as such."""
    return int(_EVIDENCE(db, by=node).scalar())


def behind(db: Connection, above: int, most: int) -> list[Kept]:
    """Up to so many that came behind a mark, in that order."""
    return [_kept(row) for row in _BEHIND(db, mark=above, most=most)]


def last(db: Connection) -> int:
    """The mark behind which nothing has come."""
    return int(_LAST(db).scalar())


def every(db: Connection) -> list[Kept]:
    """By node, life and time."""
    return [_kept(row) for row in _EVERY(db)]


def _kept(row: Any) -> Kept:
    return Kept(row.id, row.node, row.log, row.time_ms, row.received_ms, bool(row.evidence), row.raw)


# What stands are made of

_HEADS = Prepared(
    select(LOG.c.log, LOG.c.head_seq, LOG.c.head_id)
    .where(LOG.c.node == given("of"), LOG.c.head_seq > 0)
    .order_by(LOG.c.id.desc())
)
_IDS = Prepared(
    select(COMMIT.c.id, COMMIT.c.commit)
    .where(COMMIT.c.id > given("above"))
    .order_by(COMMIT.c.id)
    .limit(given("most"))
)


def heads(db: Connection, node: bytes) -> Sequence[Any]:
    """(log, head_seq, head_id) of a node's own logs, the last begun first."""
    return _HEADS(db, of=node).all()


def ids(db: Connection, above: int, most: int) -> Iterator[tuple[int, bytes]]:
    """(row, id) of up to so many commits behind a row, in the order in which they were stored."""
    return ((row.id, row.commit) for row in _IDS(db, above=above, most=most))
