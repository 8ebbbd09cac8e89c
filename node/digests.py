"""What a node says of itself to be compared with others: where its logs stand, and the digest of what a unit is
entitled to (design 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from conflict.state import State
from node import glance, trust
from node.erasure import listed
from node.matters import KINDS
from node.matters.draft import Kind
from node.registry import authors
from node.store import folded, links, reading, settings, stale
from node.store.chain import CHANGE, COMMIT
from node.store.prepared import Prepared, given
from node.store.records import RECORD
from node.work import ROOT
from sync_protocol import cbor
from sync_protocol.frontier import Frontier, Position
from sync_protocol.frontier import digest as frontier_digest
from sync_protocol.names import covers
from sync_protocol.registry import Registry


def heads(db: Connection) -> list[dict[str, Any]]:
    registry = trust.load(db, settings.get(db, ROOT))
    return [_head(registry, row) for row in reading.heads(db)]


def _head(registry: Registry, row: Any) -> dict[str, Any]:
    entry = registry.node(row.node)
    return {
        "log": row.log.hex(),
        "node": row.node.hex(),
        "unit": entry.path if entry else None,
        "seq": row.head_seq,
        "id": row.head_id.hex(),
    }


def digest(db: Connection, path: str) -> dict[str, Any]:
    """The fingerprint of what the unit at `path` is entitled to by this node's fold, and eight digits of it. Raises
    Stale `rebuilding`."""
    if stale.left(db):
        raise folded.rebuilding()
    registry = trust.load(db, settings.get(db, ROOT))
    seen = hashlib.sha256(b"qiao/digest/1\0" + registry.digest())
    count = 0
    for name, told in _entitled(db, registry, path):
        seen.update(name + told)
        count += 1
    found = seen.digest()
    up, down = _undelivered(db, path)
    return {
        "unit": path,
        "digest": found.hex(),
        "code": f"{int.from_bytes(found[:8], 'big') % 10**8:08d}",
        "records": count,
        "frontier": frontier(db),
        "undelivered_up": up,
        "undelivered_down": down,
        "matters": sorted(kind.matter.versioned for kind in KINDS.values()),
    }


def _entitled(db: Connection, registry: Registry, path: str) -> Iterator[tuple[bytes, bytes]]:
    """(record id, digest of its state and words) of each record in scope, by record id."""
    rows = db.execute(
        select(RECORD.c.id, RECORD.c.record, folded.FOLDED.c.matter, folded.STATE.c.state,
               folded.FOLDED.c.digest)
        .join(folded.FOLDED, folded.FOLDED.c.record == RECORD.c.id)
        .join(folded.STATE, folded.STATE.c.record == RECORD.c.id)
        .order_by(RECORD.c.record)
    )  # fmt: skip
    nobodys = authors.logs_of_nobody(db, registry)
    for row in rows:
        kind = KINDS.get(row.matter)
        if kind is None:
            continue
        state = folded.decode(row.state)
        units = kind.matter.scope(state)
        if kind.matter.everywhere or any(covers(path, registry.now(unit)) for unit in units):
            yield (
                row.record,
                row.digest + _words(db, row.id, state, nobodys, _may_have(registry, path, kind, state)),
            )


def _may_have(registry: Registry, path: str, kind: Kind, state: State) -> bool:
    units = kind.matter.words_to(state)
    return units is None or any(covers(path, registry.now(unit)) for unit in units)


_WORDS = Prepared(
    select(CHANGE.c.change, COMMIT.c.log)
    .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
    .where(CHANGE.c.record == given("of_record"), CHANGE.c.of.is_not(None), CHANGE.c.fault == "",
           CHANGE.c.body.is_not(None), COMMIT.c.held.is_(False))
)  # fmt: skip


def _words(db: Connection, record: int, state: State, nobodys: Sequence[int], theirs: bool) -> bytes:
    """Words by id and state, but for those in logs of nobody; where they aren't the unit's, as absent, whether or not
    it has some. Erased are those that a standing order lists, whether or
    not they ever came here; what is destroyed on arrival is as if it hadn't come (3.11)."""
    if not theirs:
        return hashlib.sha256(cbor.encode([])).digest()
    states = dict.fromkeys(listed.words(db, record, state), "erased") | {
        row.change: "present" for row in _WORDS(db, of_record=record) if row.log not in nobodys
    }
    return hashlib.sha256(cbor.encode([[one, states[one]] for one in sorted(states)])).digest()


def frontier(db: Connection) -> str:
    """Digest of where every log stands here, in hex: what somebody saw when he added up (3.5)."""
    stands: Frontier = {row.log: (Position(row.head_seq, row.head_id),) for row in reading.heads(db)}
    return frontier_digest(stands).hex()


def _undelivered(db: Connection, path: str) -> tuple[int, int]:
    """(what waits for our parent, what waits for the child in whose subtree `path` is)."""
    own = settings.get(db, "node")
    raw = db.connection.driver_connection
    up = glance.pending_up(raw) if _own_path(db, own) == path else 0
    down = 0
    for unit in reading.units(db):
        if unit.node and unit.node != own and covers(unit.path, path):
            peer = links.peer(db, unit.node)
            if peer is not None and peer.node != settings.get(db, "parent"):
                down += links.count_waiting(db, peer.id)[0] + (links.filling(db, peer.id) is not None)
    return up, down


def _own_path(db: Connection, node: bytes | None) -> str:
    row = next((one for one in reading.units(db) if one.node == node), None)
    return row.path if row else settings.text(db, "unit")
