"""Reading a CBOR sequence from chunks of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, sequence
from sync_protocol.errors import BadCbor, TooLarge
from sync_protocol.sequence import CutOff

parts = st.integers(0, 2**63 - 1) | st.binary(max_size=300) | st.text(max_size=80)
arrays = st.lists(parts, max_size=6)


@given(st.lists(arrays, max_size=6), st.integers(1, 50))
def test_items_come_out_whatever_the_chunks(values: list[list[object]], size: int) -> None:
    encoded = [cbor.encode(value) for value in values]
    raw = b"".join(encoded)
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    found = list(sequence.items(chunks))
    assert [item for _, item in found] == encoded
    assert all(raw[offset:].startswith(item) for offset, item in found)


@given(arrays, st.integers(1))
def test_an_item_cut_anywhere_is_cut_off(value: list[object], at: int) -> None:
    raw = cbor.encode(value)
    cut = raw[: at % len(raw)]
    if cut:
        with pytest.raises(CutOff) as fault:
            list(sequence.items([cut]))
        assert fault.value.code == "cut_off"


@given(st.binary(max_size=80))
def test_any_bytes_are_items_or_a_fault(raw: bytes) -> None:
    try:
        found = list(sequence.items([raw]))
    except (BadCbor, TooLarge):
        return
    assert b"".join(item for _, item in found) == raw


@pytest.mark.parametrize(
    "raw", ["00", "a0", "8180", "81a0", "81f6", "8120", "81c000", "9f", "815f", "81fb00", "91"]
)
def test_what_isnt_a_flat_array_is_refused(raw: str) -> None:
    with pytest.raises(BadCbor):
        list(sequence.items([bytes.fromhex(raw) + bytes(20)]))


def test_an_item_that_declares_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        list(sequence.items([b"\x81\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"]))
    with pytest.raises(TooLarge):
        list(sequence.items([b"\x82" + b"\x5a\x00\x80\x00\x00" + bytes(2**23) + b"\x5a\x00\x80\x00\x00"]))
