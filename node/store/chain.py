"""Logs and commits: the append-only half of the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, insert, select, text, update

from sync_protocol import commit as commits
from sync_protocol.chains import Chains, Loose
from sync_protocol.commit import Commit as Signed
from sync_protocol.frontier import Frontier, Position
from sync_protocol.names import ZERO
from sync_protocol.run import EMPTY, Head, head_of
from sync_protocol.shape import HIGHEST

from .prepared import Prepared, given
from .schema import Change, Commit, Log, table

LOG, COMMIT, CHANGE = table(Log), table(Commit), table(Change)


@dataclass(frozen=True, slots=True)
class LogRow:
    id: int
    log: bytes
    node: bytes
    head: Head
    forked: int = 0  # the lowest number at which two commits are here; 0 for none
    loose: bool = True  # False: it was looked, and every commit of it is on its main chain


_LOG = Prepared(select(LOG).where(LOG.c.log == given("of")))
_LOGS = Prepared(select(LOG).where(LOG.c.node == given("of")))
_EVERY_LOG = Prepared(select(LOG))
_ABOVE = Prepared(
    select(COMMIT.c.id, COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.chained).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq >= given("first")
    )
)
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
_SMALL = (
    1000  # bytes of a commit whose predecessor is remembered: some 4 MB of them, an enemy's bad days included
)
_NOT_CHAINED = text("NOT chained")  # as the partial index says it
# Asked to sort them, SQLite goes through every commit of the log, by the index that has them sorted.
_LOOSE = Prepared(
    select(COMMIT.c.id, COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.time, COMMIT.c.raw).where(
        COMMIT.c.log == given("of"), _NOT_CHAINED
    )
)
_LOOSE_LOGS = Prepared(select(COMMIT.c.log).where(_NOT_CHAINED).distinct())
_ANY_LOOSE = Prepared(select(COMMIT.c.id).where(COMMIT.c.log == given("of"), _NOT_CHAINED).limit(1))
_LOOSE_AT = Prepared(
    select(COMMIT.c.id, COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.time, COMMIT.c.raw)
    .where(COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), _NOT_CHAINED)
    .order_by(COMMIT.c.commit)
)
_LOOSE_NEAR = Prepared(
    select(COMMIT.c.id, COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.time, COMMIT.c.raw)
    .where(COMMIT.c.log == given("of"), COMMIT.c.seq.between(given("first"), given("last")), _NOT_CHAINED)
    .order_by(COMMIT.c.seq, COMMIT.c.commit)
)
_CHAIN = Prepared(update(COMMIT).where(COMMIT.c.id == given("row")), ["chained"])
_FORK = Prepared(update(LOG).where(LOG.c.id == given("row")), ["forked"])
_HEAD_AT = Prepared(
    select(COMMIT.c.time).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), COMMIT.c.commit == given("named")
    )
)
_ON_MAIN = Prepared(
    select(COMMIT.c.id).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), COMMIT.c.commit == given("named"),
        COMMIT.c.chained.is_(True),
    )
)  # fmt: skip
_NODE = Prepared(
    select(LOG.c.node)
    .select_from(COMMIT.join(LOG, COMMIT.c.log == LOG.c.id))
    .where(COMMIT.c.id == given("row"))
)
_UNIT = Prepared(select(COMMIT.c.unit).where(COMMIT.c.id == given("row")))
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


def looked_over(db: Connection, log: LogRow) -> LogRow:
    """With whether some commits of it aren't on its main chain: where there are none, each that follows is stored
    without looking for those that may follow it."""
    return replace(log, loose=_ANY_LOOSE(db, of=log.id).first() is not None)


def logs_of(db: Connection, nodes: Iterable[bytes]) -> list[LogRow]:
    return [_log_row(row) for node in dict.fromkeys(nodes) for row in _LOGS(db, of=node)]


def logs(db: Connection) -> list[LogRow]:
    """Every log of which something is here, or was begun."""
    return [_log_row(row) for row in _EVERY_LOG(db)]


def above(db: Connection, log: int, seq: int) -> Sequence[Any]:
    """(id, seq, commit, chained) of a log's commits from a number on."""
    return _ABOVE(db, of=log, first=seq).all()


