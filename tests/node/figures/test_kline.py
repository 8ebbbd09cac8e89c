"""The K-line of the calls: first, highest, lowest and last part of each day or week, reckoned by hand."""

from __future__ import annotations

from node.deadlines.calendar import EPOCH
from node.figures import kline, period
from node.figures.kline import candles
from tests.node.matters.scene import ms


def hour(text: str) -> int:
    """Hours since 1970 at UTC+8."""
    return (ms(text) + 8 * 3_600_000) // 3_600_000


CALLS = {
    hour("2026-10-05 00:00"): 2, hour("2026-10-05 09:00"): 9, hour("2026-10-05 23:00"): 1,  # Monday
    hour("2026-10-06 10:00"): 4,
    hour("2026-10-11 08:00"): 7,  # Sunday
}  # fmt: skip


def test_a_day_s_parts_are_its_hours() -> None:
    found = candles(CALLS, "day", period.read("2026-10-05..2026-10-06"), ms("2026-11-01 00:00"))
    assert found == [
        {
            "bucket": "2026-10-05",
            "first": 2,
            "highest": 9,
            "lowest": 0,
            "last": 1,
            "volume": 12,
            "complete": True,
        },
        {
            "bucket": "2026-10-06",
            "first": 0,
            "highest": 4,
            "lowest": 0,
            "last": 0,
            "volume": 4,
            "complete": True,
        },
    ]


def test_a_week_s_parts_are_its_days() -> None:
    [found] = candles(CALLS, "week", period.read("2026-W41"), ms("2026-11-01 00:00"))
    assert found == {"bucket": "2026-W41", "first": 12, "highest": 12, "lowest": 0, "last": 7, "volume": 23,
                     "complete": True}  # fmt: skip


def test_what_hasnt_begun_isnt_drawn_and_what_isnt_over_says_so() -> None:
    today = candles(CALLS, "day", period.read("2026-10"), ms("2026-10-05 09:30"))[-1]
    assert today == {"bucket": "2026-10-05", "first": 2, "highest": 9, "lowest": 0, "last": 9, "volume": 11,
                     "complete": False}  # fmt: skip
    week = candles(CALLS, "week", period.read("2026-W41"), ms("2026-10-06 12:00"))
    assert [(one["last"], one["complete"]) for one in week] == [(4, False)]
    cut = candles(CALLS, "week", period.read("2026-10-06..2026-10-11"), ms("2026-11-01 00:00"))
    assert [(one["first"], one["complete"]) for one in cut] == [(4, False)]


def test_without_a_period_it_ends_today() -> None:
    recent = kline._recent("day", ms("2026-10-05 09:30"))
    assert recent.last.isoformat() == "2026-10-05" and (recent.last - recent.first).days == 29
    assert (recent.first - EPOCH).days > 0
