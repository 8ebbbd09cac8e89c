"""COSE_Sign1: one form, one meaning for each kind of signature."""

from __future__ import annotations

import contextlib

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cose, keys
from sync_protocol.errors import BadCommit, BadSignature
from tests.sync_protocol.scene import public, seed
from tests.vectors.make import vectors

KID = bytes(range(16))
AADS = (cose.COMMIT, cose.ENVELOPE, cose.RECEIPT, cose.JOIN, cose.EXPORT)
SIGNER = keys.sign_with(seed("a"))
KEY = public(seed("a"))
FAULTS = {one["name"]: one["raw"] for name, value in vectors() if name == "commit_faults"
          for one in value if not one["name"].startswith("header")}  # fmt: skip


@given(st.binary(max_size=300))
def test_what_is_signed_is_parsed_and_verifies(payload: bytes) -> None:
    made = cose.sign(payload, KID, cose.COMMIT, SIGNER)
    parsed = cose.parse(made.raw)
    assert parsed == made and (parsed.kid, parsed.payload) == (KID, payload)
    parsed.verify(KEY, cose.COMMIT)


def test_the_message_is_that_of_rfc_9052() -> None:
    made = cose.sign(b"payload", KID, cose.COMMIT, SIGNER)
    tagged = cbor2.loads(made.raw)
    protected = cbor2.dumps({1: -19, 4: KID}, canonical=True)
    assert tagged.tag == 18 and list(tagged.value[:3]) == [protected, {}, b"payload"]
    to_sign = cbor2.dumps(["Signature1", protected, b"qiao/commit/1", b"payload"])
    Ed25519PrivateKey.from_private_bytes(seed("a")).public_key().verify(tagged.value[3], to_sign)


def test_no_kind_of_signature_stands_for_another() -> None:
    assert len(set(AADS)) == len(AADS)
    for signed_as in AADS:
        made = cose.sign(b"payload", KID, signed_as, SIGNER)
        for read_as in set(AADS) - {signed_as}:
            with pytest.raises(BadSignature):
                made.verify(KEY, read_as)


def test_the_kid_is_signed_too() -> None:
    made = cose.sign(b"payload", KID, cose.COMMIT, SIGNER)
    other = cose.Sign1(made.raw, bytes(16), made.payload, made.signature)
    with pytest.raises(BadSignature):
        other.verify(KEY, cose.COMMIT)


@pytest.mark.parametrize("name", FAULTS)
def test_any_other_form_is_refused(name: str) -> None:
    with pytest.raises(BadCommit):
        cose.parse(bytes.fromhex(FAULTS[name]))


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_are_a_message_or_bad_commit(data: bytes, headed: bool) -> None:
    with contextlib.suppress(BadCommit):
        cose.parse(b"\xd2\x84" + data if headed else data)


def test_every_flipped_bit_of_a_message_is_found() -> None:
    raw = cose.sign(b"payload", KID, cose.COMMIT, SIGNER).raw
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((BadCommit, BadSignature)):
            cose.parse(bytes(flipped)).verify(KEY, cose.COMMIT)
