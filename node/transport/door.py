"""Who may come in: connections are taken, counted and looked at before a byte is parsed.

A first byte says whether it is TLS or HTTP; both are spoken on one port, so that offices of before TLS go on
calling. A connection counts as a stranger's until an envelope on it was opened; then it is a node's. Strangers are
few at a time, all together and by address; whoever comes besides waits, unread, until another is through, and who
says nothing takes no place. So 260 offices that come back at once are served in turn, and what hundreds of idle
connections cost is their sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from node.logs.events import tell

log = logging.getLogger("qiao.transport")

FIRST_SECONDS = 30.0  # from being let in to the first byte
HANDSHAKE_SECONDS = 30.0
SHUTDOWN_SECONDS = 5.0
BACKLOG = 1024
PAUSE_SECONDS = 1.0  # after a fault in taking connections: no descriptors are left
# A stranger who has been in for so long makes room when others wait; a slow line's first envelope isn't cut before.
SHED_SECONDS = 60.0
HASTE_SECONDS = 10.0  # the same for one that hasn't come to the end of a head: an honest one sends it at once
CROWD = 300  # more than come back at once: then whoever came last is let in first, since the others may have given up
_TLS = 0x16  # a ClientHello's first byte; HTTP begins with a letter


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections. 1024 descriptors is what a process usually has; the database, its log and the screens need few."""

    total: int = 800  # waiting ones included
    strangers: int = 256
    address: int = 96  # strangers of one address: offices behind one gateway share it
    node: int = 8  # a child has two, and those that it lost and we don't know of yet


@dataclass(eq=False, slots=True)
class Visit:
    """One connection. `node` once it has shown by an envelope whose it is."""

    address: str
    sock: socket.socket | None = None
    since: float = 0.0  # when it was let in
    asked: bool = False  # the head of a request has come
    node: bytes = b""
    entry: asyncio.Future[None] | None = None
    close: Callable[[], object] = lambda: None
    known: Callable[[bytes], None] = lambda _node: None


@dataclass(slots=True)
class Guests:
    """Who is in, who waits, and who hasn't said anything. `now` is handed in."""

    limits: Limits = field(default_factory=Limits)
    silent: dict[Visit, None] = field(default_factory=dict)  # each longest first
    waiting: dict[Visit, None] = field(default_factory=dict)
    inside: dict[Visit, None] = field(default_factory=dict)  # strangers
    nodes: dict[bytes, dict[Visit, None]] = field(default_factory=dict)
    _by_address: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.silent) + len(self.waiting) + len(self.inside) + sum(map(len, self.nodes.values()))

    def come(self, visit: Visit) -> Visit | None:
        """A newcomer. Who has to leave for it, if anybody: the longest silent, else the longest waiting."""
        self.silent[visit] = None
        if len(self) <= self.limits.total:
            return None
        crowded = next(iter(self.silent if len(self.silent) > 1 else self.waiting or self.silent))
        self.leave(crowded)
        return crowded

    def ready(self, visit: Visit) -> None:
        """It has said something."""
        if visit in self.silent:
            del self.silent[visit]
            self.waiting[visit] = None

    def enter(self, now: float) -> list[Visit]:
        """Of those who wait, in turn, for whom there is room now."""
        let_in = []
        for visit in list(self.waiting)[:: -1 if len(self.waiting) > CROWD else 1]:
            if len(self.inside) >= self.limits.strangers:
                break
            if self._by_address[visit.address] < self.limits.address:
                self._let_in(visit, now)
                let_in.append(visit)
        return let_in

    def _let_in(self, visit: Visit, now: float) -> None:
        del self.waiting[visit]
        visit.since = now
        self.inside[visit] = None
        self._by_address[visit.address] += 1

    def overstayed(self, now: float) -> list[Visit]:
        """Strangers who make room, one for each who waits for their room."""
        if not self.waiting:
            return []
        wanted = {visit.address for visit in self.waiting}
        full = len(self.inside) >= self.limits.strangers
        found = [visit for visit in self.inside if (full or visit.address in wanted) and _is_over(visit, now)]
        return found[: len(self.waiting)]

    def recognise(self, visit: Visit, node: bytes) -> Visit | None:
        """It is a node's. Which of the node's has to leave for it: the oldest."""
        if visit.node == node or (visit not in self.inside and visit not in self.nodes.get(visit.node, {})):
            return None
        self.leave(visit)
        visit.node = node
        theirs = self.nodes.setdefault(node, {})
        theirs[visit] = None
        return next(iter(theirs)) if len(theirs) > self.limits.node else None

    def leave(self, visit: Visit) -> None:
        self.silent.pop(visit, None)
        self.waiting.pop(visit, None)
        if visit in self.inside:
            del self.inside[visit]
            self._by_address[visit.address] -= 1
            if not self._by_address[visit.address]:
                del self._by_address[visit.address]
        elif visit in self.nodes.get(visit.node, {}):
            del self.nodes[visit.node][visit]
            if not self.nodes[visit.node]:
                del self.nodes[visit.node]


