"""Sealed copies of the database (封存备份), where Litestream can't be: SQLite's online backup, compressed and sealed.

At a place they are `snapshots/TIME.sealed`; TIME is when the copy was begun, so what it holds is at least as new.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from node.backup import sealed
from node.backup.places.place import Entry, Place
from node.backup.sealed import Recipient
from node.backup.way import DATABASE
from node.config import Config
from node.entropy import Entropy
from node.errors import DiskTrouble, Usage
from node.language import say
from node.store import copying

FOLDER = "snapshots"
WHAT = "database"
LEAST_KEPT = 2
_NAME = re.compile(rf"{FOLDER}/([0-9]{{8}}T[0-9]{{6}})([0-9]{{3}})Z\.sealed")


def name_of(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{FOLDER}/{at:%Y%m%dT%H%M%S}{at_ms % 1000:03d}Z.sealed"


def time_of(name: str) -> int | None:
    """Unix milliseconds; None for what isn't such a copy."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    at = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return int(at.timestamp()) * 1000 + int(found[2])


def times(listed: dict[str, Entry]) -> list[tuple[int, str]]:
    """(time, name) of every copy, the oldest first."""
    return sorted((at, name) for name in listed if (at := time_of(name)) is not None)


def recipient(config: Config) -> Recipient:
    """Raises Usage `no_passphrase`."""
    found = sealed.read_recipient(config.directory)
    if found is None:
        raise Usage(
            say("封存备份要先定口令", "sealed backups need a passphrase first"),
            code="no_passphrase",
            hint="qiao backup passphrase",
        )
    return found


def make(config: Config, to: Recipient, own: bytes | None, at_ms: int, entropy: Entropy) -> Path:
    """A sealed copy beside the database, to be put to its places and removed. Raises DiskTrouble, Damaged."""
    plain = config.directory / f".copy-{os.getpid()}.db"
    made = config.directory / f".copy-{os.getpid()}.sealed"
    for old in config.directory.glob(".copy-*"):  # the caller holds the lock: of one that was killed
        old.unlink(missing_ok=True)
    try:
        os.close(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copying.copy(config.directory / DATABASE, plain)
        with plain.open("rb") as source, open(made, "wb", opener=_private) as target:
            sealed.seal_file(source, target, to, WHAT, at_ms, entropy, own)
            target.flush()
            os.fsync(target.fileno())
        return made
    except OSError as fault:
        made.unlink(missing_ok=True)
        zh, en = f"写不下备份：{fault.strerror}", f"the backup can't be written: {fault.strerror}"
        raise DiskTrouble(say(zh, en), hint=f"df -h {config.directory}") from fault
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    finally:
        plain.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_TRUNC, 0o600)


def expired(known: list[tuple[int, str]], now_ms: int, retention_hours: int) -> list[str]:
    """Names past the retention; the newest two stay however old they are."""
    since = now_ms - retention_hours * 3600 * 1000
    return [name for at, name in known[:-LEAST_KEPT] if at < since]


def prune(there: Place, now_ms: int, retention_hours: int) -> None:
    for name in expired(times(there.listed(FOLDER)), now_ms, retention_hours):
        there.remove(name)
