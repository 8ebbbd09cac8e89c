"""The two sides of a link (protocol 3.5): requests made and taken, replies made and taken.

A child asks, its parent answers; nothing is kept between two exchanges but where each side stands, and that
counts only with the peer's incarnation and the commit at which it was taken. What goes over is in lanes.py;
how a link is compared whose positions don't fit, in reconciling.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from node import custody, incarnation, intake, lanes, reactions, reconciling, scope, timekeeping
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
from sync_protocol.messages import CAN, CommitItem, Mark, Note, Reply, Request, Taken
from sync_protocol.names import ZERO

PARENT = "parent"  # setting: node id of the parent
START = 192 * 1024  # uncompressed bytes of the first batch: a line of 2 KB/s carries it in half a minute
CEILING = "line_ceiling"  # setting: the batch at which the line last broke off
STEP = 32 * 1024  # by which a batch grows again
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


# The child's side


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
    mine, known = chain.frontier(work.db, nodes), stated(peer.frontier)
    items, more = _up(work, peer, nodes, known, vain or Vain()) if known is not None else ((), False)
    ask, loose = comparison.part(work, peer.node, room, first=not items) if comparison else (None, ())
    made = Request(
        understands=understands(),
        digest=frontiers.digest(mine),
        clock_ms=work.now_ms,
        frontier=None if known == mine and not afresh else mine,
        commits=(*items, *loose, *handing.owed(work)),
        taken=Taken(peer.incarnation, peer.position, peer.position_id) if peer.position else None,
        early=early(peer),
        more=more,
        ask=ask,
        can=CAN,
        room=room,
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
        return _from_cut_off(work, node, reply)
    vouched = timekeeping.discipline(work, reply.clock_ms, sent_ms, own_ms)
    taken = intake.take(work, reply.commits, peer=node)
    links.change(work.db, peer.id, **_moved(work, peer, log, reply), seen_ms=own_ms, can=" ".join(reply.can))
    incarnation.outnumbered(work, reply.highest)
    incarnation.look(work)  # before anything is signed
    replacing.answered(work, reply)
    if vouched:
        timekeeping.look(work, vouched=True)
    reactions.settle(work)
    fits = comparison is not None and comparison.hear(work, reply) and _compared(work, peer, log)
    took = attachments.take(work, node, reply.wants, reply.chunks)
    parts = attachments.pending(work, node)
    vain = vain or Vain()
    vain.spoken(log, news=taken.new > 0 or links.ensure(work.db, node, log).frontier != peer.frontier)
    still = ahead(work, node, vain)
    more = reply.more or fits or still.more
    if not more and not still.left and not work.up:
        links.change(work.db, peer.id, complete_ms=work.now_ms)
    return Got(taken.new, more or parts, reply.urgent, parts or took.stored > 0, still.left)


def _from_cut_off(work: Work, node: bytes, reply: Reply) -> Got:
    """A parent that was revoked or replaced is believed in nothing; what the registry's authors signed, is."""
    taken = intake.take(work, neighbours.registry_alone(reply.commits), peer=node)
    return Got(taken.new, False, False)


def _moved(work: Work, peer: PeerRow, log: bytes, reply: Reply) -> dict[str, object]:
    """How the parent's columns change: the position with its incarnation, and what its receipt says."""
    values: dict[str, object] = {}
    if reply.receipt is not None:
        values["frontier"] = believed(work, peer, reply.receipt)
    elif log != peer.incarnation:
        values["frontier"] = None
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
    left: bool  # not taken by the parent, which is tried again later


def ahead(work: Work, node: bytes, vain: Vain) -> Ahead:
    """What is still to be done on the link, by the parent's newest receipt."""
    peer = links.ensure(work.db, node, bytes(16))
    nodes = lanes.ours(work)
    gap = lanes.gap(work, nodes, stated(peer.frontier) or {})
    vain.heard(gap, work.now_ms)
    lacks = vain.without(gap, work.now_ms).lacks
    lost = bool(gap.ahead or gap.forked) and "reconcile" in peer.can.split()  # the parent gives it back
    more = bool(lacks) or lost or peer.reconcile_position is not None
    return Ahead(more, len(lacks) < len(gap.lacks))


def not_taken(work: Work, node: bytes, vain: Vain) -> bool:
    """Whether the parent, by its newest receipt, doesn't take now what was sent: that is tried again later."""
    return ahead(work, node, vain).left


