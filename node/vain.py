"""What a neighbour was sent and didn't take (徒劳): mostly commits of an author whom it doesn't know yet, as where his
enrolment is held because its clock is far behind. It keeps them aside (protocol 3.4), or has no room for them; or it
has them, and doesn't say so, as it takes that log for nobody's. Sent again with each exchange they would fill the
line for nothing.

Of this process alone: after a start everything is tried once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sync_protocol import commit
from sync_protocol.frontier import Gap, Span
from sync_protocol.messages import CommitItem

FIRST_MS = 10 * 60 * 1000  # until a log is tried again; twice as long each time
REPLIES = (
    3  # that may have been lost on the way: only behind these a child is taken for one that takes nothing
)
LONGEST_MS = 6 * 3600 * 1000

Firsts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Wait:
    firsts: Firsts  # where the neighbour stood
    tries: int
    until_ms: int


class Vain:
    def __init__(self, patience: int = 0) -> None:
        """`patience`: how often something is sent again at once."""
        self._patience = patience
        self._waits: dict[bytes, _Wait] = {}
        self._lacked: Mapping[bytes, Sequence[Span]] = {}
        self._items: Sequence[CommitItem] = ()
        self._stands = b""  # how the neighbour stood when it spoke last

    def without(self, gap: Gap, now_ms: int) -> Gap:
        """What the neighbour lacks, but for the logs of which it would take nothing now."""
        if not self._waits:
            return gap
        left = {log: spans for log, spans in gap.lacks.items() if not self._is_off(log, spans, now_ms)}
        return replace(gap, lacks=left)

    def _is_off(self, log: bytes, spans: Sequence[Span], now_ms: int) -> bool:
        wait = self._waits.get(log)
        return wait is not None and wait.firsts == _firsts(spans) and now_ms < wait.until_ms

    def sent(self, gap: Gap, items: Sequence[CommitItem]) -> None:
        """These, of what the neighbour lacked."""
        self._lacked, self._items = gap.lacks, items

    def heard(self, gap: Gap, now_ms: int) -> None:
        """What it lacks by its answer to that."""
        items, self._items = self._items, ()
        stuck = {
            log for log, spans in gap.lacks.items() if _firsts(spans) == _firsts(self._lacked.get(log, ()))
        }
        for log in stuck & {commit.parse(one.raw).header.log for one in items} if stuck else ():
            firsts, before = _firsts(gap.lacks[log]), self._waits.get(log)
            tries = before.tries + 1 if before is not None and before.firsts == firsts else 0
            over = tries - self._patience
            wait = min(FIRST_MS << min(over, 10), LONGEST_MS) if over >= 0 else 0
            self._waits[log] = _Wait(firsts, tries, now_ms + wait)

    def spoken(self, stands: bytes, *, news: bool) -> None:
        """The neighbour spoke; a parent stands by the log in which it does, a child by the digest of what it holds. In
        another life, or with something new to say, it may take by now what it didn't."""
        if news or stands != self._stands:
            self._waits.clear()
        self._stands = stands


def _firsts(spans: Sequence[Span]) -> Firsts:
    """Where the sending begins, of each stretch."""
    return tuple(one.last if one.backwards else one.first for one in spans)
