"""The parsers and pure rules that bytes of others reach, each as a way to make a bad input and to feed it.

An input is bytes, so that one that was found can be kept. `feed` says what became of it: the code of a
RemoteError, or what it was taken for; any other exception is a finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import zstandard

from sync_protocol import (
    bundle,
    cbor,
    change,
    commit,
    comparison,
    compression,
    cose,
    envelope,
    frontier,
    invitation,
    join,
    messages,
    receipt,
    run,
)
from sync_protocol import registry as registries
from sync_protocol.change import Act
from sync_protocol.commit import Commit
from sync_protocol.envelope import Kind
from sync_protocol.errors import BadChange, BadCommit, ProtocolError, RemoteError
from sync_protocol.frontier import Frontier, Position
from sync_protocol.limits import MAX_BATCH, MAX_EXPANDED
from sync_protocol.messages import CommitItem
from sync_protocol.reconcile import Plan
from sync_protocol.registry import RegistryAct
from tests.fuzz import mutation, samples, values
from tests.sync_protocol.holding import many
from tests.sync_protocol.scene import seed
from tests.sync_protocol.sealing import seal


@dataclass(frozen=True)
class Target:
    name: str
    make: Callable[[Random], bytes]
    feed: Callable[[bytes], str]


def outcome(feed: Callable[[bytes], str], raw: bytes) -> str:
    """What became of an input; whatever isn't the peer's fault goes on."""
    try:
        return feed(raw)
    except RemoteError as fault:
        return fault.code


def _of(raw: Callable[[], bytes]) -> Callable[[Random], bytes]:
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
    return _of(lambda: _a_body(draw))(draw)


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
        payload = _of(lambda: written.signed.payload)(draw)
        return samples.signed(payload, cose.COMMIT)
    if draw.random() < 0.7:
        protected, unprotected, payload, signature = cbor.decode(b"\x84" + written.raw[2:])
        tree = [protected, unprotected, payload, signature]
        return draw.choice((b"\xd2", b"\xd2", b"", b"\xc6")) + values.encode(mutation.of_tree(draw, tree))
    return mutation.of_bytes(draw, written.raw)


# Messages, and what is in them


def _feed_request(raw: bytes) -> str:
    asked = messages.parse_request(raw)
    assert messages.parse_request(messages.encode(asked)) == asked
    if asked.frontier is not None:
        _compare(asked.frontier)
    if asked.ask is not None:
        told = comparison.answer(asked.ask, many(40, 1), asked.room)
        assert comparison.decode_told(comparison.encode_told(told)) == told
    return f"request {_take(asked.commits)}"


def _feed_reply(raw: bytes) -> str:
    got = messages.parse_reply(raw)
    assert messages.parse_reply(messages.encode(got)) == got
    if got.receipt is not None:
        receipt.verify(got.receipt, samples.city().key, child=samples.county().id)
    if got.told is not None:
        Plan(many(40, 1)).take(got.told)
    return f"reply {_take(got.commits)}"


def _take(items: tuple[CommitItem, ...]) -> str:
    """As a node would: each commit, then its changes, one bad one stopping no other."""
    good: list[Commit] = []
    for item in items:
        try:
            found = commit.parse(item.raw)
        except BadCommit:
            continue
        good.append(found)
        for one in messages.match(item, found).good.values():
            _body_of(one.body)
    for log in {one.header.log for one in good}:
        chain = sorted((one for one in good if one.header.log == log), key=lambda one: one.header.seq)
        run.admit(chain, node=chain[0].node, key=samples.KEYS.get(chain[0].node, b""), head=run.EMPTY)
    return "whole" if len(good) == len(items) else "in part"


def _body_of(body: bytes) -> None:
    try:
        change.parse_body(body)
    except BadChange:
        return


def _bad_message(raw: Callable[[], bytes]) -> Callable[[Random], bytes]:
    def make(draw: Random) -> bytes:
        if draw.random() < 0.25:
            return mutation.of_bytes(draw, raw())
        parts = _parts(raw())
        at = 0 if draw.random() < 0.6 else draw.randrange(len(parts))
        tree = values.decode(parts[at])
        parts[at] = values.encode(mutation.of_tree(draw, tree, heavy=draw.random() < 0.05))
        if draw.random() < 0.1:
            parts += [draw.choice(parts)] * draw.choice((1, 100))
        return _framed(parts)

    return make


def _parts(raw: bytes) -> list[bytes]:
    found = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        found.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return found


def _framed(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


# Frontiers, receipts, comparisons


def _feed_frontier(raw: bytes) -> str:
    value = cbor.decode(raw)
    plain, besides = value if type(value) is list and len(value) == 2 else (value, None)
    found = frontier.decode(plain, besides)
    assert frontier.decode(*frontier.encode(found)) == found
    frontier.digest(found)
    return _compare(found)


def _compare(theirs: Frontier) -> str:
    def meet(log: bytes, mine: Position, other: Position) -> int | None:
        return min(mine.seq, other.seq) if other.seq % 2 else None

    mine = samples.held()
    gaps = frontier.lacking(mine, theirs, meet), frontier.lacking(theirs, mine, meet)
    for gap in gaps:
        for spans in gap.lacks.values():
            assert all(1 <= one.first <= one.last for one in spans)
    return "lacking" if gaps[0].lacks else "equal"


def _feed_receipt(raw: bytes) -> str:
    found = receipt.verify(raw, samples.county().key, child=samples.county().id)
    _compare(found.frontier)
    return "covers" if found.covers(samples.county().log, 2) else "verified"


def _bad_receipt(draw: Random) -> bytes:
    if draw.random() < 0.2:
        return mutation.of_bytes(draw, samples.custody())
    payload = cose.parse(samples.custody()).payload
    return samples.signed(_of(lambda: payload)(draw), cose.RECEIPT)


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


# Envelopes and bundles


def _feed_letter(raw: bytes) -> str:
    me = samples.city()
    opened = envelope.open(raw, me=me.id, open=samples.OPEN, key_of=samples.KEYS.get)
    if opened.envelope.kind in (Kind.BUNDLE, Kind.TRAILER):
        bundle.letter_of(opened)
        return str(opened.envelope.kind)
    feed = _feed_request if opened.envelope.kind is Kind.REQUEST else _feed_reply
    return feed(opened.envelope.payload)


def _bad_letter(draw: Random) -> bytes:
    match draw.randrange(5):
        case 0:
            return mutation.of_bytes(draw, samples.letter(samples.request()))
        case 1:
            good = cbor.decode(samples.letter(samples.request()))
            return values.encode(mutation.of_tree(draw, good))
        case 2:
            message = mutation.of_bytes(draw, samples.signed(_content(draw), cose.ENVELOPE))
            return _outside(samples.sealed(message))
        case 3:
            return _outside(samples.sealed(samples.signed(_content(draw), cose.ENVELOPE)))
    return samples.letter(_bad_message(samples.request)(draw))


def _content(draw: Random) -> bytes:
    """What an enrolled child may have signed."""
    packed = compression.compress(samples.request())
    if draw.random() < 0.4:
        packed = draw.choice(_BOMBS)(draw)
    tree = [samples.city().id, samples.county().log, 7, 0, "request", packed]
    return values.encode(mutation.of_tree(draw, tree) if draw.random() < 0.5 else tree)


def _outside(sealed: bytes) -> bytes:
    return values.encode([1, samples.city().id, sealed])


def _bomb(draw: Random) -> bytes:
    """Zeros past the bound."""
    return zstandard.ZstdCompressor(level=1).compress(bytes(MAX_EXPANDED + 1))


def _one_within_the_bound(draw: Random) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(bytes(draw.choice((MAX_BATCH, 10_000_000))))


def _unstated(draw: Random) -> bytes:
    packer = zstandard.ZstdCompressor(level=1, write_content_size=False)
    return packer.compress(bytes(100_000))


def _understated(draw: Random) -> bytes:
    """A frame whose head says less, or more, than what comes."""
    size = draw.choice((0, 1, 255, 100_000, 2**32, 2**63))
    head = b"\x28\xb5\x2f\xfd\xe0" + size.to_bytes(8, "little")
    packed = zstandard.ZstdCompressor(level=1, write_content_size=False).compress(bytes(100_000))
    return head + packed[6:]


def _twice(draw: Random) -> bytes:
    return compression.compress(samples.request()) * draw.choice((2, 50))


def _broken(draw: Random) -> bytes:
    return mutation.of_bytes(draw, compression.compress(samples.request()))


def _wide(draw: Random) -> bytes:
    """A frame that asks for a window of 128 MiB and more."""
    packer = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=draw.choice((24, 27)), strategy=1)
    )
    return packer.compress(bytes(40_000_000))


_BOMBS = (_bomb, _one_within_the_bound, _unstated, _understated, _twice, _broken, _wide)


def _feed_bundle(raw: bytes) -> str:
    def opener(sealed: bytes) -> bundle.Letter:
        me = samples.city()
        return bundle.letter_of(envelope.open(sealed, me=me.id, open=samples.OPEN, key_of=samples.KEYS.get))

    chunks = (raw[at : at + 1000] for at in range(0, len(raw), 1000))
    return f"{len(list(bundle.read(chunks, me=samples.city().id, open=opener)))} letters"


def _bad_bundle(draw: Random) -> bytes:
    if draw.random() < 0.5:
        return mutation.of_bytes(draw, samples.bundled())
    letters = _parts(samples.bundled()[8:])
    at = draw.randrange(len(letters))
    match draw.randrange(5):
        case 0:
            letters[at] = _bad_letter(draw)
        case 1:
            letters = letters[:at] + letters[at + 1 :]
        case 2:
            letters = letters[: at + 1] + letters[at:]
        case 3:
            draw.shuffle(letters)
        case 4:
            trailer = _of(lambda: bundle.Trailer(2, seed("digest")).encode())(draw)
            letters[-1] = samples.letter(trailer, draw.choice(list(Kind)), draw.choice((1, 3, 2**62)))
    return b"QIAOBND1" + _framed(letters)


# Joining


def _feed_joining(raw: bytes) -> str:
    me = samples.city()
    asked = join.open_request(raw, me=me.id, open=samples.OPEN)
    asked.check(samples.invited())
    return "asked"


def _bad_joining(draw: Random) -> bytes:
    info = b"qiao/join/1\0"
    payload = samples.joining()
    if draw.random() < 0.7:
        payload = _of(samples.joining)(draw)
    message = samples.signed(payload, cose.JOIN)
    if draw.random() < 0.2:
        message = mutation.of_bytes(draw, message)
    tree = ["qiao-join", 1, samples.city().id, samples.sealed(message, info)]
    return values.encode(mutation.of_tree(draw, tree) if draw.random() < 0.2 else tree)


def _feed_answer(raw: bytes) -> str:
    """As the child: `raw` is what its parent's key has signed."""
    me = samples.county()
    message = cose.sign(raw, samples.city().id, cose.JOIN, samples.SIGN_PARENT).raw
    sealed = seal(message, samples.COUNTY_SEAL, b"qiao/join/1\0" + me.id)
    outside = cbor.encode(["qiao-join", 1, me.id, sealed])
    got = join.open_reply(
        outside, request=b"asked", invitation=samples.invited(), me=me.id, open=samples.OPEN_CHILD
    )
    return f"answered {_take(got.commits)}"


