"""Wrong things in an envelope or a file: letters, bundles, joining, invitations."""

from __future__ import annotations

import hashlib
from random import Random

import zstandard

from sync_protocol import (
    bundle,
    cbor,
    compression,
    cose,
    envelope,
    invitation,
    join,
    messages,
)
from sync_protocol.envelope import Kind
from sync_protocol.limits import MAX_BATCH, MAX_EXPANDED
from tests.fuzz import mutation, samples, values
from tests.fuzz.parsers import bad_message, feed_reply, feed_request, framed, take, unframed, wrong_of
from tests.fuzz.target import Target
from tests.sync_protocol.scene import seed
from tests.sync_protocol.sealing import seal


def _feed_letter(raw: bytes) -> str:
    me = samples.city()
    opened = envelope.open(raw, me=me.id, open=samples.OPEN, key_of=samples.KEYS.get)
    if opened.envelope.kind in (Kind.BUNDLE, Kind.TRAILER):
        bundle.letter_of(opened)
        return str(opened.envelope.kind)
    feed = feed_request if opened.envelope.kind is Kind.REQUEST else feed_reply
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
    return samples.letter(bad_message(samples.request)(draw))


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
    letters = unframed(samples.bundled()[8:])
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
            trailer = wrong_of(lambda: bundle.Trailer(2, seed("digest")).encode())(draw)
            letters[-1] = samples.letter(trailer, draw.choice(list(Kind)), draw.choice((1, 3, 2**62)))
    return b"QIAOBND1" + framed(letters)


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
        payload = wrong_of(samples.joining)(draw)
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
    return f"answered {take(got.commits)}"


def _bad_answer(draw: Random) -> bytes:
    if draw.random() < 0.2:
        return draw.choice(_BOMBS)(draw)
    asked = hashlib.sha256(b"asked").digest()
    head = cbor.encode({0: "reply", 1: asked, 2: samples.START_MS, 3: draw.choice(("", "bad_mac", "x"))})
    parts = [head, *map(messages.encode_item, samples.items())]
    return compression.compress(bad_message(lambda: framed(parts))(draw))


def _feed_invitation(raw: bytes) -> str:
    found = invitation.read(raw.decode("utf-8", "replace"))
    assert invitation.read(found.to_text()) == found
    return "read"


def _bad_invitation(draw: Random) -> bytes:
    line = samples.line()
    if draw.random() < 0.4:
        return mutation.of_bytes(draw, line.encode())
    inside = invitation._bytes(line[len(invitation.PREFIX) :])[:-4]
    return (invitation.PREFIX + invitation.encode_line(wrong_of(lambda: inside)(draw))).encode()


TARGETS = (
    Target("letter", _bad_letter, _feed_letter),
    Target("bundle", _bad_bundle, _feed_bundle),
    Target("joining", _bad_joining, _feed_joining),
    Target("answer", _bad_answer, _feed_answer),
    Target("invitation", _bad_invitation, _feed_invitation),
)
