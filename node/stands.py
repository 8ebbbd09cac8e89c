"""The stands (所在, docs/protocol.md 3.7) of this node and of those that it hears of: made, told, taken, kept.

Each says where its node's own logs stand. Who keeps two that can't both be true has proof, and needs nobody to
believe him. Nothing waits for a stand, and what is wrong with one stops nothing else: they go with what goes anyway.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from node import incarnation, lanes
from node.logs.events import tell
from node.registry import neighbours
from node.store import reading, settings
from node.store import stands as store
from node.store.links import PeerRow
from node.store.stands import Kept
from node.units import offices_below
from node.work import Work
from sync_protocol import cbor, merkle, stand
from sync_protocol import frontier as frontiers
from sync_protocol.errors import RemoteError
from sync_protocol.frontier import Frontier, Position
from sync_protocol.messages import MAX_STANDS, Reply, Request
from sync_protocol.names import is_above
from sync_protocol.roster import NodeEntry, Role
from sync_protocol.stand import Head, Stand, Stored

log = logging.getLogger("qiao.stands")

FEATURE = "stands"
HOUR_MS = 3600 * 1000
HOURLY = 16  # told to an office within an hour: with the exchanges of an idle link 18 KB
SCANNED = 1000  # kept ones looked at for one message
LEAVES = 50_000  # commits that the tree grows by at once: a tenth of a second
LOOKED = "stand_looked_ms"  # setting: when it was last looked whether one is to be made
SHOWN = "stand_shown/"  # setting, with a node id: a stand of that neighbour's, which says another thing since
STOOD = "stood"  # setting: mark up to which the parent's were taken, until it was told so
TREE = "stored_tree"  # setting: [row of the last commit in it, size, its peaks]


# Ours


def renew(work: Work) -> None:
    """Signs where this node stands, where it stands otherwise than an hour ago."""
    entry = work.registry.node(work.node)
    looked = settings.number(work.db, LOOKED)
    if entry is None or not entry.active or (looked and 0 <= work.now_ms - looked < HOUR_MS):
        return
    settings.put_number(work.db, LOOKED, work.now_ms)
    before = store.newest(work.db, work.node, work.log)
    made = _made(work, before.time_ms + 1 if before is not None else 0)
    said = None if before is None else parsed(before)
    if said is None or said.says != made.says:
        _add(work, made, evidence=False)


def _made(work: Work, above_ms: int) -> Stand:
    """Its time rises within the log, also where the clock went back."""
    heads = [Head(row.log, row.head_seq, row.head_id) for row in store.heads(work.db, work.node)]
    stands: Frontier = {row.log: (Position(row.head_seq, row.head_id),) for row in reading.heads(work.db)}
    return stand.make(
        log=work.log, time_ms=max(work.now_ms, above_ms), heads=heads[: stand.MAX_HEADS],
        frontier=frontiers.digest(stands), stored=_stored(work), kid=work.node, signer=work.keys.sign,
    )  # fmt: skip


def _stored(work: Work) -> Stored | None:
    """None until the tree has every commit in it: after an upgrade, or while this node is being loaded."""
    row, tree = _grown(work)
    behind = next(store.ids(work.db, row, 1), None)
    return Stored(tree.size, tree.root()) if behind is None else None


def grow(work: Work) -> None:
    """Once a minute: brings the tree nearer to what is stored."""
    if next(store.ids(work.db, kept_tree(settings.get(work.db, TREE))[0], 1), None) is not None:
        _grown(work)


def _grown(work: Work) -> tuple[int, merkle.Tree]:
    row, tree = kept_tree(settings.get(work.db, TREE))
    before = row
    for row, name in store.ids(work.db, before, LEAVES):  # noqa: B007
        tree.add(merkle.leaf(name))
    if row != before:
        settings.put(work.db, TREE, cbor.encode([row, tree.size, list(tree.peaks)]))
    return row, tree


def kept_tree(raw: bytes | None) -> tuple[int, merkle.Tree]:
    """The row of the last commit in it, and the tree."""
    if not raw:
        return 0, merkle.Tree()
    row, size, peaks = cbor.decode(raw)
    return row, merkle.Tree(size, peaks)


# Told to neighbours


@dataclass(frozen=True, slots=True)
class _Told:
    """How far a neighbour has been told, as the setting has it. It counts with the neighbour's life, as positions do:
    one that was put back to a backup lacks what it had."""

    log: bytes
    taken: int = 0  # mark up to which it said that it has them
    upto: int = 0  # mark up to which it was told
    hour_ms: int = 0  # since when it is counted
    count: int = 0

    @classmethod
    def of(cls, work: Work, peer: PeerRow) -> _Told:
        raw = settings.get(work.db, _name(peer.node))
        found = cls(*cbor.decode(raw)) if raw else cls(peer.incarnation)
        return found if found.log == peer.incarnation else cls(peer.incarnation)


def _keep(work: Work, peer: PeerRow, before: _Told, now: _Told) -> None:
    if now != before:
        plain = [now.log, now.taken, now.upto, now.hour_ms, now.count]
        settings.put(work.db, _name(peer.node), cbor.encode(plain))


def _name(node: bytes) -> str:
    return f"stands/{node.hex()}"


def up(work: Work, peer: PeerRow) -> tuple[bytes, ...]:
    """Ours, and those of the nodes below us, that the parent wasn't told of; again until it answers."""
    entry = work.registry.node(work.node)
    if FEATURE not in peer.can.split() or entry is None or not entry.active:
        return ()
    told = _Told.of(work, peer)
    found = store.behind(work.db, told.taken, SCANNED)
    ours = set(lanes.nodes_within(work, work.path)) if found else set()
    chosen, upto = _chosen(found, ours, MAX_STANDS - 1, told.taken)
    _keep(work, peer, told, replace(told, upto=upto))
    return (*_to_show(work, peer.node), *(one.raw for one in chosen))


