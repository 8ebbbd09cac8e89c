"""A TCP relay on loopback between a child and its parent: it records what goes by, and can be cut."""

from __future__ import annotations

import contextlib
import socket
import threading


class Relay:
    """127.0.0.1:`port` → 127.0.0.1:`target`. `up` and `down` are the bytes of each connection so far."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._guard = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._door: socket.socket | None = None
        self.port = 0
        self.up: list[bytearray] = []
        self.down: list[bytearray] = []
        self.restore()

    def restore(self) -> None:
        door = socket.create_server(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        with self._guard:
            self._door = door
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()

    def cut(self) -> None:
        with self._guard:
            door, self._door = self._door, None
            ends, self._ends = self._ends, set()
        for end in [door, *ends]:
            if end is not None:
                _drop(end)

    def replies(self) -> list[bytes]:
        """The bodies that the parent sent, each response with its length."""
        return [body for stream in self.down for body in _bodies(bytes(stream))]

    def _accept(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = door.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target), 10)
        except OSError:
            return _drop(near)
        far.settimeout(None)
        up, down = bytearray(), bytearray()
        with self._guard:
            self.up.append(up)
            self.down.append(down)
            self._ends |= {near, far}
        for source, sink, kept in ((near, far, up), (far, near, down)):
            threading.Thread(target=self._pump, args=(source, sink, kept), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                kept += chunk
                sink.sendall(chunk)
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


def _bodies(stream: bytes) -> list[bytes]:
    found = []
    while b"\r\n\r\n" in stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        found.append(rest[:length])
        stream = rest[length:]
    return found
