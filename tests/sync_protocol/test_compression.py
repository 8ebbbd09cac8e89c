"""A frame expands to what its head says, or not at all."""

from __future__ import annotations

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.compression import compress, expand
from sync_protocol.errors import BadEnvelope, RemoteError, TooLarge
from sync_protocol.limits import MAX_EXPANDED


@given(st.binary(max_size=2000))
def test_what_was_compressed_expands_again(raw: bytes) -> None:
    assert expand(compress(raw), len(raw)) == raw


def test_one_byte_past_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        expand(compress(bytes(101)), 100)


def test_a_frame_that_lies_about_its_size_is_refused() -> None:
    frame = bytearray(zstandard.ZstdCompressor(write_content_size=True).compress(bytes(1000)))
    size_at = frame.index((1000 - 256).to_bytes(2, "little"))
    frame[size_at : size_at + 2] = (100).to_bytes(2, "little")
    for packed in (bytes(frame), compress(bytes(1000))[:-3], b"", b"text"):
        with pytest.raises(BadEnvelope) as caught:
            expand(packed, MAX_EXPANDED)
        assert caught.value.code == "bad_compression"


@given(st.binary(max_size=60), st.integers(0, 60))
def test_mutated_frames_raise_remote_errors_alone(noise: bytes, at: int) -> None:
    whole = compress(bytes(range(256)) * 4)
    for packed in (noise, whole[:at] + noise + whole[at + len(noise) :], whole[:at]):
        try:
            expand(packed, 10_000)
        except RemoteError:
            continue
