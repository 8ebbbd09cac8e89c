"""What is sealed opens for its receiver alone, and everything else is an error with a code of its own."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, cose, envelope
from sync_protocol.compression import compress
from sync_protocol.envelope import Envelope, Kind, Opened
from sync_protocol.errors import LocalError, RemoteError, TooLarge
from sync_protocol.limits import MAX_BATCH, MAX_ENVELOPE, MAX_EXPANDED

from .scene import Office, seal_public, seed
from .sealing import opener, seal

CITY, COUNTY = Office("city", "370000/370200"), Office("county", "370000/370200/370211")
LETTER = Envelope(CITY.id, COUNTY.log, 7, 0, Kind.REQUEST, b"payload" * 100)


def sealed(letter: Envelope = LETTER, by: Office = COUNTY, claims: Office = COUNTY) -> bytes:
    return envelope.seal(
        letter, kid=claims.id, signer=by.signer, seal=seal, seal_key=seal_public(CITY.seal_private)
    )


def opened(raw: bytes, me: Office = CITY) -> Opened:
    known = {CITY.id: CITY.key, COUNTY.id: COUNTY.key}
    return envelope.open(raw, me=me.id, open=opener(me.seal_private), key_of=known.get)


def resealed(content: Any, aad: bytes = cose.ENVELOPE) -> bytes:
    """Something else, well signed by the county."""
    signed = cose.sign(cbor.encode(content), COUNTY.id, aad, COUNTY.signer).raw
    return outside(signed)


def outside(signed: bytes) -> bytes:
    info = b"qiao/envelope/1\0" + CITY.id
    return cbor.encode([1, CITY.id, seal(signed, seal_public(CITY.seal_private), info)])


def code_of(raw: bytes, me: Office = CITY) -> str:
    with pytest.raises(RemoteError) as caught:
        opened(raw, me)
    return caught.value.code


RAW = sealed()


def test_what_was_sealed_opens_for_its_receiver() -> None:
    assert opened(RAW) == Opened(COUNTY.id, LETTER)
    assert envelope.receiver_of(RAW) == CITY.id


def test_outside_stand_only_a_version_and_the_receiver() -> None:
    version, receiver, secret = cbor.decode(RAW)
    assert (version, receiver) == (1, CITY.id)
    assert COUNTY.id not in secret and COUNTY.log not in secret


def test_an_envelope_for_another_node_isnt_opened() -> None:
    assert code_of(RAW, COUNTY) == "not_for_us"


def test_a_receiver_changed_on_the_way_doesnt_open() -> None:
    version, _, secret = cbor.decode(RAW)
    assert code_of(cbor.encode([version, COUNTY.id, secret]), COUNTY) == "cannot_open"


def test_a_letter_signed_for_another_and_passed_on_is_refused() -> None:
    assert code_of(resealed([COUNTY.id, COUNTY.log, 1, 0, "request", compress(b"")])) == "not_for_us"


def test_somebody_elses_signature_is_refused() -> None:
    assert code_of(sealed(by=CITY)) == "bad_signature"


def test_a_sender_who_isnt_enrolled_is_refused() -> None:
    stranger = Office("stranger", "x")
    assert code_of(sealed(by=stranger, claims=stranger)) == "unknown_sender"


def test_a_signature_of_another_kind_is_no_envelopes() -> None:
    content = [CITY.id, COUNTY.log, 1, 0, "request", compress(b"")]
    assert code_of(resealed(content, cose.COMMIT)) == "bad_signature"
    assert code_of(outside(b"not signed")) == "bad_envelope"


def test_another_version_is_named_as_such_whatever_follows() -> None:
    assert code_of(cbor.encode([2, "whatever"])) == "unknown_version"


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b"\x80", b"\xa0", b"\x82\x01", cbor.encode([1, b"short", b""])]
)
def test_garbage_is_no_envelope(raw: bytes) -> None:
    assert code_of(raw) == "bad_envelope"


def test_an_envelope_past_its_bound_is_refused_unread() -> None:
    assert code_of(bytes(MAX_ENVELOPE + 1)) == "too_large"
    with pytest.raises(TooLarge):
        envelope.receiver_of(bytes(MAX_ENVELOPE + 1))


@pytest.mark.parametrize(
    "change",
    [{0: b"short"}, {1: b"short"}, {1: None}, {2: 0}, {2: "1"}, {2: True}, {3: -1}, {4: 5}, {5: "text"}],
)
def test_signed_content_of_another_form_is_refused(change: dict[int, Any]) -> None:
    content: list[Any] = [CITY.id, COUNTY.log, 1, 0, "request", compress(b"")]
    for at, value in change.items():
        content[at] = value
    assert code_of(resealed(content)) == "bad_envelope"
    assert code_of(resealed([*content, 1])) == "bad_envelope"


def test_a_kind_of_a_newer_version_has_a_code_of_its_own() -> None:
    content = [CITY.id, COUNTY.log, 1, 0, "parcel", compress(b"")]
    assert code_of(resealed(content)) == "unknown_kind"


def bomb(stated: bool) -> bytes:
    """Expands to a gibibyte."""
    maker = zstandard.ZstdCompressor(level=1, write_content_size=stated)
    stream = maker.compressobj(size=2**30) if stated else maker.compressobj()
    return b"".join([*(stream.compress(bytes(2**24)) for _ in range(64)), stream.flush()])


@pytest.mark.parametrize("stated, code", [(True, "too_large"), (False, "bad_compression")])
def test_a_bomb_is_refused_before_anything_is_allocated(stated: bool, code: str) -> None:
    raw = resealed([CITY.id, COUNTY.log, 1, 0, "request", bomb(stated)])
    tracemalloc.start()
    assert code_of(raw) == code
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_we_seal_nothing_that_a_receiver_would_refuse() -> None:
    for payload in (bytes(MAX_EXPANDED + 1), noise(MAX_BATCH + 1000)):
        with pytest.raises(LocalError) as caught:
            sealed(Envelope(CITY.id, COUNTY.log, 1, 0, Kind.REPLY, payload))
        assert caught.value.code == "too_large"


def noise(size: int) -> bytes:
    return b"".join(seed(f"noise {at}") for at in range(size // 32 + 1))


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_always_a_remote_error(at: int, flip: int) -> None:
    raw = RAW[:at] + bytes([RAW[at] ^ flip]) + RAW[at + 1 :]
    with pytest.raises(RemoteError):
        opened(raw)


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=4))
def test_a_cut_or_lengthened_envelope_is_always_a_remote_error(end: int, tail: bytes) -> None:
    for raw in (RAW[:end] + tail, RAW + (tail or b"\0")):
        if raw != RAW:
            with pytest.raises(RemoteError):
                opened(raw)


@given(st.binary(max_size=200))
def test_what_a_sender_signs_raises_remote_errors_alone(content: bytes) -> None:
    signed = cose.sign(content, COUNTY.id, cose.ENVELOPE, COUNTY.signer).raw
    for raw in (outside(signed), outside(content), content):
        with pytest.raises(RemoteError):
            opened(raw)
