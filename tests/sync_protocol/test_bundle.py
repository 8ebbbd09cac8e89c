"""The container: whole, in order, for us, or refused by name; never more than one envelope in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol import bundle, cbor, envelope
from sync_protocol.bundle import MAGIC, Letter, Trailer
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.errors import BadEnvelope, BadMessage, RemoteError
from sync_protocol.limits import MAX_ENVELOPE
from tests.sync_protocol.scene import Office, Tree, seal_public
from tests.sync_protocol.sealing import seal

TREE = Tree()
SENDER, RECEIVER, OTHER = TREE.county, TREE.city, TREE.province


def sealed(payload: bytes, number: int, kind: Kind = Kind.BUNDLE, *, to: Office = RECEIVER,
           by: Office = SENDER, log: bytes | None = None) -> bytes:  # fmt: skip
    letter = Envelope(to.id, log or by.log, number, 0, kind, payload)
    key = seal_public(to.seal_private)
    return envelope.seal(letter, kid=by.id, signer=by.signer, seal=seal, seal_key=key)


def closing(number: int, **how: Office) -> Callable[[Trailer], bytes]:
    return lambda trailer: sealed(trailer.encode(), number, Kind.TRAILER, **how)  # type: ignore[arg-type]


def bundled(letters: Iterable[bytes], number: int = 99, **how: Office) -> bytes:
    return b"".join(bundle.write(letters, closing(number, **how)))


WHOLE = bundled([sealed(b"one", 7), sealed(b"two", 9)], 10)


def open_sealed(raw: bytes) -> Letter:
    keys = {SENDER.id: SENDER.key, OTHER.id: OTHER.key}
    return bundle.letter_of(envelope.open(raw, me=RECEIVER.id, open=RECEIVER.open, key_of=keys.get))


def read(raw: bytes, size: int = 7) -> list[Letter]:
    chunks = (raw[at : at + size] for at in range(0, len(raw), size))
    return [letter for _, letter in bundle.read(chunks, me=RECEIVER.id, open=open_sealed)]


def refusal(raw: bytes, size: int = 1000) -> str:
    with pytest.raises(RemoteError) as fault:
        read(raw, size)
    return fault.value.code


@pytest.mark.parametrize("size", [1, 3, 8, 100, 1 << 20])
def test_a_bundle_is_read_in_chunks_of_any_size(size: int) -> None:
    letters = read(WHOLE, size)
    assert [one.number for one in letters] == [7, 9, 10]
    assert {(one.sender, one.log) for one in letters} == {(SENDER.id, SENDER.log)}
    assert [one.trailer is None for one in letters] == [True, True, False]


def test_a_bundle_without_envelopes_is_one() -> None:
    [trailer] = read(bundled([]))
    assert trailer.trailer == Trailer(0, hashlib.sha256(MAGIC).digest())


def test_a_bundle_cut_at_any_byte_is_told_as_cut() -> None:
    assert {refusal(WHOLE[:end]) for end in range(len(MAGIC))} == {"not_a_bundle"}
    step = 5  # every place of an envelope is like its neighbour but for the four of a length
    ends = {*range(len(MAGIC), len(WHOLE), step), *range(8, 20), len(WHOLE) - 1}
    assert {refusal(WHOLE[:end]) for end in ends} == {"bundle_cut"}


def test_a_bundle_with_any_byte_changed_is_told_as_damaged() -> None:
    told = {refusal(WHOLE[:at] + bytes([WHOLE[at] ^ 0x41]) + WHOLE[at + 1 :])
            for at in [*range(40), *range(40, len(WHOLE), 3)]}  # fmt: skip
    assert told == {"not_a_bundle", "bundle_damaged", "bundle_cut"}


def test_a_bundle_for_another_node_is_told_as_such_and_not_as_damaged() -> None:
    to = {"to": OTHER}
    theirs = bundled([sealed(b"one", 1, **to), sealed(b"two", 2, **to)], 3, **to)  # type: ignore[arg-type]
    assert refusal(theirs) == "not_for_us"


def test_a_bundle_of_a_later_version_is_told_as_such() -> None:
    later = cbor.encode([2, RECEIVER.id, b"whatever that will be"])
    assert refusal(b"".join(bundle.write([later], lambda _: later))) == "unknown_version"


def test_a_bundle_by_a_stranger_is_told_as_such() -> None:
    stranger = Office("stranger", "1")
    assert refusal(bundled([sealed(b"one", 1, by=stranger)], 2, by=stranger)) == "unknown_sender"


def test_envelopes_left_out_doubled_or_exchanged_are_damage() -> None:
    one, two, trailer = frames(WHOLE)
    for wrong in ([two, trailer], [one, trailer], [one, one, two, trailer], [one, two, trailer, one],
                  [one, two, trailer, trailer], [trailer], [two, one, trailer]):  # fmt: skip
        assert refusal(MAGIC + b"".join(wrong)) in ("bundle_damaged", "bundle_mixed")
    assert refusal(MAGIC + one + two) == "bundle_cut"


def frames(raw: bytes) -> list[bytes]:
    found, at = [], len(MAGIC)
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
        found.append(raw[at:end])
        at = end
    return found


def test_another_bundles_trailer_does_not_close_it() -> None:
    other = bundled([sealed(b"one", 7), sealed(b"2", 9)], 10)
    assert refusal(MAGIC + b"".join([*frames(WHOLE)[:2], frames(other)[2]])) == "bundle_damaged"


@pytest.mark.parametrize(
    "letters",
    [
        [sealed(b"one", 7), sealed(b"two", 7)],
        [sealed(b"one", 8), sealed(b"two", 7)],
        [sealed(b"one", 7), sealed(b"two", 8, by=OTHER)],
        [sealed(b"one", 7), sealed(b"two", 8, log=bytes(16))],
    ],
)
def test_envelopes_that_do_not_belong_together_are_refused(letters: list[bytes]) -> None:
    assert refusal(bundled(letters)) == "bundle_mixed"


def test_a_request_of_the_line_is_nothing_for_a_bundle() -> None:
    assert refusal(bundled([sealed(b"one", 7, Kind.REQUEST)])) == "bundle_damaged"


@pytest.mark.parametrize("size", [0, MAX_ENVELOPE + 1, 2**32 - 1])
def test_a_length_out_of_bounds_is_damage_before_anything_is_kept(size: int) -> None:
    assert refusal(MAGIC + size.to_bytes(4, "big") + bytes(100)) == "bundle_damaged"


def test_what_is_no_file_of_ours_is_told_as_such() -> None:
    for raw in (b"", b"PK\3\4" + bytes(100), b"QIAOBND2" + WHOLE[8:], bytes(1000)):
        assert refusal(raw) == "not_a_bundle"


def test_no_more_than_one_envelope_is_taken_from_the_source_at_a_time() -> None:
    taken = 0

    def chunks() -> Iterable[bytes]:
        nonlocal taken
        for at in range(0, len(WHOLE), 10):
            taken += 10
            yield WHOLE[at : at + 10]

    next(iter(bundle.read(chunks(), me=RECEIVER.id, open=open_sealed)))
    assert taken <= len(MAGIC) + len(frames(WHOLE)[0]) + 10


def test_a_trailer_keeps_what_a_later_version_adds() -> None:
    digest = hashlib.sha256(b"").digest()
    assert Trailer.parse(cbor.encode({1: 4, 2: digest, 3: "later"})) == Trailer(4, digest)


@pytest.mark.parametrize("raw", [b"", b"\x80", cbor.encode({1: 1}), cbor.encode({1: -1, 2: bytes(32)}),
                                 cbor.encode({1: 1, 2: bytes(31)})])  # fmt: skip
def test_a_trailer_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        Trailer.parse(raw)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_name(raw: bytes) -> None:
    def never(_sealed: bytes) -> Letter:
        raise BadEnvelope("no")

    for start in (b"", MAGIC):
        with pytest.raises(RemoteError):
            list(bundle.read([start + raw], me=RECEIVER.id, open=never))
