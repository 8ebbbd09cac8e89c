"""uvicorn, quiet: it takes a bound socket, leaves signals to the daemon, and stops when told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from node.errors import QiaoError, Usage
from node.language import say

# Direct children, each with one held exchange, and people's browsers and checks; Shandong has 16 cities.
MAX_CONNECTIONS = 512
HEAD_SECONDS = 30.0  # for a connection to send its first request's head
DRAIN_SECONDS = 30.0
IDLE_SECONDS = 75
STOP_SECONDS = 5


class _Patient(H11Protocol):
    """Closes a connection that doesn't come to its first request, or to the end of one refused."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """A body that is refused is read to its end and thrown away, so that its sender sees the refusal;
        but not for ever."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._deadline = self.loop.call_later(DRAIN_SECONDS, self.transport.abort)

    def _give_up(self) -> None:
        if not self.cycle:
            self.transport.abort()


class _Quiet(uvicorn.Server):
    """Without signals, and without uvicorn's ten looks a second at whether it is to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)  # sets the headers of every answer; none of them changes
        await self.stopping.wait()


class Serving:
    """One app on one listening socket, from `start` to `stop`."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._listener = listener
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
                limit_concurrency=MAX_CONNECTIONS,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
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
