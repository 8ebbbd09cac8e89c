"""A period (统计时段): a year, a month, an ISO week, a day, or from day to day, at UTC+8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from node.deadlines.calendar import DAY_MS, midnight_after
from node.errors import Usage
from node.language import say

_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)
FORMS = "2026 2026-10 2026-W44 2026-10-05 2026-10-01..2026-10-31"


@dataclass(frozen=True, slots=True)
class Period:
    """Both days within it."""

    text: str
    first: date
    last: date

    @property
    def start_ms(self) -> int:
        return midnight_after(self.first) - DAY_MS

    @property
    def end_ms(self) -> int:
        """24:00 of the last day."""
        return midnight_after(self.last)


def read(text: str) -> Period:
    """Raises Usage (`bad_period`)."""
    cleaned = text.strip()
    first, separator, last = cleaned.partition("..")
    try:
        days = (_days(first)[0], _days(last)[1]) if separator else _days(first)
    except ValueError:
        raise _bad(text) from None
    if not _FIRST <= days[0] <= days[1] <= _LAST:
        raise _bad(text)
    return Period(cleaned, *days)


def _days(text: str) -> tuple[date, date]:
    """First and last day. Raises ValueError."""
    if re.fullmatch(r"\d{4}", text, re.ASCII):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
        first = date.fromisoformat(f"{text}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if re.fullmatch(r"\d{4}-W\d{2}", text, re.ASCII):
        first = date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
        return first, first + timedelta(days=6)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(text)
    day = date.fromisoformat(text)
    return day, day


def _bad(text: str) -> Usage:
    shown = ascii(text[:40])
    return Usage(
        say(f"时段 {shown} 不对，可写：{FORMS}", f"period {shown}: may be {FORMS}"),
        code="bad_period", hint="qiao stats --period 2026-10",
    )  # fmt: skip
