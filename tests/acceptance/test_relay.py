"""The bad line is as bad as it says: else the tests behind it prove nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.acceptance.relay import BadLine, Shape


@pytest.fixture
def echo() -> Iterator[int]:
    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = door.accept()
                threading.Thread(target=_echo, args=(near,), daemon=True).start()

    threading.Thread(target=answer, daemon=True).start()
    yield door.getsockname()[1]
    door.close()


def _echo(near: socket.socket) -> None:
    with near, contextlib.suppress(OSError):
        while chunk := near.recv(65536):
            near.sendall(chunk)


@contextlib.contextmanager
def _dialled(line: BadLine) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", line.port), 5) as end:
        yield end
    line.cut()


def _received(end: socket.socket, count: int) -> bytes:
    """What comes, up to so many bytes."""
    found = b""
    with contextlib.suppress(OSError):
        while len(found) < count and (chunk := end.recv(count)):
            found += chunk
    return found


def _answered(line: BadLine) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", line.port), 5) as again:
        again.sendall(b"again")
        return _received(again, 5) == b"again"
    return False


def test_what_goes_by_is_counted_and_whole(echo: int) -> None:
    line = BadLine(echo, Shape(rate=1_000_000))
    with _dialled(line) as end:
        end.sendall(bytes(5000))
        assert _received(end, 5000) == bytes(5000)
        assert line.carried() == 10_000


def test_it_is_cut_every_so_many_bytes_and_can_be_dialled_again(echo: int) -> None:
    line = BadLine(echo, Shape(rate=10_000_000, cut_every=2000))
    with _dialled(line) as end:
        end.sendall(bytes(5000))
        assert len(_received(end, 5000)) < 2000
        assert line.cuts == 1
        assert any(_answered(line) for _ in range(20)), (
            "whoever dials while it is being cut is dropped with the rest"
        )


def test_a_deaf_line_carries_up_and_a_mute_one_down(echo: int) -> None:
    for shape, up in ((Shape(deaf=True), 3), (Shape(mute=True), 0)):
        line = BadLine(echo, shape)
        with _dialled(line) as end:
            end.settimeout(0.2)
            end.sendall(b"out")
            assert _received(end, 3) == b""
            assert sum(map(len, line.up)) == up
