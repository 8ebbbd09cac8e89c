"""Before a schema is brought to a newer one (升级), the database as it was is laid aside in DIR/upgrade/.

The migration itself is one transaction, and needs no copy to be safe from a kill. The copy is for the upgrade that
turns out to have been a mistake. It holds what may be erased by law later, so it goes when backups of that age do.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

from node.config import Config
from node.errors import DiskTrouble
from node.language import say
from node.logs.events import tell
from node.private import sync_directory
from node.store import copying

log = logging.getLogger("qiao.upgrade")

FOLDER = "upgrade"


def lay_aside(path: Path, revision: str) -> Path:
    """A copy of the database whose schema is about to change from that revision, durable. An unfinished one of a
    process that was killed is replaced. Raises DiskTrouble, Damaged."""
    kept = path.parent / FOLDER / f"node-{revision}.db"
    aside = kept.with_suffix(".part")
    tell(log, logging.WARNING, "upgrade_begun", code=f"r{revision}")
    try:
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copying.copy(path, aside)
        aside.replace(kept)
        sync_directory(kept.parent)
    except OSError as fault:
        raise _no_room(path.parent, fault.strerror or "") from fault
    finally:
        aside.unlink(missing_ok=True)
    return kept


def _no_room(directory: Path, why: str) -> DiskTrouble:
    zh, en = f"升级前的副本写不下：{why}", f"the copy of before the upgrade can't be written: {why}"
    return DiskTrouble(say(zh, en), hint=f"df -h {directory}")


def forget(config: Config) -> None:
    """Copies past the retention of backups are removed; what can't be, the next time."""
    since = time.time() - config.backup_retention_hours * 3600
    with contextlib.suppress(OSError):
        for one in (config.directory / FOLDER).glob("node-*.db"):
            if one.stat().st_mtime < since:
                one.unlink()
