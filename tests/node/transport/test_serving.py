from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from node.errors import QiaoError, Usage
from node.transport import door, serving
from node.transport.serving import Serving, listen_on

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\n"


async def _refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", 413)(scope, receive, send)


async def _waiting(scope: Scope, receive: Receive, send: Send) -> None:
    await Request(scope, receive).body()
    await asyncio.sleep(0.2)
    await PlainTextResponse("done")(scope, receive, send)


@asynccontextmanager
async def _served(app: object) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, Serving]]:
    listener = listen_on("127.0.0.1", 0)
    port = listener.getsockname()[1]
    served = Serving(app, listener)  # type: ignore[arg-type]
    await served.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer, served
    writer.close()
    await served.stop()


async def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FIRST_SECONDS", 0.1)
    async with _served(_refusing) as (reader, _, _):
        assert await asyncio.wait_for(reader.read(), 10) == b""


async def test_a_head_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    async with _served(_refusing) as (reader, writer, _):
        with pytest.raises(ConnectionError):
            for _ in range(100):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        assert reader.at_eof() or reader.exception()


async def test_a_refused_body_is_not_swallowed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "DRAIN_SECONDS", 0.3)
    async with _served(_refusing) as (reader, writer, _):
        writer.write(HEAD + b"x")
        assert b" 413 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        with pytest.raises(ConnectionError):
            for _ in range(100):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)


async def test_what_is_being_answered_is_answered_before_it_stops() -> None:
    async with _served(_waiting) as (reader, writer, served):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        await asyncio.sleep(0.05)
        await served.stop()
        assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"done")


def test_port_0_lets_the_system_choose() -> None:
    with listen_on("127.0.0.1", 0) as one, listen_on("127.0.0.1", 0) as other:
        assert one.getsockname()[1] != other.getsockname()[1] != 0


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(QiaoError) as caught:
            listen_on("127.0.0.1", taken.getsockname()[1])
    assert caught.value.code == "port_taken" and "--listen" in caught.value.hint


def test_an_address_that_does_not_exist_is_wrong_use() -> None:
    with pytest.raises(Usage) as caught:
        listen_on("name.invalid", 0)
    assert caught.value.code == "bad_address"
