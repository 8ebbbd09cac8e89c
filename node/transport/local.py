"""A command's side of the local socket: POST /do to the daemon that holds this directory.

HTTP and JSON over the unix domain socket DIR/socket (mode 0600). Where there is none (Windows), DIR/socket
is a file with a loopback port and a token. http.client rather than httpx: it imports in a sixth of the
time, which every command beside a daemon would pay.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from node.errors import LineDown, QiaoError
from node.language import say

FILE = "socket"
TOKEN_HEADER = "qiao-token"
MAX_BODY = 16 * 1024 * 1024  # an act has at most 1 MiB; a long list of them still fits
# An operation may wait for a full round over a slow line; the daemon itself bounds it.
ANSWER_SECONDS = 30 * 60.0
CONNECT_SECONDS = 5.0
# sockaddr_un has 108 bytes on Linux and 104 on macOS, the closing zero included.
_LONGEST = 100


def is_running(directory: Path) -> bool:
    """True when a daemon accepts connections on this directory's socket."""
    try:
        _connected(directory)[0].close()
    except OSError:
        return False
    return True


def do(
    directory: Path, operation: str, params: Mapping[str, Any] | None = None, staff: str | None = None
) -> dict[str, Any]:
    """What the daemon's writer answers. Raises what it raised, by class, code, text and hint.

    Raises LineDown `no_daemon` when nothing listens, before anything was done; `daemon_gone` when it died
    on the way, and what was asked may have been done or not.
    """
    request = {"operation": operation, "params": params or {}, "staff": staff}
    body = json.dumps(request).encode()
    try:
        connection, token = _connected(directory)
    except OSError as fault:
        raise no_daemon(directory) from fault
    try:
        with contextlib.closing(connection):
            connection.request("POST", "/do", body, _headers(token))
            answer = _whole(connection.getresponse())
    except (OSError, http.client.HTTPException) as fault:
        raise _gone(directory) from fault
    return _result(answer)


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A name of `path` that fits a socket address: a long one goes through a link in a directory of ours."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="qiao-", dir=_short_temporary()) as aside:
        link = Path(aside, "d")
        link.symlink_to(path.parent.absolute(), target_is_directory=True)
        yield str(link / path.name)


def _short_temporary() -> str | None:
    """The usual place for temporary files, or /tmp where that is too long itself."""
    return None if len(os.fsencode(tempfile.gettempdir())) < _LONGEST - 20 else "/tmp"


def _connected(directory: Path) -> tuple[http.client.HTTPConnection, str]:
    """A connection that is open, and the token for it. Raises OSError."""
    path = directory / FILE
    connection = http.client.HTTPConnection("localhost", timeout=CONNECT_SECONDS)
    if path.is_file():
        port, token = _loopback(path)
        connection.sock = socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS)
    else:
        token = ""
        connection.sock = _unix(path)
    connection.sock.settimeout(ANSWER_SECONDS)
    return connection, token


def _unix(path: Path) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise FileNotFoundError(path)
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        found.settimeout(CONNECT_SECONDS)
        with short_path(path) as short:
            found.connect(short)
    except BaseException:
        found.close()
        raise
    return found


def _loopback(path: Path) -> tuple[int, str]:
    try:
        said = json.loads(path.read_text())
        return int(said["port"]), str(said["token"])
    except (ValueError, KeyError, TypeError) as fault:
        raise OSError(f"{path} doesn't say a port and a token") from fault


def _headers(token: str) -> dict[str, str]:
    return {"content-type": "application/json", "connection": "close", TOKEN_HEADER: token}


def _whole(response: http.client.HTTPResponse) -> bytes:
    """The body. Raises IncompleteRead for one that breaks off, which `read` with a bound doesn't."""
    answer = response.read(MAX_BODY)
    if response.length:
        raise http.client.IncompleteRead(answer, response.length)
    return answer


def _result(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not ("result" in said or "error" in said):
        raise QiaoError(say("守护进程的回应看不懂", "the daemon's answer makes no sense"), code="bad_answer")
    if "error" in said:
        raise revived(said)
    result: dict[str, Any] = said["result"]
    return result


def revived(said: Mapping[str, Any]) -> QiaoError:
    """The daemon's error as it was raised there: {"error": {code, message, hint}, "exit": n}."""
    error = said["error"]
    kinds = {kind.exit: kind for kind in QiaoError.__subclasses__()}
    kind = kinds.get(said.get("exit", 1), QiaoError)
    return kind(str(error["message"]), code=str(error["code"]), hint=str(error["hint"]))


def no_daemon(directory: Path) -> LineDown:
    """To be raised where something is asked of a daemon, and none runs."""
    return LineDown(
        say(f"{directory} 没有运行中的节点", f"no node is running in {directory}"),
        code="no_daemon",
        hint=f"qiao --dir {directory} run",
    )


def _gone(directory: Path) -> LineDown:
    return LineDown(
        say(
            "节点在处理中停止了；请先查看结果，再决定是否重做",
            "the node stopped on the way; look whether it was done before doing it again",
        ),
        code="daemon_gone",
        hint=f"qiao --dir {directory} status",
    )
