"""The parent's side of a link (protocol 3.5): requests taken, replies made. The child's is link.py.

Nothing is kept between two exchanges but where each side stands, and that counts only with the peer's incarnation
and the commit at which it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from node import custody, filling, incarnation, intake, lanes, reconciling, stands
from node.attachments import link as attachments
from node.link import packed, stated, understands
from node.registry import neighbours, replacing
from node.store import chain, links
from node.store.links import PeerRow
from node.vain import Vain
from node.work import Work
from sync_protocol import frontier as frontiers
from sync_protocol import receipt
from sync_protocol.errors import BadEnvelope
from sync_protocol.frontier import Frontier, Gap
from sync_protocol.messages import CAN, CommitItem, Mark, Note, Reply, Request, Taken
from sync_protocol.names import ZERO, covers

_NOTHING = Gap()


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
    peer = links.peer(work.db, node) or _met(work, node, log)
    taken = intake.take(work, asked.commits, peer=node)
    work.up = work.up or taken.new > 0
    if work.registry_changed:
        intake.renew(work)
    incarnation.look(work)
    if taken.filled or (taken.authors and not taken.authors.issubset(lanes.ours(work))):
        # What the child gives back of others, those above may lack as we did. So may they the bodies of what came bare
        # by its author's former parent: by frontiers they would never be missed.
        reconciling.doubt(work)
    counts = _is_newest(work, peer, node, log, number)
    if counts:
        filling.greet_children(work)
        peer = links.again(work.db, peer.id)  # a child greeted anew has its outbox anew
        _acknowledged(work, peer, log, asked)
        links.change(
            work.db, peer.id, incarnation=log, envelope=number, seen_ms=work.now_ms,
            offset_ms=asked.clock_ms - work.now_ms, can=" ".join(asked.can),
        )  # fmt: skip
        stands.renew(work)
        stands.heard(work, links.again(work.db, peer.id), asked)
        taken.notes.extend(stands.take(work, asked.stands, node))
    took = attachments.take(work, node, asked.wants if counts else None, asked.chunks)
    asked = asked if counts else replace(asked, wants=())
    idle = counts and not (asked.commits or asked.more or asked.ask or asked.chunks)
    return Heard(asked, counts, taken.new, idle, tuple(dict.fromkeys([*taken.notes, *took.notes])))


def _met(work: Work, node: bytes, log: bytes) -> PeerRow:
    """Who calls for the first time in this life: a child of ours has its link made; anybody else is a stranger until
    the registry says otherwise, be it by what he brings now."""
    filling.greet_children(work)
    links.ensure(work.db, node, log)
    filling.greet_children(work)
    return links.ensure(work.db, node, log)


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
        if log != peer.incarnation and peer.envelope and not taken.position:
            filling.begin(work, peer.node)  # another life has called, and may have taken some before its turn
        elif replacing.continues(work, taken.log):
            links.taken_early(work.db, peer.id, asked.early)
        links.change(work.db, peer.id, reconcile_position=None, reconcile_id=None)
    elif "reconcile" not in asked.can or neighbours.is_parted(work, peer.node):
        filling.begin(work, peer.node)
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


def is_known(work: Work, node: bytes) -> bool:
    """Whether an enrolment of the sender counts. What it brought, or came since, may say that none does: that our own
    log forked before it (3.8), say. Until that is ruled it is answered as anybody without one."""
    return work.registry.node(node) is not None


def unknown() -> BadEnvelope:
    return BadEnvelope("its sender's enrolment doesn't count", code="unknown_sender")


def has_news(work: Work, node: bytes, asked: Request, vain: Vain) -> bool:
    """Whether a reply made now would say something."""
    peer = links.peer(work.db, node)
    if peer is None:
        return False
    waits = (
        bool(links.waiting(work.db, peer.id, peer.position, 1))
        or links.filling(work.db, peer.id) is not None
        or peer.reconcile_position is not None
    )
    return (
        waits
        or _own(work, node, vain.without(_lacked(work, node, asked), work.now_ms), 1)[0] != ()
        or _is_news(work, peer, asked)
        or attachments.has_chunks(work, node, asked.wants)
    )


def _is_news(work: Work, peer: PeerRow, asked: Request, *, counts: bool = True) -> bool:
    """Whether our receipt would say something new: else than the last one did, or than the child holds. A child
    put back by a snapshot of its whole machine learns by it that it holds less than it had."""
    held = _held(work, peer, asked, counts=counts)
    return packed(held) != peer.frontier or (
        asked.frontier is None and frontiers.digest(held) != asked.digest
    )


def reply(
    work: Work,
    node: bytes,
    asked: Request,
    notes: Iterable[str] = (),
    vain: Vain | None = None,
    *,
    counts: bool = True,
    news: bool = True,
) -> Reply:
    """What a child is told now: our custody receipt, what it lost of its own, the next batch of its outbox. To an
    envelope that doesn't count nothing of the outbox: its sender isn't who took what went before. `news`: it brought
    something. Raises BadEnvelope where nothing says any more who it is."""
    entry = work.registry.node(node)
    if entry is None:
        raise unknown()
    peer = links.ensure(work.db, node, entry.newest_log)
    room = min(asked.room, lanes.ROOM)
    off = neighbours.cut_off(work.registry, node)
    vain = vain or Vain()
    lacked = _lacked(work, node, asked)
    vain.heard(lacked, work.now_ms)
    lacked = vain.without(lacked, work.now_ms)
    own, more = _own(work, node, lacked, room)
    if more and counts and _is_new(work, peer):
        own, more = (), False
    vain.sent(lacked, own)
    made = Reply(
        understands=understands(),
        clock_ms=work.now_ms,
        upto=lanes.start(peer) if counts else _echo(work, asked),
        receipt=_receipt(work, peer, asked, counts=counts, news=news)
        if asked.frontier is not None or _is_news(work, peer, asked, counts=counts)
        else None,
        commits=own,
        more=more,
        urgent=False,
        notes=tuple(Note(code) for code in (*notes, *([off] if off else []))),
        can=CAN,
    )
    if counts:
        told, stood = stands.down(work, peer, asked.can)
        made = replace(made, stands=told, stood=stood)
    if not counts:
        made = replace(made, highest=peer.envelope)
    elif peer.reconcile_position is not None:
        mark = Mark(peer.reconcile_position, peer.reconcile_id or ZERO)
        made = replace(made, reconcile=mark, receipt=_receipt(work, peer, asked))
    elif not more:
        down = lanes.outbox(work, peer, lanes.start(peer), room, early="early" in peer.can.split())
        made = replace(
            made, commits=(*down.items[: len(down.early)], *own, *down.items[len(down.early) :]),
            upto=down.upto, more=down.more, early=down.early,
        )  # fmt: skip
    if made.reconcile is not None or neighbours.is_parted(work, node):
        # Whoever calls us and isn't our child may have come to us by an order of ours that a restore took from us.
        made = replace(made, own=chain.frontier(work.db, lanes.lineage(work, work.node)))
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


def _is_new(work: Work, peer: PeerRow) -> bool:
    """A child that has taken nothing of its outbox gets the first of it before what it lost of its own: calendars and
    policies are there, and whatever was folded without them would be folded once more."""
    return (
        peer.position == 0 and peer.reconcile_position is None and bool(links.waiting(work.db, peer.id, 0, 1))
    )


def _own(work: Work, node: bytes, lacked: Gap, room: int) -> tuple[tuple[CommitItem, ...], bool]:
    if lacked == _NOTHING:
        return (), False
    return lanes.by_frontier(work, lacked, room, lanes.unit_of(work, node))


def _lacked(work: Work, node: bytes, asked: Request) -> Gap:
    """What a child lacks of its own subtree's logs: it was restored. Not who is above us by now, and calls us as he
    hasn't heard of it: he states nothing of us, and gets what he lacks when we call."""
    entry, peer = work.registry.node(node), links.peer(work.db, node)
    if entry is not None and covers(entry.path, work.path):
        return _NOTHING
    holds = asked.frontier
    if holds is None and peer is not None:
        holds = stated(peer.frontier)  # what our last receipt said
    if holds is None or entry is None or not entry.active or "reconcile" not in asked.can:
        return _NOTHING
    if asked.frontier is None and frontiers.digest(holds) != asked.digest:
        return _NOTHING
    return lanes.gap(work, lanes.nodes_within(work, entry.path), holds)


