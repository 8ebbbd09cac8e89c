"""Sees every call that may block in the thread of the event loop: files, sockets, processes, sleeping, SQL.

By Python's audit events, which no library can go round, and SQLAlchemy's own, since the database driver is C. What
an import reads is left out: each module is loaded once, and `bench/` measures how long that takes.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

BLOCKING = frozenset({"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"})


@dataclass(slots=True)
class Seen:
    """`calls`: the event and where it came from, of the thread that is watched."""

    thread: int = 0
    calls: list[str] = field(default_factory=list)

    def take(self, name: str, what: str) -> None:
        if threading.get_ident() != self.thread:
            return
        # Without the source's lines: to read them is a call of that kind.
        stack = traceback.StackSummary.extract(traceback.walk_stack(None), lookup_lines=False)[::-1]
        if any("importlib" in frame.filename or frame.name == "_load_unlocked" for frame in stack):
            return
        ours = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
            for frame in stack
            if "/tui/" in frame.filename
        ]
        self.calls.append(f"{name} {what} from {' '.join(ours[-4:]) or stack[-1]}")


_WATCHED: list[Seen] = []


def _hook(name: str, args: tuple[Any, ...]) -> None:
    if _WATCHED and name in BLOCKING:
        _WATCHED[-1].take(name, repr(args[:1])[:80])


sys.addaudithook(_hook)


def _executed(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if _WATCHED:
        _WATCHED[-1].take("sql", statement[:60])


@contextmanager
def watched() -> Iterator[Seen]:
    """Of the thread that enters it."""
    seen = Seen(threading.get_ident())
    _WATCHED.append(seen)
    slept = time.sleep

    def sleep(seconds: float) -> None:
        seen.take("time.sleep", str(seconds))
        slept(seconds)

    time.sleep = sleep  # it raises no audit event before Python 3.13
    event.listen(Engine, "before_cursor_execute", _executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", _executed)
        _WATCHED.remove(seen)
        time.sleep = slept
