"""Every connection to node.db begins here, by the driver alone: an encrypted file is given its key before anything.

Whether a file is encrypted is what its first bytes say, not a setting: so a conversion is one renaming, and a file
that was put back says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3.dbapi2 as driver

_LENT: dict[Path, bytes | None] = {}  # of copies that lie where no key does, while they are looked at
PLAIN = b"SQLite format 3\0"  # the first 16 bytes of a database in clear; SQLCipher has a random salt there


def is_encrypted(path: Path) -> bool:
    """False for a file that isn't there, or is empty still. Raises nothing."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN)) not in (PLAIN, b"")
    except OSError:
        return False


def key_for(path: Path) -> bytes | None:
    """The key of that database; None where it is in clear, or no key is there: then SQLite says that it is no database,
    which what is damaged is, too. Raises as datakey.of."""
    if not is_encrypted(path):
        return None
    if path in _LENT:
        return _LENT[path]
    from node import datakey

    return datakey.of(path.parent) if datakey.is_there(path.parent) else None


@contextmanager
def lent(path: Path, key: bytes | None) -> Iterator[None]:
    """Opens a copy of a database by the original's key."""
    _LENT[path] = key
    try:
        yield
    finally:
        del _LENT[path]


def is_lent(path: Path) -> bool:
    return path in _LENT


def unlock(connection: Any, key: bytes | None) -> None:
    """Must be the first thing that is said on a connection. The raw form: nothing is derived from the key."""
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")


def connect(path: Path, mode: str, *, new_key: bytes | None = None, **options: Any) -> Any:
    """`mode`: ro, rw or rwc. `new_key`: of a file that is to be made. Raises the driver's errors, and as datakey.of."""
    key = new_key if new_key is not None else key_for(path)
    connection = driver.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, **options)
    try:
        unlock(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection
