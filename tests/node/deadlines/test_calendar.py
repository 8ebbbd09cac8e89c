"""Working days reckoned by hand on the State Council's calendar."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from node.deadlines.calendar import Calendar, day_of, from_years, midnight_after, shipped, shipped_years

BEIJING = timezone(timedelta(hours=8))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BEIJING).timestamp() * 1000)


CASES = [
    # an ordinary week of November 2026: 16 is a Monday
    ("2026-11-16 09:00", 1, "2026-11-18 00:00"),
    ("2026-11-16 00:00", 1, "2026-11-18 00:00"),
    ("2026-11-16 23:59", 1, "2026-11-18 00:00"),
    ("2026-11-16 09:00", 3, "2026-11-20 00:00"),
    ("2026-11-18 17:30", 3, "2026-11-24 00:00"),  # Wednesday: Thursday, Friday, Monday
    ("2026-11-20 18:00", 1, "2026-11-24 00:00"),  # Friday: Monday
    # what starts on a rest day counts from the next working day
    ("2026-11-21 10:00", 1, "2026-11-24 00:00"),
    ("2026-11-22 23:00", 1, "2026-11-24 00:00"),
    ("2026-11-21 10:00", 3, "2026-11-26 00:00"),
    # the National Day: 1 to 7 October rest, Saturday the 10th is worked
    ("2026-09-30 16:00", 1, "2026-10-09 00:00"),
    ("2026-09-30 16:00", 3, "2026-10-11 00:00"),
    ("2026-10-03 12:00", 2, "2026-10-10 00:00"),
    ("2026-10-09 09:00", 1, "2026-10-11 00:00"),
    ("2026-10-10 09:00", 1, "2026-10-13 00:00"),
    # Mid-Autumn: Sunday 20 September is worked, Friday the 25th isn't
    ("2026-09-18 09:00", 1, "2026-09-21 00:00"),
    ("2026-09-24 09:00", 1, "2026-09-29 00:00"),
    # Spring Festival 2026: 15 to 23 February rest, Saturdays 14 and 28 are worked
    ("2026-02-13 09:00", 1, "2026-02-15 00:00"),
    ("2026-02-14 09:00", 1, "2026-02-25 00:00"),
    ("2026-02-13 09:00", 15, "2026-03-13 00:00"),  # 14, 24 to 28 February, 2 to 6 and 9 to 12 March
    # fifteen days over plain weeks, and days at the edge of the year
    ("2026-11-02 09:00", 15, "2026-11-24 00:00"),
    ("2025-12-31 09:00", 1, "2026-01-05 00:00"),  # 1 to 3 January rest, Sunday the 4th is worked
    ("2026-11-16 09:00", 0, "2026-11-17 00:00"),
]


@pytest.mark.parametrize(("start", "days", "due"), CASES)
def test_a_limit_ends_at_midnight_of_its_last_working_day(start: str, days: int, due: str) -> None:
    assert shipped().end_of(ms(start), days) == ms(due)


def test_a_day_is_that_of_beijing() -> None:
    assert day_of(ms("2026-11-17 00:00")) == date(2026, 11, 17)
    assert day_of(ms("2026-11-17 00:00") - 1) == date(2026, 11, 16)
    assert midnight_after(date(2026, 11, 16)) == ms("2026-11-17 00:00")


def test_a_year_that_is_not_published_falls_back_to_monday_to_friday_and_says_so() -> None:
    calendar = shipped()
    assert not calendar.is_published(2027)
    assert calendar.end_of(ms("2027-10-01 09:00"), 1) == ms("2027-10-05 00:00")
    assert calendar.guesses(ms("2026-12-30 09:00"), ms("2027-01-06 00:00"))
    assert not calendar.guesses(ms("2026-12-30 09:00"), ms("2027-01-01 00:00"))


def test_a_calendar_without_a_working_day_stops_nothing() -> None:
    class Never(Calendar):
        def works(self, day: date) -> bool:
            return False

    assert Never().end_of(ms("9980-01-01 09:00"), 3) > 0


def test_odd_entries_of_a_calendar_are_left_out() -> None:
    calendar = from_years(
        [(2027, {"2027-01-01": "rest", "x": "rest", "2026-01-01": "work", "2027-02-01": 3})]
    )
    assert calendar.exceptions == {date(2027, 1, 1): False}
    assert calendar.is_published(2027)


def test_the_later_record_of_a_year_replaces_the_earlier() -> None:
    calendar = from_years([(2027, {"2027-01-01": "rest"}), (2027, {"2027-01-04": "rest"})])
    assert calendar.exceptions == {date(2027, 1, 4): False}


def test_the_shipped_days_are_exceptions_of_2018_to_2026() -> None:
    assert list(shipped_years()) == list(range(2018, 2027))
    plain = Calendar()
    assert all(works != plain.works(day) for day, works in shipped().exceptions.items())


def test_the_shipped_calendar_agrees_with_the_published_one(data: Path) -> None:
    with (data / "calendar" / "cn_workdays_2004_2026.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] >= "2018"]
    wrong = [
        row for row in rows if shipped().works(date.fromisoformat(row["date"])) != (row["is_workday"] == "1")
    ]
    assert (len(rows), wrong) == (3287, [])


@pytest.mark.parametrize(
    ("due", "days", "wanted"),
    [
        ("2026-11-20 00:00", 1, "2026-11-19 00:00"),  # due Thu 24:00: reminded from that day on
        ("2026-12-08 00:00", 3, "2026-12-03 00:00"),  # due Mon 7 Dec 24:00: Thu, Fri, Mon
        ("2026-10-11 00:00", 3, "2026-10-08 00:00"),  # due on the make-up Saturday: Thu, Fri, Sat
    ],
)
def test_a_reminder_comes_when_so_many_working_days_are_left(due: str, days: int, wanted: str) -> None:
    assert shipped().left(ms(due), days) == ms(wanted)
