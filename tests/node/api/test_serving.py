"""On a real port: TLS, slow callers, floods of heads, a port that is taken."""

from __future__ import annotations

import asyncio
import datetime
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from node import certificate
from node.api import serving
from node.config import Config
from node.errors import QiaoError
from node.transport import serving as transport
from node.transport.serving import listen_on
from tests.node.api.caller import issue
from tests.node.tree import Tree

HEAD = "GET /api/v1/units HTTP/1.1\r\nhost: 127.0.0.1\r\n"


def free_port() -> int:
    with listen_on("127.0.0.1", 0) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def served(tree: Tree, host: str = "127.0.0.1", **settings: Any) -> AsyncIterator[int]:
    tree.at("p")
    port = free_port()
    config = Config(tree.base / "p", api_listen=f"{host}:{port}", **settings)

    async def note(_: str) -> None:
        return None

    task = asyncio.create_task(serving.serve(config, note))
    for _ in range(500):
        with suppress(OSError):
            (await asyncio.open_connection("127.0.0.1", port))[1].close()
            break
        await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def said(port: int, raw: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """What comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(raw)
    try:
        if context is not None:  # which end closes first takes five seconds to settle
            return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def head(secret: str, more: str = "") -> bytes:
    return f"{HEAD}authorization: Bearer {secret}\r\n{more}connection: close\r\n\r\n".encode()


def fresh(tree: Tree) -> str:
    """The port is served by the machine's clock."""
    import time

    tree.clock("p").advance(time.time_ns() // 1_000_000 - tree.clock("p").own_ms())
    return issue(tree)


async def test_a_program_reads_over_a_port_and_a_head_brings_no_body(tree: Tree) -> None:
    secret = fresh(tree)
    async with served(tree) as port:
        answer = await said(port, head(secret))
        start, body = answer.split(b"\r\n\r\n", 1)
        assert b" 200 " in start and len(json.loads(body)["items"]) == 5
        assert b"cache-control: private, no-cache" in start and b"server:" not in start.lower()
        alone = await said(port, head(secret).replace(b"GET", b"HEAD", 1))
        assert b" 200 " in alone and alone.endswith(b"\r\n\r\n")
        assert f"content-length: {len(body)}".encode() in alone


@pytest.mark.parametrize(
    "raw",
    [
        HEAD.encode() + b"connection: close\r\nx: " + b"a" * 20_000 + b"\r\n\r\n",
        HEAD.encode() + b"x: " + b"a" * 20_000,
        HEAD.encode()
        + b"".join(b"x%d: y\r\n" % number for number in range(3000))
        + b"connection: close\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"\x00\xff" * 500 + b"\r\n\r\n",
        b"GET /api/v1/units HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n",
        b"GET /api/v1/\xff\xfe HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
    ],
    ids=["header", "half", "headers", "path", "bytes", "length", "letters", "tls"],
)
async def test_a_flood_or_rubbish_is_cut_off_and_the_next_is_served(tree: Tree, raw: bytes) -> None:
    secret = fresh(tree)
    async with served(tree) as port:
        answer = await said(port, raw)
        assert answer == b"" or answer[9:12] in (b"400", b"401", b"404"), answer[:80]
        assert b" 200 " in await said(port, head(secret))


async def test_who_never_ends_a_head_is_cut_off(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "HEAD_SECONDS", 0.3)
    async with served(tree) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD.encode())
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_many_idle_connections_keep_nobody_out_for_long(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "HEAD_SECONDS", 1.0)
    secret = fresh(tree)
    async with served(tree) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(120)]
        for _, writer in idle[::2]:
            writer.write(b"GET ")
        assert b" 200 " in await said(port, head(secret))
        for _, writer in idle:
            writer.close()


async def test_a_body_that_is_sent_with_a_question_is_thrown_away(tree: Tree) -> None:
    secret = fresh(tree)
    async with served(tree) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = f"{HEAD}authorization: Bearer {secret}\r\ncontent-length: 300000\r\n\r\n".encode()
        writer.write(asked + b"x" * 300_000 + head(secret))
        both = await asyncio.wait_for(reader.read(), 20)
        assert both.count(b"HTTP/1.1 200") == 2, "and what comes behind it is answered, too"
        writer.close()


async def test_by_tls_it_is_called_by_any_name_and_plain_only_from_this_machine(
    tree: Tree, tmp_path: Path
) -> None:
    secret = fresh(tree)
    place, key = certificate.own(tree.base / "p", ["office.example"], datetime.datetime.now(datetime.UTC))
    trusting = ssl.create_default_context(cafile=str(place))
    trusting.check_hostname = False
    async with served(tree, "0.0.0.0", api_certificate=str(place), api_private_key=str(key)) as port:
        asked = head(secret).replace(b"host: 127.0.0.1", b"host: office.example")
        assert b" 200 " in await said(port, asked, trusting)
        assert b" 200 " in await said(port, asked), "a proxy of this machine speaks plainly to us"


async def test_a_port_that_is_taken_is_told(tree: Tree) -> None:
    with listen_on("127.0.0.1", 0) as taken:
        taken.listen()
        config = Config(tree.base / "p", api_listen=f"127.0.0.1:{taken.getsockname()[1]}")

        async def note(_: str) -> None:
            return None

        with pytest.raises(QiaoError) as fault:
            await asyncio.wait_for(serving.serve(config, note), 20)
    assert fault.value.code == "port_taken"
