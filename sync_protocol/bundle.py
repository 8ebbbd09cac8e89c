"""The bundle (数据包, protocol 3.10): an exchange as one flat file, for a stick or a courier.

    QIAOBND1                  8 bytes
    length, sealed envelope   4 bytes big-endian, then an envelope of kind `bundle`; any number of them
    length, sealed trailer    an envelope of kind `trailer`, always the last

What is in an envelope of kind `bundle` is a request (child to parent) or a reply (parent to child) of
messages.py; it answers nothing. The trailer's payload is a CBOR map: 1 how many envelopes stand before it,
2 SHA-256 of every byte before its length; keys that aren't known are ignored. All are of one sender and one
of its logs, for one receiver, with rising numbers.

Pure: chunks of bytes in and out, opening and sealing are handed in, and no more than one envelope is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import cbor, envelope, shape
from .envelope import Kind, Opened
from .errors import BadBundle, BadEnvelope, RemoteError, UnknownVersion
from .limits import MAX_ENVELOPE

MAGIC = b"QIAOBND1"
_HEAD = 4
_NEWER = b""
_KEPT = ("unknown_sender", "unknown_version")  # no damage: it can't be read by us, or not yet


@dataclass(frozen=True, slots=True)
class Trailer:
    """How many envelopes stand before it, and the SHA-256 of every byte before its length."""

    count: int
    digest: bytes

    def encode(self) -> bytes:
        return cbor.encode({1: self.count, 2: self.digest})

    @classmethod
    def parse(cls, raw: bytes) -> Trailer:
        """Raises BadMessage."""
        fields = shape.numbered(shape.decoded(raw), "trailer")
        return cls(shape.uint(fields.get(1), "count"), shape.octets(fields.get(2), "digest", 32))


@dataclass(frozen=True, slots=True)
class Letter:
    """What the container asks of an opened envelope: of whom, in which order, and the trailer if it is one."""

    sender: bytes  # node id
    log: bytes  # the sender's newest log then
    number: int
    trailer: Trailer | None = None


Open = Callable[[bytes], Letter]  # sealed envelope → what is in it; raises RemoteError


def write(letters: Iterable[bytes], close: Callable[[Trailer], bytes]) -> Iterator[bytes]:
    """The file in pieces. `letters`: sealed envelopes; `close` seals the trailer behind them."""
    digest = hashlib.sha256(MAGIC)
    yield MAGIC
    count = 0
    for letter in letters:
        piece = _framed(letter)
        digest.update(piece)
        count += 1
        yield piece
    yield _framed(close(Trailer(count, digest.digest())))


def letter_of(opened: Opened) -> Letter:
    """Raises BadEnvelope (unknown_kind) for what doesn't belong into a bundle, BadMessage for a trailer."""
    inside = opened.envelope
    if inside.kind not in (Kind.BUNDLE, Kind.TRAILER):
        raise BadEnvelope(f"a {inside.kind} in a bundle", code="unknown_kind")
    trailer = Trailer.parse(inside.payload) if inside.kind is Kind.TRAILER else None
    return Letter(opened.sender, inside.log, inside.number, trailer)


def read(chunks: Iterable[bytes], *, me: bytes, open: Open) -> Iterator[tuple[bytes, Letter]]:
    """Every envelope in order, sealed and as `open` saw it, the trailer as the last.

    It is a whole and sound bundle for `me` only if the iterator ends: whoever applies what is in it reads
    it through once before. Raises BadBundle: not_a_bundle, bundle_cut, bundle_damaged, bundle_mixed (several
    senders, logs, or numbers that don't rise), not_for_us; BadEnvelope unknown_sender; UnknownVersion.
    """
    reader = _Reader(me, open)
    for sealed, before in _frames(chunks):
        letter = reader.take(sealed, before)
        if letter is not None:
            yield sealed, letter
    reader.end()


def addressee(chunks: Iterable[bytes]) -> bytes | None:
    """For whom the first envelope says that it is, before anything was looked at; None where that can't be read."""
    try:
        for sealed, _before in _frames(chunks):
            return envelope.receiver_of(sealed)
    except RemoteError:
        return None
    return None


def _framed(sealed: bytes) -> bytes:
    return len(sealed).to_bytes(_HEAD, "big") + sealed


class _Reader:
    """What the envelopes before said, against which the next is held."""

    def __init__(self, me: bytes, open: Open) -> None:
        self._me, self._open = me, open
        self._receiver: bytes | None = None  # whom all so far are for; _NEWER where that can't be read
        self._last: Letter | None = None
        self._count = 0

    def take(self, sealed: bytes, before: bytes) -> Letter | None:
        """None for another's envelope: its place is looked at, so that one flipped bit isn't told as foreign."""
        if self._last is not None and self._last.trailer is not None:
            raise _damaged("something behind the trailer")
        if self._receiver_of(sealed) != self._me:
            return None
        letter = self._opened(sealed)
        self._follows(letter)
        if letter.trailer is not None and letter.trailer != Trailer(self._count, before):
            raise _damaged("not what the trailer says")
        self._last = letter
        self._count += 1
        return letter

    def end(self) -> None:
        if self._receiver == _NEWER:
            raise UnknownVersion("envelopes of another version")
        if self._receiver not in (None, self._me):
            raise BadBundle("a bundle for another node", code="not_for_us")
        if self._last is None or self._last.trailer is None:
            raise BadBundle("a bundle without its trailer", code="bundle_cut")

    def _receiver_of(self, sealed: bytes) -> bytes:
        try:
            receiver = envelope.receiver_of(sealed)
        except UnknownVersion:
            receiver = _NEWER
        except RemoteError as fault:
            raise _damaged(str(fault)) from fault
        if self._receiver not in (None, receiver):
            raise _damaged("envelopes that don't belong together")
        self._receiver = receiver
        return receiver

    def _opened(self, sealed: bytes) -> Letter:
        try:
            return self._open(sealed)
        except RemoteError as fault:
            if fault.code in _KEPT:
                raise
            raise _damaged(str(fault)) from fault

    def _follows(self, letter: Letter) -> None:
        last = self._last
        if last is None:
            return
        if (letter.sender, letter.log) != (last.sender, last.log) or letter.number <= last.number:
            raise BadBundle("envelopes that don't belong together", code="bundle_mixed")


def _frames(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(sealed envelope, SHA-256 of every byte before its length), one at a time."""
    source = _Source(chunks)
    if source.take(len(MAGIC)) != MAGIC:
        raise BadBundle("it doesn't begin as a bundle does", code="not_a_bundle")
    digest = hashlib.sha256(MAGIC)
    while head := source.take(_HEAD):
        size = int.from_bytes(head, "big")
        if len(head) < _HEAD:
            raise _cut()
        if not 0 < size <= MAX_ENVELOPE:
            raise _damaged(f"an envelope of {size} bytes")
        sealed = source.take(size)
        if len(sealed) < size:
            raise _cut()
        yield sealed, digest.digest()
        digest.update(head)
        digest.update(sealed)


class _Source:
    """Bytes by count from chunks of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = bytearray()

    def take(self, count: int) -> bytes:
        """Fewer only at the end."""
        while len(self._left) < count and (chunk := next(self._chunks, None)) is not None:
            self._left += chunk
        found = bytes(self._left[:count])
        del self._left[:count]
        return found


def _cut() -> BadBundle:
    return BadBundle("a bundle that is cut off", code="bundle_cut")


def _damaged(why: str) -> BadBundle:
    return BadBundle(why, code="bundle_damaged")
