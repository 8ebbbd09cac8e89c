"""Whose place it is: a small file there names the database, so that two nodes never write over one another."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from node.backup import account
from node.backup.way import DATABASE
from node.config import Config
from node.errors import Stale
from node.language import say
from node.store import copying

from .place import Place, place
from .settings import Replica

FILE = "owner"
_HEAD = "qiao-backup/1"


def claimed(config: Config, replica: Replica) -> None:
    """Dials the place and claims it. Raises Stale `backup_foreign` `backup_emptied`, and as Place."""
    with place(replica) as there:
        claim(config, there)


def claim(config: Config, there: Place) -> None:
    """Raises Stale `backup_foreign` where it is another database's, `backup_emptied` where it was ours, and nothing of
    that is there any more: then a disk isn't mounted, and its mount point would fill the disk of the system."""
    replica = there.replica
    known = account.read(config.directory).get(replica.name, account.Known())
    if known.claimed == replica.shown or owner(there) is not None:
        check(config, there)
    else:
        _write(there, _own(config))
    if known.claimed != replica.shown and owner(there):
        _remember(config, replica, replica.shown)


def check(config: Config, there: Place) -> None:
    """That it is ours still; raises as `claim`, and writes nothing."""
    own, found, replica = _own(config), owner(there), there.replica
    if found is None:
        raise emptied(replica)
    if own and found != own:
        zh = f"副本 {replica.shown} 是另一个节点的；换一个位置，或确认不要了再清空"
        en = f"the replica {replica.shown} is another node's; take another place, or empty it if nobody needs it"
        raise Stale(say(zh, en), code="backup_foreign", hint="qiao backup status")


def _own(config: Config) -> str:
    return (copying.setting(config.directory / DATABASE, "first_log") or b"").hex()


def emptied(replica: Replica) -> Stale:
    zh = f"{replica.shown} 曾是本节点的副本，现在是空的：盘没有挂上，还是换了盘？什么都没有写。挂上即自动继续"
    en = f"{replica.shown} was a replica of this node, and is empty now: isn't a disk mounted, or is it another one?"
    more = f"；确要在这里从头备份：qiao backup begin {replica.name}"
    also = f" Nothing was written. Mounted, it goes on by itself; to begin anew there: qiao backup begin {replica.name}"
    hint = (
        f"findmnt --target {replica.path}" if replica.kind == "file" else f"qiao backup begin {replica.name}"
    )
    return Stale(say(zh + more, en + also), code="backup_emptied", hint=hint)


def begin(config: Config, replica: Replica) -> None:
    """An empty place is taken for a new one from now on."""
    _remember(config, replica, "")


def _remember(config: Config, replica: Replica, shown: str) -> None:
    with account.noting(config.directory, replica.name) as known:
        known.claimed = shown


def owner(there: Place) -> str | None:
    """The first log, in hex, of the database that is backed up there."""
    raw = there.read(FILE)
    words = (raw or b"").decode(errors="replace").split()
    return words[1] if len(words) == 2 and words[0] == _HEAD else None


def _write(there: Place, own: str) -> None:
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside, FILE)
        path.write_text(f"{_HEAD} {own}\n")
        there.put(FILE, path, int(time.time() * 1000))
