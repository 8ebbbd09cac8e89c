"""The daemon's way to its parent: it carries at once what is new, and otherwise holds an idle exchange.

The steps of an exchange are sync_protocol/exchange.py's; here is when to begin one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol

from node.entropy import Entropy
from node.errors import LineDown, NotFound, QiaoError
from node.language import say
from node.logs.events import tell
from node.transport.bell import UP, Bell
from node.transport.client import Peer
from node.transport.hand import Hand
from node.transport.patience import LONGEST_SECONDS, Backoff, Hold
from node.transport.race import first_of
from node.transport.round import Call, Report, full_round, verified_round
from node.transport.tls import Trust
from sync_protocol.exchange import State

log = logging.getLogger("qiao.line")

# A batch of acts goes in a few exchanges instead of one each: half of a busy node's work was exchanging.
GATHER_SECONDS = 0.1
HASTY_SECONDS = 1.0
NOW = b"now"  # the bell's name of a person who wants a round


class Standing(StrEnum):
    ALONE = "alone"  # no parent is known: the root, or not joined yet
    CARRYING = "carrying"
    IDLE = "idle"  # connected, nothing to carry
    WAITING = "waiting"  # for the next try


class Count(Protocol):
    """What is counted of it: node/metrics/meter.py."""

    def carried(self, counts: Report) -> None: ...
    def line_failed(self, code: str) -> None: ...


class Nothing:
    """Counts nothing."""

    def carried(self, counts: Report) -> None: ...
    def line_failed(self, code: str) -> None: ...


class Line:
    """`run` it as a task; it ends only by being cancelled. Only one exchange is open at a time."""

    def __init__(
        self,
        hand: Hand,
        bell: Bell,
        entropy: Entropy,
        *,
        url: str = "",
        hold_seconds: int,
        connect: Callable[[str, Trust], Peer] = Peer,
        trust: Callable[[Sequence[bytes]], Trust] = lambda pins: Trust(tuple(pins)),
        count: Count | None = None,
    ) -> None:
        self._hand = hand
        self._bell = bell
        self._entropy = entropy
        self._url = url  # comes before the one that the writer knows
        self._hold = Hold.of(hold_seconds)
        self._connect, self._trust = connect, trust
        self._count = count or Nothing()
        self._counted = Report()  # what of the present call has been counted
        self._told = ""  # the fault that the log knows of
        self._backoff = Backoff()
        self._turn = asyncio.Lock()
        self._call: Call | None = None
        self._mark = self._now = 0  # the bell's counts when the last exchange began
        self._quiet = False  # the last exchange left nothing to carry
        self.standing = Standing.ALONE
        self.fault = ""  # stable code of what went wrong last, until a round succeeds

    async def run(self) -> None:
        try:
            while True:
                await self._step()
        finally:
            await self._hang_up()

    async def now(self, url: str = "", *, verify: bool = False) -> Report:
        """A full round that begins now, this once with the parent at `url` where one is given. `verify`: the
        link is compared as well.

        Raises LineDown, NotFound `no_parent`, ProtocolError.
        """
        go = verified_round if verify else full_round
        self._bell.ring(NOW)
        async with self._turn:
            if url:
                async with await self._peer(url) as peer:
                    return self._noted(await go(self._hand.carry, peer))
            call = await self._dial()
            if call is None:
                raise NotFound(
                    say("本节点没有上级", "this node has no parent"),
                    code="no_parent",
                    hint="qiao join --help",
                )
            report = await go(self._hand.carry, call.peer)
            self._succeeded()
            return self._noted(report)

    def _noted(self, report: Report) -> Report:
        self._count.carried(report)
        return report

    def told(self) -> dict[str, Any]:
        """For screens: how the line stands now."""
        return {
            "standing": str(self.standing),
            "fault": self.fault,
            "parent": self._call.peer.url if self._call else "",
            "tls": self._call.peer.channel if self._call else "",
            "hold_seconds": self._hold.seconds,
        }

    async def _step(self) -> None:
        """One call, or the wait before the next."""
        if self._call is None:
            self._look()
        try:
            async with self._turn:
                self._now = self._bell.mark(NOW)
                call = await self._dial()
                cut = call is not None and await self._carry(call)
        except QiaoError as fault:  # settings that are no good, keys that are locked
            await self._hang_up()
            cut, self.fault = True, fault.code
        except Exception as fault:
            tell(log, logging.ERROR, "part_failed", fault, part="line")
            await self._hang_up()
            cut, self.fault = True, "unexpected"
        self._tell(cut)
        if self._call is None and not self.fault:
            self.standing = Standing.ALONE
            await self._pause(LONGEST_SECONDS)
        elif cut:
            self.standing = Standing.WAITING
            await self._pause(self._backoff.failed(self._entropy.fraction()))

    def _tell(self, failed: bool) -> None:
        """The log hears of a fault once, and of its end."""
        if failed and self.fault:
            self._count.line_failed(self.fault)
        if self.fault != self._told:
            if self.fault:
                tell(log, logging.WARNING, "line_down", code=self.fault)
            else:
                tell(log, logging.INFO, "line_up")
        self._told = self.fault

    def _note(self, report: Report) -> None:
        """What the call has carried since it was counted last."""
        since, self._counted = self._counted, replace(report)
        names = ("sent", "received", "rounds", "bytes_up", "bytes_down")
        self._count.carried(Report(**{one: getattr(report, one) - getattr(since, one) for one in names}))

    async def _carry(self, call: Call) -> bool:
        """A call: held, where the last one left nothing to carry. True when it failed."""
        await asyncio.sleep(GATHER_SECONDS)
        hold = 0 if self._news() else self._hold.seconds
        self.standing = Standing.IDLE if hold else Standing.CARRYING
        begun = asyncio.get_running_loop().time()
        ended = await call.go(hold, self._interrupted)
        took = asyncio.get_running_loop().time() - begun
        self._note(call.report)
        if ended is State.IDLE:
            self._quiet, self.fault = True, ""
            if hold and not call.moved and took < min(hold, HASTY_SECONDS):
                return (
                    True  # a parent that answers at once and says nothing would else be asked without a pause
                )
            self._succeeded()
            if hold and took >= hold:
                self._hold.kept()
            return False
        self._quiet = False
        if hold and isinstance(call.fault, LineDown) and self._hold.cut(took):
            return False
        self.fault = call.fault.code if call.fault else ""
        return True

    def _news(self) -> bool:
        """Whether there may be something to carry: after a fault, at the start, when the bell rang."""
        return not self._quiet or self._bell.mark(UP) > self._mark

    async def _interrupted(self) -> None:
        """Returns when a held exchange is to make way."""
        await first_of(self._bell.wait(UP, self._mark), self._bell.wait(NOW, self._now))

    def _look(self) -> None:
        """What rings from now on may not be in the exchange that is made next."""
        self._mark = self._bell.mark(UP)

    def _succeeded(self) -> None:
        self._backoff.succeeded()
        self.fault = ""

    async def _dial(self) -> Call | None:
        """The call at the parent's present address; it may change by joining or moving."""
        url = self._url or await self._hand.run(lambda writer: writer.parent_url or "")
        if self._call is not None and await self._is_another(self._call.peer, url):
            await self._hang_up()
        if url and self._call is None:
            self._call = Call(self._hand.carry, await self._peer(url), self._look)
            self._counted = Report()
            self._quiet = False
        return self._call

    async def _peer(self, url: str) -> Peer:
        return self._connect(url, await self._pins())

    async def _is_another(self, peer: Peer, url: str) -> bool:
        """Another address, or the parent's keys are others now."""
        return peer.url != url.rstrip("/") or peer.trust != await self._pins()

    async def _pins(self) -> Trust:
        return self._trust(await self._hand.run(lambda writer: writer.parent_keys))

    async def _hang_up(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.peer.close()

    async def _pause(self, seconds: float) -> None:
        """A person's act, or his wish, is reason enough to try before the time; not more often than each
        second, though."""
        now = self._bell.mark(NOW)
        await asyncio.sleep(min(1.0, seconds))
        if seconds > 1:
            await first_of(self._bell.wait(UP, self._mark), self._bell.wait(NOW, now), seconds=seconds - 1)
