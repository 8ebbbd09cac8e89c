from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from node.figures import period
from tui.periods import KINDS, Span, buckets, of

DAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 4, 30, tzinfo=UTC)  # 12:30 in China


@pytest.mark.parametrize("kind", KINDS)
def test_the_node_reads_every_period_as_it_is_meant(kind: str) -> None:
    span = of(kind, DAY)
    for one in (span, span.moved(-1), span.moved(-13), span.moved(1)):
        read = period.read(one.text)
        assert (read.first, read.last) == (one.first, one.last)


@pytest.mark.parametrize("kind", KINDS)
def test_forth_and_back_is_the_same_and_nothing_lies_between(kind: str) -> None:
    span = of(kind, DAY)
    assert span.moved(-1).moved(1) == span
    assert (span.first - span.moved(-1).last).days == 1


def test_what_is_compared_is_as_far_on_its_way() -> None:
    assert of("month", date(2026, 10, 31)).moved(-1).until(date(2026, 10, 20)) == "2026-09-01..2026-09-20"
    assert of("month", date(2026, 3, 31)).moved(-1).until(date(2026, 3, 30)) == "2026-02-01..2026-02-28"
    assert of("year", DAY).moved(-1).until(DAY) == "2025-01-01..2025-11-30"
    assert of("day", DAY).moved(-1).until(DAY) == "2026-11-29..2026-11-29"


def test_hours_and_days_that_havent_begun_are_told_apart() -> None:
    hours = buckets(of("day", DAY), NOON)
    assert [key for key, _, begun in hours if begun][-1] == "12" and len(hours) == 24
    assert all(begun for _, _, begun in buckets(of("day", DAY).moved(-1), NOON))
    assert not any(begun for _, _, begun in buckets(Span("day", date(2026, 12, 1)), NOON))
    assert [begun for _, _, begun in buckets(of("week", DAY), NOON)] == [True] + [False] * 6
    assert [key for key, _, _ in buckets(of("year", DAY), NOON)][-1] == "2026-12"
    assert len(buckets(of("month", DAY), NOON)) == 30


def test_a_week_is_named_by_the_year_that_has_most_of_it() -> None:
    week = of("week", date(2027, 1, 1))
    assert week.text == "2026-W53" and "2026" in week.label and "12-28" in week.label
