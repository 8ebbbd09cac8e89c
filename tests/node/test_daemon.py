"""Real processes around the tiny writer: ports, sockets, signals, locks."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from node import daemon
from node.errors import Forbidden, LineDown, Locked, QiaoError, Usage
from node.lock import Lock
from node.transport import local

pytestmark = pytest.mark.processes


class Node:
    """A daemon in a process of its own."""

    def __init__(self, directory: Path, parent: str = "", toml: str = 'listen = "127.0.0.1:0"\n') -> None:
        directory.mkdir(exist_ok=True)
        if not (directory / "node.toml").exists():
            (directory / "node.toml").write_text(toml)
        self.directory = directory
        arguments = [
            sys.executable,
            "-m",
            "tests.node.tiny_daemon",
            str(directory),
            *([parent] * bool(parent)),
        ]
        self.process = subprocess.Popen(
            arguments,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.process.stderr is not None
        self.first_line = self.process.stderr.readline()
        self.address = self.first_line.strip().removeprefix("ready ")

    @property
    def url(self) -> str:
        return "http://" + self.address

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        return local.do(self.directory, operation, params, "zhang")

    def notes(self) -> list[str]:
        items: list[str] = self.do("notes")["items"]
        return items

    def stop(self, by: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(by)
        code = self.process.wait(30)
        assert self.process.stderr is not None
        self.last_words = self.process.stderr.read()
        self.process.stderr.close()
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Node]]:
    nodes: list[Node] = []

    def started(name: str, **more: Any) -> Node:
        nodes.append(Node(tmp_path / name, **more))
        return nodes[-1]

    yield started
    for node in nodes:
        with contextlib.suppress(ValueError):
            node.stop(signal.SIGKILL)


def _until(holds: Callable[[], Any], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it didn't come to hold"
        time.sleep(0.02)


def test_the_ready_line_tells_the_port_that_the_system_chose(start: Callable[..., Node]) -> None:
    node = start("node")
    host, _, port = node.address.partition(":")
    assert node.first_line == f"ready {host}:{port}\n"
    assert host == "127.0.0.1" and 0 < int(port) < 65536
    assert node.do("notes")["listen"] == node.address
    told = httpx.get(node.url + "/health", trust_env=False).json()
    assert (told["ok"], told["code"], told["backup"]) == (True, "ok", "")  # nobody asked for a backup


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_whole(start: Callable[..., Node], by: int) -> None:
    node = start("node")
    node.do("note", text="kept")
    assert node.stop(by) == 0
    assert node.last_words == ""
    assert not (node.directory / "socket").exists()
    Lock.take(node.directory, 0).release()
    again = start("node")
    assert again.notes() == ["kept"]


def test_the_operation_stop_is_answered_and_stops_it(start: Callable[..., Node]) -> None:
    node = start("node")
    assert node.do("stop") == {"stopping": True}
    assert node.process.wait(20) == 0


def test_a_second_daemon_beside_it_is_refused_at_once(start: Callable[..., Node]) -> None:
    node = start("node")
    with pytest.raises(Locked):
        Lock.take(node.directory, 0)
    second = start("node")
    assert "Locked" in second.first_line or second.stop() != 0
    assert node.notes() == []


def test_after_kill_9_a_new_one_takes_over_what_was_left(start: Callable[..., Node]) -> None:
    node = start("node")
    node.do("note", text="kept")
    node.stop(signal.SIGKILL)
    assert (node.directory / "socket").exists()
    with pytest.raises(LineDown):
        node.do("notes")
    assert start("node").notes() == ["kept"]


def test_what_the_writer_raises_reaches_the_command(start: Callable[..., Node]) -> None:
    node = start("node")
    with pytest.raises(Forbidden):
        node.do("forbid")
    with pytest.raises(Usage) as caught:
        node.do("no such thing")
    assert caught.value.code == "unknown_operation"
    with pytest.raises(QiaoError):
        node.do("break")
    assert node.notes() == []


def test_what_is_new_crosses_in_both_directions_and_on_to_the_third(start: Callable[..., Node]) -> None:
    root = start("root")
    middle = start("middle", parent=root.url)
    leaf = start("leaf", parent=middle.url)
    leaf.do("note", text="from the leaf")
    root.do("note", text="from the root")
    for node in (root, middle, leaf):
        _until(lambda node=node: sorted(node.notes()) == ["from the leaf", "from the root"])
    assert leaf.do("line")["standing"] in ("idle", "carrying")
    assert root.do("line")["standing"] == "alone"


def test_a_node_works_while_its_parent_is_gone_and_catches_up(start: Callable[..., Node]) -> None:
    root = start("root", toml=f'listen = "127.0.0.1:{_free_port()}"\n')
    leaf = start("leaf", parent=root.url)
    _until(lambda: leaf.do("line")["standing"] == "idle")
    root.stop(signal.SIGKILL)
    leaf.do("note", text="offline")
    _until(lambda: leaf.do("line")["fault"] == "line_down")
    with pytest.raises(LineDown):
        leaf.do("sync")
    again = start("root")
    assert again.url == root.url
    assert leaf.do("sync")["complete"]
    assert again.notes() == ["offline"]


def test_a_round_asked_for_reports_what_it_moved(start: Callable[..., Node]) -> None:
    root = start("root")
    leaf = start("leaf", parent=root.url)
    _until(lambda: leaf.do("line")["standing"] == "idle")
    report = leaf.do("sync")
    assert report["complete"] and (report["sent"], report["received"], report["rounds"]) == (0, 0, 1)
    assert report["bytes_up"] > 0 and report["bytes_down"] > 0


def test_a_port_in_use_is_told_before_the_database_is_opened(start: Callable[..., Node]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        node = start("node", toml=f'listen = "127.0.0.1:{taken.getsockname()[1]}"\n')
        assert node.process.wait(20) == 1
    node.stop()
    assert "can't listen" in node.last_words or "不能监听" in node.last_words
    assert not (node.directory / "node.db").exists()


def test_health_turns_red_when_the_database_is_gone(start: Callable[..., Node]) -> None:
    node = start("node")
    (node.directory / "node.db").rename(node.directory / "away.db")
    red = httpx.get(node.url + "/health", trust_env=False)
    assert (red.status_code, red.json()["ok"]) == (503, False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


_STUCK = """
import sys, threading
from node import daemon
from tests.node import tiny_daemon
from tests.node.tiny import TinyWriter

