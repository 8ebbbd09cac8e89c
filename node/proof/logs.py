"""The chains: each commit is the one of its place, follows the one before, is signed, and names the changes under it.

A chain is looked at in stretches, so that two processes can share a long one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from node import signatures
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.prepared import Prepared, given
from node.store.schema import Erased, table
from sync_protocol import commit
from sync_protocol.clock import from_ms
from sync_protocol.commit import Commit
from sync_protocol.errors import ProtocolError
from sync_protocol.names import ZERO, short
from sync_protocol.registry import Registry

from .problems import Problem, problem

LENGTH = 5_000  # commits of a stretch
CLOCK = "clock"  # fault of a commit whose time isn't past the one before
DAY_MS = 86_400_000
ERASED = table(Erased)
_COLUMNS = (COMMIT.c.id, COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.raw, COMMIT.c.time, COMMIT.c.unit,
            COMMIT.c.actor, COMMIT.c.changes, COMMIT.c.chained, COMMIT.c.held)  # fmt: skip
_CHAIN = Prepared(
    select(*_COLUMNS)
    .where(COMMIT.c.log == given("of_log"), COMMIT.c.chained.is_(True), COMMIT.c.seq >= given("first"),
           COMMIT.c.seq < given("beyond"))
    .order_by(COMMIT.c.seq, COMMIT.c.id)
)  # fmt: skip
_LOOSE = Prepared(
    select(*_COLUMNS)
    .where(COMMIT.c.log == given("of_log"), COMMIT.c.chained.is_(False))
    .order_by(COMMIT.c.seq)
)
_CHANGES = Prepared(
    select(CHANGE.c.place, CHANGE.c.change, CHANGE.c.fault, CHANGE.c.body.is_not(None).label("full")).where(
        CHANGE.c.commit == given("within")
    )
)
_UNRISEN = Prepared(
    select(COMMIT.c.id)
    .where(
        COMMIT.c.log == given("of_log"), COMMIT.c.seq < given("before"), COMMIT.c.time >= given("not_past")
    )
    .limit(1)
)
_IS_ERASED = Prepared(select(ERASED.c.change).where(ERASED.c.change == given("named")))


class Stretch(NamedTuple):
    """Commits of a log by number, from `first` to before `beyond`; those out of turn go with the first."""

    log: int  # row
    first: int
    beyond: int


class Checked(NamedTuple):
    commits: int
    signatures: int  # looked at one by one
    absent: int  # bodies that aren't here: withheld, erased, or never sent
    problems: list[Problem]


class Whose(NamedTuple):
    """What a stretch is judged by. `complete`: the log of which this node must have every body that wasn't erased."""

    registry: Registry
    own: tuple[bytes, bytes]  # node id, sign key: before it is enrolled, a node knows its own
    complete: bytes
    every: bool  # signature, and not one a run
    known: int  # the latest time of a commit that counts


def stretches(db: Connection) -> list[Stretch]:
    found = []
    for row in db.execute(select(LOG.c.id, LOG.c.head_seq).order_by(LOG.c.id)):
        longest = _longest(db, row.id, row.head_seq)
        found += [Stretch(row.id, at, at + LENGTH) for at in range(1, max(longest, 1) + 1, LENGTH)]
    return found


def _longest(db: Connection, log: int, head: int) -> int:
    query = select(func.max(COMMIT.c.seq)).where(COMMIT.c.log == log, COMMIT.c.chained.is_(True))
    return max(head, db.execute(query).scalar() or 0)


def check(db: Connection, stretch: Stretch, whose: Whose) -> Checked:
    """Reads only."""
    log = db.execute(select(LOG).where(LOG.c.id == stretch.log)).one()
    return _Walk(db, log, whose).over(stretch)


