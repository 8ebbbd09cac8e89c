"""The server with a stand-in for the screens: what it lets in, what it starts, and how every seat ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.seats import Seats
from node.transport import local
from node.web import Door
from tui.web import server
from tui.web.seat import SeatProcess

# Says back what it is given, as the driver of the screens does; `!` ends it, `#` keeps it from ending.
SCREENS = r"""
import os, sys, time
os.write(1, b"noise\n__GANGLION__\n")
def packet(kind, text): os.write(1, kind + len(text).to_bytes(4, "big") + text)
packet(b"D", b"begun %s %s" % (os.environ["COLUMNS"].encode(), os.environ["ROWS"].encode()))
stubborn = False
while head := sys.stdin.buffer.read(5):
    said = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    if head[:1] == b"D" and said == b"!": break
    if head[:1] == b"D" and said == b"#": stubborn = True
    if b'"quit"' in said and not stubborn:
        open(sys.argv[1], "a").write("whole\n"); break
    packet(b"M", b'{"type": "open_url", "url": "http://evil.example", "new_tab": true}')
    packet(b"D", head[:1] + said)
packet(b"M", b'{"type": "exit"}')
"""


@dataclass
class House:
    origin: str
    seats: Seats
    ended: Path  # a line for each process that ended whole
    serving: asyncio.Task[None]
    stop: asyncio.Event

    async def seated(self, session: aiohttp.ClientSession, name: str) -> None:
        """A cookie for this session."""
        body = {"token": self.seats.link(name)}
        async with session.post(f"{self.origin}/enter", json=body, headers={"Origin": self.origin}) as answer:
            assert answer.status == 204

    def socket(
        self, session: aiohttp.ClientSession, query: str = ""
    ) -> Awaitable[aiohttp.ClientWebSocketResponse]:
        return session.ws_connect(f"{self.origin}/ws{query}", origin=self.origin)


@pytest.fixture
def idle() -> float:
    return 3600.0


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, idle: float) -> AsyncIterator[House]:
    ended = tmp_path / "ended"

    def made(
        self: SeatProcess, directory: Path, language: str, out: Callable[[bytes], Awaitable[None]]
    ) -> None:
        begin(self, directory, language, out)
        self._words = [sys.executable, "-c", SCREENS, str(ended)]

    begin = SeatProcess.__init__
    monkeypatch.setattr(SeatProcess, "__init__", made)
    monkeypatch.setattr(local, "is_running", lambda _directory: True)
    monkeypatch.setattr(server, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr("tui.web.seat.STOP_SECONDS", 1.0)
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    door = Door(tmp_path, listener, origin, frozenset({origin}), False, None, 2, idle)
    stop = asyncio.Event()
    serving = asyncio.create_task(server.serve(door, "zh", stop))
    yield House(origin, Seats(tmp_path, SystemClock().own_ms, SystemEntropy()), ended, serving, stop)
    stop.set()
    await asyncio.wait_for(serving, 20)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which it is closed; what came before is left out."""
    async for _ in socket:
        continue
    return socket.close_code


async def test_what_is_typed_goes_to_the_screens_and_what_they_draw_comes_back(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session, "?width=100&height=31") as socket:  # type: ignore[attr-defined]
            assert await socket.receive_bytes() == b"begun 100 31"
            await socket.send_json(["stdin", "工资，"])
            assert await socket.receive_bytes() == "D工资，".encode()  # and no page was opened before it
            await socket.send_json(["resize", {"width": 10**9, "height": "x"}])
            assert b'"width": 500, "height": 24' in await socket.receive_bytes()


NONSENSE = ["", "x", "{}", "[]", "[1]", '["stdin"]', '["stdin", 1]', '["resize", []]', '["quit"]', '["stdin", null]',
            "[" * 5000]  # fmt: skip


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
async def test_what_makes_no_sense_is_left_out(house: House, said: str) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session) as socket:  # type: ignore[attr-defined]
            await socket.receive_bytes()
            await socket.send_str(said)
            await socket.send_bytes(b'["stdin", "x"]')
            await socket.send_json(["stdin", "a"])
            assert await socket.receive_bytes() == b"Da"


async def test_a_message_past_its_bound_closes_the_socket(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session) as socket:  # type: ignore[attr-defined]
            await socket.send_json(["stdin", "x" * (server.MESSAGE + 1)])
            assert await closed(socket) == 1009


@pytest.mark.parametrize(
    "path", ["/", "/seat", "/static/textual.js", "/static/none", "/enter", "/ws", "/download/x"]
)
async def test_called_by_another_name_nothing_answers(house: House, path: str) -> None:
    async with (
        browser() as session,
        session.get(house.origin + path, headers={"Host": "evil.example"}) as answer,
    ):
        assert answer.status == 421
        assert "evil" not in str(answer.headers)


