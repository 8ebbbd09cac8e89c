"""What the node serves to its children (protocol 3.5): POST /sync, POST /join, GET /health.

A body in and a body out are sealed envelopes; nothing here can read them. A refusal is a status, the
header `qiao-code` with a stable code, and the same code as text: never a word about what is stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from node.errors import QiaoError
from node.health import Health
from node.logs.events import tell
from node.transport.bell import Bell
from node.transport.body import Intake, Refused
from node.transport.hand import Hand, Taken, Writer
from node.transport.pace import Pace, is_near
from node.transport.race import first_of
from sync_protocol.errors import ProtocolError, TooLarge
from sync_protocol.exchange import Event, Machine, Side, State
from sync_protocol.limits import MAX_ENVELOPE, MAX_HOLD

log = logging.getLogger("qiao.transport")

ENVELOPE_TYPE = "application/vnd.qiao.envelope"
CODE_HEADER = "qiao-code"
MAX_JOIN = 64 * 1024  # a joining node sends its keys, its log and a MAC: under 1 KiB

HEALTH_COST = 5.0  # tokens: it writes a page, durably
_STATUS = {2: 400, 3: 403, 4: 404, 5: 409, 8: 503, 9: 507}  # by a QiaoError's exit; else 500

# What ends a hold, in the order of Peers._hold: a node that stops answers as if the time were up.
_ENDS = (Event.NEWS, Event.TIME_UP, Event.SUPERSEDED, Event.CALLER_GONE)

Answer = Callable[[Request], Awaitable[Response]]


class Count(Protocol):
    """What is counted of peers' requests: node/metrics/meter.py."""

    def taken(self, commits: int, size: int, seconds: float) -> None: ...
    def answered(self, size: int) -> None: ...
    def refused(self, code: str) -> None: ...


class Nothing:
    """Counts nothing."""

    def taken(self, commits: int, size: int, seconds: float) -> None: ...
    def answered(self, size: int) -> None: ...
    def refused(self, code: str) -> None: ...


class Holds:
    """The one held reply of each child: a newer one sends the older away."""

    def __init__(self) -> None:
        self._held: dict[bytes, asyncio.Event] = {}

    async def displaced(self, child: bytes) -> None:
        """Holds until a newer exchange of this child does."""
        if older := self._held.pop(child, None):
            older.set()
        mine = self._held[child] = asyncio.Event()
        try:
            await mine.wait()
        finally:
            if self._held.get(child) is mine:
                del self._held[child]

    def __len__(self) -> int:
        return len(self._held)


@dataclass(slots=True)
class Peers:
    """The peers' side of a daemon."""

    hand: Hand
    bell: Bell
    check: Callable[[], Awaitable[Health]]
    stopping: asyncio.Event
    intake: Intake = field(default_factory=Intake)
    holds: Holds = field(default_factory=Holds)
    pace: Pace = field(default_factory=Pace)
    tls_required: bool = False
    ways: dict[bytes, str] = field(default_factory=dict)  # child → how it came last
    count: Count = field(default_factory=Nothing)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/sync", answered(self.sync, self.count), methods=["POST"]),
                Route("/join", answered(self.join, self.count), methods=["POST"]),
                Route("/health", answered(self.health, self.count), methods=["GET"]),
            ]
        )

    async def sync(self, request: Request) -> Response:
        call = Machine.start(Side.PARENT).step(Event.CALLED)
        self._refuse_plain(request)
        async with self.pace.asked(request), self.intake.body(request, MAX_ENVELOPE) as sealed:
            begun = time.monotonic()
            taken, mark = await self.hand.carry(lambda writer: self._take(writer, sealed))
            self._note(taken, len(sealed), time.monotonic() - begun)
        await self._recognised(request, taken.child)
        call = call.step(Event.OPENED).step(Event.NEWS if taken.reply is not None else Event.NOTHING_NEW)
        if call.state is State.HOLDING:
            call = call.step(await self._hold(request, taken, mark))
        if call.state is not State.ANSWERING:
            raise Refused(409, "displaced")
        reply = taken.reply
        if reply is None:
            reply = await self.hand.carry(lambda writer: writer.reply(taken))
        self.count.answered(len(reply))
        return _envelope(reply)

    def _note(self, taken: Taken, size: int, seconds: float) -> None:
        commits = len(getattr(getattr(taken, "asked", None), "commits", ()))
        self.count.taken(commits, size, seconds)
        tell(log, logging.DEBUG, "exchange_taken", count=commits, bytes=size, ms=round(seconds * 1000))

    async def _recognised(self, request: Request, child: bytes) -> None:
        """The envelope was opened: whose connection it is, and how it came, which `status` tells."""
        self.pace.knows(request, child)
        way = "tls" if request.url.scheme == "https" else "local" if is_near(request) else "plain"
        if self.ways.get(child) != way:
            self.ways[child] = way
            await self.hand.run(lambda writer: writer.called_by(child, way))

    def _take(self, writer: Writer, sealed: bytes) -> tuple[Taken, int]:
        """On the writer's thread, where nothing can happen between taking and marking."""
        taken: Taken = writer.take(sealed)
        return taken, self.bell.mark(taken.child)

    async def _hold(self, request: Request, taken: Taken, mark: int) -> Event:
        """Until there is something for this child, or nobody waits for it any more."""
        ended = await first_of(
            self.bell.wait(taken.child, mark),
            self.stopping.wait(),
            self.holds.displaced(taken.child),
            _gone(request),
            seconds=min(taken.wait_s, MAX_HOLD),
        )
        return Event.TIME_UP if ended is None else _ENDS[ended]

    def _refuse_plain(self, request: Request) -> None:
        """A proxy in front of us on this machine speaks plainly to us, and TLS to the others."""
        if self.tls_required and request.url.scheme != "https" and not is_near(request):
            raise Refused(403, "tls_required")

    async def join(self, request: Request) -> Response:
        self._refuse_plain(request)
        async with self.pace.asked(request), self.intake.body(request, MAX_JOIN) as sealed:
            return _envelope(await self.hand.run(lambda writer: writer.take_join(sealed)))

    async def health(self, request: Request) -> Response:
        async with self.pace.asked(request, HEALTH_COST):
            health = await self.check()
        told = {
            "ok": health.ok, "code": health.code, "backup": health.backup, "warnings": list(health.warnings),
        }  # fmt: skip
        return JSONResponse(told, 200 if health.ok else 503)


def answered(answer: Answer, count: Count | None = None) -> Answer:
    """Faults as answers with a stable code."""

    async def counted(request: Request) -> Response:
        response = await guarded(request)
        if count is not None and CODE_HEADER in response.headers:
            count.refused(response.headers[CODE_HEADER])
        return response

    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except Refused as fault:
            return refusal(fault.status, fault.code)
        except TooLarge as fault:
            return refusal(413, fault.code)
        except ProtocolError as fault:
            return refusal(400, fault.code)
        except QiaoError as fault:
            return refusal(_STATUS.get(fault.exit, 500), fault.code)
        except Exception as fault:
            route = request.url.path.strip("/")
            tell(log, logging.ERROR, "request_failed", fault, operation=route)
            return refusal(500, "unexpected")

    return counted


def refusal(status: int, code: str) -> Response:
    return PlainTextResponse(code + "\n", status, {CODE_HEADER: code})


def _envelope(sealed: bytes) -> Response:
    return Response(sealed, media_type=ENVELOPE_TYPE)


async def _gone(request: Request) -> None:
    """Returns when the child has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
