"""Who asks: a token is looked at, counted and paced before anything else is; whoever has none learns only that."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from node.iso import day
from node.transport.pace import visit_of
from node.transport.rates import Rate, Rates

from . import heads, tokens
from .front import TOKEN, language_of
from .problem import Refused
from .room import Room
from .tokens import Token

# A whole walk over a province's tickets, 500 pages, takes a minute; a second waits its turn meanwhile.
RATE = Rate(burst=60, each=10, patience=5)
STRANGERS = Rate(burst=30, each=1, patience=0)  # without a good token, by address
AT_ONCE = 4  # requests of one token
BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", bearerFormat="qiao_ and 64 hex digits",
    description="issued by the node's administrator: `qiao --as ADMIN api token add NAME`",
)  # fmt: skip

Note = Callable[[str], Awaitable[object]]  # a token's name: it was used today


async def nobody(_token: str) -> None:
    """Notes nothing."""


@dataclass(slots=True)
class Desk:
    """What the app's paths share. `note` is told once a day and token."""

    room: Room
    language: str = "zh"
    note: Note = nobody
    rates: Rates = field(default_factory=lambda: Rates(RATE))
    strangers: Rates = field(default_factory=lambda: Rates(STRANGERS))
    inside: Counter[str] = field(default_factory=Counter)
    noted: dict[str, str] = field(default_factory=dict)  # token → day
    noting: set[asyncio.Task[object]] = field(default_factory=set)

    def used(self, token: Token, today: str) -> None:
        if self.noted.get(token.name) != today + token.digest:
            self.noted[token.name] = today + token.digest
            task = asyncio.ensure_future(self.note(token.name))
            self.noting.add(task)
            task.add_done_callback(self._is_noted)

    def _is_noted(self, task: asyncio.Task[object]) -> None:
        self.noting.discard(task)
        if not task.cancelled():
            task.exception()  # the disk is full, or the node stops: it is told elsewhere


@dataclass(frozen=True, slots=True)
class Visitor:
    token: Token
    language: str

    @property
    def scope(self) -> str:
        return self.token.scope


async def entered(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
) -> AsyncIterator[Visitor]:
    """Raises Refused (`token_missing`, `bad_token`, `token_expired`, `too_often`, `not_acceptable`)."""
    desk: Desk = request.app.state.desk
    language = language_of(request, desk.language)
    token, today = await _token(desk, request, given.credentials if given else "", language)
    request.scope[TOKEN] = token.name
    desk.used(token, today)
    if not heads.takes_json(request.headers.get("accept", "")[:1000]):
        raise Refused("not_acceptable")
    if desk.inside[token.name] >= AT_ONCE:
        raise Refused("too_often")
    desk.inside[token.name] += 1
    try:
        wait = desk.rates.take(token.digest, asyncio.get_running_loop().time())
        if wait is None:
            raise Refused("too_often")
        await asyncio.sleep(wait)
        yield Visitor(token, language)
    finally:
        desk.inside[token.name] -= 1
        if not desk.inside[token.name]:
            del desk.inside[token.name]


async def _token(desk: Desk, request: Request, secret: str, language: str) -> tuple[Token, str]:
    """It, and today."""
    shown = tokens.Shown(None, "bad_token" if secret else "token_missing")
    today = ""
    if tokens.SECRET.fullmatch(secret):
        shown, today = await desk.room.ask(
            language, lambda window: (window.shown(secret), day(window.clock.now_ms()))
        )
    if shown.token is not None:
        return shown.token, today
    address = visit_of(request).address
    if desk.strangers.take(address, asyncio.get_running_loop().time()) is None:
        raise Refused("too_often")
    raise Refused(shown.code)
