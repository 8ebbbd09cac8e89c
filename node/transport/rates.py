"""How often one may ask: a bucket of tokens each, which fills as time passes. Pure: the time is handed in."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MOST = 4096  # buckets remembered; a full one says nothing, so the one used longest ago goes


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` tokens at once, `each` more a second; whoever would wait longer than `patience` seconds is refused."""

    burst: float
    each: float
    patience: float


# 260 offices behind one address come back at once, each with an exchange or two (issue: 40 s for all of them).
# What can't be opened costs more: BAD tokens.
ADDRESS = Rate(burst=600, each=50, patience=10)
BAD = 20.0
# An exchange of a busy link takes 50 ms; an idle one is held. What a child's own pace reaches is far below.
NODE = Rate(burst=200, each=40, patience=10)


class Rates:
    """One bucket a key: an address, or a node id."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: OrderedDict[bytes | str, tuple[float, float]] = OrderedDict()

    def take(self, key: bytes | str, now: float, cost: float = 1.0) -> float | None:
        """Seconds to wait before going on; None: to be refused, and nothing is taken. `now`: in seconds, rising."""
        left = self._left(key, now) - cost
        wait = max(0.0, -left / self._rate.each)
        if wait > self._rate.patience:
            return None
        self._put(key, left, now)
        return wait

    def charge(self, key: bytes | str, now: float, cost: float) -> None:
        """For what was done already; the debt is bounded, so that it is over some time."""
        owed = -self._rate.each * self._rate.patience
        self._put(key, max(owed, self._left(key, now) - cost), now)

    def _left(self, key: bytes | str, now: float) -> float:
        tokens, at = self._buckets.get(key, (self._rate.burst, now))
        return min(self._rate.burst, tokens + (now - at) * self._rate.each)

    def _put(self, key: bytes | str, left: float, now: float) -> None:
        self._buckets[key] = left, now
        self._buckets.move_to_end(key)
        while len(self._buckets) > MOST:
            self._buckets.popitem(last=False)

    def __len__(self) -> int:
        return len(self._buckets)