def down(work: Work, peer: PeerRow, can: Iterable[str]) -> tuple[tuple[bytes, ...], int]:
    """What a child may know and wasn't told of, and the mark up to which that goes."""
    entry = work.registry.node(peer.node)
    if FEATURE not in can or entry is None or not entry.active or neighbours.is_parted(work, peer.node):
        return (), 0
    told = before = _Told.of(work, peer)
    if not 0 <= work.now_ms - told.hour_ms < HOUR_MS:
        told = replace(told, hour_ms=work.now_ms, count=0)
    most = MAX_STANDS - 1 if entry.role is Role.AUDITOR else HOURLY - told.count
    found = store.behind(work.db, told.taken, SCANNED) if most > 0 else []
    shown = _to_show(work, peer.node)
    if not found:
        return shown, store.last(work.db) if shown else 0
    chosen, upto = _chosen(found, _known_to(work, entry), most, told.taken)
    taken = told.taken if chosen else upto  # past what isn't for it
    _keep(work, peer, before, replace(told, taken=taken, upto=upto, count=told.count + len(chosen)))
    return (*shown, *(one.raw for one in chosen)), upto if chosen or shown else 0


def _chosen(found: list[Kept], nodes: set[bytes], most: int, mark: int) -> tuple[list[Kept], int]:
    """Up to `most` of these nodes, and the mark up to which that is all of them."""
    chosen: list[Kept] = []
    for one in found:
        if one.node in nodes:
            if len(chosen) == most:
                break
            chosen.append(one)
        mark = one.id
    return chosen, mark


def _known_to(work: Work, child: NodeEntry) -> set[bytes]:
    """This node, those above it, and the offices beside the child; of an auditor all that it may see instead."""
    reach = work.registry.scope_of(child.node) or child.path
    above = {
        one.node for one in work.registry.signers() if is_above(one.path, reach) or one.node == work.node
    }
    if child.role is Role.AUDITOR:
        return above | set(lanes.nodes_within(work, reach)) | set(lanes.lineage(work, work.node))
    beside = {one.node for one in offices_below(work.registry, work.path) if one.role is Role.OFFICE}
    return above | beside - {child.node}


def answered(work: Work, peer: PeerRow, reply: Reply) -> None:
    """The parent has taken what the open request told it, and is to hear what we took. One that didn't count it passed
    over with all that it told and showed."""
    if not reply.counts:
        return
    told = _Told.of(work, peer)
    if told.upto > told.taken and FEATURE in reply.can:
        _keep(work, peer, told, replace(told, taken=told.upto))
    _has_seen(work, peer.node)
    if settings.number(work.db, STOOD) != reply.stood:
        settings.put_number(work.db, STOOD, reply.stood)


