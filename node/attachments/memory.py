"""What one process remembers of attachments between two exchanges: counts that keep a peer from turning
them into a treadmill, and where the disk was full. Losing it costs an exchange, nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from node.work import Work

HOUR_MS = 60 * 60 * 1000
PAUSE_MS = 10 * 60 * 1000  # after the disk refused a chunk
MOST_SERVED = 5  # times that one chunk is given to one peer within an hour
MOST_BARREN = 4  # exchanges that brought nothing asked for, after which only the usual ones go on asking
_NAME = "attachments"


@dataclass(slots=True)
class Memory:
    hour: int
    in_vain: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)  # (peer, content) → times asked
    barren: Counter[bytes] = field(default_factory=Counter)  # peer → exchanges in a row without a chunk
    served: Counter[tuple[bytes, bytes, int]] = field(default_factory=Counter)  # (peer, content, offset)
    sound: set[bytes] = field(default_factory=set)  # whole files that were hashed again


def of(work: Work) -> Memory:
    """Begun anew every hour."""
    found = work.facts.get(_NAME)
    hour = work.now_ms // HOUR_MS
    if not isinstance(found, Memory) or found.hour != hour:
        found = work.facts[_NAME] = Memory(hour)
    return found
