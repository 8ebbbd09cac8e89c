"""The clock and the randomness of tests: moved by hand, drawn from a seed."""

from __future__ import annotations

import random

from node.marker import Identity, Mark


class FakeClock:
    """A clock that stands until it is moved. Fits node.clock.Clock."""

    def __init__(self, own_ms: int = 1_790_000_000_000) -> None:
        self._own_ms = own_ms
        self.moved_ms = 0
        self.offset_ms = 0
        self.steady = 1_000_000

    def own_ms(self) -> int:
        return self._own_ms

    def now_ms(self) -> int:
        return self._own_ms + self.offset_ms

    def discipline(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    def steady_ms(self) -> int:
        return self.steady

    def advance(self, milliseconds: int) -> None:
        """Time passes."""
        self._own_ms += milliseconds
        self.steady += milliseconds

    def set(self, own_ms: int) -> None:
        """Somebody sets the machine's clock."""
        self._own_ms = own_ms


class SeededEntropy:
    """The same seed gives the same bytes. Fits node.entropy.Entropy."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def fraction(self) -> float:
        return self._random.random()


def identity(machine: str = "test", inode: int = 7, generation: int = 0) -> Identity:
    """What a directory copied for a test keeps: the same machine and file, wherever the file lies."""
    return Identity(machine, inode, generation)


class MemoryMarker:
    """A marker beside no database: it outlives the writer, not the process. Fits node.marker.Marker.

    `here` False: it was brought from another machine, until something is noted.
    """

    def __init__(self, mark: Mark | None = None) -> None:
        self.mark = mark
        self.here = True
        self.noted = 0

    def read(self) -> Mark | None:
        found = self.mark
        return None if found is None else Mark(found.log, found.number, found.seq, self.here)

    def note(self, log: bytes, number: int, seq: int) -> None:
        self.mark = Mark(log, number, seq)
        self.here = True
        self.noted += 1
