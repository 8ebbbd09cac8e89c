"""A backup by a command, where no node runs: Litestream carries what there is and ends."""

from __future__ import annotations

import subprocess
import time

from node.backup import complaint, litestream, points, release
from node.backup.places import claim
from node.backup.places.settings import Replica, replicas
from node.backup.way import DATABASE
from node.config import Config
from node.errors import LineDown
from node.language import say
from node.store import copying

MOST_SECONDS = 4 * 3600


def carried(config: Config, found: str | None) -> int:
    """Until when everything stands at the first replica; the caller holds the lock. Raises NotFound `backup_program`,
    Usage `old_litestream`, LineDown `backup_behind` `backup_full` …, Stale `backup_foreign`, and as Place."""
    program, replica = release.check(points.needed(found)), replicas(config)[0]
    claim.claimed(config, replica)
    path = str(litestream.write_settings(config, replica, leave_seconds=1).absolute())
    copying.cut_off(config.directory / DATABASE)  # as Litestream._begun_anew: nobody reads old pages here
    done = _ran(config, replica, [program, "replicate", "-config", path, "-no-expand-env", "-once"])
    if done.returncode and b"open ltx file" in done.stderr + done.stdout:
        # Its own state doesn't fit this place, which is another, or was emptied: there it begins with a whole copy.
        database = str((config.directory / DATABASE).absolute())
        _ran(config, replica, [program, "reset", "-config", path, database])
        done = _ran(config, replica, [program, "replicate", "-config", path, "-no-expand-env", "-once"])
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [b"?"])[-1]
        said = complaint.shown(last)
        zh, en = f"Litestream 没能送到副本：{said}", f"litestream couldn't carry it to the replica: {said}"
        raise LineDown(say(zh, en), code=complaint.code(said), hint="qiao backup status")
    return int(time.time() * 1000)  # nobody else has written: the caller holds the lock


def _ran(config: Config, replica: Replica, words: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, env=litestream.environment(replica),
        cwd=config.directory, timeout=MOST_SECONDS, umask=0o077,
    )  # fmt: skip
