"""Signing and sealing keys. Signatures are verified one at a time (protocol 3.1).

Sealing draws randomness, so it is handed in (`Seal`); the node's own is in node/keys.py.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import BadSignature

Sign = Callable[[bytes], bytes]  # message → 64 bytes
Seal = Callable[[bytes, bytes, bytes], bytes]  # (plaintext, receiver's X25519 key, info) → HPKE bytes
Open = Callable[[bytes, bytes], bytes]  # (HPKE bytes, info) → plaintext; raises BadEnvelope

_P = 2**255 - 19
# y coordinates of the eight points of small order (RFC 8032; both signs share a y), and what encodes them.
_SMALL_ORDER_Y = frozenset({
    0,
    1,
    _P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
})  # fmt: skip

# u coordinates of small order (RFC 7748, 6.1), of which an exchange gives zeros
_SMALL_ORDER_U = frozenset({
    0,
    1,
    _P - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
})  # fmt: skip


def is_sound_key(key: bytes) -> bool:
    """False for Ed25519 public keys that aren't canonical or are of small order."""
    if len(key) != 32:
        return False
    y = int.from_bytes(key, "little") & (2**255 - 1)
    return y < _P and y not in _SMALL_ORDER_Y


def is_sound_seal_key(key: bytes) -> bool:
    """False for X25519 public keys of small order: what is sealed to them anybody can open, so nobody seals it."""
    u = int.from_bytes(key, "little") & (2**255 - 1)
    return len(key) == 32 and u % _P not in _SMALL_ORDER_U


def sign_with(private: bytes) -> Sign:
    """A signer from the 32 bytes of an Ed25519 private key."""
    return Ed25519PrivateKey.from_private_bytes(private).sign


def verify(key: bytes, signature: bytes, message: bytes) -> None:
    """Raises BadSignature; also for a key that isn't sound."""
    if not is_sound_key(key):
        raise BadSignature("the public key isn't sound")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise BadSignature("the signature doesn't verify") from fault
