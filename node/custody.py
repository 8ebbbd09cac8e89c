"""What a custody receipt says that we hold (protocol 3.5): of a child's subtree, and of what was its subtree.

A child hears of a move later than we do, or holds it back until its time comes. Until then it goes on bringing up
what was written where the moved unit is now; a receipt that passed over it would have it brought again without an
end.
"""

from __future__ import annotations

from node import lanes
from node.store import chain
from node.work import Work
from sync_protocol.frontier import Frontier, Position
from sync_protocol.names import covers
from sync_protocol.roster import NodeEntry


def held(work: Work, node: bytes, stated: Frontier) -> Frontier:
    """What we hold for a child. `stated`: what it says that it holds itself."""
    entry = work.registry.node(node)
    unit = entry.path if entry is not None and entry.active else ""
    found = chain.frontier(work.db, lanes.nodes_within(work, unit) or [node])
    if entry is None or not entry.active:
        return found
    left = {
        log: chains for log, chains in stated.items() if log not in found and _was_below(work, entry, log)
    }
    return found | _of_left(work, left)


def _was_below(work: Work, child: NodeEntry, log: bytes) -> bool:
    """Whether a log's unit stood below that child's once."""
    owner = work.registry.owner_of(log)
    return owner is not None and any(covers(unit, path) for unit in child.paths for path in owner.paths)


def _of_left(work: Work, stated: Frontier) -> Frontier:
    """As stated, where it is here; of what isn't yet, as far as we have it."""
    found: dict[bytes, tuple[Position, ...]] = {}
    for log, chains in stated.items():
        row = chain.log_row(work.db, log)
        if row is None:
            continue
        here = {one for one in chains if chain.has(work.db, row.id, one.seq, one.id) is not None}
        if len(here) < len(chains):
            here.update(chain.chains(work.db, row).tips())
        found[log] = tuple(sorted(here))
    return {log: positions for log, positions in found.items() if positions}
