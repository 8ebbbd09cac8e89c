"""Parts behind their lengths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import frames
from sync_protocol.errors import BadMessage, TooLarge


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6))
def test_what_was_packed_is_unpacked(parts: list[bytes]) -> None:
    assert frames.unpack(frames.pack(parts), most=6, largest=20) == parts


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=3), st.data())
def test_a_message_cut_within_a_part_is_found(parts: list[bytes], data: st.DataObject) -> None:
    raw = frames.pack([*parts, b"last"])
    cut = data.draw(st.integers(1, 7))
    with pytest.raises(BadMessage):
        frames.unpack(raw[:-cut], most=9, largest=20)


def test_too_many_parts_or_too_large_a_one_is_refused() -> None:
    with pytest.raises(TooLarge):
        frames.unpack(frames.pack([b""] * 3), most=2, largest=9)
    with pytest.raises(TooLarge):
        frames.unpack(frames.pack([bytes(10)]), most=2, largest=9)
    with pytest.raises(BadMessage):
        frames.unpack(b"", most=2, largest=9)
