"""Making a bundle, a letter at a time (protocol 3.10). Nothing advances by it: it may never arrive.

Up goes what the parent's last receipt doesn't cover, down the outbox behind what the child acknowledged. Where
one side has been restored, everything that the other may have goes instead. Attachments come last.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from node import custody, lanes, link, stands
from node.attachments import link as attachments
from node.bundles import letters, owing, standing, steps
from node.bundles.cursor import Cursor
from node.bundles.letters import Neighbour
from node.bundles.steps import Side
from node.config import Config
from node.erasure import handing
from node.page import Person
from node.registry import replacing
from node.store import chain, links
from node.store.links import PeerRow
from node.work import Work
from sync_protocol import frontier, messages, receipt
from sync_protocol.bundle import Trailer
from sync_protocol.envelope import Kind
from sync_protocol.messages import CAN, MAX_CHUNK_BYTES, MAX_WANTS, Mark, Reply, Request, Taken
from sync_protocol.names import ZERO

Params = Mapping[str, Any]
START = Mark(0, ZERO)


def letter(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The next letter for the neighbour `to`; `cursor` from the letter before, None for the first, and None in
    the answer behind the last. Raises QiaoError for who is no neighbour."""
    to = letters.neighbour(work, str(params["to"]))
    given = params.get("cursor")
    made, left = (_up if to.is_parent else _down)(work, to, Cursor.read(given) if given else None)
    if not left.has_commits:
        made, left = _enclosing(work, to, made, left)
    payload = messages.encode(replace(made, more=left.is_left))
    return {
        "letter": b64encode(letters.sealed(work, to.node, Kind.BUNDLE, payload)).decode(),
        "commits": len(made.commits),
        "cursor": left.packed() if left.is_left else None,
        "unit": to.unit,
    }


def trailer(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Closes a bundle of `count` letters with that `digest` (hex)."""
    to = letters.neighbour(work, str(params["to"]))
    end = Trailer(int(params["count"]), bytes.fromhex(params["digest"]))
    return {"letter": b64encode(letters.sealed(work, to.node, Kind.TRAILER, end.encode())).decode()}


def _enclosing(
    work: Work, to: Neighbour, made: Request | Reply, at: Cursor
) -> tuple[Request | Reply, Cursor]:
    """What is wanted, and chunks of what the other wants. Until it has said so, it wants nothing."""
    give = attachments.for_request if to.is_parent else attachments.for_reply
    wants, chunks = give(work, to.node, room=MAX_CHUNK_BYTES, asked=at.asked, most=MAX_WANTS)
    left = attachments.onward(work, to.node, at.asked, chunks)
    return replace(made, wants=wants, chunks=chunks), replace(at, asked=left)


# Up


def _up(work: Work, to: Neighbour, cursor: Cursor | None) -> tuple[Request, Cursor]:
    peer = link.parent(work)
    side = Side.up(work, to.node)
    if cursor is None:
        stands.renew(work)
    at = cursor or _begun_up(work, peer, side)
    items, left = steps.batch(work, side, at.steps, lanes.ROOM)
    mine = chain.frontier(work.db, side.nodes)
    orders = handing.owed(work) if at.first else ()
    made = Request(
        understands=link.understands(),
        digest=frontier.digest(mine),
        clock_ms=work.now_ms,
        frontier=mine if at.first else None,
        commits=(*items, *orders),
        taken=_taken(work, peer, whole=at.whole and not left),
        early=link.early(peer),
        can=CAN,
        stands=stands.for_bundle(work, peer, upwards=True) if at.first else (),
    )
    return made, replace(at, steps=left, first=False)


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
    return link.position(peer)


# Down


def _down(work: Work, to: Neighbour, cursor: Cursor | None) -> tuple[Reply, Cursor]:
    entry = work.registry.node(to.node)
    assert entry is not None, "a child is enrolled"
    peer = links.ensure(work.db, to.node, entry.newest_log)
    if cursor is None:
        stands.renew(work)
    at = cursor or _begun_down(work, peer, to)
    made, left = _outbox(work, peer, at) if at.outbox and not at.steps else _stepped(work, peer, at)
    if at.first:
        with replacing.speaking(work, letters.speaking_to(work, to.node).node):
            made = replace(made, receipt=_receipt(work, peer))
        made = replace(made, stands=stands.for_bundle(work, peer, upwards=False))
    return made, replace(left, first=False)


def _begun_down(work: Work, peer: PeerRow, to: Neighbour) -> Cursor:
    if peer.reconcile_position is None:
        return Cursor(False, owing.to(work, to.node), lanes.start(peer), outbox=True, first=True)
    mark = Mark(peer.reconcile_position, peer.reconcile_id or ZERO)
    return Cursor(True, steps.everything(work, Side.down(work, peer)), mark, first=True)


def _stepped(work: Work, peer: PeerRow, at: Cursor) -> tuple[Reply, Cursor]:
    """What doesn't come from the outbox moves no position, but for the last of everything."""
    items, left = steps.batch(work, Side.down(work, peer), at.steps, lanes.ROOM)
    above = START if at.whole else at.mark
    ends = at.whole and bool(at.steps) and not left
    made = _reply(work, above=above, upto=at.mark if ends else above)
    return replace(made, commits=items), replace(at, steps=left)


def _outbox(work: Work, peer: PeerRow, at: Cursor) -> tuple[Reply, Cursor]:
    found = lanes.outbox(work, peer, at.mark, lanes.ROOM, early=False)
    made = replace(_reply(work, above=at.mark, upto=found.upto), commits=found.items)
    return made, replace(at, mark=found.upto, outbox=found.more)


def _reply(work: Work, *, above: Mark, upto: Mark) -> Reply:
    return Reply(
        understands=link.understands(), clock_ms=work.now_ms, upto=upto, above=above, urgent=False, can=CAN
    )


def _receipt(work: Work, peer: PeerRow) -> bytes:
    """What we hold for the child. What the line has told it last stays as it is."""
    held = custody.held(work, peer.node, owing.besides(work, peer))
    signed = receipt.make(
        held, child=peer.node, time_ms=work.now_ms, log=work.log, kid=work.node, signer=work.keys.sign
    )
    if link.packed(held) != peer.frontier:
        links.keep_receipt(work.db, peer.node, signed.raw, work.now_ms, ours=True)
    return signed.raw
