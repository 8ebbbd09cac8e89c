"""The node's clock (protocol 3.6): the machine's, moved for tests, disciplined by the parent's; and what stands
in the settings about it, which `status` reads with the driver alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from node.errors import Usage
from node.iso import iso
from node.language import say

MOVED_BY = "QIAO_CLOCK_OFFSET"  # seconds
# settings, milliseconds
OFFSET = "clock_offset"  # as applied
ASKED = "clock_asked"  # measured, over ten minutes: waits for a person
CONFIRMED = "clock_confirmed"  # what a person has confirmed
KEPT = "clock_kept"  # measured, and a person said to leave it
QUESTION = "clock_question"
BEHIND, BEYOND = "behind", "beyond"  # kinds of question
RIGHT, LEFT_ALONE = "right", "left"  # answers to it


class Clock(Protocol):
    """Every time that the core sees comes from here. Milliseconds since 1970, UTC."""

    moved_ms: int  # by QIAO_CLOCK_OFFSET; `status` and every screen say so unless it is 0
    offset_ms: int  # the tree's time minus the machine's, as applied

    def own_ms(self) -> int:
        """The machine's time, moved but not disciplined: what an exchange compares with the parent's."""

    def now_ms(self) -> int:
        """The disciplined time."""

    def steady_ms(self) -> int:
        """Milliseconds since the machine was started: nobody sets it, and it never says more than have passed."""

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

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

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


@dataclass(frozen=True, slots=True)
class Question:
    """The clock can't be right: over a day behind the newest known commit, or over 90 days beyond it."""

    kind: str
    newest_ms: int
    answer: str = ""

    @classmethod
    def read(cls, raw: bytes | None) -> Question | None:
        if not raw:
            return None
        kind, newest, answer = raw.decode().split("/")
        return cls(kind, int(newest), answer)

    def packed(self) -> bytes:
        return f"{self.kind}/{self.newest_ms}/{self.answer}".encode()

    def answered(self, right: bool) -> Question:
        return Question(self.kind, self.newest_ms, RIGHT if right else LEFT_ALONE)

    def sentence(self, now_ms: int) -> str:
        here, newest = iso(now_ms), iso(self.newest_ms)
        if self.kind == BEHIND:
            return say(
                f"时钟是 {here}，比已有的最新操作（{newest}）早一天以上，对吗？",
                f"the clock says {here}, over a day before the newest act here ({newest}): is it right?",
            )
        return say(
            f"时钟是 {here}，比已有的最新操作（{newest}）晚九十天以上，对吗？",
            f"the clock says {here}, over 90 days past the newest act here ({newest}): is it right?",
        )


def told(setting: Callable[[str], bytes | None], now_ms: int) -> dict[str, Any]:
    """As `qiao clock --json` has it. `question`: one sentence, while a person is asked something."""
    asked = setting(ASKED)
    question = Question.read(setting(QUESTION))
    sentence = None
    if asked:
        sentence = offset_sentence(int(asked), int(setting(OFFSET) or 0))
    elif question is not None and not question.answer:
        sentence = question.sentence(now_ms)
    return {
        "now": iso(now_ms),
        "offset_ms": int(setting(OFFSET) or 0),
        "asked_ms": int(asked) if asked else None,
        "kept_ms": int(setting(KEPT) or 0) or None,
        "applied": not asked,
        "question": sentence,
    }


def offset_sentence(asked: int, applied: int) -> str:
    minutes = round(abs(asked - applied) / 60_000)
    zh = "慢" if asked > applied else "快"
    en = "behind" if asked > applied else "ahead of"
    return say(
        f"本机时钟比上级{zh} {minutes} 分钟，要按上级的时间走吗？",
        f"this clock is {minutes} minutes {en} the parent's: go by the parent's?",
    )
