"""Parts of a message, each behind its length in 4 bytes, big-endian.

A message isn't one CBOR item: of what a peer sends, only one part at a time is expanded into values.
"""

from __future__ import annotations

from collections.abc import Iterable

from .errors import BadMessage, TooLarge

_HEAD = 4


def pack(parts: Iterable[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(_HEAD, "big") + part for part in parts)


def unpack(raw: bytes, *, most: int, largest: int) -> list[bytes]:
    """At least one part. Raises TooLarge past `most` parts or `largest` bytes of one, BadMessage if cut."""
    parts: list[bytes] = []
    at = 0
    while at < len(raw):
        end = _end(raw, at, largest)
        parts.append(raw[at + _HEAD : end])
        if len(parts) > most:
            raise TooLarge(f"a message of more than {most} parts")
        at = end
    if not parts:
        raise BadMessage("an empty message")
    return parts


def _end(raw: bytes, at: int, largest: int) -> int:
    size = int.from_bytes(raw[at : at + _HEAD], "big")
    end = at + _HEAD + size
    if end > len(raw):
        raise BadMessage("a message that is cut off")
    if size > largest:
        raise TooLarge(f"a part of {size} bytes")
    return end
