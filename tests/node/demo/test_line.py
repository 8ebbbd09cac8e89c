import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from node.demo.line import Line


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = door.accept()
                threading.Thread(target=_echo, args=(near,), daemon=True).start()

    threading.Thread(target=answer, daemon=True).start()
    yield door.getsockname()[:2]
    door.close()


def _echo(near: socket.socket) -> None:
    with near, contextlib.suppress(OSError):
        while chunk := near.recv(65536):
            near.sendall(chunk)


def _dial(line: Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), 5)


def test_a_line_carries_both_ways(echo: tuple[str, int]) -> None:
    with _dial(Line(echo)) as end:
        end.sendall("工单".encode())
        assert end.recv(100) == "工单".encode()


def test_a_cut_line_drops_what_is_open_and_refuses_what_is_dialled(echo: tuple[str, int]) -> None:
    line = Line(echo)
    with _dial(line) as end:
        end.sendall(b"1")
        assert end.recv(1) == b"1"
        line.cut()
        with contextlib.suppress(ConnectionError):
            assert end.recv(1) == b""
    with pytest.raises(OSError):
        _dial(line)


def test_a_restored_line_has_its_old_port(echo: tuple[str, int]) -> None:
    line = Line(echo)
    port = line.port
    line.cut()
    line.restore()
    assert line.port == port
    with _dial(line) as end:
        end.sendall(b"again")
        assert end.recv(5) == b"again"
    line.cut()