class Stuck(TinyWriter):
    def do(self, operation, params, staff):
        print("stuck", flush=True)
        threading.Event().wait()

daemon.STOP_SECONDS = 0.2
tiny_daemon.TinyWriter = Stuck
tiny_daemon.main()
"""


def test_a_job_without_end_doesnt_keep_the_process_from_ending(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text('listen = "127.0.0.1:0"\n')
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _STUCK, str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        assert process.stderr.readline().startswith("ready ")
        asking = threading.Thread(target=_ask, args=(tmp_path,))
        asking.start()
        assert process.stdout.readline() == "stuck\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == daemon.STOP_FORCED
        asking.join(20)


def _ask(directory: Path) -> None:
    with contextlib.suppress(QiaoError):
        local.do(directory, "note", {"text": "x"})


def test_a_service_manager_is_told_when_it_is_ready_alive_and_stopping(
    start: Callable[..., Node], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "manager"))
        manager.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "manager"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        node = start("node")
        assert {manager.recv(100), manager.recv(100)} == {b"READY=1", b"WATCHDOG=1"}
        assert node.stop() == 0
        assert manager.recv(100) == b"STOPPING=1"


def test_metrics_are_served_on_loopback_beside_the_peers_port(start: Callable[..., Node]) -> None:
    port = _free_port()
    node = start("node", toml=f'listen = "127.0.0.1:0"\n[metrics]\nlisten = "127.0.0.1:{port}"\n')
    _until(lambda: _listens(port))
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    assert "qiao_health 1.0" in text
    assert httpx.get(node.url + "/metrics", trust_env=False).status_code == 404
    assert str(node.do("metrics")["text"]).startswith("# HELP")


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
