"""Lines on loopback between a child and its parent: one that records what goes by, and one that is bad."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from node.demo.line import Line

PIECE = 256  # bytes that a slow line carries at once


class Relay(Line):
    """127.0.0.1:`port` → 127.0.0.1:`target`. `up` and `down` are the bytes of each connection so far."""

    def __init__(self, target: int) -> None:
        self.up: list[bytearray] = []
        self.down: list[bytearray] = []
        self._noting = threading.Lock()
        super().__init__(("127.0.0.1", target))

    def passing(self, connection: int, up: bool, chunk: bytes) -> Iterator[bytes]:
        self._note(connection, up, chunk)
        yield chunk

    def _note(self, connection: int, up: bool, chunk: bytes) -> None:
        with self._noting:
            while len(self.up) <= connection:
                self.up.append(bytearray())
                self.down.append(bytearray())
        (self.up if up else self.down)[connection] += chunk

    def replies(self) -> list[bytes]:
        """The bodies that the parent sent."""
        return [body for stream in self.down for _head, body in _messages(bytes(stream))]

    def exchanges(self) -> list[int]:
        """Bytes of each exchange that was answered, both ways, with the heads of HTTP."""
        found = []
        for up, down in zip(self.up, self.down, strict=True):
            pairs = zip(_messages(bytes(up)), _messages(bytes(down)), strict=False)
            found += [sum(map(len, (*asked, *answered))) for asked, answered in pairs]
        return found

    def carried(self) -> int:
        """Bytes both ways, heads and all."""
        return sum(map(len, [*self.up, *self.down]))


@dataclass(frozen=True, slots=True)
class Shape:
    """What is wrong with a line. Zero is nothing."""

    rate: float = 0  # bytes a second, each way
    cut_every: int = 0  # bytes both ways, then all connections drop
    deaf: bool = False  # nothing comes down any more: it is swallowed, and the connection stays
    mute: bool = False  # nothing goes up any more


class BadLine(Relay):
    """A relay whose line is as `shape` says, which may be changed while it is up."""

    def __init__(self, target: int, shape: Shape | None = None) -> None:
        self.shape = shape or Shape()
        self.cuts = 0
        self._since = 0  # bytes since the last cut
        self._free = {True: 0.0, False: 0.0}  # when the line can carry the next piece, each way
        super().__init__(target)

    def passing(self, connection: int, up: bool, chunk: bytes) -> Iterator[bytes]:
        """Only what really went over is noted."""
        for start in range(0, len(chunk), PIECE if self.shape.rate else len(chunk)):
            piece = chunk[start : start + (PIECE if self.shape.rate else len(chunk))]
            self._slowly(up, len(piece))
            if self.shape.mute if up else self.shape.deaf:
                continue
            self._note(connection, up, piece)
            yield piece
            self._worn(len(piece))

    def _slowly(self, up: bool, count: int) -> None:
        if not self.shape.rate:
            return
        with self._noting:
            due = max(self._free[up], time.monotonic())
            self._free[up] = due + count / self.shape.rate
        threading.Event().wait(due - time.monotonic())

    def _worn(self, count: int) -> None:
        """Raises OSError where the line is cut once more."""
        with self._noting:
            self._since += count
            if not self.shape.cut_every or self._since < self.shape.cut_every:
                return
            self._since = 0
            self.cuts += 1
        self.drop()
        raise ConnectionAbortedError


def _messages(stream: bytes) -> list[tuple[bytes, bytes]]:
    """(head, body) of each message that is there whole, by the length that it states."""
    found = []
    while b"\r\n\r\n" in stream:
        head, blank, rest = stream.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        if len(rest) < length:
            break
        found.append((head + blank, rest[:length]))
        stream = rest[length:]
    return found
