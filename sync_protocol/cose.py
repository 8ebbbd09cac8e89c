"""COSE_Sign1 as Qiao uses it (RFC 9052; protocol 3.3): tag 18, Ed25519 (-19, RFC 9864), a kid, nothing else.

Every kind of signature has its own external_aad, so that none can stand for another.
"""

from __future__ import annotations

from dataclasses import dataclass

import cbor2

from .errors import BadCommit
from .keys import Sign, verify

COMMIT = b"qiao/commit/1"
ENVELOPE = b"qiao/envelope/1"
RECEIPT = b"qiao/receipt/1"
JOIN = b"qiao/join/1"
STAND = b"qiao/stand/1"
EXPORT = b"qiao/export/1"

_HEAD = b"\xd2\x84"  # tag 18, array of 4
_PROTECTED = b"\xa2\x01\x32\x04\x50"  # {1: -19, 4: bstr 16}, then the kid
_KID = len(_HEAD) + 1 + len(_PROTECTED)  # where it begins


@dataclass(frozen=True, slots=True)
class Sign1:
    """One signed message; `raw` are the bytes as received, which are what counts."""

    raw: bytes
    kid: bytes  # node id, 16 bytes
    payload: bytes
    signature: bytes  # 64 bytes

    def verify(self, key: bytes, aad: bytes) -> None:
        """Raises BadSignature."""
        verify(key, self.signature, _to_sign(self.kid, aad, self.payload))


def sign(payload: bytes, kid: bytes, aad: bytes, signer: Sign) -> Sign1:
    signature = signer(_to_sign(kid, aad, payload))
    return Sign1(_message(kid, payload, signature), kid, payload, signature)


def parse(raw: bytes) -> Sign1:
    """Raises BadCommit when the message is anything but the one form."""
    kid, signature = raw[_KID : _KID + 16], raw[-64:]
    payload = raw[_KID + 17 + _width(raw) : -66]
    if raw != _message(kid, payload, signature):
        raise BadCommit("a COSE_Sign1 message of another form")
    return Sign1(raw, kid, payload, signature)


def _width(raw: bytes) -> int:
    """Bytes of the head of the payload, as its first says."""
    low = raw[_KID + 17] & 31 if len(raw) > _KID + 17 else 0
    return 1 if low < 24 else 1 + (1 << (low - 24 & 3))


def _message(kid: bytes, payload: bytes, signature: bytes) -> bytes:
    return _HEAD + cbor2.dumps(_PROTECTED + kid) + b"\xa0" + cbor2.dumps(payload) + cbor2.dumps(signature)


def _to_sign(kid: bytes, aad: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052, 4.4."""
    return b"\x84\x6aSignature1" + cbor2.dumps(_PROTECTED + kid) + cbor2.dumps(aad) + cbor2.dumps(payload)
