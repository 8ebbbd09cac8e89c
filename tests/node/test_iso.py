"""Times with China's offset."""

from __future__ import annotations

from node.iso import day, end_of_day, iso, iso_or_none


def test_a_day_ends_at_midnight_in_china() -> None:
    assert iso(0) == "1970-01-01T08:00:00+08:00"
    assert iso(end_of_day(1_790_000_000_000))[11:] == "00:00:00+08:00"
    assert day(end_of_day(0) - 1) == "19700101" and day(end_of_day(0)) == "19700102"
    assert iso_or_none(None) is None and iso_or_none(0) is None
