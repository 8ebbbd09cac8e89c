"""A node put back from a replica into an empty directory (design 4, `restore`).

All of it is first made in a scratch folder there and looked at; then its parts get their names, the database last.
No marker is among them: so the node finds out that it was restored, and goes on in a new log (protocol 3.8).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node import datakey, keylock
from node.attachments.files import FOLDER as BLOBS
from node.attachments.files import Files
from node.backup import attachments, keyfile, points, sealed, snapshots
from node.backup.places.place import Place, place
from node.backup.places.settings import Replica
from node.backup.scratch import scratch
from node.backup.sealed import Opener
from node.backup.way import DATABASE, SEALED
from node.config import FILE as NODE_TOML
from node.errors import Damaged, NotFound, Stale
from node.iso import iso
from node.language import say
from node.lock import FILE as LOCK
from node.lock import Lock
from node.private import sync_directory
from node.store import copying, database, raw

SCRATCH = ".restore-"
ASIDE = f"{NODE_TOML}.restored"
RUNS = {"notify", "drop"}  # tables by which a node does something on its machine
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be restored, and from where."""

    replica: Replica
    at_ms: int | None = None
    keys: Path | None = None  # the sealed file with them
    program: str | None = None
    said: str = ""  # the place as it was asked for


def restore(directory: Path, wanted: Wanted, opener: Opener, tell: Told) -> dict[str, Any]:
    """Raises Stale `not_empty`, NotFound `no_backup` `no_point` `no_keys_file`, Forbidden `wrong_passphrase`, Damaged
    `backup_damaged` `newer_database`, LineDown, DiskTrouble, Locked; nothing is left then."""
    _check_empty(directory)
    if wanted.keys is not None and not wanted.keys.is_file():
        zh, en = f"找不到密钥备份 {wanted.keys}", f"there is no backup of keys {wanted.keys}"
        raise NotFound(say(zh, en), code="no_keys_file", hint=f"ls -l {wanted.keys.parent}")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Lock.take(directory, 0), _scratch(directory) as scratch:
        pairs = keyfile.read(wanted.keys, opener, scratch) if wanted.keys is not None else 0
        with place(wanted.replica) as there:
            told = fetched(there, scratch, wanted, opener, tell)
            told |= _attachments(there, scratch, opener, tell)
            told |= _settings(there, directory, scratch)
        _take_over(scratch, directory)
    return {**told, "keys": pairs}


def _check_empty(directory: Path) -> None:
    """Settings alone, written beforehand, are no node."""
    if not directory.exists():
        return
    found = sorted(one.name for one in directory.iterdir() if not one.name.startswith(SCRATCH))
    others = [name for name in found if name not in (NODE_TOML, LOCK)]
    if others:
        zh = f"{directory} 不是空目录，里面有 {others[0]}：恢复只写进空目录"
        en = f"{directory} isn't empty, {others[0]} is in it: a node is restored into an empty directory"
        raise Stale(say(zh, en), code="not_empty", hint=f"ls -la {directory}")


@contextlib.contextmanager
def _scratch(directory: Path) -> Iterator[Path]:
    """Removed at the end; one of a restore that was killed, too: the caller holds the lock."""
    for old in directory.glob(f"{SCRATCH}*"):
        shutil.rmtree(old, ignore_errors=True)
    with scratch(directory, SCRATCH, ("写不下", "no room")) as made:
        yield made


def fetched(there: Place, scratch: Path, wanted: Wanted, opener: Opener, tell: Told) -> dict[str, Any]:
    """The database alone into `scratch`, looked at. Raises as restore."""
    found = points.points(there)
    now_ms = int(time.time() * 1000)
    at_ms = points.chosen(found, wanted.at_ms, now_ms, wanted.said or wanted.replica.shown)
    target = scratch / DATABASE
    tell(say(f"从 {there.replica.shown} 取数据库……", f"fetching the database from {there.replica.shown} …"))
    if found.way == SEALED:
        point_ms = _unsealed(there, target, at_ms, opener, tell)
    else:
        points.restored(there.replica, points.needed(wanted.program), target, at_ms)
        point_ms = found.last_ms if at_ms is None else at_ms
    target.chmod(0o600)
    check(target, there.replica)
    size = target.stat().st_size
    tell(
        say(
            f"数据库 {size / 1e6:.1f} MB，至 {iso(point_ms)}",
            f"the database: {size / 1e6:.1f} MB, as of {iso(point_ms)}",
        )
    )
    return {"from": there.replica.shown, "way": found.way, "point": iso(point_ms), "bytes": size}


