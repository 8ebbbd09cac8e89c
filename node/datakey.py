"""The key of an encrypted database: 32 random bytes in DIR/keys/database.key, sealed where the keys are.

It is no passphrase, so that opening the database costs no derivation. It lies beside a pair of keys, and a change of
keys moves the pair: wherever it went, it is found.
"""

from __future__ import annotations

from pathlib import Path

from node import keylock, keys, passphrase, private
from node.entropy import Entropy
from node.errors import Damaged, DiskTrouble, NotFound
from node.language import say

FILE = "database.key"
BYTES = 32


def of(directory: Path) -> bytes:
    """Raises NotFound `no_database_key`, Damaged `bad_keys`, Forbidden `keys_locked`, `wrong_passphrase`."""
    path = _path(directory)
    if path is None:
        raise NotFound(
            say(
                f"node.db 已加密，而 {directory / keys.DIRECTORY / FILE} 不在",
                f"node.db is encrypted, and {directory / keys.DIRECTORY / FILE} isn't there",
            ),
            code="no_database_key",
            hint=f"ls -l {directory / keys.DIRECTORY}",
        )
    try:
        found = bytes.fromhex(keys.read_private(path).decode())
    except OSError as fault:
        raise DiskTrouble(say(f"读不了 {path}：{fault}", f"{path} can't be read: {fault}")) from fault
    except ValueError as fault:
        raise _damaged(path) from fault
    if len(found) != BYTES:
        raise _damaged(path)
    return found


def is_there(directory: Path) -> bool:
    return _path(directory) is not None


def make(directory: Path, entropy: Entropy) -> bytes:
    """The key that is there, else a new one, durable. Raises DiskTrouble, and as `of`."""
    if _path(directory) is not None:
        return of(directory)
    made, path = entropy.bytes(BYTES), directory / keys.DIRECTORY / FILE
    try:
        private.replace(path, keylock.sealed(made.hex().encode(), FILE, passphrase.master(directory)))
    except OSError as fault:
        raise DiskTrouble(say(f"写不了 {path}：{fault}", f"{path} can't be written: {fault}")) from fault
    return made


def _path(directory: Path) -> Path | None:
    places = (found for pattern in keylock.FOLDERS for found in sorted(directory.glob(pattern)))
    return next((path for folder in places if (path := folder / FILE).exists()), None)


def _damaged(path: Path) -> Damaged:
    return Damaged(
        say(f"{path} 不是数据库密钥，或已损坏", f"{path} isn't a database's key, or is damaged"),
        code="bad_keys",
        hint=f"ls -l {path}",
    )
