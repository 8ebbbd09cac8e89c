"""What was asked on a ticket and still waits (待答复): a supervision order for its reply, a reply for the order's end,
a request for more time for its decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conflict.state import Mark, State

from . import assignments as read
from . import oversight, terms


def waiting(state: State) -> list[dict[str, Any]]:
    """`act` (its id in hex) and `for`: reply, close or decision; oldest first. Nothing of a ticket that has ended."""
    if read.phase(state) not in read.OPEN_PHASES:
        return []
    found = sorted(_waiting(state), key=lambda one: one[0].time)
    return [{"act": mark.id.hex(), "for": wanted} for mark, wanted in found]


def _waiting(state: State) -> Iterator[tuple[Mark, str]]:
    for one in oversight.open_orders(state):
        replies = oversight.replies(state, one.id)
        yield (replies[-1], "close") if replies else (one, "reply")
    decided = {one.data.get("request") for one in state.meant() if one.action == "extend"}
    yield from ((one, "decision") for one in terms.requests(state) if one.id not in decided)
