"""uvicorn, quiet: it takes a bound socket, leaves signals to the daemon, and stops when told."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from node.errors import QiaoError, Usage
from node.language import say
from node.transport.door import Door, Guests, Limits, Visit

Tls = Callable[[], ssl.SSLContext | None]

HEAD_SECONDS = 30.0  # for a connection to send a request's head, the first and every other
HEAD_BYTES = 16 * 1024
DRAIN_SECONDS = 30.0
IDLE_SECONDS = 75
STOP_SECONDS = 5


class _Patient(H11Protocol):
    """Closes a connection that doesn't come to the end of a head, or to the end of a body that was refused."""

    def __init__(self, *given: Any, visit: Visit, gone: Callable[[Visit], None], **named: Any) -> None:
        super().__init__(*given, **named)
        self.app_state = {**self.app_state, "visit": visit}
        self._visit, self._gone = visit, gone
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._visit.close = transport.abort
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        super().connection_lost(exc)
        self._gone(self._visit)

    def data_received(self, data: bytes) -> None:
        """The first byte of a further head ends the wait between two requests; the head then has its own."""
        super().data_received(data)
        if not self._is_between():
            self._visit.asked = True
            self._wait(None)
        elif self._deadline is None and self.conn.their_state is h11.IDLE:
            self._wait(HEAD_SECONDS)

    def on_response_complete(self) -> None:
        """A body that is refused is read to its end and thrown away, so that its sender sees the refusal;
        but not for ever."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(DRAIN_SECONDS)

    def _is_between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


class _Quiet(uvicorn.Server):
    """Without signals, without uvicorn's ten looks a second at whether it is to stop, and with a door of ours."""

    def __init__(self, config: uvicorn.Config, tls: Tls, guests: Guests) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()
        self._tls, self._guests = tls, guests

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        assert sockets is not None, "one that listens is handed in"
        doors = [Door(one, self._protocol, self._tls, self._guests) for one in sockets]
        self._doors = doors
        self.servers: list[Any] = list(doors)
        for door in doors:
            door.open()
        self.started = True

    def _protocol(self, visit: Visit) -> asyncio.Protocol:
        return _Patient(
            self.config, self.server_state, self.lifespan.state, visit=visit, gone=self._doors[0].gone
        )

    async def main_loop(self) -> None:
        await self.on_tick(0)  # sets the headers of every answer; none of them changes
        await self.stopping.wait()


class Serving:
    """One app on one socket, from `start` to `stop`. `tls`: the context of now, for whoever begins with a handshake;
    None: nobody may."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        tls: Tls = lambda: None,
        limits: Limits = Limits(),  # noqa: B008 (it can't be changed)
    ) -> None:
        # Bytes that are no HTTP are said to be so once each: whoever sends many would fill the log.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._listener = listener
        self.guests = Guests(limits)
        self._server = _Quiet(
            uvicorn.Config(
                app,
                http=_Patient,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=HEAD_BYTES,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            ),
            tls,
            self.guests,
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve([self._listener]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        """Answers what is running, within STOP_SECONDS."""
        self._server.stopping.set()
        if self._task is not None:
            await self._task
        self._listener.close()


def listen_on(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 lets the system choose. Raises QiaoError `port_taken`, Usage `bad_address`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as fault:
        raise Usage(
            say(f"不认识地址 {host}：{fault}", f"the address {host} isn't known: {fault}"),
            code="bad_address",
            hint="qiao run --listen 127.0.0.1:0",
        ) from fault
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as fault:
        listener.close()
        raise QiaoError(
            say(f"{host}:{port} 不能监听：{fault}", f"can't listen on {host}:{port}: {fault}"),
            code="port_taken",
            hint="qiao run --listen 127.0.0.1:0",
        ) from fault
    return listener
