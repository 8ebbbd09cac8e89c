"""The lives (启用新日志的经过) of a node: why each of its logs but the first was begun, and what never came
back of the ones before (protocol 3.8).

Read by `status` with the driver alone, so nothing heavy is imported here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from node.iso import iso
from node.language import say

LIVES = "lives"  # setting: JSON list, oldest first
MOST = 100  # kept; a node that begins more is in trouble that `status` tells


class Reason(StrEnum):
    """Why a node went on in a new log."""

    RESTORED = "restored"  # the marker is missing, or is ahead of the database
    COPIED = "copied"  # the marker was written on another machine, or in another file
    SHOWN = "shown"  # a peer holds commits of our newest log that we don't
    SUPERSEDED = "superseded"  # another life of this node has begun a log since
    CLOCK = "clock"  # the log ran over ten minutes ahead of the disciplined clock


@dataclass(frozen=True, slots=True)
class Life:
    """One beginning. Ids in hex, so that it is the JSON that is kept and shown."""

    log: str
    old: str  # the log before
    seq: int  # its last commit present without a gap, by then
    upto: int  # the number that it is known to have had
    reason: str
    at_ms: int

    def sentence(self) -> str:
        zh, en = _WHY.get(self.reason, (self.reason, self.reason))
        return say(
            f"{iso(self.at_ms)} {zh}，自 {self.old[:8]} 第 {self.seq} 笔之后改用新日志 {self.log[:8]}",
            f"{iso(self.at_ms)} {en}: goes on in the new log {self.log[:8]}, after {self.old[:8]}/{self.seq}",
        )

    def told(self) -> dict[str, Any]:
        """As `status --json` has it."""
        return {
            "log": self.log,
            "old": self.old,
            "seq": self.seq,
            "reason": self.reason,
            "at": iso(self.at_ms),
            "sentence": self.sentence(),
        }


_WHY: dict[str, tuple[str, str]] = {
    Reason.RESTORED: ("从备份恢复", "restored from a backup"),
    Reason.COPIED: ("目录被复制或搬到另一处", "the directory was copied or moved"),
    Reason.SHOWN: ("对方持有本机没有的本单位提交，即曾恢复", "a peer holds more of our own log: restored"),
    Reason.SUPERSEDED: ("本节点另有一份写过新日志", "another life of this node has begun a log"),
    Reason.CLOCK: ("日志超前时钟十分钟以上", "the log ran over ten minutes ahead of the clock"),
}


def read(raw: bytes | None) -> list[Life]:
    """Oldest first."""
    return [Life(**one) for one in json.loads(raw or b"[]")]


def packed(lives: Iterable[Life]) -> bytes:
    return json.dumps([asdict(one) for one in list(lives)[-MOST:]]).encode()


def lost(raw: Any) -> list[tuple[bytes, int, int]]:
    """(log, first, last) of our own numbers that were written once, and that nobody has brought back so far.

    `raw`: a connection of the driver. They lie beyond what an earlier log has without a gap, below the
    highest number that was sent or has come back.
    """
    known: dict[bytes, int] = {}
    for life in read(_setting(raw, LIVES)):
        old = bytes.fromhex(life.old)
        known[old] = max(known.get(old, 0), life.upto)
    rows = raw.execute(
        "SELECT id, log, head_seq FROM log WHERE log != coalesce(?, x'')"
        " AND node = (SELECT value FROM setting WHERE name = 'node') ORDER BY log",
        (_setting(raw, "log"),),
    ).fetchall()
    return [(log, *gap) for row, log, head in rows for gap in _gaps(raw, row, head, known.get(log, 0))]


def _gaps(raw: Any, log: int, head: int, upto: int) -> Iterator[tuple[int, int]]:
    found = raw.execute(
        "SELECT DISTINCT seq FROM commit_ WHERE log = ? AND NOT chained AND seq > ? ORDER BY seq", (log, head)
    )
    at = head + 1
    for (seq,) in found:
        if seq > at:
            yield at, seq - 1
        at = seq + 1
    if at <= upto:
        yield at, upto


def lost_told(raw: Any) -> list[dict[str, Any]]:
    """As `status --json` and `verify --json` have it."""
    return [{"log": log.hex(), "first": first, "last": last} for log, first, last in lost(raw)]


def lost_sentence(one: dict[str, Any]) -> str:
    numbers = f"{one['first']}–{one['last']}" if one["first"] != one["last"] else f"{one['first']}"
    return say(
        f"日志 {one['log'][:8]} 的第 {numbers} 笔曾经写下，至今没有找回",
        f"log {one['log'][:8]}: {numbers} had been written, and nobody has brought it back so far",
    )


def _setting(raw: Any, name: str) -> bytes | None:
    row = raw.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None