async def test_every_answer_has_the_headers_and_no_other_file_is_given(house: House) -> None:
    wanted = {
        "/seat": 200,
        "/static/page.css": 200,
        "/static/..%2fguard.py": 404,
        "/static/seat.py": 404,
        "/x": 404,
    }
    async with browser() as session:
        for path, status in wanted.items():
            async with session.get(house.origin + path) as answer:
                assert answer.status == status, path
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
        async with session.get(house.origin + "/", allow_redirects=False) as answer:
            assert answer.status == 303 and answer.headers["Location"] == "/seat"


async def test_the_page_is_given_to_who_has_a_seat(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with session.get(house.origin + "/") as answer:
            page = await answer.text()
        assert answer.status == 200 and "/static/textual.js" in page and "://" not in page


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"x"', b"\xff", b'{"token": null}', b"x" * 9000])
async def test_a_body_that_is_no_token_is_refused(house: House, body: bytes) -> None:
    async with browser() as session:
        sent = session.post(house.origin + "/enter", data=body, headers={"Origin": house.origin})
        async with sent as answer:
            assert answer.status in (400, 403, 413)


async def test_no_socket_opens_without_a_seat_or_from_another_page(house: House) -> None:
    async with browser() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await house.socket(session)
        await house.seated(session, "op1")
        for origin in ("http://evil.example", "null", None):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{house.origin}/ws", origin=origin)


async def test_no_more_seats_than_are_set(house: House) -> None:
    async with browser() as one, browser() as two, browser() as three:
        for number, session in enumerate((one, two, three)):
            await house.seated(session, f"op{number}")
        async with house.socket(one) as first, house.socket(two) as second:  # type: ignore[attr-defined]
            await first.receive_bytes()
            await second.receive_bytes()
            assert await closed(await house.socket(three)) == server.FULL
        for _ in range(200):
            socket = await house.socket(three)
            if (await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                break
            await asyncio.sleep(0.05)
        assert not socket.closed


async def test_a_second_window_takes_the_seat_over(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        first = await house.socket(session)
        await first.receive_bytes()
        second = await house.socket(session)
        assert await closed(first) == server.TAKEN
        assert (await second.receive_bytes()).startswith(b"begun")
        assert house.ended.read_text() == "whole\n"


async def test_a_browser_that_goes_away_ends_its_screens_whole(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        socket = await house.socket(session)
        await socket.receive_bytes()
    for _ in range(200):
        if house.ended.exists() and house.ended.read_text():
            break
        await asyncio.sleep(0.05)
    assert house.ended.read_text() == "whole\n"


async def test_screens_that_end_by_themselves_close_the_socket(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session) as socket:  # type: ignore[attr-defined]
            await socket.send_json(["stdin", "!"])
            assert await closed(socket) == 1000


async def test_a_seat_that_was_taken_back_ends(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session) as socket:  # type: ignore[attr-defined]
            await socket.receive_bytes()
            house.seats.end("op1")
            assert await closed(socket) == server.ENDED
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await house.socket(session)


@pytest.mark.parametrize("idle", [0.3])
async def test_a_seat_at_which_nobody_types_ends(house: House) -> None:
    async with browser() as session:
        await house.seated(session, "op1")
        async with house.socket(session) as socket:  # type: ignore[attr-defined]
            assert await closed(socket) == server.IDLE


async def test_without_a_node_the_socket_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "is_running", lambda _directory: False)
    async with browser() as session:
        await house.seated(session, "op1")
        assert await closed(await house.socket(session)) == server.NO_NODE


async def test_stopping_ends_every_seat_whole_and_the_stubborn_ones_too(house: House) -> None:
    async with browser() as one, browser() as two:
        await house.seated(one, "op1")
        await house.seated(two, "op2")
        async with house.socket(one) as first, house.socket(two) as second:  # type: ignore[attr-defined]
            await first.receive_bytes()
            await second.receive_bytes()
            await second.send_json(["stdin", "#"])
            await second.receive_bytes()
            house.stop.set()
            assert await closed(first) == server.STOPPING
            assert await closed(second) == server.STOPPING
        await asyncio.wait_for(house.serving, 20)
    assert house.ended.read_text() == "whole\n"


async def test_a_seats_process_gets_no_password_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(_data: bytes) -> None: ...

    monkeypatch.setenv("QIAO_PASSWORD", "secret")
    found = SeatProcess(tmp_path, "zh", nowhere)._build_environment(80, 24)
    assert "QIAO_PASSWORD" not in found and found["COLUMNS"] == "80"