def _is_over(visit: Visit, now: float) -> bool:
    return now - visit.since >= (SHED_SECONDS if visit.asked else HASTE_SECONDS)


class Door:
    """Takes connections from `listener`; has `close` and `wait_closed` as asyncio's servers have."""

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[Visit], asyncio.Protocol],
        tls: Callable[[], ssl.SSLContext | None],
        guests: Guests,
    ) -> None:
        self._listener, self._protocol, self._tls = listener, protocol, tls
        self._guests = guests
        self._looks = listener.family != getattr(socket, "AF_UNIX", None)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        self._begin(self._take())

    def close(self) -> None:
        if self._again is not None:
            self._again.cancel()
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _take(self) -> None:
        while True:
            try:
                sock, address = await self._loop.sock_accept(self._listener)
            except OSError as fault:  # EMFILE and the like: whoever called waits in the system's queue
                tell(log, logging.WARNING, "door_shut", fault)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self._arrived(sock, str(address[0]) if isinstance(address, tuple) else "")

    def _arrived(self, sock: socket.socket, address: str) -> None:
        sock.setblocking(False)
        visit = Visit(address, sock)
        visit.known = lambda node: self._recognised(visit, node)
        if crowded := self._guests.come(visit):
            crowded.close()
        visit.close = self._begin(self._welcome(visit)).cancel

    def look(self) -> None:
        """Lets in for whom there is room; those who overstayed make it for whoever still waits."""
        now = self._loop.time()
        for visit in self._guests.enter(now):
            if visit.entry is not None and not visit.entry.done():
                visit.entry.set_result(None)
        for visit in self._guests.overstayed(now):
            visit.close()
        if self._guests.waiting and self._again is None:
            self._again = self._loop.call_later(PAUSE_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._again = None
        self.look()

    def gone(self, visit: Visit) -> None:
        self._guests.leave(visit)
        if self._guests.waiting:
            self.look()

    def _recognised(self, visit: Visit, node: bytes) -> None:
        if crowded := self._guests.recognise(visit, node):
            crowded.close()
        if self._guests.waiting:
            self.look()

    async def _welcome(self, visit: Visit) -> None:
        """Up to where the protocol has the connection; `gone` is told by whoever has it then."""
        try:
            await self._hand_over(visit)
        except (OSError, ssl.SSLError, TimeoutError):  # it broke off, or spoke no TLS
            self._refused(visit)
        except BaseException:
            self._refused(visit)
            raise

    def _refused(self, visit: Visit) -> None:
        if visit.sock is not None:
            with contextlib.suppress(OSError):
                visit.sock.close()
            visit.sock = None
        self.gone(visit)

    async def _hand_over(self, visit: Visit) -> None:
        sock = visit.sock
        assert sock is not None, "it was just taken"
        first = await self._first(sock) if self._looks else 0
        await self._entered(visit)
        tls = self._tls() if first == _TLS else None
        await self._loop.connect_accepted_socket(
            lambda: self._protocol(visit),
            sock,
            ssl=tls,
            ssl_handshake_timeout=None if tls is None else HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=None if tls is None else SHUTDOWN_SECONDS,
        )
        visit.sock = None

    async def _entered(self, visit: Visit) -> None:
        visit.entry = self._loop.create_future()
        self._guests.ready(visit)
        self.look()
        await visit.entry

    async def _first(self, sock: socket.socket) -> int:
        """The first byte, left where it is. Raises TimeoutError, ConnectionError."""
        async with asyncio.timeout(FIRST_SECONDS):
            await self._readable(sock)
        first = sock.recv(1, socket.MSG_PEEK)
        if not first:
            raise ConnectionError("closed without a word")
        return first[0]

    async def _readable(self, sock: socket.socket) -> None:
        if sys.platform == "win32":  # its loop can't be told of a reader
            await asyncio.to_thread(select.select, [sock], [], [], FIRST_SECONDS)
            return
        readable = asyncio.Event()
        self._loop.add_reader(sock, readable.set)
        try:
            await readable.wait()
        finally:
            self._loop.remove_reader(sock)
