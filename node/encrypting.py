"""Encrypting node.db, and back: another file, verified, renamed. The caller holds the node's lock.

Beside what the conversion needs nothing changes: cut short at any point, node.db is what it was, or wholly the other.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from node import datakey, private
from node.entropy import Entropy
from node.errors import Damaged, DiskTrouble, Locked, Stale
from node.language import say
from node.store import converting, raw

DATABASE = "node.db"
ASIDE = "node.db.converting"

Told = Callable[[int], None]  # per cent done


def encrypt(directory: Path, entropy: Entropy, told: Told = lambda _done: None) -> dict[str, Any]:
    """Raises Stale `encrypted`, Locked, DiskTrouble, Damaged, and as datakey.of."""
    path = _must_be(directory, encrypted=False)
    return _convert(path, None, datakey.make(directory, entropy), told)


def decrypt(directory: Path, told: Told = lambda _done: None) -> dict[str, Any]:
    """The key stays, for what was backed up under it. Raises as `encrypt`, Stale `not_encrypted`."""
    path = _must_be(directory, encrypted=True)
    return _convert(path, datakey.of(directory), None, told)


def sweep(directory: Path) -> None:
    """What a conversion that was cut short left: it may be in clear."""
    for name in (ASIDE, f"{ASIDE}-journal", f"{ASIDE}-wal", f"{ASIDE}-shm"):
        with contextlib.suppress(OSError):
            (directory / name).unlink(missing_ok=True)


def check_wanted(directory: Path, *, wanted: bool) -> None:
    """Raises Stale `not_encrypted` where node.toml asks for what node.db isn't."""
    if wanted and not raw.is_encrypted(directory / DATABASE):
        raise _stale(directory, encrypted=False)


def _must_be(directory: Path, *, encrypted: bool) -> Path:
    path = directory / DATABASE
    if raw.is_encrypted(path) != encrypted:
        raise _stale(directory, encrypted=not encrypted)
    return path


def _stale(directory: Path, *, encrypted: bool) -> Stale:
    if encrypted:
        text, verb = say("数据库已经加密", "the database is encrypted already"), "decrypt"
    else:
        text, verb = say("数据库没有加密", "the database isn't encrypted"), "encrypt"
    code = "encrypted" if encrypted else "not_encrypted"
    return Stale(text, code=code, hint=f"qiao --dir {directory} database {verb}")


def _convert(path: Path, key: bytes | None, new: bytes | None, told: Told) -> dict[str, Any]:
    aside = path.with_name(ASIDE)
    sweep(path.parent)
    try:
        with _faults(path):
            before = converting.copy(path, key, aside, new, told)
            if converting.contents(aside, new) != before:
                raise Damaged(
                    say("转换后的数据库与原来不同，未采用", "the converted database differs, and isn't used"),
                    code="conversion_differs",
                    hint=f"qiao --dir {path.parent} verify",
                )
            _take_its_place(aside, path)
    finally:
        sweep(path.parent)
    return {"encrypted": new is not None, "bytes": path.stat().st_size, "tables": len(before)}


def _take_its_place(aside: Path, path: Path) -> None:
    """No log of the former file is there any more, that could be taken for one of the new one's."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    os.chmod(aside, 0o600)
    os.replace(aside, path)
    private.sync_directory(path.parent)


@contextlib.contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise _full(path, str(fault)) from fault
    except converting.Error as fault:
        words = str(fault).lower()
        if "locked" in words or "busy" in words:
            raise Locked(
                say("数据库正在使用", "the database is in use"),
                code="locked",
                hint=f"qiao --dir {path.parent} status",
            ) from fault
        if "full" in words or "disk" in words or "readonly" in words:
            raise _full(path, str(fault)) from fault
        raise Damaged(
            say(f"数据库读不了：{fault}", f"the database can't be read: {fault}"),
            code="database_damaged",
            hint=f"qiao --dir {path.parent} verify",
        ) from fault


def _full(path: Path, why: str) -> DiskTrouble:
    return DiskTrouble(
        say(f"转换没有完成，数据库原样未动：{why}", f"not converted, the database is as it was: {why}"),
        hint=f"df -h {path.parent}",
    )
