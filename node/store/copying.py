"""A database file seen from beside: copied while it is written to, looked at before it is trusted, its log cut off.

On connections of the driver alone, as commands and the daemon's threads use them; `connected` is the one place
where such a connection is made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node.errors import Damaged, DiskTrouble
from node.language import say

from . import raw

Told = Callable[[int, int], None]  # (pages done, pages in all)
PAGES = 2000  # copied at once; a writer waits no longer than that takes
WAIT_MS = 10_000


@contextlib.contextmanager
def connected(path: Path, *, write: bool = False, new_key: bytes | None = None) -> Iterator[Any]:
    """A connection that is closed at the end. Raises driver.Error, and as raw.connect."""
    mode = "rwc" if write else "ro"
    with contextlib.closing(raw.connect(path, mode, new_key=new_key, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")
        connection.execute("PRAGMA trusted_schema=OFF")
        yield connection


def copy(source: Path, target: Path, told: Told | None = None) -> None:
    """SQLite's online backup: the state of one instant, whatever is written meanwhile. Raises DiskTrouble, Damaged."""

    def tell(_status: int, left: int, total: int) -> None:
        if told is not None:
            told(total - left, total)

    key = raw.key_for(source)  # the copy of an encrypted one is encrypted by the same
    with _faults(source), connected(source) as given, connected(target, write=True, new_key=key) as made:
        given.execute("BEGIN")
        given.execute(
            "SELECT count(*) FROM sqlite_schema"
        ).fetchone()  # from here on one instant, and no beginning anew
        given.backup(made, pages=PAGES, progress=tell)
        made.execute("PRAGMA journal_mode=DELETE")


def revision(path: Path) -> str | None:
    """Of the schema; None where the file is no node's database. Raises Damaged."""
    with _faults(path), connected(path) as db:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
            return None
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def setting(path: Path, name: str) -> bytes | None:
    """None, too, where the file is no node's."""
    with _faults(path), connected(path) as db:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'setting'").fetchone():
            return None
        row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


def faults_of_pages(path: Path) -> list[str]:
    """What SQLite finds wrong with the file's pages and indexes."""
    with _faults(path), connected(path) as db:
        found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(10)")]
        return [] if found == ["ok"] else found


def heads(path: Path) -> dict[bytes, tuple[int, bytes]]:
    """Log → (number, id) of its newest commit."""
    with _faults(path), connected(path) as db:
        rows = db.execute("SELECT log, head_seq, head_id FROM log WHERE head_seq > 0").fetchall()
        return {log: (seq, name) for log, seq, name in rows}


def has_commit(path: Path, log: bytes, seq: int, name: bytes) -> bool:
    with _faults(path), connected(path) as db:
        return bool(
            db.execute(
                "SELECT 1 FROM commit_ JOIN log ON commit_.log = log.id"
                ' WHERE log.log = ? AND seq = ? AND commit_."commit" = ?',
                (log, seq, name),
            ).fetchone()
        )


def whole_files(path: Path) -> dict[str, int]:
    """Attachments that the database says are whole: content in hex → bytes."""
    with _faults(path), connected(path) as db:
        return {row[0].hex(): int(row[1]) for row in db.execute("SELECT hash, size FROM blob WHERE complete")}


def cut_off(path: Path, wait_ms: int = 2000) -> bool:
    """Moves the write-ahead log into the database and empties it. False where somebody reads old pages still."""
    with _faults(path), connected(path, write=True) as db:
        db.execute(f"PRAGMA busy_timeout={int(wait_ms)}")
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


@contextlib.contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except driver.Error as fault:
        words = str(fault).lower()
        if any(sign in words for sign in ("full", "disk i/o", "readonly", "unable to open")):
            zh, en = f"{path} 写不下或打不开：{fault}", f"{path} can't be written or opened: {fault}"
            raise DiskTrouble(say(zh, en), hint="df -h .") from fault
        raise Damaged(
            say(f"{path} 不是完好的数据库：{fault}", f"{path} isn't a sound database: {fault}"),
            code="database_damaged",
            hint="qiao verify",
        ) from fault
