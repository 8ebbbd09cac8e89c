"""The child's side of a link (protocol 3.5): requests made, replies taken. The parent's is answering.py.

A child asks, its parent answers; nothing is kept between two exchanges but where each side stands, and that
counts only with the peer's incarnation and the commit at which it was taken. What goes over is in lanes.py;
how a link is compared whose positions don't fit, in reconciling.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from node import incarnation, intake, lanes, reactions, reconciling, stands, timekeeping
from node.attachments import link as attachments
from node.comparing import Comparison
from node.erasure import handing
from node.matters import KINDS
from node.registry import neighbours, replacing
from node.store import chain, links, settings
from node.store.links import PeerRow
from node.vain import Vain
from node.work import Work
from sync_protocol import cbor, receipt
from sync_protocol import frontier as frontiers
from sync_protocol.frontier import Frontier
from sync_protocol.messages import CAN, CommitItem, Reply, Request, Taken
from sync_protocol.names import ZERO

PARENT = "parent"  # setting: node id of the parent
START = 192 * 1024  # uncompressed bytes of the first batch: a line of 2 KB/s carries it in half a minute
CEILING = "line_ceiling"  # setting: the batch at which the line last broke off
STEP = 32 * 1024  # by which a batch grows again
LONGEST_MS = 500  # of taking a batch in
SMALLEST = 64 * 1024  # uncompressed bytes of a batch on the worst line


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as made, with how many commits it carries."""

    request: Request
    commits: int


@dataclass(frozen=True, slots=True)
class Got:
    """What a reply brought."""

    received: int
    more: bool
    urgent: bool
    moved: bool = False  # parts of attachments
    left: bool = False  # something that the parent doesn't take now


def understands() -> tuple[str, ...]:
    return tuple(kind.matter.versioned for kind in KINDS.values())


