from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.service import notify


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "n"))
        line.settimeout(20)
        yield line


def test_the_manager_is_told(manager: socket.socket) -> None:
    assert notify.tell(notify.READY, {notify.SOCKET: manager.getsockname()})
    assert manager.recv(100) == b"READY=1"


def test_a_name_without_a_file_is_told_as_well() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(b"\0qiao-test-%d" % os.getpid())
        assert notify.tell(notify.STOPPING, {notify.SOCKET: f"@qiao-test-{os.getpid()}"})
        assert line.recv(100) == b"STOPPING=1"


def test_without_a_manager_nothing_is_told(tmp_path: Path) -> None:
    assert not notify.tell(notify.READY, {})
    assert not notify.tell(notify.READY, {notify.SOCKET: str(tmp_path / "gone")})


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({notify.WATCHDOG: "120000000"}, 120.0),
        ({notify.WATCHDOG: "120000000", notify.WATCHED: str(os.getpid())}, 120.0),
        ({notify.WATCHDOG: "120000000", notify.WATCHED: "1"}, None),
        ({notify.WATCHDOG: "soon"}, None),
        ({notify.WATCHDOG: "0"}, None),
    ],
)
def test_whether_it_watches_us(environ: dict[str, str], seconds: float | None) -> None:
    assert notify.watchdog_seconds(environ) == seconds


async def test_it_is_fed_while_the_writer_works_and_not_while_it_is_stuck(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(notify.SOCKET, manager.getsockname())
    busy = iter([0.0, notify.STUCK_SECONDS + 1, 5.0])
    looks = asyncio.Event()

    def busy_for() -> float:
        value = next(busy, None)
        if value is None:
            looks.set()
            return notify.STUCK_SECONDS
        return value

    task = asyncio.create_task(notify.feed(0.003, busy_for))
    await asyncio.wait_for(looks.wait(), 20)
    task.cancel()
    manager.setblocking(False)
    assert [manager.recv(100), manager.recv(100)] == [b"WATCHDOG=1"] * 2
    with pytest.raises(BlockingIOError):
        manager.recv(100)
