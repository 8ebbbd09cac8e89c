"""The clock: moved for a test, apart from the parent's, asked about; and whether the system keeps it in step."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator

from node.clock import MOVED_BY
from node.language import say

from .finding import Finding, Level, Site

FAR_MS = 60_000  # the node corrects up to ten minutes by itself; past one the machine is worth a look
_TIMEX_BYTES = 512  # struct timex has 208 on 64-bit Linux
_ERROR = 5  # TIME_ERROR: not in step


def moved(_site: Site) -> Iterator[Finding]:
    if os.environ.get(MOVED_BY):
        text = say(
            f"设着 {MOVED_BY}：时钟被人为移动，只能用于试验",
            f"{MOVED_BY} is set: the clock is moved, for tests alone",
        )
        yield Finding("clock_moved", Level.RED, text, hint=f"unset {MOVED_BY}")


def offset(site: Site) -> Iterator[Finding]:
    ms, question = site.status["clock_offset_ms"], site.status["clock_question"]
    told = say(f"时钟与上级相差 {ms} 毫秒", f"the clock is {ms} ms from the parent's")
    if question:
        yield Finding("clock", Level.RED, question, hint="qiao --dir DIR --as STAFF clock --confirm")
    elif abs(ms) > FAR_MS:
        text = say(f"{told}，请把系统时间对准", f"{told}: set the system's time")
        yield Finding("clock", Level.WARNING, text, hint="timedatectl set-ntp true")
    else:
        yield Finding("clock", Level.OK, told)


def step(_site: Site) -> Iterator[Finding]:
    """Where the system says; elsewhere nothing."""
    found = in_step()
    if found:
        text = say("系统时间有自动对时", "the system's time is kept in step")
        yield Finding("clock_sync", Level.OK, text)
    elif found is False:
        text = say("系统时间没有自动对时", "the system's time isn't kept in step")
        yield Finding("clock_sync", Level.WARNING, text, hint="timedatectl set-ntp true")


def in_step() -> bool | None:
    """By the kernel of Linux (adjtimex), which any time daemon tells; asking changes nothing."""
    if not sys.platform.startswith("linux"):
        return None
    with contextlib.suppress(OSError, AttributeError):
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        return None if answer < 0 else bool(answer != _ERROR)
    return None
