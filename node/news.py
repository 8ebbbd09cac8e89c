"""What a person at this node would want to hear of: a new record, a card, an exception. No personal data in it.

The writer gathers it while it folds, keeps the newest for screens that ask (`Node.news`), and hands it to whoever
listens once it is durable.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

KEPT = 1_000  # of which a screen can be told later
NEW, CARD, EXCEPTION = "new", "card", "exception"
_NUMBER = re.compile(
    r"[0-9][0-9A-Za-z-]{0,63}"
)  # a number comes from a peer; nothing else may become an argument


@dataclass(frozen=True, slots=True)
class News:
    event: str  # new card exception
    matter: str
    record: bytes
    number: str
    unit: str  # code of the unit that registered the record

    @property
    def name(self) -> str:
        """Its number, or the record's id where that is none of ours in form."""
        return self.number if _NUMBER.fullmatch(self.number) else self.record.hex()

    def as_json(self) -> dict[str, Any]:
        return {
            "event": self.event,
            "matter": self.matter,
            "record": self.record.hex(),
            "number": self.name,
            "unit": self.unit,
        }


@dataclass(frozen=True, slots=True)
class Stood:
    """A record as lists have it: in scope here, open exceptions, cards issued."""

    here: bool = False
    exceptions: int = 0
    cards: int = 0


def between(before: Stood, after: Stood) -> list[str]:
    """The events by which one became the other."""
    if not after.here:
        return []
    found = [] if before.here else [NEW]
    found += [CARD] * (after.cards > before.cards)
    return found + [EXCEPTION] * (after.exceptions > before.exceptions)


class Board:
    """The newest news of this process, numbered; on the writer's thread."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._items: deque[tuple[int, News]] = deque(maxlen=KEPT)
        self._last = 0

    def put(self, items: Iterable[News]) -> None:
        for one in items:
            self._last = next(self._numbers)
            self._items.append((self._last, one))

    def since(self, after: int | None) -> dict[str, Any]:
        """What came behind that number; without one, only where it stands. A number of another process, which is
        ahead of ours, begins anew."""
        start = self._last if after is None else 0 if after > self._last else after
        items = [{"id": number, **one.as_json()} for number, one in self._items if number > start]
        return {"items": items, "next": self._last}