def _bad_answer(draw: Random) -> bytes:
    if draw.random() < 0.2:
        return draw.choice(_BOMBS)(draw)
    asked = hashlib.sha256(b"asked").digest()
    head = cbor.encode({0: "reply", 1: asked, 2: samples.START_MS, 3: draw.choice(("", "bad_mac", "x"))})
    parts = [head, *map(messages.encode_item, samples.items())]
    return compression.compress(_bad_message(lambda: _framed(parts))(draw))


def _feed_invitation(raw: bytes) -> str:
    found = invitation.read(raw.decode("utf-8", "replace"))
    assert invitation.read(found.to_text()) == found
    return "read"


def _bad_invitation(draw: Random) -> bytes:
    line = samples.line()
    if draw.random() < 0.4:
        return mutation.of_bytes(draw, line.encode())
    inside = invitation._bytes(line[len(invitation.PREFIX) :])[:-4]
    return (invitation.PREFIX + invitation.encode_line(_of(lambda: inside)(draw))).encode()


# The registry


def _feed_registry(raw: bytes) -> str:
    rows = cbor.decode(raw)
    acts = [act for row in rows if (act := _registry_act(row)) is not None] if type(rows) is list else []
    found = registries.fold(acts)
    assert set(found.verdicts) == {one.id for one in acts}
    assert registries.fold(acts[::-1]).digest() == found.digest()
    _ask_everything(found, acts)
    return f"{sum(one.standing == 'stands' for one in found.verdicts.values())} stand"


