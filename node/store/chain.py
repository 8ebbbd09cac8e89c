"""Logs and commits: the append-only half of the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, insert, select, update

from sync_protocol.commit import Commit as Signed
from sync_protocol.frontier import Frontier, Position
from sync_protocol.names import ZERO
from sync_protocol.run import Head

from .prepared import Prepared, given
from .schema import Change, Commit, Log, table

LOG, COMMIT, CHANGE = table(Log), table(Commit), table(Change)


@dataclass(frozen=True, slots=True)
class LogRow:
    id: int
    log: bytes
    node: bytes
    head: Head


_LOG = Prepared(select(LOG).where(LOG.c.log == given("of")))
_LOGS = Prepared(select(LOG).where(LOG.c.node == given("of")))
_HAS = Prepared(
    select(COMMIT.c.id).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), COMMIT.c.commit == given("named")
    )
)
_OTHER = Prepared(
    select(COMMIT.c.id).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), COMMIT.c.commit != given("named")
    )
)
_ADD = Prepared(insert(COMMIT), [column.name for column in COMMIT.c if column.name != "id"])
_HEAD = Prepared(update(LOG).where(LOG.c.id == given("row")), ["head_seq", "head_id", "head_time"])
_FOLLOWING = Prepared(
    select(COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.time, COMMIT.c.raw)
    .where(COMMIT.c.log == given("of"), COMMIT.c.seq > given("above"))
    .order_by(COMMIT.c.seq)
    .limit(1000)
)
_RAW = Prepared(select(COMMIT.c.raw, COMMIT.c.commit).where(COMMIT.c.id == given("row")))


def log_row(db: Connection, log: bytes) -> LogRow | None:
    row = _LOG(db, of=log).first()
    return None if row is None else _log_row(row)


def begin_log(db: Connection, log: bytes, node: bytes) -> LogRow:
    """The row of a log, made where it is new."""
    found = log_row(db, log)
    if found is not None:
        return found
    done = db.execute(insert(LOG).values(log=log, node=node, head_seq=0, head_id=ZERO, head_time=0))
    return LogRow(made(done), log, node, Head(0, ZERO, 0))


def logs_of(db: Connection, nodes: Iterable[bytes]) -> list[LogRow]:
    return [_log_row(row) for node in dict.fromkeys(nodes) for row in _LOGS(db, of=node)]


def frontier(db: Connection, nodes: Iterable[bytes]) -> Frontier:
    """Where these nodes' logs stand here."""
    return {row.log: Position(row.head.seq, row.head.id) for row in logs_of(db, nodes) if row.head.seq > 0}


def has(db: Connection, log: int, seq: int, commit: bytes) -> int | None:
    """Row id of a commit, if it is here."""
    return _HAS(db, of=log, at=seq, named=commit).scalar()


def other(db: Connection, log: int, seq: int, commit: bytes) -> bool:
    """Whether another commit holds that place: the log forked (3.8)."""
    return _OTHER(db, of=log, at=seq, named=commit).first() is not None


def add(db: Connection, log: LogRow, commit: Signed, *, received_ms: int, held: bool) -> tuple[int, LogRow]:
    """Stores a commit in its place; the log's head moves when it follows without a gap."""
    header = commit.header
    done = _ADD(
        db,
        log=log.id,
        seq=header.seq,
        commit=commit.id,
        time=header.time,
        unit=header.unit,
        actor=header.actor,
        changes=len(header.changes),
        raw=commit.raw,
        held=held,
        verified=True,
        received_ms=received_ms,
    )
    return done.lastrowid, _advance(db, log, commit)


def made(done: CursorResult[Any]) -> int:
    """The row id of what was just inserted."""
    key = done.inserted_primary_key
    assert key is not None, "a single row was inserted"
    return int(key[0])


def _advance(db: Connection, log: LogRow, commit: Signed) -> LogRow:
    if commit.header.seq != log.head.seq + 1 or commit.header.prev != log.head.id:
        return log
    head = Head(commit.header.seq, commit.id, commit.header.time)
    for seq, name, time, prev in _following(db, log.id, head.seq):
        if seq != head.seq + 1 or prev != head.id:
            break
        head = Head(seq, name, time)
    _HEAD(db, row=log.id, head_seq=head.seq, head_id=head.id, head_time=head.time)
    return LogRow(log.id, log.log, log.node, head)


def _following(db: Connection, log: int, seq: int) -> Iterable[tuple[int, bytes, int, bytes]]:
    """Commits stored before their turn (they came down alone), as (seq, id, time, prev)."""
    from sync_protocol import commit as commits

    for row in _FOLLOWING(db, of=log, above=seq):
        yield row.seq, row.commit, row.time, commits.parse(row.raw).header.prev


def raws(db: Connection, log: int, first: int, last: int) -> Sequence[tuple[int, bytes]]:
    """(row id, COSE bytes) of a stretch of one log, in order."""
    rows = db.execute(
        select(COMMIT.c.id, COMMIT.c.raw)
        .where(COMMIT.c.log == log, COMMIT.c.seq >= first, COMMIT.c.seq <= last)
        .order_by(COMMIT.c.seq)
    )
    return [(row.id, row.raw) for row in rows]


def raw(db: Connection, commit: int) -> bytes:
    found: bytes = _RAW(db, row=commit).one().raw
    return found


def release_held(db: Connection, until: int) -> list[int]:
    """Row ids of commits whose time has come; they are held no longer."""
    rows = db.execute(select(COMMIT.c.id).where(COMMIT.c.held.is_(True), COMMIT.c.time <= until))
    found = [row.id for row in rows]
    if found:
        db.execute(
            update(COMMIT).where(COMMIT.c.id == bindparam("row")).values(held=False),
            [{"row": one} for one in found],
        )
    return found


def _log_row(row: object) -> LogRow:
    found = row  # a Core row with the columns of Log
    return LogRow(found.id, found.log, found.node, Head(found.head_seq, found.head_id, found.head_time))  # type: ignore[attr-defined]


def id_of(db: Connection, commit: int) -> bytes:
    found: bytes = _RAW(db, row=commit).one().commit
    return found


def time_of(db: Connection, commit: bytes) -> int:
    """Hybrid time of a commit by its id; 0 where it isn't here."""
    return int(db.execute(select(COMMIT.c.time).where(COMMIT.c.commit == commit)).scalar() or 0)
