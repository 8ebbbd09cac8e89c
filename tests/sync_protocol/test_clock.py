"""Hybrid logical time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import clock

milliseconds = st.integers(0, 2**46)


@given(milliseconds, st.integers(0, 65535))
def test_milliseconds_come_back_whatever_the_counter(now: int, counter: int) -> None:
    assert clock.to_ms(clock.from_ms(now) + counter) == now


@given(milliseconds, st.integers(0, 2**62))
def test_the_next_time_is_past_the_highest_and_not_before_now(now: int, highest: int) -> None:
    time = clock.next_time(now, highest)
    assert time > highest and time >= clock.from_ms(now)


def test_a_clock_that_goes_back_only_advances_the_counter() -> None:
    first = clock.next_time(1_000, 0)
    assert clock.next_time(10, first) == first + 1
