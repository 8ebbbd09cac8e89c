"""One full round with the parent: exchanges until neither side has more (design 4, `sync`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from node.transport.client import Peer
from node.transport.hand import Round, Writer

Result = TypeVar("Result")

# A parent that says "more" and gives nothing is believed this often.
PATIENCE = 4


class Run(Protocol):
    """Runs a job on the writer: `Hand.run`, or `Here.run` where no daemon is."""

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

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


async def exchange(run: Run, peer: Peer, hold_seconds: int = 0) -> Round:
    """One request and its reply. Raises LineDown, ProtocolError, and what the writer raises."""
    sealed = await run(lambda writer: writer.request(hold_seconds))
    reply = await peer.sync(sealed, hold_seconds)
    taken: Round = await run(lambda writer: writer.take_reply(reply))
    return taken


async def full_round(run: Run, peer: Peer, begin: Callable[[], None] = lambda: None) -> Report:
    """Raises as `exchange` does; what was carried until then is kept on both sides.

    `begin` is called before each exchange: what is written later may not be in it.
    """
    report = Report()
    up, down, empty = peer.bytes_up, peer.bytes_down, 0
    more = True
    while more and empty < PATIENCE:
        begin()
        taken = await exchange(run, peer)
        report.rounds += 1
        report.sent += taken.sent
        report.received += taken.received
        empty = 0 if taken.sent or taken.received else empty + 1
        more = taken.more
    report.complete = not more
    report.bytes_up, report.bytes_down = peer.bytes_up - up, peer.bytes_down - down
    return report


async def once(writer: Writer, url: str) -> Report:
    """A full round by a process that holds the lock; for `asyncio.run`."""
    async with Peer(url) as peer:
        return await full_round(Here(writer).run, peer)
