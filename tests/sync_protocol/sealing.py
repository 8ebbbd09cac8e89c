"""HPKE for tests, from private keys that a name gives."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync_protocol import keys
from sync_protocol.errors import BadEnvelope

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def seal(plaintext: bytes, receiver: bytes, info: bytes) -> bytes:
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(receiver), info)


def opener(private: bytes) -> keys.Open:
    key = X25519PrivateKey.from_private_bytes(private)

    def open_sealed(sealed: bytes, info: bytes) -> bytes:
        try:
            return _SUITE.decrypt(sealed, key, info)
        except (InvalidTag, ValueError) as fault:
            raise BadEnvelope("not sealed for this key") from fault

    return open_sealed