def request(
    work: Work,
    hold_s: int,
    comparison: Comparison | None = None,
    vain: Vain | None = None,
    *,
    afresh: bool = False,
) -> Sent:
    """The next request to the parent: what it lacks of our subtree, and how far we have its outbox.

    `afresh`: this process hasn't heard it yet. It is told where we stand, even if that is what it last said: a
    restored database has what it last said, too.
    """
    peer = parent(work)
    room = peer.budget or START
    nodes = lanes.ours(work)
    stands.renew(work)
    mine, known = chain.frontier(work.db, nodes), stated(peer.frontier)
    items, more = _up(work, peer, nodes, known, vain or Vain()) if known is not None else ((), False)
    ask, loose = comparison.part(work, peer.node, room, first=not items) if comparison else (None, ())
    made = Request(
        understands=understands(),
        digest=frontiers.digest(mine),
        clock_ms=work.now_ms,
        frontier=None if known == mine and not afresh else mine,
        commits=(*items, *loose, *handing.owed(work)),
        taken=position(peer),
        early=early(peer),
        more=more,
        ask=ask,
        can=CAN,
        room=room,
        stands=stands.up(work, peer),
        stood=settings.number(work.db, stands.STOOD),
    )
    if not items and ask is None and known is not None:
        parcel = attachments.for_request(work, peer.node, room // attachments.DENSE)
        made = replace(made, wants=parcel.wants, chunks=parcel.chunks)
    idle = not made.commits and ask is None and not made.chunks and known is not None
    return Sent(replace(made, hold_s=hold_s if idle else 0), len(made.commits))


def _up(
    work: Work, peer: PeerRow, nodes: Sequence[bytes], known: Frontier, vain: Vain
) -> tuple[tuple[CommitItem, ...], bool]:
    """The next batch of what the parent lacks of our subtree, and whether more is left."""
    lacked = vain.without(lanes.gap(work, nodes, known), work.now_ms)
    first = "early" in peer.can.split()
    items, more = lanes.by_frontier(
        work, lacked, peer.budget or START, lanes.unit_of(work, peer.node), first=first
    )
    vain.sent(lacked, items)
    return items, more


def parent(work: Work) -> PeerRow:
    node = settings.get(work.db, PARENT)
    assert node is not None, "the writer asks only where there is a parent"
    return links.ensure(work.db, node, bytes(16))


def stated(raw: bytes | None) -> Frontier | None:
    """What a peer last said it holds, as `packed` stored it; None before it said anything."""
    return None if raw is None else frontiers.decode(*cbor.decode(raw))


def packed(frontier: Frontier) -> bytes:
    return cbor.encode(list(frontiers.encode(frontier)))


def position(peer: PeerRow) -> Taken | None:
    """Where we stand in the parent's outbox; at its beginning, too, as what was taken of it before its turn counts only
    in the parent's life in which it was."""
    begun = peer.position or peer.early
    return Taken(peer.incarnation, peer.position, peer.position_id) if begun else None


def early(peer: PeerRow) -> tuple[int, ...]:
    """Positions taken before their turn that the parent hasn't been told of."""
    return tuple(cbor.decode(peer.early)) if peer.early else ()


def take_reply(
    work: Work,
    node: bytes,
    log: bytes,
    reply: Reply,
    sent_ms: int,
    own_ms: int,
    comparison: Comparison | None = None,
    vain: Vain | None = None,
) -> Got:
    """Stores what came down, and believes the receipt. `own_ms`: our machine's time now."""
    peer = links.ensure(work.db, node, log)
    if neighbours.cut_off(work.registry, node):
        if comparison is not None:
            comparison.leave()
        return _from_cut_off(work, node, reply)
    vouched = timekeeping.discipline(work, reply.clock_ms, sent_ms, own_ms)
    taken = intake.take(work, reply.commits, peer=node)
    links.change(
        work.db, peer.id, **_moved(work, peer, log, reply), seen_ms=work.now_ms, can=" ".join(reply.can)
    )
    incarnation.outnumbered(work, reply.highest)
    incarnation.look(work)  # before anything is signed
    replacing.answered(work, reply)
    stands.answered(work, links.again(work.db, peer.id), reply)
    stands.take(work, reply.stands, node)
    if vouched:
        timekeeping.look(work, vouched=True)
    reactions.settle(work)
    if _gives(peer, log, reply) and not (comparison is not None and comparison.is_on):
        reconciling.given_anew(work, taken.anew)
    ended = comparison is not None and comparison.hear(work, reply, log)
    fits = ended and comparison is not None and comparison.reaches_mark and _compared(work, peer, log)
    took = attachments.take(work, node, reply.wants, reply.chunks)
    parts = attachments.pending(work, node)
    vain = vain or Vain()
    vain.spoken(log, news=taken.new > 0 or links.ensure(work.db, node, log).frontier != peer.frontier)
    still = ahead(work, node, vain, comparison)
    more = reply.more or fits or still.more or (reply.counts and stands.has_to_show(work, node))
    if reply.counts and not more and not still.left and not work.up:
        links.change(work.db, peer.id, complete_ms=work.now_ms)
    return Got(taken.new, more or parts, reply.urgent, parts or took.stored > 0, still.left)


def _gives(peer: PeerRow, log: bytes, reply: Reply) -> bool:
    """Whether a reply brings something of the outbox; one to what doesn't count never does. What the parent gives back
    of logs of our subtree, as it sees that, it gives whatever it knows of the records; and again with each reply, where
    we don't see it so."""
    if not reply.counts:
        return False
    stands = (peer.incarnation, peer.position, peer.position_id or ZERO)
    return bool(reply.early) or (log, reply.upto.position, reply.upto.id) != stands


def _from_cut_off(work: Work, node: bytes, reply: Reply) -> Got:
    """A parent that was revoked or replaced is believed in nothing; what the registry's authors signed, is."""
    taken = intake.take(work, neighbours.registry_alone(reply.commits), peer=node)
    return Got(taken.new, False, False)


def _moved(work: Work, peer: PeerRow, log: bytes, reply: Reply) -> dict[str, object]:
    """How the parent's columns change: the position with its incarnation, and what its receipt says. Where our request
    didn't count no position changes: a parent in another life names one of this life, where nobody took anything, and
    what we took of the other one it wouldn't see (seed 780593)."""
    values: dict[str, object] = {}
    if reply.receipt is not None:
        values["frontier"] = believed(work, peer, reply.receipt)
    elif log != peer.incarnation:
        values["frontier"] = None
    if not reply.counts:
        return values
    if reply.reconcile is not None:
        mark = reply.reconcile
        return values | {"reconcile_position": mark.position, "reconcile_id": mark.id, "early": None}
    return values | {
        "incarnation": log,
        "position": reply.upto.position,
        "position_id": reply.upto.id,
        "early": cbor.encode(list(reply.early)) if reply.early else None,
        "reconcile_position": None,
        "reconcile_id": None,
    }


def believed(work: Work, peer: PeerRow, raw: bytes) -> bytes:
    """The frontier of a receipt whose signature is good; one that says something new is kept.

    Raises RemoteError.
    """
    entry = work.registry.node(peer.node)
    key = entry.sign if entry is not None else settings.get(work.db, "parent_sign")
    found = receipt.verify(raw, key or b"", child=work.node)
    incarnation.seen_ahead(work, found.frontier)
    said = packed(found.frontier)
    if said != peer.frontier:
        links.keep_receipt(work.db, peer.node, raw, found.time_ms, ours=False)
    return said


def _compared(work: Work, peer: PeerRow, log: bytes) -> bool:
    """Nothing differs any more: the position that the parent named is ours. True where it named one, and is to
    be told."""
    now = links.ensure(work.db, peer.node, log)
    if now.reconcile_position is None:
        return False
    links.change(
        work.db, peer.id, incarnation=log, position=now.reconcile_position,
        position_id=now.reconcile_id or ZERO, reconcile_position=None, reconcile_id=None,
    )  # fmt: skip
    return True


class Ahead(NamedTuple):
    more: bool  # to be sent, or fetched, at once
    left: bool  # not taken by the parent, or not told: tried again later


def ahead(work: Work, node: bytes, vain: Vain, comparison: Comparison | None = None) -> Ahead:
    """What is still to be done on the link, by the parent's newest receipt. Comparing it is nothing to be done at once
    while the parent doesn't tell what it is asked: it would be asked for nothing meanwhile."""
    peer = links.ensure(work.db, node, bytes(16))
    nodes = lanes.ours(work)
    gap = lanes.gap(work, nodes, stated(peer.frontier) or {})
    vain.heard(gap, work.now_ms)
    lacks = vain.without(gap, work.now_ms).lacks
    lost = bool(gap.ahead or gap.forked) and "reconcile" in peer.can.split()  # the parent gives it back
    compares = peer.reconcile_position is not None
    rests = compares and comparison is not None and comparison.rests(work.now_ms)
    return Ahead(bool(lacks) or lost or (compares and not rests), rests or len(lacks) < len(gap.lacks))


def not_taken(work: Work, node: bytes, vain: Vain) -> bool:
    """Whether the parent, by its newest receipt, doesn't take now what was sent: that is tried again later."""
    return ahead(work, node, vain).left


def cut(work: Work) -> None:
    """The line broke off while it carried: half as much next time."""
    peer = parent(work)
    room = peer.budget or START
    settings.put_number(work.db, CEILING, room)
    links.change(work.db, peer.id, budget=max(SMALLEST, room // 2))


def fitted(work: Work, *, full: bool, taking_ms: int = 0) -> None:
    """An exchange came through: where there is more, the next carries twice as much, and near what the line has
    broken off at a little more. `taking_ms`: what taking it in took this machine. Whoever acts at the desk waits for
    that, so a node that is loaded for minutes takes as much at a time as it does in half a second."""
    peer = parent(work)
    room, ceiling = peer.budget or START, settings.number(work.db, CEILING)
    if taking_ms > LONGEST_MS:
        links.change(work.db, peer.id, budget=max(SMALLEST, room // 2))
    elif full and room < lanes.ROOM and taking_ms * 2 <= LONGEST_MS:
        near = ceiling and 2 * room > ceiling // 2
        grown = room + max(STEP, room // 8) if near else 2 * room
        links.change(work.db, peer.id, budget=min(lanes.ROOM, grown))
