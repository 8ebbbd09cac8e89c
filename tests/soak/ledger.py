"""What was acknowledged to anybody, and whether every database still has it (promises R1, R2, R3, R7)."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from tests.acceptance.office import Office, Tree


@dataclass(frozen=True, slots=True)
class Acked:
    """An act whose result line was printed: what it is called, and whose word it was."""

    unit: str
    record: str
    change: str
    commit: str
    action: str


@dataclass(slots=True)
class Ledger:
    """Every acknowledged act of one tree's life, and the records given down to the lowest office."""

    acked: list[Acked] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)

    def enter(self, unit: str, asked: Iterable[dict[str, Any]], results: Iterable[dict[str, Any]]) -> None:
        """The lines of a batch beside its results, as far as these came."""
        for line, result in zip(asked, results, strict=False):
            self.acked.append(
                Acked(unit, result["record"], result["change"], result["commit"], line["action"])
            )
            if line["action"] == "dispatch":
                self.shared.append(result["record"])

    def lost(self, tree: Tree) -> dict[str, list[Acked]]:
        """By office, what it should have and hasn't. An office has what it or one below it did, and
        whatever was done in a record that was given to it."""
        found = {}
        for office in tree.offices:
            here = changes(office.directory)
            missing = [one for one in self.acked if self._due(tree, office, one) and one.change not in here]
            if missing:
                found[office.code] = missing
        return found

    def _due(self, tree: Tree, office: Office, one: Acked) -> bool:
        codes = [each.code for each in tree.offices]
        return one.record in self.shared or codes.index(office.code) <= codes.index(one.unit)


def forks(tree: Tree) -> list[tuple[str, int, list[str]]]:
    """(log, seq, commits) wherever two commits of one log have one number, in whichever databases."""
    found: dict[tuple[str, int], set[str]] = {}
    for office in tree.offices:
        for log, seq, commit in _commits(office.directory):
            found.setdefault((log, seq), set()).add(commit)
    return [(log, seq, sorted(ids)) for (log, seq), ids in sorted(found.items()) if len(ids) > 1]


def exceptions(tree: Tree) -> list[tuple[str, Any]]:
    """What didn't simply apply: in a tree where people only added notes, nothing."""
    return [(office.code, one) for office in tree.offices for one in office.exceptions()]


def changes(directory: Path) -> set[str]:
    """Every change whose body is in the database's records, in hex."""
    with reading(directory) as db:
        rows = db.execute("SELECT change FROM change WHERE body IS NOT NULL AND fault = ''")
        return {bytes(change).hex() for (change,) in rows}


def _commits(directory: Path) -> list[tuple[str, int, str]]:
    with reading(directory) as db:
        rows = db.execute('SELECT log.log, seq, "commit" FROM commit_ JOIN log ON log.id = commit_.log')
        return [(bytes(log).hex(), seq, bytes(commit).hex()) for log, seq, commit in rows]


@contextlib.contextmanager
def reading(directory: Path) -> Iterator[Any]:
    """A node's database beside its process, read-only."""
    with contextlib.closing(driver.connect(f"file:{directory / 'node.db'}?mode=ro", uri=True)) as db:
        db.execute("PRAGMA busy_timeout=10000")
        yield db


def copy(directory: Path, target: Path) -> None:
    """A backup of a node's database as it is now, by SQLite's online backup."""
    with reading(directory) as db, contextlib.closing(driver.connect(str(target))) as sink:
        db.backup(sink)


def put_back(directory: Path, older: Path) -> None:
    """An older database in a dead node's place, without the journal of the newer one. A new file: what a
    backup program that outlives its node for a moment still does to the old one, it does to that."""
    fresh = directory / "node.db.older"
    shutil.copyfile(older, fresh)
    for name in ("node.db-wal", "node.db-shm"):
        (directory / name).unlink(missing_ok=True)
    fresh.replace(directory / "node.db")
