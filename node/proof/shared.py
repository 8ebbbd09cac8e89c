"""A verification that several processes share: one core checks signatures and folds some 300 records a second, a
province has 100,000."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import Connection

from node import keys as keyring
from node import language
from node.store import database, raw

from .verification import Found, Part, Verifier, verifier

FEW = 24  # parts, and fewer: another process takes longer to begin
MOST = 4  # processes: each takes some 100 MB


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """What a process begins with, by the pipe; nothing of it stands in the list of processes."""

    path: Path
    key: bytes | None  # of an encrypted database
    sign_key: bytes
    alike_key: bytes
    every: bool
    language: str


def parts(given: Given, todo: list[Part], told: Callable[[int, int], object]) -> Iterator[Found]:
    """Of each part what was found, as they end. Each process reads the database as it stood when it began."""
    context, most = multiprocessing.get_context("spawn"), min(os.cpu_count() or 1, MOST)
    stop = context.Event()
    with ProcessPoolExecutor(most, context, _begin, (given, stop)) as pool:
        waiting = [pool.submit(_part, one) for one in todo]
        try:
            for done, one in enumerate(as_completed(waiting), 1):
                yield one.result()
                told(done, len(todo))
        except BaseException:
            stop.set()  # those that wait for a process already aren't cancelled any more
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_using: tuple[Verifier, Connection, Event] | None = None  # of this process
_open = ExitStack()


def _begin(given: Given, stop: Event) -> None:
    global _using
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began this one hears it, and sends no more
    language.use(given.language)
    if given.key is not None:
        _open.enter_context(raw.lent(given.path, given.key))
    engine = database.open_database(given.path, write=False)
    db = _open.enter_context(engine.begin())
    _using = verifier(db, keyring.public(given.sign_key), given.alike_key, every=given.every), db, stop


def _part(part: Part) -> Found:
    assert _using is not None, "it has begun"
    using, db, stop = _using
    return Found() if stop.is_set() else using.part(db, part)