def _unsealed(there: Place, target: Path, at_ms: int | None, opener: Opener, tell: Told) -> int:
    """The newest copy of no later than that. Returns its time."""
    known = snapshots.times(there.listed(snapshots.FOLDER))
    made_ms, name = [one for one in known if at_ms is None or one[0] <= at_ms][-1]
    aside = target.with_name(name.rpartition("/")[2])
    there.fetch(name, aside)
    written = 0

    def count(size: int) -> None:
        nonlocal written
        if (written + size) // 100_000_000 > written // 100_000_000:
            tell(f"{(written + size) / 1e6:.0f} MB")
        written += size

    with target.open("xb") as file:
        try:
            sealed.open_file(aside, file, opener, count)
        except Damaged as fault:
            raise damaged(there.replica, name) from fault
        file.flush()
        os.fsync(file.fileno())
    aside.unlink()
    return made_ms


def damaged(replica: Replica, what: object) -> Damaged:
    zh, en = (
        f"副本 {replica.shown} 残缺或损坏：{what}",
        f"the replica {replica.shown} is cut or damaged: {what}",
    )
    return Damaged(say(zh, en), code="backup_damaged", hint="qiao restore --help")


def check(path: Path, replica: Replica) -> None:
    """Raises Damaged `newer_database`, `backup_damaged`."""
    if _is_shut(path):
        return
    revision = copying.revision(path)
    if revision is None:
        zh, en = f"{replica.shown} 里的不是节点的数据库", f"what is at {replica.shown} is no node's database"
        raise Damaged(say(zh, en), code="backup_damaged", hint="qiao restore --help")
    if revision > database.NEWEST:
        zh = f"备份由更新的程序写成（{revision}，本程序到 {database.NEWEST}）：先升级程序"
        en = f"the backup is a newer program's ({revision}; this one knows up to {database.NEWEST}): upgrade first"
        raise Damaged(say(zh, en), code="newer_database", hint="pip install --upgrade qiao")


def _is_shut(path: Path) -> bool:
    """Whether it is encrypted, and its key isn't here, or asks for a passphrase of its own: `run` opens it, or says
    what it lacks."""
    own = raw.is_encrypted(path) and not raw.is_lent(path)
    return own and (not datakey.is_there(path.parent) or keylock.is_locked(path.parent))


def _attachments(there: Place, scratch: Path, opener: Opener, tell: Told) -> dict[str, int]:
    """What the database says is whole; what is missing the neighbours are asked for by the running node."""
    if _is_shut(scratch / DATABASE):
        return {"attachments": 0, "attachments_missing": 0}
    wanted = copying.whole_files(scratch / DATABASE)
    listed = set(there.listed(BLOBS)) if wanted else set()
    files, done = Files(scratch), 0
    for number, content in enumerate(sorted(wanted), 1):
        done += attachments.bring(there, content, files.path(bytes.fromhex(content)), listed, opener)
        if number % 500 == 0:
            tell(say(f"附件 {number}/{len(wanted)}", f"attachments {number}/{len(wanted)}"))
    return {"attachments": done, "attachments_missing": len(wanted) - done}


def _settings(there: Place, directory: Path, scratch: Path) -> dict[str, bool]:
    """node.toml, unless one lies there already. One that names programs to be run is laid aside: whoever can write to
    the place could have put it there, and it isn't to run what he likes on this machine."""
    raw = None if (directory / NODE_TOML).exists() else there.read(NODE_TOML)
    if not raw:
        return {"settings_aside": False}
    aside = not _is_harmless(raw)
    target = scratch / (ASIDE if aside else NODE_TOML)
    target.write_bytes(raw)
    target.chmod(0o600)
    return {"settings_aside": aside}


def _is_harmless(raw: bytes) -> bool:
    try:
        said = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    backup = said.get("backup")
    return not any(said.get(name) for name in RUNS) and not (
        isinstance(backup, dict) and backup.get("program")
    )


def _turn(path: Path) -> bool:
    return path.name == DATABASE


def _take_over(scratch: Path, directory: Path) -> None:
    """By name, the database last: what is cut off before that is taken back, or is no node."""
    beside = (f"{DATABASE}-wal", f"{DATABASE}-shm")  # empty: of having looked at it
    parts = sorted((one for one in scratch.iterdir() if one.name not in beside), key=_turn)
    moved: list[Path] = []
    try:
        for one in parts:
            one.rename(directory / one.name)
            moved.append(directory / one.name)
    except BaseException:
        for one in moved:
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)
        raise
    sync_directory(directory)
