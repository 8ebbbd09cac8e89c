"""Working days (工作日): the State Council's calendar with its make-up days (product 1.3).

A limit ends at 24:00 of its last working day, at UTC+8. The day on which it starts isn't counted, whether
it is worked or not: what starts on a rest day counts from the next working day.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

DAY_MS = 24 * 60 * 60 * 1000
UTC8_MS = 8 * 60 * 60 * 1000
EPOCH = date(1970, 1, 1)
WORK, REST = "work", "rest"
SHIPPED = Path(__file__).with_name("data") / "workdays.csv"
LAST_DAY = date(9990, 1, 1)  # past it nothing is counted


@dataclass(frozen=True, slots=True)
class Calendar:
    """`exceptions`: day → whether it is worked, where that isn't as its weekday says. `years`: published
    ones; the others fall back to Monday to Friday, with a warning and without stopping anything."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)

    def is_published(self, year: int) -> bool:
        return year in self.years

    def end_of(self, start_ms: int, days: int, pauses: Sequence[tuple[int, int | None]] = ()) -> int:
        """24:00 of the last of so many working days after the day of `start_ms` (unix ms); NEVER where the clock
        stands still before. `pauses`: from when to when it does, None for still. Whole days don't count: from
        the day on which it is suspended up to the day before it is resumed."""
        still = [(day_of(since), LAST_DAY if upto is None else day_of(upto)) for since, upto in pauses]
        return midnight_after(self.plus(day_of(start_ms), days, still))

    def plus(self, day: date, days: int, still: Sequence[tuple[date, date]] = ()) -> date:
        """The day which is that many working days later; with 0, the day itself. Days of `still`, the second
        left out, don't count."""
        left = days
        while left > 0 and day < LAST_DAY:
            day += timedelta(days=1)
            if any(since <= day and upto == LAST_DAY for since, upto in still):
                return LAST_DAY
            left -= self.works(day) and not any(since <= day < upto for since, upto in still)
        return day

    def left(self, due_ms: int, days: int) -> int:
        """The instant from which so many working days are left: 0:00 of the last but that many less one. Of a
        limit that ends within a day, the day it ends on counts as one."""
        day, found = day_of(due_ms - 1), 0
        while day > EPOCH:
            found += self.works(day)
            if found >= days:
                break
            day -= timedelta(days=1)
        return midnight_after(day) - DAY_MS

    def guesses(self, start_ms: int, due_ms: int) -> bool:
        """Whether a deadline rests on a year that isn't published."""
        first, last = day_of(start_ms).year, day_of(due_ms - 1).year
        return not all(self.is_published(year) for year in range(first, last + 1))


def day_of(moment_ms: int) -> date:
    """The day at UTC+8."""
    return EPOCH + timedelta(days=(moment_ms + UTC8_MS) // DAY_MS)


def midnight_after(day: date) -> int:
    """24:00 of a day at UTC+8, unix ms."""
    return ((day - EPOCH).days + 1) * DAY_MS - UTC8_MS


NEVER = midnight_after(LAST_DAY)  # when falls due what stands still


def from_years(listed: Iterable[tuple[int, Mapping[str, object]]]) -> Calendar:
    """Of each year its ISO days, `work` or `rest`; of a year that is listed twice, the later. Odd entries
    are left out: a calendar never stops anything."""
    years = dict(listed)
    exceptions: dict[date, bool] = {}
    for year, days in years.items():
        for text, kind in days.items():
            day = _day(text)
            if day is not None and day.year == year and kind in (WORK, REST):
                exceptions[day] = kind == WORK
    return Calendar(exceptions, frozenset(years))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def shipped_years() -> Mapping[int, Mapping[str, str]]:
    """2018 to 2026: the days that differ from Monday to Friday."""
    years: dict[int, dict[str, str]] = {}
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            years.setdefault(int(row["date"][:4]), {})[row["date"]] = row["day"]
    return years


@lru_cache(maxsize=1)
def shipped() -> Calendar:
    """What the program brings along, until the root's calendar has come."""
    return from_years(shipped_years().items())
