"""A line that can be cut: a small relay on loopback between one county and its parent.

The county's process runs on; only its packets go nowhere, as when a cable is dug up.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterable

_CHUNK = 65536


class Line:
    """Relays 127.0.0.1:`port` to `target`. Threads are daemons: they end with the demo."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._door: socket.socket | None = None
        self.port = 0
        self.restore()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Drops what is open, and refuses what is dialled."""
        with self._guard:
            door, self._door = self._door, None
        if door is not None:
            _drop(door)
        self.drop()

    def drop(self) -> None:
        """Drops what is open; who dials again is let through."""
        with self._guard:
            ends, self._ends = self._ends, set()
        for end in ends:
            _drop(end)

    def restore(self) -> None:
        """Listens again, at the same port."""
        door = socket.create_server(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        with self._guard:
            self._door = door
        threading.Thread(target=self._answer, args=(door,), daemon=True).start()

    def _answer(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target, 10)
        except OSError:
            _drop(near)
            return
        far.settimeout(None)
        with self._guard:
            alive = self._door is not None
            self._ends |= {near, far} if alive else set()
        if not alive:
            _drop(near)
            _drop(far)
            return
        number = next(self._numbers)
        for source, sink, up in ((near, far, True), (far, near, False)):
            threading.Thread(target=self._pump, args=(source, sink, number, up), daemon=True).start()

    def passing(self, _connection: int, _up: bool, chunk: bytes) -> Iterable[bytes]:
        """What goes on of a chunk, piece by piece; `up` is towards the target. An OSError drops the
        connection. A line with faults is a subclass that says so here."""
        yield chunk

    def _pump(self, source: socket.socket, sink: socket.socket, connection: int, up: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                for piece in self.passing(connection, up, chunk):
                    sink.sendall(piece)
        for end in (source, sink):
            _drop(end)
        with self._guard:
            self._ends -= {source, sink}


def _drop(end: socket.socket) -> None:
    # Closing alone doesn't wake a thread that waits in accept or recv.
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
