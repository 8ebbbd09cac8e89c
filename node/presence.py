"""Who has which record open just now (在看): told by the screens, kept by the process that writes, stored nowhere.

So that two colleagues don't work on one ticket unawares. It binds nobody: what both sign is merged as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OPERATION = "presence"
STALE_MS = 15_000  # a seat that said nothing for so long is gone; a screen tells every five seconds
MOST = 500  # seats; what is told beyond that isn't kept


@dataclass(frozen=True, slots=True)
class Seat:
    staff: str
    record: str
    since_ms: int
    heard_ms: int


class Presence:
    """On the writer's thread."""

    def __init__(self) -> None:
        self._seats: dict[str, Seat] = {}

    def told(self, params: Mapping[str, Any], staff: str | None, now_ms: int) -> dict[str, Any]:
        """A screen says what it shows: `seat` is its own name for itself, `record` an id, or None for none. `others`:
        who else has that record open, each person once, the first to open it first."""
        seat, record = str(params.get("seat") or "")[:64], str(params.get("record") or "")[:64]
        self._forget(now_ms)
        before = self._seats.pop(seat, None)
        if record and seat and staff and len(self._seats) < MOST:
            since = before.since_ms if before is not None and before.record == record else now_ms
            self._seats[seat] = Seat(staff, record, since, now_ms)
        return {"others": self._others(seat, record) if record else []}

    def _others(self, seat: str, record: str) -> list[str]:
        here = [one for name, one in self._seats.items() if name != seat and one.record == record]
        own = self._seats[seat].staff if seat in self._seats else ""
        ordered = sorted(here, key=lambda one: (one.since_ms, one.staff))
        return list(dict.fromkeys(one.staff for one in ordered if one.staff != own))

    def _forget(self, now_ms: int) -> None:
        self._seats = {name: one for name, one in self._seats.items() if now_ms - one.heard_ms < STALE_MS}
