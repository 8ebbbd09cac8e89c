"""Whether the node can do its work: green only when the database can be read and written (promise R16)."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as driver

from node import filesystem
from node.config import Config
from node.errors import QiaoError
from node.store import raw

DATABASE = "node.db"
# The daemon's own writer is idle while this is asked; only Litestream's short locks are waited for.
_WAIT_SECONDS = 2.0
LOW_BYTES = 500 << 20  # a day of a province, its write-ahead log and its backup fit into it
DISK_LOW, UNFIT = "disk_low", "unfit_filesystem"


@dataclass(frozen=True, slots=True)
class Health:
    """`code`: ok, or the stable code of what is wrong: disk, damaged, busy, or of its key. `backup`: green, yellow,
    red; empty where nobody looked. `warnings`: of what is going to be. Neither keeps a node from its work."""

    ok: bool
    code: str = "ok"
    backup: str = ""
    warnings: tuple[str, ...] = ()


def check(directory: Path) -> Health:
    """Reads the schema and writes one page, durably, on a connection of its own. Raises nothing."""
    path = directory / DATABASE
    try:
        with contextlib.closing(
            raw.connect(path, "rw", isolation_level=None, timeout=_WAIT_SECONDS)
        ) as connection:
            _exercise(connection)
    except QiaoError as fault:
        return Health(False, fault.code)
    except driver.Error as fault:
        return Health(False, _code(str(fault).lower()))
    return Health(True)


def warnings(config: Config) -> tuple[str, ...]:
    """Codes of what isn't broken yet. Raises nothing."""
    return tuple(code for code in (watch(config) for watch in WATCHES) if code)


def _disk(config: Config) -> str:
    return DISK_LOW if free_bytes(config.directory) < LOW_BYTES else ""


def free_bytes(directory: Path) -> int:
    """What this process may still write there; of a disk that can't be asked, as much as is needed."""
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return LOW_BYTES


def _filesystem(config: Config) -> str:
    return UNFIT if filesystem.trouble(filesystem.kind(config.directory)) else ""


# Each looks at one thing and gives its code, or nothing; others may be put behind.
WATCHES: tuple[Callable[[Config], str], ...] = (_disk, _filesystem)


def _exercise(connection: driver.Connection) -> None:
    """Writing a header field as it is touches the file and changes nothing."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version={int(version)}")
        connection.execute("COMMIT")
    except driver.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _code(words: str) -> str:
    if "malformed" in words or "not a database" in words:
        return "damaged"
    return "busy" if "locked" in words else "disk"
