"""What takes long isn't asked for with every change (间隔刷新): at once where that was a while ago, else later."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget


class Seldom:
    """`work` is begun at most once in `seconds`. All of it runs on the event loop."""

    def __init__(self, owner: Widget, seconds: float, work: Callable[[], None]) -> None:
        self._owner, self._seconds, self._work = owner, seconds, work
        self._last = -seconds
        self._waiting: Timer | None = None

    @property
    def waits(self) -> bool:
        return self._waiting is not None

    def wanted(self) -> None:
        waited = time.monotonic() - self._last
        if waited >= self._seconds:
            self.now()
        elif self._waiting is None:
            self._waiting = self._owner.set_timer(self._seconds - waited, self.now)

    def now(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._last = time.monotonic()
        self._work()
