"""What of attachments goes into one message: pure, from what is asked and how much room there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

MOST_WANTS = 8  # asked for in one message: 40 bytes each, also in an exchange that is idle
LEAST = 1024  # bytes that are worth a chunk, unless they are a file's last
MOST_CHUNKS = 64  # of one message; small files shouldn't each cost an exchange


class Cut(NamedTuple):
    """A chunk to be made: `length` bytes of a content from `offset`."""

    hash: bytes
    offset: int
    length: int


def asked_next(lacking: Iterable[bytes], in_vain: Mapping[bytes, int], most: int = MOST_WANTS) -> list[bytes]:
    """Those asked for in vain the fewest times go first, so that what nobody has stops nothing else."""
    return sorted(lacking, key=lambda content: in_vain.get(content, 0))[:most]


def cuts(wants: Iterable[tuple[bytes, int, int]], room: int) -> Iterator[Cut]:
    """One chunk for each want (hash, offset, size) while there is room; an empty file's chunk is empty."""
    seen: set[bytes] = set()
    for content, offset, size in wants:
        if content in seen or not (0 <= offset < size or offset == size == 0):
            continue
        length = min(size - offset, room)
        if (length < LEAST and length < size - offset) or len(seen) == MOST_CHUNKS:
            return
        seen.add(content)
        room -= length
        yield Cut(content, offset, length)