def _registry_act(row: object) -> RegistryAct | None:
    """As the node makes it: the shape of an act's body is checked before."""
    if type(row) is not list or len(row) != 12:
        return None
    time, log, seq, index, node, unit, action, data, after, record, name, changes = row
    numbers = all(type(one) is int and one >= 0 for one in (time, seq, index, changes))
    octets = all(type(one) is bytes for one in (log, node, name))
    if not (numbers and octets and type(unit) is str and type(action) is str and type(data) is dict):
        return None
    try:
        body = change.parse_body(change.encode_body(Act("registry/1", action, tuple(after), data, record)))
    except (ProtocolError, TypeError):
        return None
    assert isinstance(body, Act)
    short = change.change_id(log, bytes(16), cbor.encode([time, index, name, action]))[:16]
    key = (time, log, seq, index)
    return RegistryAct(short, key, node, unit, action, body.data, body.after, body.record, name, changes)


def _ask_everything(found: registries.Registry, acts: list[RegistryAct]) -> None:
    for path in found.units():
        found.parent(path), found.children(path), found.below(path), found.office(path), found.now(path)
    for one in found.nodes():
        found.given(one.node, one.path), found.scope_of(one.node), found.hosted_by(one.node)
    for act in acts:
        found.admits(act.log, act.seq, act.commit_id), found.path_for(act.node, act.unit)
    found.positions(), found.missing_stamped(), found.stamp_age(0), found.unstamped()


