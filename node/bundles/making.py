"""Making a bundle, a letter at a time (protocol 3.10). Nothing advances by it: it may never arrive.

Up goes what the parent's last receipt doesn't cover, down the outbox behind what the child acknowledged. Where
one side has been restored, everything that the other may have goes instead.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from node import lanes, link
from node.attachments import link as attachments
from node.bundles import letters, owing, standing, steps
from node.bundles.letters import Neighbour
from node.bundles.steps import Side, Step
from node.config import Config
from node.page import Person
from node.store import chain, links
from node.store.links import PeerRow
from node.work import Work
from sync_protocol import cbor, frontier, messages, receipt
from sync_protocol.bundle import Trailer
from sync_protocol.envelope import Kind
from sync_protocol.messages import CAN, MAX_CHUNK_BYTES, Mark, Reply, Request, Taken
from sync_protocol.names import ZERO

Params = Mapping[str, Any]
START = Mark(0, ZERO)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a bundle has been made. `whole`: everything is sent; `mark`: what the child may then acknowledge
    (downwards), or behind which the next batch of the outbox begins."""

    whole: bool
    steps: list[Step]
    mark: Mark = START
    first: bool = False

    def packed(self) -> str:
        return b64encode(cbor.encode([self.whole, self.steps, list(self.mark)])).decode()

    @classmethod
    def read(cls, packed: str) -> Cursor:
        whole, left, mark = cbor.decode(b64decode(packed))
        return cls(whole, left, Mark(*mark))


def letter(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The next letter for the neighbour `to`; `cursor` from the letter before, None for the first, and None in
    the answer behind the last. Raises QiaoError for who is no neighbour."""
    to = letters.neighbour(work, str(params["to"]))
    given = params.get("cursor")
    make = _up if to.is_parent else _down
    message, left = make(work, to, Cursor.read(given) if given else None)
    sealed = letters.sealed(work, to.node, Kind.BUNDLE, messages.encode(message))
    return {
        "letter": b64encode(sealed).decode(),
        "commits": len(message.commits),
        "cursor": left.packed() if left else None,
        "unit": to.unit,
    }


def trailer(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Closes a bundle of `count` letters with that `digest` (hex)."""
    to = letters.neighbour(work, str(params["to"]))
    end = Trailer(int(params["count"]), bytes.fromhex(params["digest"]))
    return {"letter": b64encode(letters.sealed(work, to.node, Kind.TRAILER, end.encode())).decode()}


# Up


def _up(work: Work, to: Neighbour, cursor: Cursor | None) -> tuple[Request, Cursor | None]:
    peer = link.parent(work)
    side = Side(None, tuple(lanes.nodes_within(work, work.path)))
    at = cursor or _begun_up(work, peer, side)
    items, left = steps.batch(work, side, at.steps, lanes.ROOM)
    mine = chain.frontier(work.db, side.nodes)
    made = Request(
        understands=link.understands(),
        digest=frontier.digest(mine),
        clock_ms=work.now_ms,
        frontier=mine if at.first else None,
        commits=items,
        taken=_taken(work, peer, whole=at.whole and not left),
        early=link.early(peer),
        more=bool(left),
        can=CAN,
    )
    if left:
        return made, replace(at, steps=left, first=False)
    wants, chunks = attachments.for_request(work, to.node, room=MAX_CHUNK_BYTES)
    return replace(made, wants=wants, chunks=chunks), None


def _begun_up(work: Work, peer: PeerRow, side: Side) -> Cursor:
    whole = standing.is_parent_new(work, peer)
    known = standing.receipted(work, peer)
    found = steps.everything(work, side) if whole else steps.missing(work, side, known)
    return Cursor(whole, found, first=True)


def _taken(work: Work, peer: PeerRow, *, whole: bool) -> Taken | None:
    """How far we have the parent's outbox. Where everything came anew, that counts once all of ours has gone."""
    given = standing.given_anew(work, peer)
    if whole and given is not None:
        return given
    return Taken(peer.incarnation, peer.position, peer.position_id) if peer.position else None


# Down


def _down(work: Work, to: Neighbour, cursor: Cursor | None) -> tuple[Reply, Cursor | None]:
    entry = work.registry.node(to.node)
    assert entry is not None, "a child is enrolled"
    peer = links.ensure(work.db, to.node, entry.newest_log)
    at = cursor or _begun_down(work, peer, to)
    made, left = _stepped(work, peer, to, at) if at.steps else _outbox(work, peer, at)
    if at.first:
        made = replace(made, receipt=_receipt(work, peer, to))
    if left is None:
        wants, chunks = attachments.for_reply(work, to.node, None, MAX_CHUNK_BYTES)
        made = replace(made, wants=wants, chunks=chunks)
    return made, left


def _begun_down(work: Work, peer: PeerRow, to: Neighbour) -> Cursor:
    if peer.reconcile_position is None:
        return Cursor(False, owing.to(work, to.node), lanes.start(peer), first=True)
    mark = Mark(peer.reconcile_position, peer.reconcile_id or ZERO)
    return Cursor(True, steps.everything(work, _side(work, to, peer)), mark, first=True)


def _side(work: Work, to: Neighbour, peer: PeerRow) -> Side:
    return Side(peer, tuple(lanes.nodes_within(work, to.unit)))


def _stepped(work: Work, peer: PeerRow, to: Neighbour, at: Cursor) -> tuple[Reply, Cursor | None]:
    """What doesn't come from the outbox moves no position, but for the last of everything."""
    items, left = steps.batch(work, _side(work, to, peer), at.steps, lanes.ROOM)
    ends = at.whole and not left
    above = START if at.whole else at.mark
    made = _reply(work, above=above, upto=at.mark if ends else above)
    made = replace(made, commits=items, more=not ends)
    return made, None if ends else replace(at, steps=left, first=False)


def _outbox(work: Work, peer: PeerRow, at: Cursor) -> tuple[Reply, Cursor | None]:
    found = lanes.outbox(work, peer, at.mark, lanes.ROOM, early=False)
    made = replace(_reply(work, above=at.mark, upto=found.upto), commits=found.items, more=found.more)
    return made, Cursor(False, [], found.upto) if found.more else None


def _reply(work: Work, *, above: Mark, upto: Mark) -> Reply:
    return Reply(
        understands=link.understands(), clock_ms=work.now_ms, upto=upto, above=above, urgent=False, can=CAN
    )


def _receipt(work: Work, peer: PeerRow, to: Neighbour) -> bytes:
    """What we hold of the child's subtree. What the line has told it last stays as it is."""
    held = chain.frontier(work.db, lanes.nodes_within(work, to.unit))
    signed = receipt.make(
        held, child=to.node, time_ms=work.now_ms, log=work.log, kid=work.node, signer=work.keys.sign
    )
    if link.packed(held) != peer.frontier:
        links.keep_receipt(work.db, to.node, signed.raw, work.now_ms, ours=True)
    return signed.raw
