"""A breach is computed from what fell due, and a moment."""

from __future__ import annotations

from node.deadlines import breaches, is_breached, open_breaches
from node.matters.draft import Due


def due(done_ms: int | None, owed: bool = True) -> Due:
    return Due("accept", 1, "u", 0, 100, done_ms, owed=owed)


def test_what_is_open_is_breached_once_its_time_has_passed() -> None:
    assert not is_breached(due(None), 100)
    assert is_breached(due(None), 101)


def test_what_was_done_in_time_is_never_breached() -> None:
    assert not is_breached(due(100), 10_000)


def test_what_was_done_late_stays_breached() -> None:
    assert is_breached(due(101), 101)
    assert breaches([due(101)], 0) == [due(101)]


def test_a_right_that_nobody_used_is_no_breach() -> None:
    assert not is_breached(due(None, owed=False), 10_000)
    assert is_breached(due(101, owed=False), 10_000)


def test_open_breaches_are_those_that_can_still_be_ended() -> None:
    assert open_breaches([due(101), due(None), due(50)], 200) == [due(None)]
