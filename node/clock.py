"""The node's clock (protocol 3.6): the machine's, moved for tests, disciplined by the parent's."""

from __future__ import annotations

import os
import time
from typing import Protocol

from node.errors import Usage
from node.language import say

MOVED_BY = "QIAO_CLOCK_OFFSET"  # seconds


class Clock(Protocol):
    """Every time that the core sees comes from here. Milliseconds since 1970, UTC."""

    moved_ms: int  # by QIAO_CLOCK_OFFSET; `status` and every screen say so unless it is 0
    offset_ms: int  # the tree's time minus the machine's, as applied

    def own_ms(self) -> int:
        """The machine's time, moved but not disciplined: what an exchange compares with the parent's."""

    def now_ms(self) -> int:
        """The disciplined time."""

    def discipline(self, offset_ms: int) -> None:
        """From now on the disciplined time is the machine's plus this."""


class SystemClock:
    """The machine's clock. Reads QIAO_CLOCK_OFFSET once; raises Usage `bad_clock_offset`."""

    def __init__(self, moved_ms: int | None = None) -> None:
        self.moved_ms = moved_from_environment() if moved_ms is None else moved_ms
        self.offset_ms = 0

    def own_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.moved_ms

    def now_ms(self) -> int:
        return self.own_ms() + self.offset_ms

    def discipline(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms


def moved_from_environment() -> int:
    """Milliseconds that QIAO_CLOCK_OFFSET (seconds, may have a fraction or a sign) asks for."""
    text = os.environ.get(MOVED_BY, "").strip()
    try:
        seconds = float(text or 0)
        # A hundred years; past it a datetime overflows somewhere.
        if abs(seconds) <= 3_155_760_000:
            return round(seconds * 1000)
    except (ValueError, OverflowError):
        pass
    raise Usage(
        say(f"{MOVED_BY} 应为秒数，现在是 {text!r}", f"{MOVED_BY} must be seconds, and is {text!r}"),
        code="bad_clock_offset",
        hint=f"unset {MOVED_BY}",
    )
