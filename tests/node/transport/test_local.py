from __future__ import annotations

import asyncio
import http.client
import json
import socket
import stat
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from node.errors import Forbidden, LineDown, QiaoError, Usage
from node.transport import local, local_app
from node.transport.serving import Serving
from tests.node.fakes import SeededEntropy


async def _operate(operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
    if operation == "forbid":
        raise Forbidden("不可以", code="not_allowed", hint="qiao status")
    if operation == "break":
        raise ZeroDivisionError("broken")
    return {"operation": operation, "params": params, "staff": staff}


@asynccontextmanager
async def _serving(directory: Path, *, loopback: bool = False) -> AsyncIterator[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    if loopback:
        listener, token = local_app.bind_loopback(directory, SeededEntropy())
    else:
        listener, token = local_app.bind_unix(directory), ""
    serving = Serving(local_app.local_app(_operate, token), listener)
    await serving.start()
    yield directory
    await serving.stop()


async def _do(directory: Path, *request: Any) -> dict[str, Any]:
    """The client blocks, so it has a thread of its own."""

    return await asyncio.to_thread(local.do, directory, *request)


@pytest.mark.parametrize("loopback", [False, True])
async def test_an_operation_goes_to_the_daemon_and_its_result_comes_back(
    tmp_path: Path, loopback: bool
) -> None:
    async with _serving(tmp_path, loopback=loopback) as directory:
        assert local.is_running(directory)
        params = {"text": "工资‹U+202E›\u202e\ud800", "number": 2**62, "list": [None, True]}
        assert await _do(directory, "act", params, "zhang") == {
            "operation": "act",
            "params": params,
            "staff": "zhang",
        }


async def test_a_path_longer_than_a_socket_address_works(tmp_path: Path) -> None:
    directory = tmp_path / ("长" * 60) / ("d" * 120)
    async with _serving(directory):
        assert (await _do(directory, "act"))["operation"] == "act"
    assert len(str(directory / "socket").encode()) > 300


@pytest.mark.parametrize("loopback", [False, True])
async def test_only_the_owner_may_connect(tmp_path: Path, loopback: bool) -> None:
    async with _serving(tmp_path, loopback=loopback):
        assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o600


async def test_a_loopback_request_without_the_token_is_refused(tmp_path: Path) -> None:

    def knock(port: int) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("POST", "/do", json.dumps({"operation": "act"}))
        answer = connection.getresponse()
        return answer.status, answer.read()

    async with _serving(tmp_path, loopback=True):
        port = json.loads((tmp_path / "socket").read_text())["port"]
        assert await asyncio.to_thread(knock, port) == (403, b"bad_token\n")


async def test_a_refusal_is_raised_as_it_was_raised_there(tmp_path: Path) -> None:
    async with _serving(tmp_path):
        with pytest.raises(Forbidden) as caught:
            await _do(tmp_path, "forbid")
    fault = caught.value
    assert (fault.text, fault.code, fault.hint, fault.exit) == ("不可以", "not_allowed", "qiao status", 3)


async def test_an_unexpected_fault_is_told_and_the_daemon_lives(tmp_path: Path) -> None:
    async with _serving(tmp_path):
        with pytest.raises(QiaoError) as caught:
            await _do(tmp_path, "break")
        assert (caught.value.code, caught.value.exit) == ("unexpected", 1)
        assert await _do(tmp_path, "act")


def test_every_kind_of_error_survives_the_way() -> None:
    for kind in QiaoError.__subclasses__():
        fault = kind("text", code="some_code", hint="qiao status")
        revived = local.revived({**fault.as_json(), "exit": fault.exit})
        assert (type(revived), revived.as_json()) == (kind, fault.as_json())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"operation": 1}', b'{"operation": "x", "params": []}', b"[" * 100_000, b"\xff"],
)
async def test_a_request_of_another_shape_is_wrong_use(tmp_path: Path, body: bytes) -> None:

    def send() -> dict[str, Any]:
        connection = http.client.HTTPConnection("localhost", timeout=5)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(tmp_path / "socket"))
        connection.request("POST", "/do", body)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    async with _serving(tmp_path):
        said = await asyncio.to_thread(send)
    assert isinstance(local.revived(said), Usage) and said["error"]["code"] == "bad_request"


def test_without_a_daemon_nothing_was_done(tmp_path: Path) -> None:
    assert not local.is_running(tmp_path)
    with pytest.raises(LineDown) as caught:
        local.do(tmp_path, "act")
    assert caught.value.code == "no_daemon"


@pytest.mark.parametrize("left", ["socket", "text", "ports"])
async def test_what_a_dead_daemon_left_is_no_daemon_and_is_replaced(tmp_path: Path, left: str) -> None:
    if left == "socket":
        local_app.bind_unix(tmp_path).close()
    elif left == "text":
        (tmp_path / "socket").write_text("?")
    else:
        local_app.bind_loopback(tmp_path, SeededEntropy())[0].close()
    assert not local.is_running(tmp_path)
    with pytest.raises(LineDown):
        local.do(tmp_path, "act")
    async with _serving(tmp_path):
        assert await _do(tmp_path, "act")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"])
async def test_a_daemon_that_dies_on_the_way_is_told_apart_from_none(tmp_path: Path, answer: bytes) -> None:

    listener = local_app.bind_unix(tmp_path)
    listener.listen()

    def die() -> None:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(answer)
        connection.close()

    thread = threading.Thread(target=die)
    thread.start()
    with pytest.raises(LineDown) as caught:
        await _do(tmp_path, "act")
    assert caught.value.code == "daemon_gone"
    thread.join()
    listener.close()
