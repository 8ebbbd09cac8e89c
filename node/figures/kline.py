"""The call "K-line" (来电 K 线, product 1.5): per bucket the calls in the first, highest, lowest and last sub-bucket,
and the volume. A day's sub-buckets are its hours, a week's its days (Monday first)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from node.deadlines.calendar import EPOCH, day_of
from node.errors import Usage
from node.iso import iso
from node.language import say
from node.store import facts as store

from .groups import Units
from .period import Period
from .statistics import Question, asked

FACT = "call.registered"
BUCKETS = ("day", "week")
DEFAULT_DAYS = {"day": 30, "week": 7 * 26}  # how far back where no period is given
MOST_DAYS = 366 * 10


def tell(
    db: Connection, bucket: str, period: Period | None, unit: str | None, units: Units, now_ms: int
) -> dict[str, Any]:
    """`items`: bucket, first, highest, lowest, last, volume, complete. Raises Usage."""
    if bucket not in BUCKETS:
        raise Usage(say(f"没有 {ascii(bucket[:40])} 这种 K 线，可用：day week",
                        f"no bucket {ascii(bucket[:40])}; known: day week"),
                    code="bad_value", hint="qiao stats kline --bucket day")  # fmt: skip
    shown = period or _recent(bucket, now_ms)
    if (shown.last - shown.first).days > MOST_DAYS:
        raise Usage(say("K 线至多十年", "a K-line spans ten years at most"), code="bad_period",
                    hint="qiao stats kline --period 2026")  # fmt: skip
    question = Question(period=shown, unit=unit)
    rows = store.totals(db, asked(question, [FACT], units, now_ms), "hours")
    hours: dict[int, int] = {}
    for row in rows:
        hours[row.key] = hours.get(row.key, 0) + row.value
    return {
        "as_of": iso(now_ms),
        "bucket": bucket,
        "unit": unit,
        "period": {"text": shown.text, "first": shown.first.isoformat(), "last": shown.last.isoformat()},
        "items": candles(hours, bucket, shown, now_ms),
        "next": None,
    }


def _recent(bucket: str, now_ms: int) -> Period:
    today = day_of(now_ms)
    first = today - timedelta(days=DEFAULT_DAYS[bucket] - 1)
    return Period(f"{first}..{today}", first, today)


def candles(hours: Mapping[int, int], bucket: str, period: Period, now_ms: int) -> list[dict[str, Any]]:
    """`hours`: hours since 1970 at UTC+8 → calls. What hasn't begun by now isn't drawn."""
    found: dict[str, list[int]] = {}
    whole: dict[str, bool] = {}
    day, end = period.first, min(period.last, day_of(now_ms))
    while day <= end:
        name = (
            day.isoformat() if bucket == "day" else f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"
        )
        counts = [hours.get(hour, 0) for hour in _hours(day, now_ms)]
        found.setdefault(name, []).extend(counts if bucket == "day" else [sum(counts)])
        whole[name] = len(counts) == 24 and (bucket == "day" or day.isoweekday() == 7)
        day += timedelta(days=1)
    return [
        _candle(name, counts, whole[name] and _begun(name, bucket, period)) for name, counts in found.items()
    ]


def _begun(name: str, bucket: str, period: Period) -> bool:
    """Whether the period has the bucket's beginning."""
    return bucket == "day" or date.fromisocalendar(int(name[:4]), int(name[6:]), 1) >= period.first


def _hours(day: date, now_ms: int) -> range:
    """The hours of a day that have begun."""
    first = (day - EPOCH).days * 24
    return range(first, min(first + 24, (now_ms + store.UTC8_MS) // store.HOUR_MS + 1))


def _candle(name: str, counts: Sequence[int], complete: bool) -> dict[str, Any]:
    return {
        "bucket": name, "first": counts[0], "highest": max(counts), "lowest": min(counts), "last": counts[-1],
        "volume": sum(counts), "complete": complete,
    }  # fmt: skip
