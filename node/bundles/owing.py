"""What a child's last bundle said of what it holds. What it no longer has of its own subtree (protocol 3.5, 3.8) its
next bundle is to bring: it was restored. Over the line the same is found anew with each request.
"""

from __future__ import annotations

from hashlib import sha256

from node import link
from node.bundles import steps
from node.bundles.steps import Side, Step
from node.store import chain, links, settings
from node.store.links import PeerRow
from node.work import Work
from sync_protocol import cbor
from sync_protocol.frontier import Frontier


def note(work: Work, child: bytes, stated: Frontier) -> None:
    """`stated`: what it has. Whatever else is here of its subtree it lost: what it makes, it has."""
    peer = links.peer(work.db, child)
    if peer is None:
        return
    side = Side.down(work, peer)
    found = steps.missing(work, side, stated)
    if found or settings.get(work.db, _name(child)):
        settings.put(work.db, _name(child), cbor.encode(found) if found else b"")
    below = {one.log for one in chain.logs_of(work.db, side.nodes)}
    others = {log: chains for log, chains in stated.items() if log not in below}
    settings.put(work.db, _besides(child), cbor.encode([_told(peer), link.packed(others)]))


def to(work: Work, child: bytes) -> list[Step]:
    raw = settings.get(work.db, _name(child))
    return list(cbor.decode(raw)) if raw else []


def besides(work: Work, peer: PeerRow) -> Frontier:
    """What a child said that it holds of logs which aren't below it, as of a unit that was moved out of it: by its last
    bundle, or by the line where that has told it something new since (custody.py)."""
    raw = settings.get(work.db, _besides(peer.node))
    told, others = cbor.decode(raw) if raw else (b"", None)
    return link.stated(others if told == _told(peer) else peer.frontier) or {}


def _told(peer: PeerRow) -> bytes:
    return sha256(peer.frontier or b"").digest()


def _name(node: bytes) -> str:
    return f"owed {node.hex()}"


def _besides(node: bytes) -> str:
    return f"holds besides {node.hex()}"
