"""How fast one may ask: by address until an envelope was opened, then by node. Whoever is too fast waits; only whoever
would wait too long is refused (429 `too_often`), and comes back."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request

from node.transport.body import Refused
from node.transport.door import Visit
from node.transport.rates import ADDRESS, BAD, NODE, Rates
from sync_protocol.errors import ProtocolError


def _time() -> float:
    return asyncio.get_running_loop().time()


class Pace:
    def __init__(
        self, addresses: Rates | None = None, nodes: Rates | None = None, now: Callable[[], float] = _time
    ) -> None:
        self._addresses = Rates(ADDRESS) if addresses is None else addresses
        self._nodes = Rates(NODE) if nodes is None else nodes
        self._now = now

    @asynccontextmanager
    async def asked(self, request: Request, cost: float = 1.0) -> AsyncIterator[None]:
        """Waits for its turn. What is refused as no good within costs more. Raises Refused 429."""
        visit = visit_of(request)
        rates, key = (self._nodes, visit.node) if visit.node else (self._addresses, visit.address)
        wait = rates.take(key, self._now(), cost)
        if wait is None:
            raise Refused(429, "too_often")
        if wait:
            await asyncio.sleep(wait)
        try:
            yield
        except (Refused, ProtocolError) as fault:
            if getattr(fault, "status", 0) != 503:  # `busy` is our own fault
                rates.charge(key, self._now(), BAD)
            raise

    def knows(self, request: Request, node: bytes) -> None:
        """The envelope was opened: whose connection it is."""
        visit_of(request).known(node)


def visit_of(request: Request) -> Visit:
    found = getattr(request.state, "visit", None)
    return found if isinstance(found, Visit) else Visit(request.client.host if request.client else "")


def is_near(request: Request) -> bool:
    """From this machine."""
    address = visit_of(request).address
    try:
        return not address or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
