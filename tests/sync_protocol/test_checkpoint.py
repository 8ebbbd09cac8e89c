"""The checkpoint as a C2SP signed note: read by the bytes of another program, and by nothing else than its own form."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.checkpoint import (
    Checkpoint,
    grown,
    key_hash,
    opened,
    signed,
    taken_apart,
    verifier_key,
)
from sync_protocol.errors import BadMessage, BadSignature, RemoteError
from sync_protocol.keys import sign_with

PRIVATE = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
HEAD = Checkpoint(b"n" * 16, b"l" * 16, 20_852_163, sha256(b"root").digest())
NOTE = signed(HEAD, KEY, sign_with(PRIVATE))


def test_a_note_has_the_three_lines_a_blank_one_and_the_signature() -> None:
    lines = NOTE.split("\n")
    assert lines[0] == f"qiao/{(b'n' * 16).hex()}/{(b'l' * 16).hex()}"
    assert lines[1:4] == ["20852163", base64.b64encode(HEAD.root).decode(), ""]
    assert lines[4].startswith(f"— {lines[0]} ") and lines[5] == ""
    assert opened(NOTE, KEY) == HEAD


def test_the_hash_of_a_key_is_that_of_the_signed_note_specification() -> None:
    """That of the key in the specification's example of a verifier key, PeterNeumann's."""
    key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    assert key_hash("PeterNeumann", key).hex() == "c74f20a3"
    assert verifier_key(HEAD, KEY).split("+")[0] == HEAD.origin


def test_another_witnesss_signature_beside_ours_does_no_harm() -> None:
    witness = base64.b64encode(b"wits" + b"s" * 72).decode()
    assert opened(f"{NOTE}— example.org/witness {witness}\n", KEY) == HEAD


def test_an_extension_line_is_signed_as_well() -> None:
    text = f"{HEAD.text}an extension\n"
    line = base64.b64encode(key_hash(HEAD.origin, KEY) + sign_with(PRIVATE)(text.encode())).decode()
    assert opened(f"{text}\n— {HEAD.origin} {line}\n", KEY) == replace(HEAD, said=("an extension",))


def test_a_note_signed_by_another_key_is_none_of_ours() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32).public_key().public_bytes_raw()
    with pytest.raises(BadMessage):
        opened(NOTE, other)


@given(st.integers(0, len(NOTE) - 2), st.characters(codec="utf-8"))
def test_no_altered_note_says_anything_else(at: int, character: str) -> None:
    altered = NOTE[:at] + character + NOTE[at + 1 :]
    try:
        assert opened(altered, KEY) == HEAD
    except RemoteError:
        return
    assert altered == NOTE


@pytest.mark.parametrize("size", ["01", "-1", "1 ", "１", "9" * 20, ""])
def test_a_size_has_one_form(size: str) -> None:
    text = HEAD.text.replace("20852163", size)
    line = base64.b64encode(key_hash(HEAD.origin, KEY) + sign_with(PRIVATE)(text.encode())).decode()
    with pytest.raises(BadMessage):
        opened(f"{text}\n— {HEAD.origin} {line}\n", KEY)


def test_a_signature_over_something_else_is_refused_as_one() -> None:
    line = base64.b64encode(key_hash(HEAD.origin, KEY) + sign_with(PRIVATE)(b"else")).decode()
    with pytest.raises(BadSignature):
        opened(f"{HEAD.text}\n— {HEAD.origin} {line}\n", KEY)


@given(st.text())
def test_any_text_is_a_note_or_refused(text: str) -> None:
    with pytest.raises(RemoteError):
        opened(text, KEY)


@given(st.integers(1, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=64))
def test_what_it_grew_from_goes_with_a_note_and_comes_apart_again(old: int, proof: list[bytes]) -> None:
    assert taken_apart(grown(NOTE, old, proof)) == (old, proof, NOTE)
    assert taken_apart(NOTE) == (0, [], NOTE)


@pytest.mark.parametrize(
    "text", ["old 1", "old x\n\n", "old 01\n\nnote", "old 1\n===\n\nnote", "old 1\n" + "A" * 20_000]
)
def test_half_a_proof_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        taken_apart(text)
