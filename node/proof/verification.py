"""All of it, in parts that two processes can share: what is found is the same in whatever order they are done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from node import lives, trust
from node.entropy import SystemEntropy
from node.keys import Keys
from node.store import settings, stale
from node.store.chain import COMMIT
from node.work import LOG, ROOT, Work
from sync_protocol.registry import Registry

from . import logs, projections, receipts, records
from .logs import Stretch, Whose
from .problems import Problem
from .records import Range

REST = "rest"  # receipts and units: little, and of the whole
Part = Stretch | Range | str
Told = Callable[[int, int], object]  # parts done, of how many


@dataclass(slots=True)
class Found:
    commits: int = 0
    signatures: int = 0
    records: int = 0
    absent: int = 0
    problems: list[Problem] = field(default_factory=list)

    def take(self, other: Found) -> None:
        self.commits += other.commits
        self.signatures += other.signatures
        self.records += other.records
        self.absent += other.absent
        self.problems += other.problems


@dataclass(frozen=True, slots=True)
class Verifier:
    """What the parts are verified with. `alike_key`: of the blind index (node/alike.py)."""

    registry: Registry
    keys: Keys
    alike_key: bytes
    every: bool  # signature, and not one a run
    known: int  # the latest time of a commit that counts

    def part(self, db: Connection, part: Part) -> Found:
        """Reads only."""
        if isinstance(part, Stretch):
            checked = logs.check(db, part, self._whose(db))
            return Found(checked.commits, checked.signatures, 0, checked.absent, checked.problems)
        work = Work(db, self.keys, self.registry, 0, SystemEntropy(), alike_key=self.alike_key)
        if isinstance(part, Range):
            return Found(records=records.count(db, part), problems=list(projections.check(work, part)))
        problems = [*receipts.check(db, self.registry), *receipts.taken(db), *projections.check_units(work)]
        return Found(problems=problems)

    def _whose(self, db: Connection) -> Whose:
        own = (self.keys.node, self.keys.sign_key)
        return Whose(self.registry, own, settings.get(db, LOG) or b"", self.every, self.known)


def parts(db: Connection) -> list[Part]:
    """The longest first, so that two who share them end together."""
    return [*records.ranges(db), *logs.stretches(db), REST]


def verifier(db: Connection, keys: Keys, alike_key: bytes, *, every: bool) -> Verifier:
    known = db.execute(select(func.max(COMMIT.c.time)).where(COMMIT.c.held.is_(False))).scalar() or 0
    return Verifier(trust.load(db, settings.get(db, ROOT)), keys, alike_key, every, known)


def verify(
    db: Connection,
    keys: Keys,
    alike_key: bytes,
    *,
    every_signature: bool = False,
    told: Told = lambda done, of: None,
) -> dict[str, Any]:
    """`problems`: code, sentence, where, evidence. Reads only."""
    return account(db, alone(db, verifier(db, keys, alike_key, every=every_signature), told))


def alone(db: Connection, using: Verifier, told: Told) -> Found:
    """In this process."""
    found, todo = Found(), parts(db)
    for done, one in enumerate(todo, 1):
        found.take(using.part(db, one))
        told(done, len(todo))
    return found


def account(db: Connection, found: Found) -> dict[str, Any]:
    lost = lives.lost_told(db.connection.driver_connection)
    return {
        "ok": not found.problems,
        "commits": found.commits,
        "signatures": found.signatures,
        "records": found.records,
        "absent": found.absent,
        "problems": sorted(found.problems, key=_order),
        "lost": lost,
        "rebuild_left": stale.left(db),
    }


def _order(one: Problem) -> tuple[str, str]:
    return one["code"], one["where"]
