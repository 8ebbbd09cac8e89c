"""Times and spans as screens write them, in characters whose width is certain."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from . import safe
from .texts import t

CHINA = timezone(timedelta(hours=8))


def parsed(iso: object) -> datetime | None:
    """None for nothing, and for what is no ISO 8601 time."""
    try:
        moment = datetime.fromisoformat(str(iso)) if iso else None
    except ValueError:
        return None
    return moment.replace(tzinfo=CHINA) if moment and moment.tzinfo is None else moment


def short(iso: object) -> str:
    """`11-21 16:10` in China's time; what can't be read is shown as it came."""
    moment = parsed(iso)
    if moment is None:
        return safe.cell(iso, 16) if iso else ""
    return moment.astimezone(CHINA).strftime("%m-%d %H:%M")


def limit(iso: object) -> str:
    """The same of a deadline: one at midnight is told as the end of the day before."""
    moment = parsed(iso)
    if moment is None or moment.astimezone(CHINA).strftime("%H:%M") != "00:00":
        return short(iso)
    return f"{moment.astimezone(CHINA) - timedelta(days=1):%m-%d} 24:00"


def full(iso: object) -> str:
    """`2026-11-21 16:10:05`."""
    moment = parsed(iso)
    if moment is None:
        return safe.cell(iso, 40) if iso else ""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float) -> str:
    """`3 天`, `2 小时`: the largest unit that fits."""
    for name, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if abs(seconds) >= size:
            return t(f"age.{name}", n=int(seconds // size))
    return t("age.seconds", n=int(seconds))


def spent(seconds: float) -> str:
    """`3 天 2 小时`, `40 分钟`: the two largest units."""
    days, rest = divmod(int(seconds), 86400)
    hours, minutes = divmod(rest // 60, 60)
    parts = [("days", days), ("hours", hours), ("minutes", minutes)]
    first = next((at for at, (_, count) in enumerate(parts) if count), None)
    if first is None:
        return t("age.seconds", n=int(seconds))
    return " ".join(t(f"age.{name}", n=count) for name, count in parts[first : first + 2] if count)


def ago(iso: object, now: datetime) -> str:
    """`2 小时前`; what lies ahead, or within a minute, is just now."""
    moment = parsed(iso)
    if moment is None:
        return t("unknown")
    seconds = (now - moment).total_seconds()
    for name, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return t(f"ago.{name}", n=int(seconds // size))
    return t("ago.now")
