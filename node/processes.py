"""Work that several processes share (多核分担), each with a connection of its own to the same database, which it only
reads.

A process begins with what comes by the pipe: nothing of it stands in the list of processes. Ctrl-C is heard by whoever
began them, and what waits still is not begun any more.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from node import language
from node.store import database, raw

MOST = 4  # each takes some 100 MB
Part = TypeVar("Part")
Found = TypeVar("Found")
Work = Callable[[Part], Found]


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """The database, and how whoever asks is spoken to."""

    path: Path
    language: str
    key: bytes | None = None  # of an encrypted one

    @classmethod
    def of(cls, path: Path, language: str) -> Given:
        """Raises as raw.key_for."""
        return cls(path, language, raw.key_for(path))


def cores() -> int:
    return min(os.cpu_count() or 1, MOST)


def each(
    given: Given, begin: Callable[[Connection], Work[Part, Found]], todo: Sequence[Part], *, in_order: bool
) -> Iterator[Found]:
    """What each part comes to, in their order or as they end. `begin`: called in each process, once; a function that
    can be pickled, or a `partial` of one, as are parts and what is found."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(cores(), context, _begin, (given, begin, stop)) as pool:
        waiting: list[Future[Any]] = [pool.submit(_part, one) for one in todo]
        try:
            for one in waiting if in_order else as_completed(waiting):
                yield one.result()
        except BaseException:
            stop.set()  # those that wait for a process already aren't cancelled any more
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_using: tuple[Work[Any, Any], Event] | None = None  # of this process
_open = ExitStack()


def _begin(given: Given, begin: Callable[[Connection], Work[Any, Any]], stop: Event) -> None:
    global _using
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    language.use(given.language)
    if given.key is not None:
        _open.enter_context(raw.lent(given.path, given.key))
    db = _open.enter_context(database.open_database(given.path, write=False).begin())
    _using = begin(db), stop


def _part(part: Any) -> Any:
    """None once nobody wants it any more."""
    assert _using is not None, "it has begun"
    work, stop = _using
    return None if stop.is_set() else work(part)