class _Walk:
    def __init__(self, db: Connection, log: Any, whose: Whose) -> None:
        self._db, self._log, self._whose = db, log, whose
        key = whose.registry.key_of(log.node)
        self._key = whose.own[1] if key is None and log.node == whose.own[0] else key
        self._commits = self._signatures = self._absent = 0
        self._problems: list[Problem] = []

    def over(self, stretch: Stretch) -> Checked:
        if stretch.first == 1:
            self._about_log()
            for row in _LOOSE(self._db, of_log=stretch.log):
                self._look_at(row, None, signature=True)
        self._chain(stretch)
        return Checked(self._commits, self._signatures, self._absent, self._problems)

    def _chain(self, stretch: Stretch) -> None:
        """The newest signature of an unbroken run vouches for what is before it."""
        rows = iter(_CHAIN(self._db, of_log=stretch.log, first=stretch.first, beyond=stretch.beyond))
        before = self._last_before(stretch)
        row = next(rows, None)
        while row is not None:
            following = next(rows, None)
            ends = following is None or following.seq != row.seq + 1
            if row.seq != (before.seq if before else 0) + 1:
                self._found("chain_gap", row.seq, after=before.seq if before else 0)
            self._look_at(row, before, signature=self._whose.every or ends)
            before, row = row, following
        self._about_end(before, stretch)

    def _last_before(self, stretch: Stretch) -> Any:
        if stretch.first == 1:
            return None
        return next(
            iter(_CHAIN(self._db, of_log=stretch.log, first=stretch.first - 1, beyond=stretch.first)), None
        )

    def _about_end(self, last: Any, stretch: Stretch) -> None:
        head = self._log.head_seq
        if not stretch.first <= max(head, 1) < stretch.beyond:
            return
        if head and (last is None or (last.seq, last.commit) != (head, self._log.head_id)):
            self._found("head_missing", head, head=self._log.head_id)

    def _about_log(self) -> None:
        seq = self._log.forked
        query = select(COMMIT.c.seq).where(COMMIT.c.log == self._log.id).group_by(COMMIT.c.seq)
        twice = [row.seq for row in self._db.execute(query.having(func.count() > 1))]
        if seq not in (twice or [0]) or (twice and seq != min(twice)):
            self._found("fork_mismatch", seq, twice=twice[:20])

    def _look_at(self, row: Any, before: Any, *, signature: bool) -> None:
        self._commits += 1
        try:
            found = commit.parse(row.raw)
        except ProtocolError as fault:
            self._found(fault.code, row.seq, raw=row.raw)
            return
        for code in self._faults(found, row, before):
            self._found(code, row.seq, raw=row.raw)
        if row.held and not self._may_be_held(row):
            self._found("fault_mismatch", row.seq, held=True)
        good = self._is_signed(found, row) if signature and self._key is not None else None
        self._bodies(found, row, before, good)

    def _faults(self, found: Commit, row: Any, before: Any) -> Iterator[str]:
        header = found.header
        stated = (found.id, found.node, header.log, header.seq, header.time, header.unit, header.actor,
                  len(header.changes))  # fmt: skip
        log = self._log
        if stated != (row.commit, log.node, log.log, row.seq, row.time, row.unit, row.actor, row.changes):
            yield "commit_mismatch"
        first = header.seq == 1 and header.prev != ZERO
        if first or (before is not None and before.seq == row.seq - 1 and header.prev != before.commit):
            yield "chain_broken"

    def _is_signed(self, found: Commit, row: Any) -> bool:
        """By whoever isn't known any more it was verified as it came, and counts not."""
        self._signatures += 1
        assert self._key is not None, "asked only where it is known"
        try:
            found.verify(self._key)
        except ProtocolError as fault:
            if not signatures.is_bad(self._db, row.commit):  # else it is quarantined already, and listed
                self._found(fault.code, row.seq, raw=row.raw, key=self._key)
            return False
        return True

    def _may_be_held(self, row: Any) -> bool:
        """Its time hasn't come yet: nothing that counts is a day later."""
        return bool(row.time > self._whose.known - from_ms(DAY_MS))

    def _bodies(self, found: Commit, row: Any, before: Any, good: bool | None) -> None:
        names, here = found.header.changes, set()
        for one in _CHANGES(self._db, within=row.id):
            here.add(one.place)
            if not 0 <= one.place < len(names) or names[one.place] != one.change:
                self._found("body_mismatch", row.seq, change=one.change, place=one.place)
            if one.full and self._is_wrongly_marked(one.fault, found, before, good):
                self._found("fault_mismatch", row.seq, change=one.change, fault=one.fault)
            self._absent += not one.full
        missing = [name for place, name in enumerate(names) if place not in here]
        self._absent += len(missing)
        if self._log.log == self._whose.complete:
            self._own_missing(row, missing)

    def _own_missing(self, row: Any, missing: list[bytes]) -> None:
        for name in missing:
            if _IS_ERASED(self._db, named=short(name)).first() is None:
                self._found("body_missing", row.seq, change=name)

    def _is_wrongly_marked(self, fault: str, found: Commit, before: Any, good: bool | None) -> bool:
        if fault == signatures.CODE:
            return good is True
        if fault == CLOCK:
            header = found.header
            return (
                _UNRISEN(self._db, of_log=self._log.id, before=header.seq, not_past=header.time).first()
                is None
            )
        risen = before is None or before.seq != found.header.seq - 1 or found.header.time > before.time
        return fault == "" and (good is False or not risen)

    def _found(self, code: str, seq: int, **evidence: Any) -> None:
        self._problems.append(problem(code, f"{self._log.log.hex()}/{seq}", node=self._log.node, **evidence))
