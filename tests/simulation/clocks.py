"""Clocks (时钟) of the world: each node's machine runs beside the world's time, steps, drifts, or is years off."""

from __future__ import annotations

from collections.abc import Callable

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS
START_MS = 1_790_000_000_000


class MachineClock:
    """One machine's clock: the world's time, plus a skew, plus a drift. Fits node.clock.Clock."""

    def __init__(self, world_ms: Callable[[], int], skew_ms: int = 0, drift_ppm: int = 0) -> None:
        self._world_ms = world_ms
        self._from_ms = world_ms()
        self.skew_ms = skew_ms
        self.drift_ppm = drift_ppm
        self.moved_ms = 0
        self.offset_ms = 0

    def own_ms(self) -> int:
        passed = self._world_ms() - self._from_ms
        return self._world_ms() + self.skew_ms + passed * self.drift_ppm // 1_000_000

    def now_ms(self) -> int:
        return self.own_ms() + self.offset_ms

    def steady_ms(self) -> int:
        return self._world_ms()

    def discipline(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    def error_ms(self) -> int:
        """How far the machine is from the world's time, undisciplined."""
        return self.own_ms() - self._world_ms()

    def step(self, milliseconds: int) -> None:
        self.skew_ms += milliseconds

    def drift(self, ppm: int) -> None:
        self.skew_ms, self._from_ms = self.error_ms(), self._world_ms()
        self.drift_ppm = ppm

    def put_right(self) -> None:
        """Somebody sets the clock by the telephone's time signal."""
        self.skew_ms, self.drift_ppm, self._from_ms = 0, 0, self._world_ms()
