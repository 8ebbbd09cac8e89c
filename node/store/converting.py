"""Copying a database into one with another key, or none, and saying what is in it, to compare the two."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node.store import raw

Error = driver.Error
_STEPS = 200_000  # of SQLite's machine between two looks at how far it is


def copy(
    path: Path, key: bytes | None, aside: Path, new: bytes | None, told: Callable[[int], None]
) -> dict[str, str]:
    """All of `path` in the new file `aside`; returns what `contents` says of the former. `path` is left without a
    log beside it. Raises Error: also where somebody else has it open."""
    with contextlib.closing(_open(path, key)) as db:
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        if db.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
            raise driver.OperationalError("the database is locked")
        db.execute("BEGIN EXCLUSIVE").fetchone()
        db.execute("COMMIT")
        before = _contents(db)
        _export(db, path, aside, new, told)
    return before


def contents(path: Path, key: bytes | None) -> dict[str, str]:
    """Digest of every table by name, and of the schema. Raises Error where the file isn't whole."""
    with contextlib.closing(_open(path, key)) as db:
        wrong = [*db.execute("PRAGMA cipher_integrity_check"), *db.execute("PRAGMA integrity_check")]
        if wrong != [("ok",)]:
            raise driver.DatabaseError(f"not whole: {wrong[0][0]}")
        return _contents(db)


def _open(path: Path, key: bytes | None) -> Any:
    made = driver.connect(str(path), isolation_level=None, timeout=2)
    raw.unlock(made, key)
    return made


def _export(db: Any, path: Path, aside: Path, new: bytes | None, told: Callable[[int], None]) -> None:
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # SQLite would let others read it
    form = "" if new is None else f"x'{new.hex()}'"
    db.execute(f'ATTACH DATABASE ? AS aside KEY "{form}"', (str(aside),))
    size = max(1, path.stat().st_size)

    def look() -> int:
        told(min(99, 100 * aside.stat().st_size // size))
        return 0

    db.set_progress_handler(look, _STEPS)
    db.execute(
        "PRAGMA aside.journal_mode=OFF"
    )  # it is all or nothing as a file, and flushed once, by who takes it
    db.execute("PRAGMA aside.synchronous=OFF")
    db.execute("SELECT sqlcipher_export('aside')").fetchone()
    db.set_progress_handler(None, 0)
    for name in ("user_version", "application_id"):
        (value,) = db.execute(f"PRAGMA main.{name}").fetchone()
        db.execute(f"PRAGMA aside.{name}={int(value)}")
    db.execute("DETACH DATABASE aside")


def _contents(db: Any) -> dict[str, str]:
    """Row ids count: a full text index names its rows by them."""
    found = {"schema": _digest(db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"))}
    found["version"] = str(db.execute("PRAGMA user_version").fetchone()[0])
    tables = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    for name, sql in tables:
        columns = "*" if "WITHOUT ROWID" in sql.upper() else "rowid, *"
        found[name] = _digest(db.execute(f'SELECT {columns} FROM "{name}"'))
    return found


def _digest(rows: Iterator[Any]) -> str:
    made = hashlib.sha256()
    for row in rows:
        made.update(repr(row).encode("utf-8", "surrogateescape"))
    return made.hexdigest()
