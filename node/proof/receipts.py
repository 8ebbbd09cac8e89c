"""Custody receipts: each is signed by whom it has to be, and nothing that one covers is missing here. So is nothing
that was taken from the parent, as far as this node remembers how far that was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from node.registry.neighbours import PARENT
from node.store import chain, links, settings
from node.store.chain import COMMIT
from sync_protocol import receipt
from sync_protocol.errors import ProtocolError
from sync_protocol.names import ZERO
from sync_protocol.receipt import Receipt
from sync_protocol.registry import Registry

from .problems import Problem, problem


def check(db: Connection, registry: Registry) -> Iterator[Problem]:
    """Those that this node gave and those that it got."""
    own = registry.lineage(settings.get(db, "node") or b"")
    for row in db.execute(select(links.RECEIPT)):
        found = _signed(row, registry, own)
        if found is None:
            yield problem("receipt", str(row.id), raw=row.raw)
        else:
            yield from missing(db, found)


def taken(db: Connection) -> Iterator[Problem]:
    parent = links.peer(db, settings.get(db, PARENT) or b"")
    if parent is None or parent.position_id == ZERO:
        return  # a mark, where a comparison ended: it stands in front of what the parent gives out since
    if parent.position and not _is_here(db, parent.position_id):
        yield problem("taken_missing", str(parent.position), commit=parent.position_id)


def _is_here(db: Connection, commit: bytes) -> bool:
    return db.execute(select(COMMIT.c.id).where(COMMIT.c.commit == commit).limit(1)).first() is not None


def _signed(row: Any, registry: Registry, own: frozenset[bytes] | set[bytes]) -> Receipt | None:
    signers, children = (own, {row.peer}) if row.given else ({row.peer}, own)
    try:
        found = receipt.parse(row.raw)
        key = registry.key_of(found.node) if found.node in signers and found.child in children else None
        found.verify(key or b"")
    except ProtocolError:
        return None
    return found


def missing(db: Connection, found: Receipt) -> Iterator[Problem]:
    """What a receipt covers, and isn't here."""
    for log, at in ((log, at) for log, chains in found.frontier.items() for at in chains):
        known = chain.log_row(db, log)
        if known is None or chain.has(db, known.id, at.seq, at.id) is None:
            yield problem(
                "receipted_missing", f"{log.hex()}/{at.seq}", receipt=found.signed.raw, commit=at.id
            )
