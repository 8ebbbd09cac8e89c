from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui import moments

NOW = datetime(2026, 11, 21, 8, 10, tzinfo=UTC)


def test_times_are_shown_in_chinas_time() -> None:
    assert moments.short("2026-11-21T08:10:05+00:00") == "11-21 16:10"
    assert moments.full("2026-11-21T16:10:05+08:00") == "2026-11-21 16:10:05"


@pytest.mark.parametrize("odd", ["昨天", "\x1b[2J", "2026-13-45"])
def test_what_is_no_time_is_shown_as_it_came_and_safely(odd: str) -> None:
    assert "\x1b" not in moments.short(odd) and moments.short(odd)
    assert moments.parsed(odd) is None


@pytest.mark.parametrize("nothing", [None, "", 0])
def test_no_time_is_nothing(nothing: object) -> None:
    assert moments.short(nothing) == moments.full(nothing) == ""


def test_a_span_is_told_in_its_largest_unit() -> None:
    assert [moments.span(s) for s in (5, 120, 7200, 259200)] == ["5 秒", "2 分钟", "2 小时", "3 天"]


def test_how_long_ago_is_counted_from_now() -> None:
    assert moments.ago("2026-11-18T08:00:00+00:00", NOW) == "3 天前"
    assert moments.ago("2026-11-21T09:00:00+00:00", NOW) == "刚刚"
    assert moments.ago("?", NOW) == "不详"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    assert moments.limit("2026-11-26T00:00:00+08:00") == "11-25 24:00"
    assert moments.limit("2026-11-25T16:00:00+00:00") == "11-25 24:00"
    assert moments.limit("2026-11-26T09:00:00+08:00") == "11-26 09:00" and moments.limit(None) == ""