def frontier(db: Connection, nodes: Iterable[bytes]) -> Frontier:
    """Which chains of these nodes' logs are held here."""
    loose = {row.log for row in _LOOSE_LOGS(db)}  # few, if any: each of the others is asked for nothing more
    stands = (
        (row.log, chains(db, row).tips() if row.id in loose else _tip(row)) for row in logs_of(db, nodes)
    )
    return {log: tips for log, tips in stands if tips}


def _tip(log: LogRow) -> tuple[Position, ...]:
    return (Position(log.head.seq, log.head.id),) if log.head.seq else ()


def chains(db: Connection, log: LogRow) -> Chains:
    main = Position(log.head.seq, log.head.id) if log.head.seq else None
    return Chains(main, unchained(db, log.id), lambda seq, name: _is_on_main(db, log.id, seq, name))


def meet(db: Connection, log: bytes, mine: Position, theirs: Position) -> int | None:
    """The last number that two chains of a log share; None where the end of `theirs` isn't here."""
    row = log_row(db, log)
    return None if row is None else chains(db, row).meet(mine, theirs)


def unchained(db: Connection, log: int) -> list[Loose]:
    """Commits that aren't on the log's main chain, by number."""
    return sorted(map(_loose, _LOOSE(db, of=log)), key=lambda one: (one.seq, one.id))


def _loose(row: Any) -> Loose:
    return Loose(row.id, row.seq, row.commit, _prev(row.raw), row.time)


def _prev(raw: bytes) -> bytes:
    return _prev_of_small(raw) if len(raw) <= _SMALL else commits.parse(raw).header.prev


@lru_cache(4096)
def _prev_of_small(raw: bytes) -> bytes:
    return commits.parse(raw).header.prev


def _is_on_main(db: Connection, log: int, seq: int, commit: bytes) -> bool:
    return _ON_MAIN(db, of=log, at=seq, named=commit).first() is not None


def has(db: Connection, log: int, seq: int, commit: bytes) -> int | None:
    """Row id of a commit, if it is here."""
    found: int | None = _HAS(db, of=log, at=seq, named=commit).scalar()
    return found


def head_at(db: Connection, log: int, seq: int, commit: bytes) -> Head | None:
    """A commit that is here, as what others continue; for number 0 the beginning."""
    if seq == 0:
        return EMPTY if commit == ZERO else None
    row = _HEAD_AT(db, of=log, at=seq, named=commit).first()
    return None if row is None else Head(seq, commit, row.time)


def other(db: Connection, log: int, seq: int, commit: bytes) -> bool:
    """Whether another commit holds that place: the log forked (3.8)."""
    return _OTHER(db, of=log, at=seq, named=commit).first() is not None


def add(
    db: Connection, log: LogRow, commit: Signed, *, received_ms: int, held: bool, verified: bool = True
) -> tuple[int, LogRow]:
    """Stores a commit in its place; the main chain grows when it follows without a gap. `verified`: its own
    signature was looked at, not only that of its run."""
    header = commit.header
    if header.seq <= log.head.seq or log.forked or not follows(commit, log.head):
        log = _note_fork(db, log, commit)
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
        verified=verified,
        received_ms=received_ms,
        chained=follows(commit, log.head),
    )
    return done.lastrowid, _advance(db, log, commit)


def follows(commit: Signed, head: Head) -> bool:
    """Whether it is the next of a chain."""
    return commit.header.seq == head.seq + 1 and commit.header.prev == head.id


def _note_fork(db: Connection, log: LogRow, commit: Signed) -> LogRow:
    seq = commit.header.seq
    if (log.forked and log.forked <= seq) or not other(db, log.id, seq, commit.id):
        return log
    return _forked(db, log, seq)


def _forked(db: Connection, log: LogRow, seq: int) -> LogRow:
    _FORK(db, row=log.id, forked=seq)
    return replace(log, forked=seq)


def made(done: CursorResult[Any]) -> int:
    """The row id of what was just inserted."""
    key = done.inserted_primary_key
    assert key is not None, "a single row was inserted"
    return int(key[0])


