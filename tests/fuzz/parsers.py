"""Wrong things without a seal: items, changes, commits, messages, frontiers, receipts, comparisons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import Random

from sync_protocol import (
    cbor,
    change,
    commit,
    comparison,
    cose,
    evidence,
    frontier,
    messages,
    receipt,
    run,
    stand,
)
from sync_protocol.commit import Commit
from sync_protocol.errors import BadChange, BadCommit
from sync_protocol.frontier import Frontier, Position
from sync_protocol.messages import CommitItem
from sync_protocol.reconcile import Plan
from tests.fuzz import mutation, samples, values
from tests.fuzz.target import Target
from tests.sync_protocol.holding import many
from tests.sync_protocol.pairwise import pairwise


def wrong_of(raw: Callable[[], bytes]) -> Callable[[Random], bytes]:
    """Inputs made of one right item: its bytes a little wrong, or its tree."""

    def make(draw: Random) -> bytes:
        if draw.random() < 0.3:
            return mutation.of_bytes(draw, raw())
        return values.encode(mutation.of_tree(draw, values.decode(raw()), heavy=draw.random() < 0.05))

    return make


def _feed_cbor(raw: bytes) -> str:
    value = cbor.decode(raw)
    assert cbor.encode(value) == raw
    return "taken"


def _any_item(draw: Random) -> bytes:
    if draw.random() < 0.3:
        return draw.randbytes(draw.randrange(40))
    return values.encode(mutation.of_tree(draw, {0: [b"a", "b", {"c": [1, None, True]}], 5: {}}, heavy=True))


# Changes and commits


def _feed_change(raw: bytes) -> str:
    return type(change.parse_body(raw)).__name__


def _a_body(draw: Random) -> bytes:
    return draw.choice([one.body for item in samples.items() for one in item.changes])


def _bad_body(draw: Random) -> bytes:
    return wrong_of(lambda: _a_body(draw))(draw)


def _feed_commit(raw: bytes) -> str:
    found = commit.parse(raw)
    assert commit.parse(found.raw) == found
    admitted = [
        run.admit(
            [found, found], node=found.node, key=samples.county().key, head=head, alone_from=found.header.seq
        )
        for head in (None, run.EMPTY, run.Head(found.header.seq - 1, found.header.prev, 0))
    ]
    return "admitted" if any(one.good for one in admitted) else "parsed"


def _bad_commit(draw: Random) -> bytes:
    """Half of them well signed over a wrong header, a third over a wrong message."""
    written = draw.choice([made for made, _ in samples.county().written])
    if draw.random() < 0.5:
        payload = wrong_of(lambda: written.signed.payload)(draw)
        return samples.signed(payload, cose.COMMIT)
    if draw.random() < 0.7:
        protected, unprotected, payload, signature = cbor.decode(b"\x84" + written.raw[2:])
        tree = [protected, unprotected, payload, signature]
        return draw.choice((b"\xd2", b"\xd2", b"", b"\xc6")) + values.encode(mutation.of_tree(draw, tree))
    return mutation.of_bytes(draw, written.raw)


# Messages, and what is in them


def feed_request(raw: bytes) -> str:
    asked = messages.parse_request(raw)
    assert messages.parse_request(messages.encode(asked)) == asked
    if asked.frontier is not None:
        compare(asked.frontier)
    if asked.ask is not None:
        told = comparison.answer(asked.ask, many(40, 1), asked.room)
        assert comparison.decode_told(comparison.encode_told(told)) == told
    return f"request {take(asked.commits)}"


def feed_reply(raw: bytes) -> str:
    got = messages.parse_reply(raw)
    assert messages.parse_reply(messages.encode(got)) == got
    if got.receipt is not None:
        receipt.verify(got.receipt, samples.city().key, child=samples.county().id)
    if got.told is not None:
        Plan(many(40, 1)).take(got.told)
    return f"reply {take(got.commits)}"


def take(items: tuple[CommitItem, ...]) -> str:
    """As a node would: each commit, then its changes, one bad one stopping no other."""
    good: list[Commit] = []
    for item in items:
        try:
            found = commit.parse(item.raw)
        except BadCommit:
            continue
        good.append(found)
        for one in messages.match(item, found).good.values():
            body_of(one.body)
    for log in {one.header.log for one in good}:
        chain = sorted((one for one in good if one.header.log == log), key=lambda one: one.header.seq)
        run.admit(chain, node=chain[0].node, key=samples.KEYS.get(chain[0].node, b""), head=run.EMPTY)
    return "whole" if len(good) == len(items) else "in part"


def body_of(body: bytes) -> None:
    try:
        change.parse_body(body)
    except BadChange:
        return


def bad_message(raw: Callable[[], bytes]) -> Callable[[Random], bytes]:
    def make(draw: Random) -> bytes:
        if draw.random() < 0.25:
            return mutation.of_bytes(draw, raw())
        parts = unframed(raw())
        at = 0 if draw.random() < 0.6 else draw.randrange(len(parts))
        tree = values.decode(parts[at])
        parts[at] = values.encode(mutation.of_tree(draw, tree, heavy=draw.random() < 0.05))
        if draw.random() < 0.1:
            parts += [draw.choice(parts)] * draw.choice((1, 100))
        return framed(parts)

    return make


def unframed(raw: bytes) -> list[bytes]:
    found = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        found.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return found


def framed(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


# Frontiers, receipts, comparisons


def _feed_frontier(raw: bytes) -> str:
    value = cbor.decode(raw)
    plain, besides = value if type(value) is list and len(value) == 2 else (value, None)
    found = frontier.decode(plain, besides)
    assert frontier.decode(*frontier.encode(found)) == found
    frontier.digest(found)
    return compare(found)


def compare(theirs: Frontier) -> str:
    def meet(log: bytes, mine: Position, other: Position) -> int | None:
        return min(mine.seq, other.seq) if other.seq % 2 else None

    mine, held = samples.held(), pairwise(meet)
    gaps = frontier.lacking(mine, theirs, held), frontier.lacking(theirs, mine, held)
    for gap in gaps:
        for spans in gap.lacks.values():
            assert all(1 <= one.first <= one.last for one in spans)
    return "lacking" if gaps[0].lacks else "equal"


def _feed_receipt(raw: bytes) -> str:
    found = receipt.verify(raw, samples.county().key, child=samples.county().id)
    compare(found.frontier)
    return "covers" if found.covers(samples.county().log, 2) else "verified"


def _bad_receipt(draw: Random) -> bytes:
    if draw.random() < 0.2:
        return mutation.of_bytes(draw, samples.custody())
    payload = cose.parse(samples.custody()).payload
    return samples.signed(wrong_of(lambda: payload)(draw), cose.RECEIPT)


def _feed_stand(raw: bytes) -> str:
    found = stand.parse(raw)
    assert stand.parse(found.signed.raw) == found
    known = stand.parse(samples.standing())
    assert sorted(stand.clashes(found, known)) == sorted(stand.clashes(known, found))
    found.verify(samples.county().key)
    return "clashes" if any(stand.clashes(found, known)) else "verified"


def _bad_stand(draw: Random) -> bytes:
    if draw.random() < 0.2:
        return mutation.of_bytes(draw, samples.standing())
    payload = cose.parse(samples.standing()).payload
    return samples.signed(wrong_of(lambda: payload)(draw), cose.STAND)


def _feed_plan(raw: bytes) -> str:
    """One answer after the other, the same tree of them to every ask."""
    value = cbor.decode(raw)
    plan = Plan(many(40, 1))
    for told in value if type(value) is list else [value]:
        ask = plan.ask()
        assert comparison.decode_ask(comparison.encode_ask(ask)) == ask
        plan.send()
        plan.take(comparison.decode_told(told))
    return "done" if plan.done else "goes on"


def _bad_tolds(draw: Random) -> bytes:
    """Answers to what a plan really asks, from another holding, one of them wrong."""
    plan, theirs = Plan(many(40, 1)), many(40, draw.randrange(3))
    tolds: list[object] = []
    while not plan.done and len(tolds) < 8:
        told = comparison.answer(plan.ask(), theirs, draw.choice((0, 500, 100_000)))
        tolds.append(comparison.encode_told(told))
        plan.take(told)
    return values.encode(mutation.of_tree(draw, tolds) if draw.random() < 0.9 else tolds)


# The file of receipts and stands


def _feed_evidence(raw: bytes) -> str:
    return f"{sum(1 for _ in evidence.read([raw]))} signed words"


def _bad_evidence(draw: Random) -> bytes:
    """One item wrong, and an end that fits, mostly; else bytes a little wrong."""
    receipts, stood = [samples.custody()] * draw.randrange(3), [samples.standing()] * draw.randrange(3)
    *items, end = evidence.write(samples.city().id, receipts, stood)
    if draw.random() < 0.3:
        return mutation.of_bytes(draw, b"".join((*items, end)))
    at = draw.randrange(len(items))
    items[at] = values.encode(mutation.of_tree(draw, values.decode(items[at])))
    if draw.random() < 0.8:
        body = b"".join(items)
        end = cbor.encode([evidence.END, len(items), hashlib.sha256(body).digest()])
    return b"".join((*items, end))


TARGETS = (
    Target("cbor", _any_item, _feed_cbor),
    Target("change", _bad_body, _feed_change),
    Target("commit", _bad_commit, _feed_commit),
    Target("request", bad_message(samples.request), feed_request),
    Target("reply", bad_message(samples.reply), feed_reply),
    Target("frontier", wrong_of(lambda: cbor.encode(list(frontier.encode(samples.held())))), _feed_frontier),
    Target("receipt", _bad_receipt, _feed_receipt),
    Target("stand", _bad_stand, _feed_stand),
    Target("evidence", _bad_evidence, _feed_evidence),
    Target("plan", _bad_tolds, _feed_plan),
)
