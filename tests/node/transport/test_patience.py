from __future__ import annotations

from node.transport.patience import LONGEST_SECONDS, SHORTEST_HOLD, Backoff, Hold


def test_waits_double_up_to_a_minute_and_begin_anew_after_a_success() -> None:
    backoff = Backoff()
    waits = [backoff.failed(1.0) for _ in range(9)]
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_SECONDS
    backoff.succeeded()
    assert backoff.failed(1.0) == 1


def test_jitter_halves_a_wait_at_most() -> None:
    assert Backoff().failed(0.0) == 0.5


def test_a_line_that_cuts_long_holds_is_held_for_less() -> None:
    hold = Hold.of(300)
    assert hold.cut(60)
    assert hold.seconds == 48
    for _ in range(200):
        hold.kept()
    assert hold.seconds == 300


def test_an_exchange_that_failed_at_once_was_not_cut_for_its_length() -> None:
    hold = Hold.of(300)
    assert not hold.cut(1)
    assert hold.seconds == 300


def test_a_hold_never_falls_below_its_least_and_is_then_a_line_that_is_down() -> None:
    hold = Hold.of(300)
    for _ in range(20):
        hold.cut(6)
    assert hold.seconds == SHORTEST_HOLD
    assert not hold.cut(14)