def _advance(db: Connection, log: LogRow, commit: Signed) -> LogRow:
    """The head behind a commit just stored, and behind the loose ones that follow it. One that came out of its turn
    may have had this number before: then the log forked, and its other branch was here first."""
    if not follows(commit, log.head):
        return replace(log, loose=True)
    head = head_of(commit, log.head)
    near = (
        [_loose(row) for row in _LOOSE_NEAR(db, of=log.id, first=head.seq, last=head.seq + 1)]
        if log.loose
        else []
    )
    if not log.forked and any(one.seq == head.seq for one in near):
        log = _forked(db, log, head.seq)
    while (after := _after(near, head)) is not None:
        _CHAIN(db, row=after.row, chained=True)
        head = Head(after.seq, after.id, max(after.time, head.time))
        near = _loose_at(db, log.id, head.seq + 1)
    _HEAD(db, row=log.id, head_seq=head.seq, head_id=head.id, head_time=head.time)
    return replace(log, head=head)


def _after(near: Iterable[Loose], head: Head) -> Loose | None:
    return next((one for one in near if one.seq == head.seq + 1 and one.prev == head.id), None)


def _loose_at(db: Connection, log: int, seq: int) -> list[Loose]:
    return [_loose(row) for row in _LOOSE_AT(db, of=log, at=seq)]


def is_named(db: Connection, log: int, seq: int, commit: bytes) -> bool:
    """Whether a loose commit with that number names this one as the one before it; past the highest there is none,
    whatever number an enemy's commit has."""
    return seq <= HIGHEST and any(one.prev == commit for one in _loose_at(db, log, seq))


_RAWS = Prepared(
    select(COMMIT.c.id, COMMIT.c.raw)
    .where(COMMIT.c.log == given("of"), COMMIT.c.seq >= given("first"), COMMIT.c.seq <= given("last"),
           COMMIT.c.chained)
    .order_by(COMMIT.c.seq)
)  # fmt: skip
_DUE = Prepared(select(COMMIT.c.id).where(text("held"), COMMIT.c.time <= given("until")))
_RELEASE = Prepared(update(COMMIT).where(COMMIT.c.id == given("row")), ["held"])
_TIME = Prepared(select(COMMIT.c.time).where(COMMIT.c.commit == given("named")))
_LOG_OF = Prepared(
    select(LOG.c.log).join(COMMIT, COMMIT.c.log == LOG.c.id).where(COMMIT.c.commit == given("named"))
)


def raws(db: Connection, log: int, first: int, last: int) -> Sequence[tuple[int, bytes]]:
    """(row id, COSE bytes) of a stretch of a log's main chain, in order."""
    return [(row.id, row.raw) for row in _RAWS(db, of=log, first=first, last=last)]


def raw(db: Connection, commit: int) -> bytes:
    found: bytes = _RAW(db, row=commit).one().raw
    return found


def release_held(db: Connection, until: int) -> list[int]:
    """Row ids of commits whose time has come; they are held no longer."""
    found = [row.id for row in _DUE(db, until=until)]
    _RELEASE.many(db, [{"row": one, "held": False} for one in found])
    return found


def _log_row(found: Any) -> LogRow:
    head = Head(found.head_seq, found.head_id, found.head_time)
    return LogRow(found.id, found.log, found.node, head, found.forked)


def id_of(db: Connection, commit: int) -> bytes:
    found: bytes = _RAW(db, row=commit).one().commit
    return found


def node_of(db: Connection, commit: int) -> bytes:
    """The node that signed it."""
    found: bytes = _NODE(db, row=commit).scalar_one()
    return found


def unit_of(db: Connection, commit: int) -> str:
    """The author's unit path as the header says it; before his enrolment the bare code."""
    found: str = _UNIT(db, row=commit).scalar_one()
    return found


def log_of(db: Connection, commit: bytes) -> bytes | None:
    """The log of a commit by its id; None where it isn't here."""
    found: bytes | None = _LOG_OF(db, named=commit).scalar()
    return found


def time_of(db: Connection, commit: bytes) -> int:
    """Hybrid time of a commit by its id; 0 where it isn't here."""
    return int(_TIME(db, named=commit).scalar() or 0)
