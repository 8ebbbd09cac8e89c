"""Taking a bundle in (protocol 3.10): every letter looked at first, then each one transaction.

A letter that isn't of its sender's newest log, or whose number isn't above the highest taken, counts for its
commits alone (3.5): its positions, acknowledgements and receipt are passed over.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from node import answering, handed, incarnation, intake, lanes, link, reactions, reconciling, stands
from node.attachments import link as attachments
from node.bundles import letters, owing, standing
from node.bundles.age import Age
from node.bundles.letters import Neighbour
from node.config import Config
from node.page import Person
from node.registry import neighbours, replacing
from node.store import chain, links, settings
from node.work import Work
from sync_protocol import bundle, messages, receipt
from sync_protocol.bundle import Letter
from sync_protocol.envelope import Opened
from sync_protocol.errors import RemoteError

Params = Mapping[str, Any]


def mine(work: Work, _params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The node ids (hex) for which a bundle may be."""
    return {"nodes": [one.hex() for one in letters.mine(work)]}


def look(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """What is in a letter, in full but without taking it; or `fault` and `text`, for what is wrong with it.

    Raises Forbidden `not_a_neighbour`.
    """
    try:
        opened = letters.opened(work, b64decode(params["letter"]))
        letter = bundle.letter_of(opened)
        sender = letters.sender_of(work, opened.sender)
        commits = 0 if letter.trailer else _looked_through(work, sender, opened)
    except RemoteError as fault:
        return {"fault": fault.code, "text": str(fault)}
    return {**_told(letter), "commits": commits, "unit": sender.unit, "age": str(_age(work, sender, letter))}


def take(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Takes a letter in. `commits`: those that are new; `fits`: False where something before it is missing;
    `notes`: codes of what was set aside. Otherwise as `look`, which was asked before. Raises QiaoError."""
    with handed.over():
        opened = letters.opened(work, b64decode(params["letter"]))
        letter = bundle.letter_of(opened)
        sender = letters.sender_of(work, opened.sender)
        if letter.trailer is not None:
            found = _closed(work, sender, letter)
        elif sender.is_parent:
            found = _from_parent(work, sender, opened)
        else:
            found = _from_child(work, opened)
    return {**_told(letter), **found}


def _looked_through(work: Work, sender: Neighbour, opened: Opened) -> int:
    """How many commits it has. Raises BadMessage, BadSignature, TooLarge, UnknownVersion."""
    if not sender.is_parent:
        return len(messages.parse_request(opened.envelope.payload).commits)
    reply = messages.parse_reply(opened.envelope.payload)
    if reply.receipt is not None:
        child = opened.envelope.receiver
        receipt.verify(reply.receipt, letters.key_of(work, opened.sender) or b"", child=child)
    return len(reply.commits)


def _told(letter: Letter) -> dict[str, Any]:
    end = letter.trailer
    return {
        "sender": letter.sender.hex(),
        "log": letter.log.hex(),
        "number": letter.number,
        "trailer": None if end is None else [end.count, end.digest.hex()],
    }


def _age(work: Work, sender: Neighbour, letter: Letter) -> Age:
    entry = work.registry.node(sender.node)
    known = letters.highest(work, sender)
    if entry is not None and letter.log != entry.newest_log and letter.log in entry.logs:
        return Age.PAST_LIFE
    if letter.log != known.log or letter.number > known.number:
        return Age.NEW
    return Age.REPEATED if letter.number == known.number else Age.OLDER


def _from_child(work: Work, opened: Opened) -> dict[str, Any]:
    asked = messages.parse_request(opened.envelope.payload)
    if neighbours.cut_off(work.registry, opened.sender):
        alone = intake.take(work, asked.commits, peer=opened.sender)
        return {"commits": alone.new, "fits": True, "notes": [*dict.fromkeys(alone.notes)]}
    letters.note_called(work, opened.sender, opened.envelope.receiver)
    peer = links.ensure(work.db, opened.sender, opened.envelope.log)
    asked = replace(asked, clock_ms=work.now_ms + peer.offset_ms)  # it says nothing about its clock now
    heard = answering.take_request(work, opened.sender, opened.envelope.log, opened.envelope.number, asked)
    if heard.counts and asked.frontier is not None:
        owing.note(work, opened.sender, asked.frontier)
    return {"commits": heard.received, "fits": True, "notes": list(heard.notes)}


def _from_parent(work: Work, sender: Neighbour, opened: Opened) -> dict[str, Any]:
    log, number = opened.envelope.log, opened.envelope.number
    reply = messages.parse_reply(opened.envelope.payload)
    peer = links.ensure(work.db, sender.node, log)
    if neighbours.cut_off(work.registry, opened.sender):
        alone = intake.take(work, neighbours.registry_alone(reply.commits), peer=sender.node)
        return {"commits": alone.new, "fits": True, "notes": [*dict.fromkeys(alone.notes)]}
    taken = intake.take(work, reply.commits, peer=sender.node)
    if work.registry_changed:
        intake.renew(work)
    fits, counts = True, letters.is_newest(work, sender, log, number) and _speaks_to_us(work, opened)
    if counts:
        letters.note(work, sender.node, log, number)
        if reply.receipt is not None:
            links.change(work.db, peer.id, frontier=link.believed(work, peer, reply.receipt))
        fits = standing.move(work, peer, log, reply)
        stands.take(work, reply.stands, sender.node)
        links.change(work.db, peer.id, seen_ms=work.now_ms, can=" ".join(reply.can))
    if taken.bodies and not (counts and fits):
        reconciling.doubt(work)
    incarnation.look(work)
    replacing.answered(work, reply)
    if counts and reply.upto != reply.above:  # of the outbox, as over the line
        reactions.settle(work)
        reconciling.given_anew(work, taken.anew)
    got = attachments.take(work, sender.node, reply.wants if counts else None, reply.chunks)
    return {"commits": taken.new, "fits": fits, "notes": [*dict.fromkeys([*taken.notes, *got.notes])]}


def _speaks_to_us(work: Work, opened: Opened) -> bool:
    """False for a letter to the keys that this node had before. To the new ones: the parent knows of them."""
    if opened.envelope.receiver != work.node:
        return False
    if settings.get(work.db, replacing.LAST):
        settings.put(work.db, replacing.LAST, b"")
    return True


def _closed(work: Work, sender: Neighbour, letter: Letter) -> dict[str, Any]:
    """The end: this bundle is known from now on, and where nothing is left on either side, that is noted."""
    peer = links.ensure(work.db, sender.node, letter.log)
    if letters.is_newest(work, sender, letter.log, letter.number):
        if sender.is_parent:
            letters.note(work, sender.node, letter.log, letter.number)
        elif letter.log == peer.incarnation:
            links.change(work.db, peer.id, envelope=letter.number)
    if sender.is_parent and _is_complete(work):
        links.change(work.db, peer.id, complete_ms=work.now_ms)
    return {"commits": 0, "fits": True, "notes": []}


def _is_complete(work: Work) -> bool:
    peer = link.parent(work)
    mine = chain.frontier(work.db, lanes.ours(work))
    return peer.reconcile_position is None and mine == standing.receipted(work, peer)
