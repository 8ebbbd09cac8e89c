from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from node.transport import door, serving
from node.transport.door import Guests, Limits, Visit
from node.transport.serving import Serving, listen_on

ASK = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@dataclass
class App:
    """Answers when it is let to; it knows by the path whose connection it is."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if len(request.url.path) > 1:
            request.state.visit.known(request.url.path.encode())
        self.now += 1
        self.most = max(self.most, self.now)
        await self.gate.wait()
        self.now -= 1
        await PlainTextResponse("done", headers={"connection": "close"})(scope, receive, send)


@asynccontextmanager
async def _served(app: App, limits: Limits) -> AsyncIterator[tuple[int, Serving]]:
    listener = listen_on("127.0.0.1", 0)
    served = Serving(app, listener, limits=limits)
    await served.start()
    yield listener.getsockname()[1], served
    app.gate.set()
    await served.stop()


async def _ask(port: int, said: bytes = ASK) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    answer = await reader.read()
    writer.close()
    return answer


async def _until(true: object) -> None:
    async with asyncio.timeout(20):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)


async def test_offices_that_come_back_at_once_are_served_in_turn_and_none_is_refused() -> None:
    app = App()
    async with _served(app, Limits(total=400, strangers=100, address=20)) as (port, served):
        asked = [asyncio.create_task(_ask(port)) for _ in range(260)]
        await _until(lambda: app.now == 20 and len(served.guests) == 260)
        app.gate.set()
        answers = await asyncio.gather(*asked)
    assert [one for one in answers if not one.endswith(b"done")] == [] and app.most == 20


async def test_who_has_shown_whose_it_is_keeps_no_place_from_strangers() -> None:
    app = App()
    async with _served(app, Limits(strangers=2, address=2)) as (port, served):
        held = [asyncio.create_task(_ask(port, ASK.replace(b"/", b"/%d" % at, 1))) for at in range(10)]
        await _until(lambda: app.now == 10)
        other = asyncio.create_task(_ask(port))
        await _until(lambda: app.now == 11)
        assert len(served.guests.nodes) == 10
        app.gate.set()
        await asyncio.gather(*held, other)
        await _until(lambda: len(served.guests) == 0)


async def test_a_node_has_a_few_connections_and_the_oldest_makes_room() -> None:
    app = App()
    async with _served(app, Limits(node=2)) as (port, served):
        first = asyncio.create_task(_ask(port, ASK.replace(b"/", b"/a", 1)))
        await _until(lambda: app.now == 1)
        others = [asyncio.create_task(_ask(port, ASK.replace(b"/", b"/a", 1))) for _ in range(2)]
        assert await first == b""
        await _until(lambda: len(served.guests.nodes[b"/a"]) == 2)
        app.gate.set()
        await asyncio.gather(*others)


async def test_who_says_nothing_takes_no_place() -> None:
    app = App()
    app.gate.set()
    async with _served(app, Limits(strangers=5, address=5)) as (port, served):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        await _until(lambda: len(served.guests.silent) == 50)
        assert (await _ask(port)).endswith(b"done")
        for _, writer in silent:
            writer.close()


async def test_strangers_who_dally_make_room_for_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HASTE_SECONDS", 0)
    monkeypatch.setattr(door, "PAUSE_SECONDS", 0.01)
    app = App()
    app.gate.set()
    async with _served(app, Limits(strangers=5, address=5)) as (port, served):
        dripping = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        for _, writer in dripping:
            writer.write(b"P")
        await _until(lambda: len(served.guests.inside) == 5)
        assert (await _ask(port)).endswith(b"done")
        for _, writer in dripping:
            writer.close()


async def test_a_second_head_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.2)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("done")(scope, receive, send)

    listener = listen_on("127.0.0.1", 0)
    served = Serving(answering, listener)
    await served.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    writer.write(ASK)
    await reader.readuntil(b"done")
    with pytest.raises(ConnectionError):
        for _ in range(200):
            writer.write(b"G")
            await writer.drain()
            await asyncio.sleep(0.02)
    await served.stop()


async def test_a_head_that_is_too_long_is_refused() -> None:
    app = App()
    app.gate.set()
    async with _served(app, Limits()) as (port, _):
        assert b" 400 " in await _ask(port, b"GET / HTTP/1.1\r\nx: " + b"y" * 20_000)


def _come(guests: Guests, *visits: Visit) -> list[Visit | None]:
    crowded = [guests.come(one) for one in visits]
    for one in visits:
        guests.ready(one)
    return crowded


def test_all_connections_together_are_bounded_and_the_longest_silent_or_waiting_goes() -> None:
    guests = Guests(Limits(total=3, strangers=1, address=1))
    first, second, third, fourth, fifth = (Visit("a") for _ in range(5))
    assert _come(guests, first) == [None] and guests.enter(0) == [first]
    assert _come(guests, second) == [None]
    assert [guests.come(third), guests.come(fourth)] == [None, third]
    guests.ready(fourth)
    assert guests.come(fifth) is second and len(guests) == 3
    for one in (first, fourth, fifth):
        guests.leave(one)
    assert len(guests) == 0 and guests.enter(0) == []


def test_one_address_leaves_room_to_the_others() -> None:
    guests = Guests(Limits(total=100, strangers=4, address=2))
    many, other = [Visit("a") for _ in range(5)], Visit("b")
    _come(guests, *many, other)
    assert guests.enter(0) == [*many[:2], other]
    many[1].asked = True
    assert guests.overstayed(door.HASTE_SECONDS) == many[:1]
    assert guests.overstayed(door.SHED_SECONDS) == many[:2]


def test_in_a_crowd_whoever_came_last_is_let_in_first() -> None:
    guests = Guests(Limits(total=1000, strangers=2, address=2))
    visits = [Visit("a") for _ in range(door.CROWD + 1)]
    _come(guests, *visits)
    assert guests.enter(0) == visits[:-3:-1]
