"""A drill (演练): the newest backup is restored to a scratch folder, opened and proved, and the outcome is signed.

What is proved: the file's pages; chains, signatures, bodies, receipts, and the projections against a fresh fold; that
it is this node's, and that the node still has every commit that it ends with; and that the attachments which it says
are whole stand beside it, some of them read.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from node import alike, digests
from node import keys as keyring
from node.attachments.files import FOLDER as BLOBS
from node.attachments.files import Files
from node.backup import account, attachments, drills, restoring, sealed
from node.backup.places import claim
from node.backup.places.place import Place, place
from node.backup.places.settings import Replica, replicas
from node.backup.restoring import Wanted
from node.backup.scratch import scratch
from node.backup.way import DATABASE, program
from node.config import Config
from node.errors import Damaged, NotFound, QiaoError
from node.keys import Keys
from node.language import say
from node.proof import verification
from node.store import copying, database, raw, settings

SCRATCH = ".drill-"
YOUNG_SECONDS = 3600
READ = 20  # attachments that are read to their end, chosen by chance
Told = Callable[[str], None]


def drill(config: Config, replica: Replica, tell: Told) -> dict[str, Any]:
    """Gives the statement that was signed. What is wrong with the backup is in it; raises LineDown, DiskTrouble and
    what else says nothing of the backup."""
    begun, directory = time.time(), config.directory
    keys = _keys(directory)
    tell(say(f"演练：{replica.shown}", f"drill: {replica.shown}"))
    with _scratch(directory) as scratch, place(replica) as there:
        found = _proved(config, there, scratch, tell)
    problems = list(dict.fromkeys(found.pop("problems")))  # one word for ten thousand records
    statement = {
        "replica": replica.name, "place": replica.shown, "verified": not problems, "problems": problems[:20],
        "seconds": int(time.time() - begun), **found,
    }  # fmt: skip
    drills.write(directory, keys, statement, int(begun * 1000))
    with account.noting(directory, replica.name) as known:
        known.drilled_ms = int(begun * 1000)
        known.drill_fault = "drill_failed" if problems else ""
        known.verified_ms = known.verified_ms if problems else known.drilled_ms
    return statement


def _proved(config: Config, there: Place, scratch: Path, tell: Told) -> dict[str, Any]:
    """What is found; a backup that can't be restored is a finding, too."""
    found: dict[str, Any] = {"commits": 0, "digest": "", "point": "", "attachments": 0, "problems": []}
    try:
        if claim.owner(there) not in (None, _first_log(config.directory)):
            return {**found, "problems": ["backup_foreign"]}
        opener = sealed.by_keys(_every_pair(config.directory))
        wanted = Wanted(there.replica, program=program(config))
        with raw.lent(scratch / DATABASE, raw.key_for(config.directory / DATABASE)):
            told = restoring.fetched(there, scratch, wanted, opener, tell)
            found["point"] = told["point"]
            found |= _looked_at(config.directory, scratch / DATABASE)
            problems = [*found["problems"], *_attached(config, there, scratch, opener, found)]
        return {**found, "problems": problems}
    except (Damaged, NotFound) as fault:
        tell(fault.text)
        return {**found, "problems": [*found["problems"], fault.code]}
    except QiaoError as fault:
        if fault.code in ("wrong_passphrase",):  # sealed by keys that are here no more
            return {**found, "problems": [fault.code]}
        raise


def _looked_at(directory: Path, path: Path) -> dict[str, Any]:
    problems = ["pages" for _ in copying.faults_of_pages(path)][:1]
    with database.disk_faults(), contextlib.closing(_Opened(path)) as opened, opened.engine.begin() as db:
        own = settings.get(db, "node")
        keys = keyring.meant(directory, own)
        found = verification.verify(db, keys, alike.key_in(directory, own))
        unit = settings.text(db, "path") or settings.text(db, "unit")
        told = digests.digest(db, unit)
    problems += [one["code"] for one in found["problems"]]
    problems += [] if keys.node == own else ["backup_foreign"]
    problems += _beyond(directory, path)
    return {"commits": found["commits"], "digest": told["digest"], "problems": problems}


class _Opened:
    def __init__(self, path: Path) -> None:
        self.engine = database.open_database(path, write=True)

    def close(self) -> None:
        self.engine.dispose()


def _beyond(directory: Path, path: Path) -> list[str]:
    """A head that the node itself doesn't have is no past of it."""
    live = directory / DATABASE
    return [
        "backup_foreign"
        for log, (seq, name) in copying.heads(path).items()
        if not copying.has_commit(live, log, seq, name)
    ][:1]


def _attached(
    config: Config, there: Place, scratch: Path, opener: sealed.Opener, found: dict[str, Any]
) -> Iterator[str]:
    wanted = copying.whole_files(scratch / DATABASE)
    listed = set(there.listed(BLOBS)) if wanted else set()
    names = {attachments.content_of(name) for name in listed}
    found["attachments"] = len(wanted)
    missing = [one for one in wanted if one not in names and not _is_young(config, one)]
    yield from [f"attachment_missing {one}" for one in missing[:5]]
    present = sorted(set(wanted) & names)
    for content in random.sample(present, min(READ, len(present))):
        if not attachments.bring(there, content, scratch / "read" / content, listed, opener):
            yield f"attachment_damaged {content}"


def _is_young(config: Config, content: str) -> bool:
    """Put here so lately that its turn at the place may be still to come."""
    try:
        written = Files(config.directory).path(bytes.fromhex(content)).stat().st_mtime
    except OSError:
        return False
    return time.time() - written < YOUNG_SECONDS


def _first_log(directory: Path) -> str:
    return (copying.setting(directory / DATABASE, "first_log") or b"").hex()


def _keys(directory: Path) -> Keys:
    return keyring.meant(directory, copying.setting(directory / DATABASE, "node"))


def _every_pair(directory: Path) -> tuple[Keys, ...]:
    own = _keys(directory)
    newer, older = keyring.beside(directory, own.node)
    return (own, *newer, *older)


def clear(directory: Path) -> None:
    """What drills left that were killed."""
    for old in directory.glob(f"{SCRATCH}*"):
        if not _alive(old.name.removeprefix(SCRATCH)):
            shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _scratch(directory: Path) -> Iterator[Path]:
    clear(directory)
    with scratch(directory, SCRATCH, ("演练写不下", "no room for a drill")) as made:
        yield made


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return False
    return True


def every(config: Config, tell: Told) -> list[dict[str, Any]]:
    """A drill of each replica; one that can't be reached is told, and the others are drilled."""
    return [_one(config, replica, tell) for replica in replicas(config)]


def _one(config: Config, replica: Replica, tell: Told) -> dict[str, Any]:
    try:
        return drill(config, replica, tell)
    except QiaoError as fault:
        tell(fault.text)
        with account.noting(config.directory, replica.name) as known:
            known.drill_fault = fault.code
        return {"replica": replica.name, "place": replica.shown, "verified": False, "problems": [fault.code]}


def main(words: list[str]) -> int:
    """`python -m node.backup.drill DIR`: the daemon's own, in a process that stands behind all others."""
    from node import config as configuration

    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    found = every(configuration.load(Path(words[0])), lambda _text: None)
    return 0 if all(one["verified"] for one in found) else 7


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
