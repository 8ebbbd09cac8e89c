"""How long to wait before the next try, and how long an idle exchange may be held. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_SECONDS = 1.0
# A line that comes back is found within a minute; 260 offices then don't all call in one second.
LONGEST_SECONDS = 60.0
SHORTEST_HOLD = 15
# A held exchange that ended sooner than this wasn't cut for its length: the line is down.
_CUT_SECONDS = 5.0


@dataclass(slots=True)
class Backoff:
    """Doubles from FIRST_SECONDS to LONGEST_SECONDS, each time between a half and the whole of it."""

    _next: float = FIRST_SECONDS

    def failed(self, fraction: float) -> float:
        """Seconds to wait; `fraction` is the jitter, 0 ≤ fraction < 1."""
        wait = self._next * (0.5 + fraction / 2)
        self._next = min(self._next * 2, LONGEST_SECONDS)
        return wait

    def succeeded(self) -> None:
        self._next = FIRST_SECONDS


@dataclass(slots=True)
class Hold:
    """Seconds for which the line bears an exchange without a byte; found by trying (protocol 3.5)."""

    longest: int
    seconds: int

    @classmethod
    def of(cls, longest: int) -> Hold:
        return cls(longest, longest)

    def cut(self, after_seconds: float) -> bool:
        """An exchange held for so long was cut. True: it is shorter from now on, and to be tried at once."""
        if after_seconds < _CUT_SECONDS or self.seconds <= SHORTEST_HOLD:
            return False
        self.seconds = max(SHORTEST_HOLD, int(min(after_seconds, self.seconds) * 0.8))
        return True

    def kept(self) -> None:
        """An exchange was held to its end."""
        self.seconds = min(self.longest, self.seconds + max(1, self.seconds // 8))
