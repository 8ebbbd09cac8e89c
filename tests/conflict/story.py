"""A record written line by line: who does what, having seen what."""

from __future__ import annotations

from typing import Any

from conflict.act import Act, Key
from conflict.fold import fold
from conflict.state import Row, State

from .errand import ERRAND

SECOND = 1000 * 65536
RECORD = bytes(15) + b"\1"
LAST = object()  # in `after`: all that has been written


class Story:
    def __init__(self, owner: str = "p", **data: Any) -> None:
        self.acts: list[Act] = []
        self.written = 0
        self.first = self.does(owner, "open", number="1", after=(), **data)

    def does(
        self, author: str, action: str, /, *, after: Any = LAST, words: Any = None, **data: Any
    ) -> bytes:
        """Writes an act and gives its id. `also` changes what Act takes beside: presence, given, key …"""
        also = data.pop("also", {})
        self.written += 1
        at = self.written
        heads = self.state().heads if after is LAST else tuple(sorted(after))
        act = {
            "id": bytes(15) + bytes([at]), "key": Key(at * SECOND, author.encode(), at, 0), "unit": author,
            "actor": "w1", "matter": "errand/2", "action": action, "data": data, "after": heads,
            "words": words or {}, "record": RECORD, **also,
        }  # fmt: skip
        self.acts.append(Act(**act))
        return self.acts[-1].id

    def state(self) -> State:
        return fold(ERRAND, self.acts)

    def standing(self, act: bytes) -> tuple[str, str]:
        verdict = self.state().verdicts[act]
        return str(verdict.standing), verdict.code

    def rows(self, kind: str = "conflict") -> list[Row]:
        return [row for row in self.state().rows if row.kind == kind]


def sent() -> Story:
    """Opened by the root, sent to the city `p/a` and on to the county `p/a/x`, which has accepted."""
    story = Story("p", title="t", amount=100)
    story.does("p", "assign", unit="p/a")
    story.does("p/a", "accept")
    story.does("p/a", "assign", unit="p/a/x")
    story.does("p/a/x", "accept")
    return story
