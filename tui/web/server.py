"""The screens in browsers: a page, the sockets behind it, and a process a seat. Nothing is asked of another origin.

Order of what a request must pass: its Host names us; a socket or the exchange of a link comes from our own page; a
socket has a seat's cookie. Only then a process is started. The person signs in within it, as in a terminal.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.logs.events import tell
from node.seats import SEAT_MS, Seat, Seats
from node.transport import local
from node.web import Door

from .guard import Guard, headers
from .seat import SeatProcess

log = logging.getLogger("qiao.web")

MESSAGE = 256 << 10  # bytes of one message: more than a form holds
BODY = 4 << 10  # of a request
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0  # a browser that doesn't answer for half of it is gone
CELLS = (20, 500)  # of a terminal, either way
IDLE, FULL, TAKEN, NO_NODE, STOPPING, ENDED = 4001, 4002, 4003, 4004, 4005, 4006  # tui/web/seat.js says them

_HERE, _SERVED = Path(__file__).parent, Path(textual_serve.__file__).parent / "static"
FILES = {
    "textual.js": (_SERVED / "js/textual.js", "text/javascript"),
    "xterm.css": (_SERVED / "css/xterm.css", "text/css"),
    "page.css": (_HERE / "page.css", "text/css"),
    "seat.js": (_HERE / "seat.js", "text/javascript"),
    "enter.js": (_HERE / "enter.js", "text/javascript"),
}


@dataclass(slots=True, eq=False)
class Sitting:
    """Somebody at a seat: his socket and his process, and the code with which the socket is closed behind it."""

    seat: Seat
    socket: web.WebSocketResponse
    process: SeatProcess
    code: int = 1000


class Server:
    def __init__(self, door: Door, language: str) -> None:
        self._door, self._language = door, language
        self._guard = Guard(door.own, door.scheme, door.port, door.any_address)
        self._seats = Seats(door.directory, SystemClock().own_ms, SystemEntropy())
        self._sitting: set[Sitting] = set()
        self._opening = asyncio.Lock()
        self._stopping = False

    def app(self) -> web.Application:
        made = web.Application(middlewares=[self._only_ours], client_max_size=BODY)
        made.on_response_prepare.append(self._put_headers)
        made.add_routes(
            [
                web.get("/", self._index),
                web.get("/seat", self._seat_page),
                web.post("/enter", self._enter),
                web.get("/ws", self._socket),
                web.get("/static/{name}", self._static),
            ]
        )
        return made

    async def _put_headers(self, request: web.Request, answer: web.StreamResponse) -> None:
        host = request.headers.get("Host", "")
        answer.headers.update(headers(host if self._guard.knows(host) else ""))

    # Requests

    @web.middleware
    async def _only_ours(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not self._guard.knows(request.headers.get("Host")):
            raise web.HTTPMisdirectedRequest(text="unknown host\n")
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _index(self, request: web.Request) -> web.StreamResponse:
        """The terminal's page, for who has a seat."""
        if await self._seat_of(request) is None:
            raise web.HTTPSeeOther("/seat")
        return web.FileResponse(_HERE / "page.html", headers={"Content-Type": "text/html; charset=utf-8"})

    async def _seat_page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_HERE / "enter.html", headers={"Content-Type": "text/html; charset=utf-8"})

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = FILES.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        path, kind = found
        return web.FileResponse(path, headers={"Content-Type": f"{kind}; charset=utf-8"})

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """The token of a link for a cookie, once."""
        self._must_be_ours(request)
        taken = await asyncio.to_thread(self._seats.take, await _token(request))
        if taken is None:
            raise web.HTTPForbidden(text="no such link, or it was used\n")
        secret, seat = taken
        await self._leave((one for one in self._sitting if one.seat.name == seat.name), TAKEN)
        answer = web.Response(status=204)
        answer.set_cookie(
            self._cookie, secret, max_age=SEAT_MS // 1000, path="/", httponly=True, samesite="Strict",
            secure=request.headers["Origin"].lower().startswith("https"),
        )  # fmt: skip
        return answer

    def _must_be_ours(self, request: web.Request) -> None:
        if not self._guard.is_ours(request.headers.get("Origin"), request.headers.get("Host")):
            raise web.HTTPForbidden(text="not from this page\n")

    @property
    def _cookie(self) -> str:
        """Cookies aren't told apart by port: two nodes on one machine must not take each other's."""
        return f"qiao-seat-{self._door.port}"

    async def _seat_of(self, request: web.Request) -> Seat | None:
        secret = request.cookies.get(self._cookie, "")
        return await asyncio.to_thread(self._seats.seat, secret) if secret else None

    # Sockets

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._must_be_ours(request)
        seat = await self._seat_of(request)
        if seat is None:
            raise web.HTTPForbidden(text="no seat\n")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MESSAGE, compress=False)
        await socket.prepare(request)
        async with self._opening:
            refusal = await self._refusal(seat)
            sitting = None if refusal else self._sit_down(seat, socket)
        if sitting is None:
            await socket.close(code=refusal)
        else:
            await self._sit(sitting, request)
        return socket

    async def _refusal(self, seat: Seat) -> int:
        """0, or the code with which a socket is closed again. Who sits at that seat already leaves it."""
        if not await asyncio.to_thread(local.is_running, self._door.directory):
            return NO_NODE
        await self._leave((one for one in self._sitting if one.seat.name == seat.name), TAKEN)
        if self._stopping:
            return STOPPING
        return FULL if len(self._sitting) >= self._door.seats else 0

    def _sit_down(self, seat: Seat, socket: web.WebSocketResponse) -> Sitting:
        process = SeatProcess(self._door.directory, self._language, socket.send_bytes)
        sitting = Sitting(seat, socket, process)
        self._sitting.add(sitting)
        return sitting

    async def _sit(self, sitting: Sitting, request: web.Request) -> None:
        """A process for as long as the socket is open; the socket for as long as the process is there."""
        closing: asyncio.Task[None] | None = None
        try:
            await sitting.process.start(
                _cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24)
            )
            closing = asyncio.create_task(_close_behind(sitting))
            await _listen(sitting)
        finally:
            await asyncio.shield(sitting.process.stop())
            self._sitting.discard(sitting)
            if closing is not None:
                await closing

    async def _leave(self, leaving: Iterable[Sitting], code: int) -> None:
        """Ends them whole, and returns when they are."""
        await asyncio.gather(*(_leave(one, code) for one in list(leaving)))

    async def watch(self) -> None:
        """Ends seats where nobody types, and those that were taken back; a fault of one look keeps no later one from
        being had."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except Exception as fault:
                tell(log, logging.ERROR, "web_failed", fault)

    async def _look(self) -> None:
        late = time.monotonic() - self._door.idle_seconds
        await self._leave((one for one in self._sitting if one.process.used < late), IDLE)
        sitting = list(self._sitting)
        gone = [one for one in sitting if not await asyncio.to_thread(self._seats.stands, one.seat)]
        await self._leave(gone, ENDED)

    async def stop(self) -> None:
        self._stopping = True
        await self._leave(self._sitting, STOPPING)


async def _listen(sitting: Sitting) -> None:
    """What the browser says, until it is gone. What makes no sense is left out."""
    async for message in sitting.socket:
        if message.type == WSMsgType.TEXT:
            await _hear(sitting, message)


async def _hear(sitting: Sitting, message: Any) -> None:
    try:
        said = message.json()
        kind, value = said[0], said[1] if len(said) > 1 else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    process = sitting.process
    if kind == "stdin" and isinstance(value, str):
        await process.type(value)
    elif kind == "resize" and isinstance(value, dict):
        await process.set_terminal_size(_cells(value.get("width"), 80), _cells(value.get("height"), 24))
    elif kind == "ping" and isinstance(value, str):
        await sitting.socket.send_json(["pong", value[:64]])
    elif kind in ("focus", "blur"):
        await (process.focus() if kind == "focus" else process.blur())


async def _close_behind(sitting: Sitting) -> None:
    """The screens ended by themselves: somebody left."""
    await sitting.process.wait()
    await sitting.socket.close(code=sitting.code)


async def _leave(sitting: Sitting, code: int) -> None:
    sitting.code = code
    await sitting.process.stop()
    await sitting.socket.close(code=code)


async def _token(request: web.Request) -> str:
    try:
        said = await request.json()
        return str(said["token"])[:200]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise web.HTTPBadRequest(text="no token\n") from None


def _cells(said: object, otherwise: int) -> int:
    try:
        wanted = int(said)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return int(min(max(wanted, CELLS[0]), CELLS[1]))


async def serve(
    door: Door, language: str, stop: asyncio.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Until `stop` is set; then all seats are ended whole. `ready` is called when a browser can come."""
    server = Server(door, language)
    runner = web.AppRunner(server.app(), access_log=None, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, door.listener, ssl_context=door.tls).start()
    ready()
    watching = asyncio.create_task(server.watch())
    try:
        await stop.wait()
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await server.stop()
        await runner.cleanup()
