"""The exchange's record against the ledger: which call has no row (product 1.1: every call has one).

Pure. A ledger row goes with a call of the same number whose time it fits; a row without a number, with a call of
the same operator. Each goes with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BEFORE_MS = 10 * 60 * 1000  # how much earlier than the call its row may stand: clocks differ
AFTER_MS = 60 * 60 * 1000  # how much later than its end: it is written up in a quiet minute


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger."""

    record: int
    time_ms: int
    tokens: frozenset[int]  # of its telephone numbers
    operator: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the exchange."""

    id: int
    started_ms: int
    ended_ms: int
    token: int | None
    operator: str

    def off(self, entry: Entry) -> int | None:
        """By how much the row is off its time; None where it doesn't fit."""
        if not self.started_ms - BEFORE_MS <= entry.time_ms <= self.ended_ms + AFTER_MS:
            return None
        return abs(entry.time_ms - self.started_ms)


def matched(calls: Sequence[Call], entries: Iterable[Entry]) -> dict[int, int]:
    """Call id → record of its row. Numbers come before operators, the nearest in time first."""
    left = {one.record: one for one in entries}
    found: dict[int, int] = {}
    for fits in (_same_number, _same_operator):
        pairs = sorted(
            (off, call.id, entry.record)
            for call in calls if call.id not in found
            for entry in left.values()
            if fits(call, entry) and (off := call.off(entry)) is not None
        )  # fmt: skip
        for _, call_id, record in pairs:
            if call_id not in found and record in left:
                found[call_id] = record
                del left[record]
    return found


def _same_number(call: Call, entry: Entry) -> bool:
    return call.token is not None and call.token in entry.tokens


def _same_operator(call: Call, entry: Entry) -> bool:
    return (
        bool(call.operator) and call.operator == entry.operator and (not entry.tokens or call.token is None)
    )
