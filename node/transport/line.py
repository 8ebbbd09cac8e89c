"""The daemon's way to its parent: it carries at once what is new, and otherwise holds an idle exchange.

alone ──parent known──► carrying ──neither side has more──► idle
                          ▲  ▲                               │
                          │  └── news, or the hold is over ──┘
                          └── waiting ◄── the line failed (from carrying and idle)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from node.entropy import Entropy
from node.errors import LineDown, NotFound, QiaoError
from node.language import say
from node.transport.bell import UP, Bell
from node.transport.client import Peer
from node.transport.hand import Hand
from node.transport.patience import LONGEST_SECONDS, Backoff, Hold
from node.transport.race import first_of
from node.transport.round import Report, exchange, full_round
from sync_protocol.errors import ProtocolError

log = logging.getLogger("qiao.line")

NOW = b"now"  # the bell's name of a person who wants a round


class Standing(StrEnum):
    ALONE = "alone"  # no parent is known: the root, or not joined yet
    CARRYING = "carrying"
    IDLE = "idle"  # connected, nothing to carry
    WAITING = "waiting"  # for the next try


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
        connect: Callable[[str], Peer] = Peer,
    ) -> None:
        self._hand = hand
        self._bell = bell
        self._entropy = entropy
        self._url = url  # comes before the one that the writer knows
        self._hold = Hold.of(hold_seconds)
        self._connect = connect
        self._backoff = Backoff()
        self._turn = asyncio.Lock()
        self._peer: Peer | None = None
        self._mark = 0
        self.standing = Standing.ALONE
        self.fault = ""  # stable code of what went wrong last, until a round succeeds

    async def run(self) -> None:
        try:
            while True:
                await self._step()
        finally:
            await self._hang_up()

    async def now(self) -> Report:
        """A full round that begins now. Raises LineDown, NotFound `no_parent`, ProtocolError."""
        self._bell.ring(NOW)
        async with self._turn:
            peer = await self._dial()
            if peer is None:
                raise NotFound(
                    say("本节点没有上级", "this node has no parent"),
                    code="no_parent",
                    hint="qiao join --help",
                )
            return await self._carry(peer)

    def told(self) -> dict[str, Any]:
        """For screens: how the line stands now."""
        url = self._peer.url if self._peer else ""
        return {
            "standing": str(self.standing),
            "fault": self.fault,
            "parent": url,
            "hold_seconds": self._hold.seconds,
        }

    async def _step(self) -> None:
        """Carries, then idles until there is news."""
        self._look()
        try:
            async with self._turn:
                peer = await self._dial()
                if peer is not None:
                    await self._carry(peer)
            if peer is None:
                await self._pause(LONGEST_SECONDS)
            else:
                await self._idle(peer)
        except (LineDown, ProtocolError) as fault:
            await self._failed(fault.code)
        except QiaoError as fault:
            log.error("%s: %s", fault.code, fault.text)
            await self._failed(fault.code)
        except Exception:
            log.exception("the exchange with the parent")
            await self._failed("unexpected")

    def _look(self) -> None:
        """What rings from now on may not be in the exchange that is made next."""
        self._mark = self._bell.mark(UP)

    async def _dial(self) -> Peer | None:
        """The peer at the parent's present address; it may change by joining or moving."""
        url = self._url or await self._hand.run(lambda writer: writer.parent_url or "")
        if self._peer is not None and self._peer.url != url.rstrip("/"):
            await self._hang_up()
        if url and self._peer is None:
            self._peer = self._connect(url)
        return self._peer

    async def _hang_up(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()

    async def _carry(self, peer: Peer) -> Report:
        self.standing = Standing.CARRYING
        report = await full_round(self._hand.run, peer, self._look)
        self._backoff.succeeded()
        self.fault = ""
        return report

    async def _idle(self, peer: Peer) -> None:
        """Holds exchanges until there is something to carry, here or there."""
        more: bool | None = False
        while more is False:
            async with self._turn:
                self.standing = Standing.IDLE
                more = await self._held_until_news(peer)

    async def _held_until_news(self, peer: Peer) -> bool | None:
        """Whether the held exchange left more, or None when news of ours cut it short."""
        held = asyncio.ensure_future(self._held(peer))
        try:
            await first_of(
                asyncio.wait([held]),
                self._bell.wait(UP, self._mark),
                self._bell.wait(NOW, self._bell.mark(NOW)),
            )
            return held.result() if held.done() else None
        finally:
            held.cancel()
            await asyncio.gather(held, return_exceptions=True)

    async def _held(self, peer: Peer) -> bool:
        """One held exchange; True when there is more. An idle line that was cut is found out by a round."""
        begun = asyncio.get_running_loop().time()
        try:
            taken = await exchange(self._hand.run, peer, self._hold.seconds)
        except LineDown:
            if self._hold.cut(asyncio.get_running_loop().time() - begun):
                return True
            raise
        if not (taken.received or taken.sent or taken.more):
            self._hold.kept()
        return taken.more

    async def _failed(self, code: str) -> None:
        self.fault = code
        await self._pause(self._backoff.failed(self._entropy.fraction()))

    async def _pause(self, seconds: float) -> None:
        """A person's act, or his wish, is reason enough to try before the time; not more often than each
        second, though."""
        self.standing = Standing.WAITING if self.fault else Standing.ALONE
        now = self._bell.mark(NOW)
        await asyncio.sleep(min(1.0, seconds))
        if seconds > 1:
            await first_of(self._bell.wait(UP, self._mark), self._bell.wait(NOW, now), seconds=seconds - 1)
