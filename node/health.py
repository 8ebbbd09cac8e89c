"""Whether the node can do its work: green only when the database can be read and written (promise R16)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as driver

from node.errors import QiaoError
from node.store import raw

DATABASE = "node.db"
# The daemon's own writer is idle while this is asked; only Litestream's short locks are waited for.
_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """`code`: ok, or the stable code of what is wrong: disk, damaged, busy, or of its key. `backup`: green, yellow,
    red; empty where nobody looked. An old backup keeps no node from its work."""

    ok: bool
    code: str = "ok"
    backup: str = ""


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
