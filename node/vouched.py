"""Certificates for the channel between nodes, vouched for by the node's own Ed25519 keys (protocol, the channel).

A child knows its parent's signing key from the invitation, later from the registry: that key is the pin. It signs the
certificate of a key made for the channel alone, so a certificate may be made anew at any time, and a change of keys
is told by a chain: the newest pair signs the channel's certificate, each older pair the next newer one. Whoever
knows any of them finds the way. No date is looked at by a child: its clock may be years off, and it is by an exchange
that it is set right.

A signature over a certificate can't stand for one over anything else of ours: a certificate's signed part begins with
the byte 30, what COSE signs with 84, and the blind index's key with text.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from node.keys import Keys
from sync_protocol.keys import Sign
from sync_protocol.names import node_id

DAYS = 820
_YEAR_DAYS = 3660  # of the certificates that only hand on: they are made anew each time, too
_SOME_DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)  # of what nobody looks at the dates of
_ED25519 = bytes.fromhex("300506032b6570")  # AlgorithmIdentifier, RFC 8410
_SEQUENCE, _BITS = 0x30, 0x03


@dataclass(frozen=True, slots=True)
class Vouched:
    """PEM of the certificate, of those that lead to older keys, and of its key, encrypted by `password`."""

    pem: bytes
    password: bytes


def make(pairs: Sequence[Keys], now: datetime.datetime, password: bytes) -> Vouched:
    """A new channel key and its certificate. `pairs`: the node's, newest first; one at least."""
    private = ec.generate_private_key(ec.SECP256R1())
    own = [_leaf(private.public_key(), pairs[0], now)]
    own += [_handing_on(newer, older, now) for newer, older in zip(pairs, pairs[1:], strict=False)]
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    return Vouched(b"".join(one.public_bytes(Encoding.PEM) for one in own) + secret, password)


def anchors(keys: Sequence[bytes]) -> bytes:
    """What a child trusts, for `cadata`: certificates that say these Ed25519 keys. Nobody looks at who signed a
    certificate that is trusted, so a key made for the moment does."""
    made = (_authority(key, key, _SOME_DAY, Ed25519PrivateKey.generate().sign) for key in keys)
    return b"".join(one.public_bytes(Encoding.DER) for one in made)


def _leaf(public: ec.EllipticCurvePublicKey, own: Keys, now: datetime.datetime) -> x509.Certificate:
    builder = _builder(own.sign_key, now, DAYS).subject_name(_name("qiao")).public_key(public)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return _signed(builder, own.sign)


def _handing_on(newer: Keys, older: Keys, now: datetime.datetime) -> x509.Certificate:
    return _authority(newer.sign_key, older.sign_key, now, older.sign)


def _authority(key: bytes, issuer: bytes, now: datetime.datetime, sign: Sign) -> x509.Certificate:
    public = Ed25519PublicKey.from_public_bytes(key)
    builder = _builder(issuer, now, _YEAR_DAYS).subject_name(_name(_called(key))).public_key(public)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier(node_id(key)), critical=False)
    return _signed(builder, sign)


def _builder(issuer: bytes, now: datetime.datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(_name(_called(issuer)))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier(node_id(issuer), None, None), critical=False)
    )


def _called(key: bytes) -> str:
    return f"qiao {node_id(key).hex()}"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(builder: x509.CertificateBuilder, sign: Sign) -> x509.Certificate:
    """The node's private key stays in node/keys.py, so another one signs a draft, and ours what the draft says."""
    draft = builder.sign(Ed25519PrivateKey.generate(), None)
    said = draft.tbs_certificate_bytes
    content = said + _ED25519 + _der(_BITS, b"\0" + sign(said))
    return x509.load_der_x509_certificate(_der(_SEQUENCE, content))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
