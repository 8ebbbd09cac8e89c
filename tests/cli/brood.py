"""A process that has imported the command once, and forks for each call of it.

A process of the command is four fifths imports, and the suite starts hundreds. What is forked here is a process like
any other: its words, environment, folder, streams and bound on files are its caller's, and it ends as it would. Its
caller is `launch.py`, which stands for it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import marshal
import os
import pkgutil
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

import cli
import conflict
import node
import sync_protocol

PACKAGES = (conflict, node, sync_protocol)
BESIDE = ("alembic.command", "argon2", "chinese_calendar", "fpdf", "httpx", "openpyxl", "uvicorn")
LENGTH = 4  # bytes of a number on the line
_codes: list[int] = []  # that of the command, in a child

Asked = tuple[list[str], dict[str, str], str, tuple[int, int]]


def grow() -> None:
    """Imports what a command may need, the screens excepted."""
    for package in PACKAGES:
        _import_all(package)
    for name in BESIDE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _import_all(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)


class Brood:
    """`live` returns in each child, with the words of its command, and in the parent when nobody needs it more."""

    def __init__(self, listener: socket.socket, needed: int) -> None:
        """`needed`: read until its end, which comes when whoever wants commands has gone."""
        self._listener = listener
        self._watched = selectors.DefaultSelector()
        self._watched.register(listener, selectors.EVENT_READ, self._take)
        self._watched.register(needed, selectors.EVENT_READ)

    def live(self) -> list[str] | None:
        while True:
            key, _ = self._watched.select()[0]  # one at a time: what it does may end what the next is about
            if key.data is None:
                return None
            words: list[str] | None = key.data()
            if words is not None:
                return words

    def _take(self) -> list[str] | None:
        """Forks for one that asks. The words, in the child."""
        line, _ = self._listener.accept()
        head, streams, _, _ = socket.recv_fds(line, LENGTH, 3)
        asked = _whole(line, int.from_bytes(head, "big"))
        child = os.fork()
        if child == 0:
            self._leave(line)
            return _become(marshal.loads(asked), streams)
        for stream in streams:
            os.close(stream)
        ended = os.pidfd_open(child)
        self._watched.register(line, selectors.EVENT_READ, self._signalled(line, child))
        self._watched.register(ended, selectors.EVENT_READ, self._ended(line, child, ended))
        return None

    def _leave(self, line: socket.socket) -> None:
        """In the child: nothing of its parent's stays open."""
        for key in list(self._watched.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            elif key.fd != 0:
                os.close(key.fd)
        self._watched.close()
        line.close()

    def _signalled(self, line: socket.socket, child: int) -> Callable[[], None]:
        def pass_on() -> None:
            told = line.recv(1)
            os.kill(child, told[0] if told else signal.SIGKILL)  # who stood for it was killed
            if not told:
                self._watched.unregister(line)

        return pass_on

    def _ended(self, line: socket.socket, child: int, ended: int) -> Callable[[], None]:
        def tell() -> None:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self._watched.unregister(ended)
            os.close(ended)
            if line in self._watched.get_map():
                self._watched.unregister(line)
                with suppress(OSError):  # who stood for it has gone
                    line.sendall(code.to_bytes(LENGTH, "big", signed=True))
            line.close()

        return tell


def _whole(line: socket.socket, size: int) -> bytes:
    """What there is of it: less where the other end was killed meanwhile."""
    found = b""
    while len(found) < size and (more := line.recv(size - len(found))):
        found += more
    return found


def _become(asked: Asked, streams: list[int]) -> list[str]:
    words, environment, folder, bound = asked
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    resource.setrlimit(resource.RLIMIT_FSIZE, bound)
    return words


def main() -> int:
    """Its arguments are the place of the socket, and the script by which a child starts others like it."""
    atexit.register(_end)
    sys.executable = sys.argv[2]
    grow()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("ready", flush=True)
        words = Brood(listener, 0).live()
    if words is None:
        return 0
    sys.argv[:] = [cli.__file__, *words]
    _codes.append(cli.main())
    return _codes[0]


def _end() -> None:
    """Registered first, so done last: what would follow is only the teardown of every module, for which each page
    that is shared with the parent would be copied."""
    if _codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_codes[0])


if __name__ == "__main__":
    sys.exit(main())