def heard(work: Work, peer: PeerRow, asked: Request) -> None:
    """A child says up to where it has taken them: nothing beyond what this life of ours has told it."""
    if asked.stood:
        _has_seen(work, peer.node)
    told = _Told.of(work, peer)
    if told.taken < asked.stood <= told.upto:
        _keep(work, peer, told, replace(told, taken=asked.stood))


def enclosed(work: Work, nodes: Iterable[bytes]) -> tuple[bytes, ...]:
    """For a bundle, which says nothing of what came: the newest of each of these nodes."""
    found: dict[bytes, bytes] = {}
    for node in nodes:
        entry = work.registry.node(node)
        row = store.newest(work.db, node, entry.newest_log) if entry is not None else None
        if row is not None and len(found) < MAX_STANDS:
            found[node] = row.raw
    return tuple(found.values())


def for_bundle(work: Work, peer: PeerRow, *, upwards: bool) -> tuple[bytes, ...]:
    """As `up` and `down`."""
    if FEATURE not in peer.can.split():
        return ()
    if upwards:
        return enclosed(work, [work.node, *lanes.nodes_within(work, work.path)])
    entry = work.registry.node(peer.node)
    parted = entry is None or not entry.active or neighbours.is_parted(work, peer.node)
    return () if parted or entry is None else enclosed(work, sorted(_known_to(work, entry)))


# Taken


def take(work: Work, raws: Iterable[bytes], peer: bytes) -> list[str]:
    """Keeps what a neighbour brought; the codes of what was refused."""
    refused: list[str] = []
    for raw in raws:
        try:
            _take(work, raw, peer)
        except RemoteError as fault:
            refused.append(fault.code)
    for code in dict.fromkeys(refused):
        tell(log, logging.INFO, "protocol_fault", code=code)
    if work.overtaken:
        incarnation.look(work)
    return refused


def has_to_show(work: Work, peer: bytes) -> bool:
    """Whether a neighbour is to see at once what it once said."""
    return bool(_to_show(work, peer))


def _to_show(work: Work, peer: bytes) -> tuple[bytes, ...]:
    raw = settings.get(work.db, SHOWN + peer.hex())
    return (raw,) if raw else ()


def _has_seen(work: Work, peer: bytes) -> None:
    if has_to_show(work, peer):
        settings.put(work.db, SHOWN + peer.hex(), b"")


def _take(work: Work, raw: bytes, peer: bytes) -> None:
    """Raises RemoteError `bad_stand`, `unknown_author`, `foreign_log`, `bad_signature`."""
    found = stand.parse(raw)
    if store.is_kept(work.db, found.node, found.log, found.time_ms, raw):
        return
    key = work.registry.key_of(found.node)
    if key is None:
        raise RemoteError("a stand of nobody known", code="unknown_author")
    owner = work.registry.owner_of(found.log)
    if owner is None or owner.node != found.node:
        raise RemoteError("a stand in another's log", code="foreign_log")
    found.verify(key)
    newest = store.newest(work.db, found.node, found.log)
    known = None if newest is None else parsed(newest)
    clashes = known is not None and any(stand.clashes(known, found))
    if newest is not None and clashes:
        _confront(work, newest, found, peer)
    if found.node == work.node:
        return  # our own are those that we made: whoever else has our keys leads on none of them
    clashes = clashes and store.evidence(work.db, found.node) < store.MOST_EVIDENCE
    if newest is not None and clashes:
        store.mark(work.db, newest)
    if clashes or newest is None or found.time_ms > newest.time_ms:
        _add(work, found, evidence=clashes)


def _confront(work: Work, before: Kept, found: Stand, peer: bytes) -> None:
    """Two stands of one life that can't both be true. If it is ours, this database was put back with its marker, by a
    snapshot of the whole machine, or a copy of that runs: it goes on in another log, and the registry tells it. A
    neighbour learns that from us."""
    if (found.node, found.log) == (work.node, work.log):
        work.overtaken = True
    elif found.node == peer:
        settings.put(work.db, SHOWN + peer.hex(), before.raw)


def parsed(row: Kept) -> Stand | None:
    """None for one that somebody altered here."""
    try:
        return stand.parse(row.raw)
    except RemoteError:
        return None


def _add(work: Work, found: Stand, *, evidence: bool) -> None:
    store.add(work.db, found.node, found.log, found.time_ms, found.signed.raw, work.now_ms, evidence=evidence)