def cut(work: Work) -> None:
    """The line broke off while it carried: half as much next time."""
    peer = parent(work)
    room = peer.budget or START
    settings.put_number(work.db, CEILING, room)
    links.change(work.db, peer.id, budget=max(SMALLEST, room // 2))


def fitted(work: Work, *, full: bool) -> None:
    """An exchange came through: where there is more, the next carries twice as much, and near what the line has
    broken off at a little more."""
    peer = parent(work)
    room, ceiling = peer.budget or START, settings.number(work.db, CEILING)
    if full and room < lanes.ROOM:
        near = ceiling and 2 * room > ceiling // 2
        grown = room + max(STEP, room // 8) if near else 2 * room
        links.change(work.db, peer.id, budget=min(lanes.ROOM, grown))


# The parent's side


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as taken. `idle`: neither side has anything, so the reply may be held."""

    asked: Request
    counts: bool
    received: int
    idle: bool
    notes: tuple[str, ...]


def take_request(work: Work, node: bytes, log: bytes, number: int, asked: Request) -> Heard:
    """Stores what came up. Only of the sender's newest envelope are positions believed (3.5)."""
    peer = links.ensure(work.db, node, log)
    taken = intake.take(work, asked.commits, peer=node)
    work.up = work.up or taken.new > 0
    if work.registry_changed:
        intake.renew(work)
    incarnation.look(work)
    counts = _is_newest(work, peer, node, log, number)
    if counts:
        scope.greet_children(work)
        _acknowledged(work, peer, log, asked)
        links.change(
            work.db, peer.id, incarnation=log, envelope=number, seen_ms=work.now_ms,
            offset_ms=asked.clock_ms - work.now_ms, can=" ".join(asked.can),
        )  # fmt: skip
    took = attachments.take(work, node, asked.wants if counts else None, asked.chunks)
    asked = asked if counts else replace(asked, wants=())
    idle = counts and not (asked.commits or asked.more or asked.ask or asked.chunks)
    return Heard(asked, counts, taken.new, idle, tuple(dict.fromkeys([*taken.notes, *took.notes])))


def _is_newest(work: Work, peer: PeerRow, node: bytes, log: bytes, number: int) -> bool:
    """Of the sender's newest log, and numbered above the highest taken in it. No log that a node begins behind its
    being cut off is ever its newest by the registry: it is to hear why all the same."""
    entry = work.registry.node(node)
    if entry is not None and entry.active and log != entry.newest_log:
        return False
    return log != peer.incarnation or number > peer.envelope


def _acknowledged(work: Work, peer: PeerRow, log: bytes, asked: Request) -> None:
    """A position counts only with both incarnations and the commit that we put there; else nothing is assumed
    delivered, and the link is compared (by a peer that can't: sent anew)."""
    taken = asked.taken or Taken(work.log, 0, ZERO)
    another_life = log != peer.incarnation and peer.position > 0  # a copy may have taken what this one hasn't
    if not another_life and _fits(work, peer, taken):
        if taken.position > peer.position:
            links.acknowledge(work.db, peer.id, taken.position, taken.id)
        links.taken_early(work.db, peer.id, asked.early)
        links.change(work.db, peer.id, reconcile_position=None, reconcile_id=None)
    elif "reconcile" not in asked.can or neighbours.is_parted(work, peer.node):
        scope.fill(work, peer.node)
        links.change(
            work.db, peer.id, position=0, position_id=ZERO, reconcile_position=None, reconcile_id=None
        )  # one that was being compared when it parted would be compared without an end
    elif peer.reconcile_position is None:
        reconciling.begin(work, peer)


def _fits(work: Work, peer: PeerRow, taken: Taken) -> bool:
    if peer.reconcile_position is not None:
        mark = (peer.reconcile_position, peer.reconcile_id)
        return replacing.continues(work, taken.log) and (taken.position, taken.id) == mark
    if taken.position == 0 and peer.position == 0:
        return True
    if not replacing.continues(work, taken.log) or taken.position < peer.position:
        return False
    if taken.position == peer.position:
        return taken.id == peer.position_id
    commit = links.commit_at(work.db, peer.id, taken.position)
    return commit is not None and chain.id_of(work.db, commit) == taken.id


def has_news(work: Work, node: bytes, asked: Request) -> bool:
    """Whether a reply made now would say something."""
    peer = links.peer(work.db, node)
    if peer is None:
        return False
    waits = bool(links.waiting(work.db, peer.id, peer.position, 1)) or peer.reconcile_position is not None
    return (
        waits
        or _own(work, node, asked, 1)[0] != ()
        or _is_news(work, peer, asked)
        or attachments.has_chunks(work, node, asked.wants)
    )


def _is_news(work: Work, peer: PeerRow, asked: Request) -> bool:
    """Whether our receipt would say something new: else than the last one did, or than the child holds. A child
    put back by a snapshot of its whole machine learns by it that it holds less than it had."""
    held = _held(work, peer, asked)
    return packed(held) != peer.frontier or (
        asked.frontier is None and frontiers.digest(held) != asked.digest
    )


def reply(
    work: Work, node: bytes, asked: Request, notes: Iterable[str] = (), *, counts: bool = True
) -> Reply:
    """What a child is told now: our custody receipt, what it lost of its own, the next batch of its outbox. To an
    envelope that doesn't count nothing of the outbox: its sender isn't who took what went before."""
    entry = work.registry.node(node)
    assert entry is not None, "its envelope was opened with its key"
    peer = links.ensure(work.db, node, entry.newest_log)
    room = min(asked.room, lanes.ROOM)
    off = neighbours.cut_off(work.registry, node)
    own, more = _own(work, node, asked, room)
    made = Reply(
        understands=understands(),
        clock_ms=work.now_ms,
        upto=lanes.start(peer) if counts else _echo(work, asked),
        receipt=_receipt(work, peer, asked)
        if asked.frontier is not None or _is_news(work, peer, asked)
        else None,
        commits=own,
        more=more,
        urgent=False,
        notes=tuple(Note(code) for code in (*notes, *([off] if off else []))),
        can=CAN,
    )
    if not counts:
        made = replace(made, highest=peer.envelope)
    elif peer.reconcile_position is not None:
        mark = Mark(peer.reconcile_position, peer.reconcile_id or ZERO)
        ours = chain.frontier(work.db, lanes.lineage(work, work.node))
        made = replace(made, reconcile=mark, receipt=_receipt(work, peer, asked), own=ours)
    elif not more:
        down = lanes.outbox(work, peer, lanes.start(peer), room, early="early" in peer.can.split())
        made = replace(
            made, commits=(*down.items[: len(down.early)], *own, *down.items[len(down.early) :]),
            upto=down.upto, more=down.more, early=down.early,
        )  # fmt: skip
    if asked.ask is not None:
        made = reconciling.answered(work, peer, asked.ask, made, room)
    if made.commits or made.more or asked.ask is not None:
        return made
    parcel = attachments.for_reply(work, node, asked.wants, room // attachments.DENSE)
    return replace(made, wants=parcel.wants, chunks=parcel.chunks)


def _echo(work: Work, asked: Request) -> Mark:
    """Where the child said that it stands, so that it stays there; at the beginning where that was another life."""
    taken = asked.taken
    return Mark(taken.position, taken.id) if taken and replacing.continues(work, taken.log) else Mark(0, ZERO)


def _own(work: Work, node: bytes, asked: Request, room: int) -> tuple[tuple[CommitItem, ...], bool]:
    """What a child lacks of its own subtree's logs: it was restored."""
    entry, peer = work.registry.node(node), links.peer(work.db, node)
    holds = asked.frontier
    if holds is None and peer is not None:
        holds = stated(peer.frontier)  # what our last receipt said
    if holds is None or entry is None or not entry.active or "reconcile" not in asked.can:
        return (), False
    if asked.frontier is None and frontiers.digest(holds) != asked.digest:
        return (), False
    lacked = lanes.gap(work, lanes.nodes_within(work, entry.path), holds)
    return lanes.by_frontier(work, lacked, room, lanes.unit_of(work, node))


def _held(work: Work, peer: PeerRow, asked: Request) -> Frontier:
    """A child that states nothing holds what our last receipt said."""
    holds = asked.frontier if asked.frontier is not None else stated(peer.frontier)
    return custody.held(work, peer.node, holds or {}, asked.commits)


def _receipt(work: Work, peer: PeerRow, asked: Request) -> bytes:
    held = _held(work, peer, asked)
    signed = receipt.make(
        held, child=peer.node, time_ms=work.now_ms, log=work.log, kid=work.node, signer=work.keys.sign
    )
    said = packed(held)
    if said != peer.frontier:
        links.keep_receipt(work.db, peer.node, signed.raw, work.now_ms, ours=True)
        links.change(work.db, peer.id, frontier=said)
    return signed.raw
