"""Times as people and programs read them: ISO 8601 with the offset of China, where a working day ends at 24:00."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
WEEKDAYS = (
    ("一", "Mon"), ("二", "Tue"), ("三", "Wed"), ("四", "Thu"), ("五", "Fri"), ("六", "Sat"), ("日", "Sun"),
)  # fmt: skip


def iso(ms: int) -> str:
    """Unix milliseconds as `2026-11-21T16:10:00+08:00`."""
    return datetime.fromtimestamp(ms // 1000, CHINA).isoformat()


def moment(ms: int) -> str:
    """`2026-11-21 16:10`, for a sentence; midnight as the end of the day before, as limits are told."""
    at = datetime.fromtimestamp(ms // 1000, CHINA)
    if (at.hour, at.minute) == (0, 0):
        return f"{at - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{at:%Y-%m-%d %H:%M}"


def minute(text: Any) -> str:
    """`2026-11-21 16:10` of a time as `iso` writes it."""
    return str(text or "")[:16].replace("T", " ")


def limit(text: Any) -> str:
    """The same of a deadline: one at midnight is told as the end of the day before, as people count."""
    told = minute(text)
    if told[11:] != "00:00":
        return told
    return f"{date.fromisoformat(told[:10]) - timedelta(days=1)} 24:00"


def iso_or_none(ms: int | None) -> str | None:
    return iso(ms) if ms else None


def day(ms: int) -> str:
    """`20261121`, the day in China."""
    return datetime.fromtimestamp(ms // 1000, CHINA).strftime("%Y%m%d")


def end_of_day(ms: int) -> int:
    """Unix milliseconds of the next 24:00 in China."""
    now = datetime.fromtimestamp(ms // 1000, CHINA)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int(midnight.timestamp() * 1000)
