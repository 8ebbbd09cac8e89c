"""What stands before every path: whose name it was called by, HEAD, the headers of every answer, the log, faults."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from node.commands.shown import dumps
from node.language import speaking
from node.logs.events import tell
from node.metrics.page import is_own
from node.transport.pace import is_near

from . import heads, problem
from .problem import MEDIA, Refused, Told

log = logging.getLogger("qiao.api")
TOKEN = "qiao.token"  # in a request's scope: the name of the token that let it in
CODE = "qiao.code"  # and why it was refused, as far as it was
SECONDS = 60.0  # refusals of strangers are told together
HEADERS = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, accept-language"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def answer(told: Told, scope: Scope | None = None, headers: Iterable[tuple[str, str]] = ()) -> Response:
    if scope is not None:
        scope[CODE] = told.code
    return Response(dumps(told.body()), told.status, {**told.headers, **dict(headers)}, MEDIA)


def language_of(request: Request, otherwise: str) -> str:
    return heads.language(request.headers.get("accept-language", "")[:400], otherwise)


class Front:
    """`own_names`: it listens on this machine alone, and is to be called so (a foreign name may be turned to it)."""

    def __init__(self, app: ASGIApp, language: str, *, own_names: bool = True) -> None:
        self._app, self._language, self._own_names = app, language, own_names
        self._strangers: Counter[str] = Counter()
        self._told = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        begun, status, started = time.monotonic(), 500, False
        is_head, scope = scope["method"] == "HEAD", dict(scope)
        if is_head:
            scope["method"] = "GET"

        async def sent(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._answered(scope, receive, sent)
        except Exception as fault:  # never its text: that may quote what is stored
            tell(log, logging.ERROR, "api_failed", fault, operation=_operation(scope))
            scope[CODE] = "unexpected"
            if not started:
                with speaking(self._language):
                    told = problem.refused("unexpected")
                await answer(told)(scope, receive, sent)
        self._note(scope, status, time.monotonic() - begun)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        refused = self._refused(request)
        if refused is None:
            await self._app(scope, receive, send)
            return
        with speaking(language_of(request, self._language)):
            told = problem.of(refused)
        await answer(told, scope)(scope, receive, send)

    def _refused(self, request: Request) -> Refused | None:
        if self._own_names and not is_own(request.headers.get("host", "")):
            return Refused("bad_host")
        if not self._own_names and request.url.scheme != "https" and not is_near(request):
            return Refused("tls_required")
        return None

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Each use of a token; what strangers tried once a minute, or they would fill the log."""
        if token := scope.get(TOKEN):
            path, ms = _operation(scope), round(seconds * 1000)
            tell(log, logging.INFO, "api_answered", token=token, operation=path, status=status, ms=ms)
        elif code := scope.get(CODE):
            self._strangers[code] += 1
        if self._strangers and time.monotonic() - self._told >= SECONDS:
            for code, count in sorted(self._strangers.items()):
                tell(log, logging.WARNING, "api_refused", code=code, count=count)
            self._strangers, self._told = Counter(), time.monotonic()


def _operation(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "name", ""))
