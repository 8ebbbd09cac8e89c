"""What a child said that it no longer has of its own subtree (protocol 3.5, 3.8): it was restored, and its next
bundle is to bring it. Over the line the same is found anew with each request.
"""

from __future__ import annotations

from node.bundles import steps
from node.bundles.steps import Side, Step
from node.store import links, settings
from node.work import Work
from sync_protocol import cbor
from sync_protocol.frontier import Frontier


def note(work: Work, child: bytes, stated: Frontier) -> None:
    """`stated`: what it has. Whatever else is here of its subtree it lost: what it makes, it has."""
    peer = links.peer(work.db, child)
    found = [] if peer is None else steps.missing(work, Side.down(work, peer), stated)
    if found or settings.get(work.db, _name(child)):
        settings.put(work.db, _name(child), cbor.encode(found) if found else b"")


def to(work: Work, child: bytes) -> list[Step]:
    raw = settings.get(work.db, _name(child))
    return list(cbor.decode(raw)) if raw else []


def _name(node: bytes) -> str:
    return f"owed {node.hex()}"