def _held(work: Work, peer: PeerRow, asked: Request, *, counts: bool) -> Frontier:
    """A child that states nothing holds what our last receipt said. One whose request doesn't count may be in another
    life than whom that told: it does if its digest says so."""
    holds = asked.frontier
    if holds is None:
        last = stated(peer.frontier) or {}
        holds = last if counts or frontiers.digest(last) == asked.digest else {}
    return custody.held(work, peer.node, holds, asked.commits)


def _receipt(work: Work, peer: PeerRow, asked: Request, *, counts: bool = True, news: bool = True) -> bytes:
    """Signed. It is what the next request goes on from that states nothing, unless this one doesn't count: who sent it
    may hold what the child doesn't, since it was put back, or hold less. Then it is kept for what was brought alone,
    as a ruling looks at what a copy was told, too: an old request can come any number of times."""
    held = _held(work, peer, asked, counts=counts)
    signed = receipt.make(
        held, child=peer.node, time_ms=work.now_ms, log=work.log, kid=work.node, signer=work.keys.sign
    )
    said = packed(held)
    is_new = said != peer.frontier
    if is_new and (counts or news):
        links.keep_receipt(work.db, peer.node, signed.raw, work.now_ms, ours=True)
    if is_new and counts:
        links.change(work.db, peer.id, frontier=said)
    return signed.raw
