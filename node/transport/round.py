"""One full round with the parent: exchanges until neither side has more (design 4, `sync`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from node import config
from node.config import Config
from node.errors import LineDown, QiaoError
from node.language import say
from node.transport.client import Peer
from node.transport.hand import Round, Writer
from node.transport.race import first_of
from node.transport.tls import trust
from sync_protocol.errors import ProtocolError
from sync_protocol.exchange import Event, Machine, Side, State

Result = TypeVar("Result")
Interrupt = Callable[[], Coroutine[Any, Any, None]]

# A parent that says "more" and gives nothing is believed this often.
PATIENCE = 4
UNKNOWN = "unknown_sender"  # the parent's code for keys that it knows of nobody


class Run(Protocol):
    """Runs a job on the writer: `Hand.carry`, or `Here.run` where no daemon is."""

    async def __call__(self, job: Callable[[Writer], Result], /) -> Result: ...


class Here:
    """Jobs on the caller's own thread, for a command that holds the lock by itself."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def run(self, job: Callable[[Writer], Result]) -> Result:
        return job(self._writer)


@dataclass(slots=True)
class Report:
    """What a round moved: commits each way, exchanges, bytes of bodies each way."""

    sent: int = 0
    received: int = 0
    rounds: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    complete: bool = False
    verified: dict[str, Any] | None = None  # what comparing the link found, where that was asked for

    def as_dict(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value is not None}

    def plus(self, other: Report) -> Report:
        """Two rounds, one behind the other."""
        names = ("sent", "received", "rounds", "bytes_up", "bytes_down")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Report(**sums, complete=other.complete)


class Call:
    """The child's side of a link: from idle through exchanges until idle, or backing off, as
    sync_protocol.exchange.TABLE says."""

    def __init__(self, run: Run, peer: Peer, look: Callable[[], None] = lambda: None) -> None:
        """`look` is called before each exchange: what is written later may not be in it."""
        self._run = run
        self._look = look
        self._reply = b""
        self._hold = 0
        self._empty = 0
        self._interrupt: Interrupt | None = None
        self.peer = peer
        self.report = Report()
        self.fault: QiaoError | ProtocolError | None = None
        self.moved = False  # the last call carried something
        self.machine = Machine.start(Side.CHILD)

    async def go(self, hold_seconds: int = 0, interrupt: Interrupt | None = None) -> State:
        """IDLE, or BACKING_OFF with `fault`. The first exchange may be held, until `interrupt` returns.

        Raises what the writer raises unexpectedly; this call isn't used again then.
        """
        self._hold, self._interrupt, self.fault = hold_seconds, interrupt, None
        self.moved = False
        self._step(Event.DUE if self.machine.state is State.IDLE else Event.WAITED)
        while self.machine.state in (State.ASKING, State.TAKING):
            asking = self.machine.state is State.ASKING
            self._step(await (self._ask() if asking else self._take()))
        return self.machine.state

    def _step(self, event: Event) -> None:
        self.machine = self.machine.step(event)

    async def _ask(self) -> Event:
        hold, self._hold = self._hold, 0
        self._look()
        up, down = self.peer.bytes_up, self.peer.bytes_down
        try:
            sealed = await self._run(lambda writer: writer.request(hold))
            return await self._send(sealed, hold)
        except QiaoError as fault:
            self.fault = fault
            if fault.code == UNKNOWN:
                await self._run(lambda writer: writer.unheard_of())
            if self.peer.cut and not hold:
                await self._run(lambda writer: writer.line_cut())
            return Event.LINE_FAILED
        finally:
            self.report.bytes_up += self.peer.bytes_up - up
            self.report.bytes_down += self.peer.bytes_down - down

    async def _send(self, sealed: bytes, hold: int) -> Event:
        """Bytes that carry work are never cut short; an idle exchange is, when there is news."""
        if not hold or self._interrupt is None:
            await self._receive(sealed, hold)
            return Event.REPLIED
        ended = await first_of(self._receive(sealed, hold), self._interrupt())
        return Event.REPLIED if ended == 0 else Event.DUE

    async def _receive(self, sealed: bytes, hold: int) -> None:
        self._reply = await self.peer.sync(sealed, hold)

    async def _take(self) -> Event:
        reply, self._reply = self._reply, b""
        try:
            taken = await self._run(lambda writer: writer.take_reply(reply))
        except ProtocolError as fault:
            self.fault = fault
            return Event.REFUSED
        except QiaoError as fault:
            self.fault = fault
            return Event.FAILED
        return Event.TAKEN_MORE if self._counted(taken) else Event.TAKEN_ALL

    def _counted(self, taken: Round) -> bool:
        """True when there is more, and it is to be believed."""
        self.report.rounds += 1
        self.report.sent += taken.sent
        self.report.received += taken.received
        self.report.complete = not (taken.more or taken.left)
        self.moved = self.moved or taken.moved
        self._empty = 0 if taken.moved else self._empty + 1
        return taken.more and self._empty < PATIENCE


async def full_round(run: Run, peer: Peer) -> Report:
    """Exchanges until neither side has more. What was carried before a fault is kept on both sides.

    Raises LineDown, ProtocolError, and what the writer raises.
    """
    call = Call(run, peer)
    await call.go()
    if call.fault is not None:
        raise call.fault
    return call.report


async def verified_round(run: Run, peer: Peer) -> Report:
    """A full round, then the link is compared, and what differs repaired (reconciliation, 3.5).

    Raises as full_round, and LineDown `peer_too_old` where the parent can't compare.
    """
    first = await full_round(run, peer)
    await run(lambda writer: writer.compare())
    report = first.plus(await full_round(run, peer))
    found = await run(lambda writer: writer.compared)
    if found is None:
        raise LineDown(
            say("上级的程序版本太旧，不能逐桶对账", "the parent's version is too old to compare"),
            code="peer_too_old",
            hint="qiao digest --code",
        )
    report.verified = {"equal": found.equal, "differed": found.differed, "left": found.left}
    return report


async def once(writer: Writer, url: str, settings: Config, *, verify: bool = False) -> Report:
    """A full round by a process that holds the lock; for `asyncio.run`."""
    async with Peer(url, trust(settings, writer.parent_keys)) as peer:
        return await (verified_round if verify else full_round)(Here(writer).run, peer)


def poster(directory: Path, parent: bytes) -> Callable[[str, bytes], bytes]:
    """Carries a request to be enrolled to the parent, whose signing key the invitation says; for a process of its
    own. Raises LineDown, Usage `bad_config`."""

    def post(url: str, sealed: bytes) -> bytes:
        async def carried() -> bytes:
            async with Peer(url, trust(config.load(directory), [parent])) as peer:
                return await peer.join(sealed)

        return asyncio.run(carried())

    return post
