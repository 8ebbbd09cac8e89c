"""The period (时段) that a board shows: a day, week, month or year in China's time, with the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .moments import CHINA
from .texts import t

KINDS = ("day", "week", "month", "year")
FIRST = date(2000, 1, 1)  # as the figures have it


@dataclass(frozen=True, slots=True)
class Span:
    """`first` is its first day."""

    kind: str
    first: date

    @property
    def last(self) -> date:
        return self.moved(1).first - timedelta(days=1)

    @property
    def text(self) -> str:
        """As `Node.stats` takes it."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        return {"day": f"{self.first:%Y-%m-%d}", "month": f"{self.first:%Y-%m}", "year": f"{self.first:%Y}"}[
            self.kind
        ]

    @property
    def label(self) -> str:
        first = self.first
        year, week, _ = first.isocalendar()
        if self.kind == "week":
            return t("span.week", year=year, week=week, first=f"{first:%m-%d}", last=f"{self.last:%m-%d}")
        return t(f"span.{self.kind}", year=first.year, month=first.month, day=first.day)

    def moved(self, by: int) -> Span:
        """The one before (-1) or after (1)."""
        first = self.first
        if self.kind == "day":
            return Span(self.kind, first + timedelta(days=by))
        if self.kind == "week":
            return Span(self.kind, first + timedelta(days=7 * by))
        if self.kind == "year":
            return Span(self.kind, first.replace(year=first.year + by))
        months = first.year * 12 + first.month - 1 + by
        return Span(self.kind, date(months // 12, months % 12 + 1, 1))

    def until(self, day: date) -> str:
        """So much of it as lies before or on the same day of its course as `day` in the period after it."""
        past = max(0, (day - self.moved(1).first).days)
        return f"{self.first}..{min(self.last, self.first + timedelta(days=past))}"

    @property
    def by(self) -> str:
        """The dimension by which its course is told."""
        return {"day": "hour", "week": "day", "month": "day", "year": "month"}[self.kind]


def of(kind: str, day: date) -> Span:
    """The one that a day lies in."""
    firsts = {
        "day": day, "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1), "year": day.replace(month=1, day=1),
    }  # fmt: skip
    return Span(kind, firsts[kind])


def buckets(span: Span, now: datetime) -> list[tuple[str, str, bool]]:
    """(key of the dimension, label, whether it has begun) of every hour, day or month of the period."""
    here = now.astimezone(CHINA)
    if span.kind == "day":
        begun = 24 if span.first < here.date() else here.hour + 1 if span.first == here.date() else 0
        return [(f"{hour:02d}", str(hour), hour < begun) for hour in range(24)]
    if span.kind == "year":
        months = [date(span.first.year, month, 1) for month in range(1, 13)]
        return [(f"{one:%Y-%m}", t("span.of_month", month=one.month), one <= here.date()) for one in months]
    days = [span.first + timedelta(days=at) for at in range((span.last - span.first).days + 1)]
    return [(one.isoformat(), _day(span, one), one <= here.date()) for one in days]


def _day(span: Span, one: date) -> str:
    return f"{one:%m-%d}" if span.kind == "week" else str(one.day)
