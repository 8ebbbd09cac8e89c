"""What a custody receipt says that we hold (protocol 3.5): of a child's subtree, and of what the child takes for it.

Of a move the one hears later than the other, or holds it back until its time comes. Until then a child brings up
what isn't below it by our registry; a receipt that passed over it would have it brought again without an end.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from node import lanes
from node.store import chain
from node.work import Work
from sync_protocol import commit
from sync_protocol.errors import ProtocolError
from sync_protocol.frontier import Frontier, Position
from sync_protocol.messages import CommitItem
from sync_protocol.names import covers


def held(work: Work, node: bytes, stated: Frontier, brought: Iterable[CommitItem] = ()) -> Frontier:
    """What we hold for a child. `stated`: what it says that it holds itself; `brought`: what came with it.

    Of logs that aren't below it, it is told nothing that it hasn't said. Nor is who is above us by now, and calls us as
    he hasn't heard of it: all that is ours would be below him, and he look for it here without an end.
    """
    entry = work.registry.node(node)
    is_below = entry is not None and entry.active and not covers(entry.path, work.path)
    unit = entry.path if entry is not None and is_below else ""
    found = chain.frontier(work.db, lanes.nodes_within(work, unit) or [node])
    if entry is None or not entry.active:
        return found
    others = {log: chains for log, chains in stated.items() if log not in found and work.registry.log(log)}
    named = _last_of(brought) if others else {}
    kept = ((log, _kept(work, log, {*chains, *named.get(log, ())})) for log, chains in others.items())
    return found | {log: chains for log, chains in kept if chains}


def _last_of(brought: Iterable[CommitItem]) -> Frontier:
    """How far a request goes in each log: a long one comes in several."""
    found: dict[bytes, Position] = {}
    for one in brought:
        with suppress(ProtocolError):
            signed = commit.parse(one.raw)
            if signed.header.seq > found.get(signed.header.log, (0,))[0]:
                found[signed.header.log] = Position(signed.header.seq, signed.id)
    return {log: (position,) for log, position in found.items()}


def _kept(work: Work, log: bytes, named: Iterable[Position]) -> tuple[Position, ...]:
    """Those chains that are here without a gap, but for such as another of them goes on from."""
    row = chain.log_row(work.db, log)
    if row is None:
        return ()
    here = chain.chains(work.db, row)
    tips = here.tips()
    known = {
        one[:2]: min((tip.first for tip in tips if here.meet(tip, one) == one.seq), default=None)
        for one in named
    }
    whole = [Position(seq, name, first) for (seq, name), first in known.items() if first is not None]
    shorter = {one for one in whole for two in whole if one.seq < two.seq and here.meet(two, one) == one.seq}
    return tuple(sorted(set(whole) - shorter))
