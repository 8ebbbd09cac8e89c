"""Whose place it is: a small file there names the database, so that two nodes never write over one another."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

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
    """Dials the place and claims it. Raises Stale `backup_foreign`, and as Place."""
    with place(replica) as there:
        claim(config, there)


def claim(config: Config, there: Place) -> None:
    """Raises Stale `backup_foreign` where it is another database's."""
    own = (copying.setting(config.directory / DATABASE, "first_log") or b"").hex()
    found = owner(there)
    if found is None:
        _write(there, own)
    elif own and found != own:
        zh = f"副本 {there.replica.shown} 是另一个节点的；换一个位置，或确认不要了再清空"
        en = f"the replica {there.replica.shown} is another node's; take another place, or empty it if nobody needs it"
        raise Stale(say(zh, en), code="backup_foreign", hint="qiao backup status")


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
