"""The daemon's side of the local socket: POST /do {operation, params, staff} → {result} or {error, exit}."""

from __future__ import annotations

import hmac
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node import faults
from node.entropy import Entropy
from node.errors import DiskTrouble, QiaoError, Usage
from node.language import say
from node.logs.events import tell
from node.private import write as write_private
from node.transport.app import answered
from node.transport.body import Intake, Refused
from node.transport.local import FILE, MAX_BODY, TOKEN_HEADER, short_path
from sync_protocol.errors import RemoteError

log = logging.getLogger("qiao.local")

Operate = Callable[[str, Mapping[str, Any], str | None], Awaitable[Mapping[str, Any]]]


def local_app(operate: Operate, token: str = "") -> Starlette:
    """`token` is asked for in every request, unless it is empty: then the socket's mode says who may."""
    intake = Intake()

    async def do(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, ""), token):
            raise Refused(403, "bad_token")
        async with intake.body(request, MAX_BODY) as body:
            asked = body
        return await _done(operate, asked)

    return Starlette(routes=[Route("/do", answered(do), methods=["POST"])])


async def _done(operate: Operate, body: bytes) -> Response:
    operation = ""
    try:
        operation, params, staff = _parsed(body)
        return _json({"result": await operate(operation, params, staff)})
    except QiaoError as fault:
        return _failed(fault)
    except RemoteError as fault:
        return _failed(faults.explained(fault))
    except Exception as fault:
        tell(log, logging.ERROR, "operation_failed", fault, operation=operation)
        return _failed(QiaoError(say(f"意外错误：{fault}", f"unexpected: {fault}"), hint="qiao status"))


def _failed(fault: QiaoError) -> Response:
    return _json({**fault.as_json(), "exit": fault.exit}, 409)


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    """In ASCII: a lone surrogate, which a terminal can produce, passes as an escape."""
    return Response(json.dumps(content), status, media_type="application/json")


def _parsed(body: bytes) -> tuple[str, dict[str, Any], str | None]:
    """Raises Usage `bad_request`."""
    try:
        said = json.loads(body)
        operation, params, staff = said["operation"], said.get("params", {}), said.get("staff")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise _bad_request() from fault
    if isinstance(operation, str) and isinstance(params, dict) and (staff is None or isinstance(staff, str)):
        return operation, params, staff
    raise _bad_request()


def _bad_request() -> Usage:
    return Usage(
        say("请求应为 {operation, params, staff}", "a request is {operation, params, staff}"),
        code="bad_request",
    )


def bind_unix(directory: Path) -> socket.socket:
    """DIR/socket, mode 0600, in place of a dead daemon's. The caller holds the lock. Raises DiskTrouble."""
    path = directory / FILE
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        with short_path(path) as short:
            listener.bind(short)
        # Nobody can connect before it listens, so there is no moment at which it is open to others.
        path.chmod(0o600)
    except OSError as fault:
        listener.close()
        raise _not_made(path, fault) from fault
    return listener


def bind_loopback(directory: Path, entropy: Entropy) -> tuple[socket.socket, str]:
    """Where there are no unix sockets: a loopback port, which DIR/socket tells together with a token."""
    path = directory / FILE
    aside = directory / f"{FILE}.new"
    token = entropy.bytes(32).hex()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind(("127.0.0.1", 0))
        aside.unlink(missing_ok=True)
        write_private(aside, json.dumps({"port": listener.getsockname()[1], "token": token}).encode())
        path.unlink(missing_ok=True)
        os.replace(aside, path)
    except OSError as fault:
        listener.close()
        raise _not_made(path, fault) from fault
    return listener, token


def bind(directory: Path, entropy: Entropy) -> tuple[socket.socket, str]:
    """The socket that this system offers, and the token that it asks for (empty: none)."""
    if hasattr(socket, "AF_UNIX"):
        return bind_unix(directory), ""
    return bind_loopback(directory, entropy)


def _not_made(path: Path, fault: OSError) -> DiskTrouble:
    return DiskTrouble(
        say(f"建不了 {path}：{fault}", f"{path} can't be made: {fault}"),
        hint=f"qiao --dir {path.parent} status",
    )
