"""The file of receipts and stands: whole, or named as what it isn't."""

from __future__ import annotations

import pytest

from sync_protocol import evidence
from sync_protocol.errors import RemoteError
from sync_protocol.stand import Stand
from tests.fuzz.samples import standing
from tests.sync_protocol.test_receipt import given_receipt

NODE = bytes(range(16))


def made(many: int) -> bytes:
    raws = [given_receipt(time_ms=at).raw for at in range(many)]
    return b"".join(evidence.write(NODE, raws, [standing()] * (many // 2)))


def test_what_is_written_is_read_in_any_pieces() -> None:
    raw = made(3)
    for size in (1, 7, len(raw)):
        chunks = (raw[at : at + size] for at in range(0, len(raw), size))
        *receipts, stood = evidence.read(chunks)
        assert [one.time_ms for one in receipts] == [0, 1, 2] and isinstance(stood, Stand)
    assert list(evidence.read([made(0)])) == []


def test_a_file_cut_anywhere_or_altered_anywhere_is_refused() -> None:
    raw = made(2)
    for at in range(len(raw)):
        with pytest.raises(RemoteError):
            list(evidence.read([raw[:at]]))
        flipped = bytearray(raw)
        flipped[at] ^= 4
        with pytest.raises(RemoteError):
            list(evidence.read([bytes(flipped)]))
