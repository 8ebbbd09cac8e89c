"""Reading a CBOR sequence (RFC 8742) of flat arrays from chunks, one item at a time, bounded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .errors import BadCbor, TooLarge
from .limits import MAX_BATCH

MAX_ITEM = MAX_BATCH + 1024  # bytes: the largest commit or body that a message could bring, and its frame

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_UNSIGNED, _BYTES, _TEXT, _ARRAY = 0, 2, 3, 4


class CutOff(BadCbor):
    code = "cut_off"


def items(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each item. Raises CutOff at a partial one, TooLarge, BadCbor for another form.

    Only the frame is looked at; whether it is the deterministic encoding is for cbor.decode.
    """
    buffer = bytearray()
    offset = 0
    for chunk in chunks:
        buffer += chunk
        at = 0
        while (length := item_length(buffer, at)) is not None:
            yield offset + at, bytes(buffer[at : at + length])
            at += length
        del buffer[:at]
        offset += at
    if buffer:
        raise CutOff(f"the item at byte {offset} is cut off")


def item_length(data: bytes | bytearray, start: int) -> int | None:
    """Bytes of the array of scalars at `start`; None while it isn't there as a whole."""
    head = _head(data, start)
    if head is None:
        return None
    major, count, at = head
    if major != _ARRAY or count > 16:
        raise BadCbor(f"not an array of an export at byte {start}")
    for _ in range(count):
        head = _head(data, at)
        if head is None:
            return None
        major, value, at = head
        if major not in (_UNSIGNED, _BYTES, _TEXT):
            raise BadCbor(f"not a number, bytes or text at byte {at}")
        at += value if major != _UNSIGNED else 0
        if at - start > MAX_ITEM:
            raise TooLarge(f"an item of more than {MAX_ITEM} bytes")
    return at - start if at <= len(data) else None


def _head(data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """Major type, argument, and where the content begins."""
    if at >= len(data):
        return None
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, at + 1
    width = _WIDTHS.get(low)
    if width is None:
        raise BadCbor(f"a length of another form at byte {at}")
    end = at + 1 + width
    return (major, int.from_bytes(data[at + 1 : end], "big"), end) if end <= len(data) else None
