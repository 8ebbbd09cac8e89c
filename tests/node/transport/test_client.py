from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from node.errors import LineDown
from node.transport import client
from node.transport.client import Peer
from tests.node.transport.conftest import Parent

TYPE = b"content-type: application/vnd.qiao.envelope\r\n"


@asynccontextmanager
async def _answering(*pieces: bytes, pause: float = 0) -> AsyncIterator[str]:
    """A server that answers every connection with these bytes, whatever it is asked."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _fault(url: str, call: Callable[[Peer], Awaitable[bytes]] | None = None) -> LineDown:
    async with Peer(url) as peer:
        with pytest.raises(LineDown) as caught:
            await (call(peer) if call else peer.sync(b"x"))
    assert caught.value.exit == 6
    return caught.value


async def test_an_exchange_counts_the_bytes_of_both_ways(parent: Parent) -> None:
    async with Peer(parent.url + "/") as peer:
        reply = await peer.join(b'tiny{"from": "new"}')
        assert (peer.bytes_up, peer.bytes_down) == (19, len(reply))


async def test_a_refusal_carries_the_peers_code(parent: Parent) -> None:
    assert (await _fault(parent.url)).code == "bad_envelope"
    assert (await _fault(parent.url, lambda peer: peer.join(bytes(70_000)))).code == "too_large"


async def test_a_port_where_nobody_listens_is_a_line_that_is_down() -> None:
    async with _answering() as url:
        pass
    fault = await _fault(url)
    assert fault.code == "line_down" and url in fault.text and fault.hint == "qiao status"


async def test_a_name_that_leads_nowhere_is_a_line_that_is_down() -> None:
    assert (await _fault("http://name.invalid")).code == "line_down"


@pytest.mark.parametrize(
    "url", ["", "http://127.0.0.1:99999", "http://", "nonsense", "http://[x", "file:///etc/passwd"]
)
async def test_what_is_no_address_is_told_as_such(url: str) -> None:
    assert (await _fault(url)).code == "bad_address"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\nlogin",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/login\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nqiao-code: <script>\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nqiao-code: " + b"a" * 41 + b"\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + TYPE + b"content-encoding: gzip\r\ncontent-length: 1\r\n\r\nx",
    ],
)
async def test_what_is_no_node_is_not_believed(answer: bytes) -> None:
    async with _answering(answer) as url:
        assert (await _fault(url)).code == "not_a_node"


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_ENVELOPE", 1000)
    async with _answering(b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n", bytes(1001)) as url:
        assert (await _fault(url)).code == "peer_too_large"


async def test_an_answer_that_breaks_off_is_a_line_that_is_down() -> None:
    async with _answering(b"HTTP/1.1 200 OK\r\n" + TYPE + b"content-length: 9\r\n\r\nabc") as url:
        assert (await _fault(url)).code == "line_down"


async def test_silence_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SILENCE_SECONDS", 0.1)
    async with _answering(b"HTTP/1.1 200 OK\r\n", pause=5) as url:
        assert (await _fault(url)).code == "line_slow"


async def test_silence_begins_when_a_slow_line_can_have_carried_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(client, "SLOWEST", 10)
    answer = b"HTTP/1.1 200 OK\r\n" + TYPE + b"content-length: 2\r\n\r\nok"
    async with _answering(b"", answer, pause=0.3) as url, Peer(url) as peer:
        assert await peer.sync(b"x" * 20) == b"ok"
        with pytest.raises(LineDown):
            await peer.sync(b"x")


async def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.3)
    head = b"HTTP/1.1 200 OK\r\n" + TYPE + b"content-length: 99\r\n\r\n"
    async with _answering(head, *[b"x"] * 50, pause=0.05) as url:
        assert (await _fault(url)).code == "line_slow"