def _bad_registry(draw: Random) -> bytes:
    """Its acts, some of them wrong; the ids that they name follow from the bytes, and so do too."""
    rows = [list(row) for row in samples.registry()[1]]
    named: dict[bytes, bytes] = {}
    for row, act in zip(rows, samples.registry()[0].acts, strict=True):
        named[act.id] = change.change_id(row[1], bytes(16), cbor.encode([row[0], row[3], row[10], row[6]]))[
            :16
        ]
    tree = _renamed(rows, named)
    for _ in range(draw.randint(0, 3)):
        at = draw.randrange(len(tree))
        tree[at] = mutation.of_tree(draw, tree[at])
    if draw.random() < 0.3:
        draw.shuffle(tree)
    return values.encode(tree)


def _renamed(value: object, named: dict[bytes, bytes]) -> list:  # type: ignore[type-arg]
    def renew(one: object) -> object:
        if isinstance(one, list):
            return [renew(each) for each in one]
        if isinstance(one, dict):
            return {key: renew(each) for key, each in one.items()}
        return named.get(one, one) if isinstance(one, bytes) else one

    found = renew(value)
    assert isinstance(found, list)
    return found


TARGETS = {
    one.name: one
    for one in (
        Target("cbor", _any_item, _feed_cbor),
        Target("change", _bad_body, _feed_change),
        Target("commit", _bad_commit, _feed_commit),
        Target("request", _bad_message(samples.request), _feed_request),
        Target("reply", _bad_message(samples.reply), _feed_reply),
        Target("frontier", _of(lambda: cbor.encode(list(frontier.encode(samples.held())))), _feed_frontier),
        Target("receipt", _bad_receipt, _feed_receipt),
        Target("plan", _bad_tolds, _feed_plan),
        Target("letter", _bad_letter, _feed_letter),
        Target("bundle", _bad_bundle, _feed_bundle),
        Target("joining", _bad_joining, _feed_joining),
        Target("answer", _bad_answer, _feed_answer),
        Target("invitation", _bad_invitation, _feed_invitation),
        Target("registry", _bad_registry, _feed_registry),
    )
}
