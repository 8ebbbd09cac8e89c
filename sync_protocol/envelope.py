"""The envelope (信封, protocol 3.5): compressed, then signed, then sealed. All that a courier can see is a
version and the receiver's id.

    outside   [version, receiver's node id, HPKE bytes]
    sealed    COSE_Sign1, aad qiao/envelope/1
    signed    [receiver's node id, sender's log id, number, number answered or 0, kind, zstandard frame]

All arrays are deterministic CBOR. HPKE is base mode, X25519-HKDF-SHA256-ChaCha20Poly1305, with
info = "qiao/envelope/1\\0" ‖ receiver's node id and empty aad.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import cbor, cose, keys
from .compression import compress, expand
from .errors import BadCbor, BadCommit, BadEnvelope, LocalError, TooLarge, UnknownVersion
from .limits import MAX_BATCH, MAX_ENVELOPE, MAX_EXPANDED
from .names import SHORT

VERSION = 1
_INFO = b"qiao/envelope/1\0"

KeyOf = Callable[[bytes], bytes | None]  # node id → Ed25519 key of an enrolled node, or None


class Kind(StrEnum):
    """What is inside."""

    REQUEST = "request"
    REPLY = "reply"
    BUNDLE = "bundle"  # an exchange by file; nothing answers it
    TRAILER = "trailer"  # the end of a bundle: count and digest


@dataclass(frozen=True, slots=True)
class Envelope:
    receiver: bytes  # node id, 16 bytes
    log: bytes  # the sender's newest log, 16 bytes
    number: int  # rises within that log
    answers: int  # number of the request answered; 0 for none
    kind: Kind
    payload: bytes  # expanded


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope whose signature is good. That `log` is the sender's newest is for the registry to say."""

    sender: bytes  # node id
    envelope: Envelope


def seal(envelope: Envelope, *, kid: bytes, signer: keys.Sign, seal: keys.Seal, seal_key: bytes) -> bytes:
    """Bytes for the line. `kid` is the sender's node id, `seal_key` the receiver's X25519 key.

    Raises LocalError (too_large) past what a receiver would take.
    """
    if len(envelope.payload) > MAX_EXPANDED:
        raise LocalError(f"a payload of {len(envelope.payload)} bytes", code="too_large")
    packed = compress(envelope.payload)
    if len(packed) > MAX_BATCH:
        raise LocalError(f"a payload of {len(packed)} compressed bytes", code="too_large")
    signed = cose.sign(_signed_part(envelope, packed), kid, cose.ENVELOPE, signer)
    return cbor.encode([VERSION, envelope.receiver, seal(signed.raw, seal_key, _INFO + envelope.receiver)])


def open(raw: bytes, *, me: bytes, open: keys.Open, key_of: KeyOf) -> Opened:
    """Checks in the order of 3.5, and expands only what an enrolled node has signed.

    Raises TooLarge, UnknownVersion, BadSignature, BadEnvelope: bad_envelope (another shape), not_for_us
    (another receiver), cannot_open, unknown_sender, unknown_kind, bad_compression.
    """
    signed = _unsealed(raw, me, open)
    key = key_of(signed.kid)
    if key is None:
        raise BadEnvelope("signed by a node that isn't enrolled", code="unknown_sender")
    signed.verify(key, cose.ENVELOPE)
    return Opened(signed.kid, _content(signed.payload, me))


def receiver_of(raw: bytes) -> bytes:
    """For whom it is, read from outside. Raises TooLarge, UnknownVersion, BadEnvelope."""
    if len(raw) > MAX_ENVELOPE:
        raise TooLarge(f"an envelope of {len(raw)} bytes")
    return _outside(raw)[0]


def _unsealed(raw: bytes, me: bytes, opener: keys.Open) -> cose.Sign1:
    if len(raw) > MAX_ENVELOPE:
        raise TooLarge(f"an envelope of {len(raw)} bytes")
    receiver, sealed = _outside(raw)
    if receiver != me:
        raise BadEnvelope("sealed for another node", code="not_for_us")
    try:
        return cose.parse(opener(sealed, _INFO + me))
    except BadEnvelope as fault:
        raise BadEnvelope(str(fault), code="cannot_open") from fault
    except BadCommit as fault:
        raise BadEnvelope(f"sealed, but not signed: {fault}") from fault


def _outside(raw: bytes) -> tuple[bytes, bytes]:
    value = _decoded(raw)
    if type(value) is not list or not value or type(value[0]) is not int:
        raise BadEnvelope("not an envelope")
    if value[0] != VERSION:
        raise UnknownVersion(f"an envelope of version {value[0]}")
    if len(value) != 3 or not _is_short(value[1]) or type(value[2]) is not bytes:
        raise BadEnvelope("an envelope of another form")
    return value[1], value[2]


def _signed_part(envelope: Envelope, packed: bytes) -> bytes:
    return cbor.encode([
        envelope.receiver,
        envelope.log,
        envelope.number,
        envelope.answers,
        str(envelope.kind),
        packed,
    ])  # fmt: skip


def _content(payload: bytes, me: bytes) -> Envelope:
    value = _decoded(payload)
    if type(value) is not list or len(value) != 6 or not _is_content(*value):
        raise BadEnvelope("signed content of another form")
    receiver, log, number, answers, kind, packed = value
    if receiver != me:
        raise BadEnvelope("signed for another node", code="not_for_us")
    if kind not in frozenset(Kind):
        raise BadEnvelope(f"an envelope of kind {kind[:40]!r}", code="unknown_kind")
    return Envelope(receiver, log, number, answers, Kind(kind), expand(packed, MAX_EXPANDED))


def _is_content(receiver: Any, log: Any, number: Any, answers: Any, kind: Any, packed: Any) -> bool:
    return (
        _is_short(receiver)
        and _is_short(log)
        and type(number) is int
        and number >= 1
        and type(answers) is int
        and answers >= 0
        and type(kind) is str
        and type(packed) is bytes
    )


def _decoded(raw: bytes) -> Any:
    try:
        return cbor.decode(raw)
    except BadCbor as fault:
        raise BadEnvelope(str(fault)) from fault


def _is_short(value: object) -> bool:
    return type(value) is bytes and len(value) == SHORT
