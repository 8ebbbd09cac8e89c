"""Strict CBOR: everything has one encoding, and all else is BadCbor, whatever the bytes."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor
from sync_protocol.errors import BadCbor, LocalError
from tests.vectors.make import FAULTS, GOOD

numbers = st.integers(-(2**63), 2**63 - 1)
scalars = st.none() | st.booleans() | numbers | st.binary(max_size=40) | st.text(max_size=40)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=30), inner, max_size=4)
        | st.dictionaries(st.integers(0, 2**63 - 1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_what_is_encoded_decodes_to_the_same_value(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=60))
def test_any_bytes_either_are_the_one_encoding_or_bad_cbor(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except BadCbor:
        return
    assert cbor.encode(value) == data


@given(values, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_gives_another_value_or_a_fault(value: Any, place: int, bit: int) -> None:
    data = bytearray(cbor.encode(value))
    data[place % len(data)] ^= 1 << bit
    try:
        again = cbor.encode(cbor.decode(bytes(data)))
    except BadCbor:
        return
    assert again == data


@given(st.dictionaries(st.text(max_size=300), st.none(), max_size=12))
def test_text_keys_are_sorted_by_their_encoded_bytes(value: dict[str, None]) -> None:
    keys = [cbor.encode(key) for key in cbor.decode(cbor.encode(value))]
    assert keys == sorted(keys)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_allowed_is_taken(name: str) -> None:
    data = bytes.fromhex(GOOD[name])
    assert cbor.encode(cbor.decode(data)) == data


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_refused(name: str) -> None:
    with pytest.raises(BadCbor):
        cbor.decode(bytes.fromhex(FAULTS[name]))


TAGS = [*range(300), 1004, 43000, 55799, 2**16, 2**32, 2**64 - 1]


@pytest.mark.parametrize("content", [0, [], b"", "a", [0, 1], {}])
def test_no_tag_passes_whatever_it_holds(content: Any) -> None:
    for tag in TAGS:
        with pytest.raises(BadCbor):
            cbor.decode(cbor2.dumps(cbor2.CBORTag(tag, content)))


def test_a_declared_length_costs_nothing_before_its_bytes_are_there() -> None:
    for head in (b"\x5a", b"\x7a", b"\x9a", b"\xba"):
        with pytest.raises(BadCbor):
            cbor.decode(b"\x81" + head + b"\x7f\xff\xff\xff" + bytes(100))


def test_more_items_than_anybody_needs_are_refused_before_they_take_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four million empty maps would take 300 MB, and 20 seconds."""
    monkeypatch.setattr(cbor, "MAX_ITEMS", 1000)
    assert len(cbor.decode(b"\x99" + (999).to_bytes(2, "big") + bytes(999))) == 999
    monkeypatch.setattr(cbor2, "loads", lambda *_, **__: pytest.fail("decoded"))
    for item in (b"\x00", b"\xa0", b"\x40", b"\x18\xff"):
        with pytest.raises(BadCbor):
            cbor.decode(b"\x99" + (1000).to_bytes(2, "big") + item * 1000)


def test_a_long_byte_string_is_one_item() -> None:
    assert len(cbor.decode(b"\x5a" + (4_000_000).to_bytes(4, "big") + bytes(4_000_000))) == 4_000_000


def test_a_byte_string_begins_the_depth_anew() -> None:
    inner = cbor.encode(_nested(16))
    outer = cbor.encode([inner])
    assert cbor.decode(cbor.decode(outer)[0]) == _nested(16)


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), (1,), {1, 2}, bytearray(b"x"), 2**63, -(2**63) - 1, {1: 0, "a": 0}, {-1: 0},
     {True: 0}, {None: 0}, {b"k": 0}, "\ud800", {"\udfff": 0}, object()],
)  # fmt: skip
def test_a_value_without_an_encoding_is_our_own_mistake(value: Any) -> None:
    with pytest.raises(LocalError):
        cbor.encode(value)


def test_a_value_nested_past_16_or_in_itself_is_our_own_mistake() -> None:
    ring: list[Any] = []
    ring.append(ring)
    for value in (_nested(17), ring):
        with pytest.raises(LocalError):
            cbor.encode(value)


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value
