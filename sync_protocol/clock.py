"""Hybrid logical time (protocol 3.3, 3.6): one integer, unix milliseconds × 65536 + counter. Pure."""

from __future__ import annotations

COUNTER = 65536


def from_ms(milliseconds: int) -> int:
    return milliseconds * COUNTER


def to_ms(time: int) -> int:
    return time // COUNTER


def next_time(now_ms: int, highest: int) -> int:
    """The time of a new commit: now, or just past the highest time written or named, whichever is later."""
    return max(from_ms(now_ms), highest + 1)
