from __future__ import annotations

import pytest

from node.clock import SystemClock
from node.errors import Usage
from tests.node.fakes import FakeClock


def test_the_variable_moves_the_clock_by_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QIAO_CLOCK_OFFSET", raising=False)
    still = SystemClock()
    monkeypatch.setenv("QIAO_CLOCK_OFFSET", "2592000.5")
    moved = SystemClock()
    assert (still.moved_ms, moved.moved_ms) == (0, 2_592_000_500)
    assert moved.own_ms() >= still.own_ms() + 2_592_000_000


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "1e99", "--1"])
def test_an_offset_that_is_not_seconds_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("QIAO_CLOCK_OFFSET", text)
    with pytest.raises(Usage) as caught:
        SystemClock()
    assert caught.value.code == "bad_clock_offset"


@pytest.mark.parametrize("clock", [SystemClock(0), FakeClock()])
def test_discipline_moves_the_time_and_not_the_machines_own(clock: SystemClock | FakeClock) -> None:
    before = clock.own_ms()
    clock.discipline(-3_600_000)
    assert clock.offset_ms == -3_600_000
    assert clock.now_ms() <= clock.own_ms() - 3_600_000
    assert clock.own_ms() >= before
