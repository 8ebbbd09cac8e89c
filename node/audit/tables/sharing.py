"""Rows that several processes make: one core makes those of some 4,000 records a second, a province has 100,000.

Each takes records in the order of the whole, and writes them to files of its own; these are put one behind the other.
So the same state gives the same bytes, on however many cores.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import Connection

from node import language
from node.store import bulk, database, raw

from . import kinds, records
from .records import Tell

FEW = 5_000  # records, and fewer: another process takes longer to begin
MOST = 4  # processes: each takes some 100 MB
CHUNKS = 8  # of some hundred records, that a process makes at once

Chunk = tuple[str, list[int]]  # matter, rows of records


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """What a process begins with, by the pipe; nothing of it stands in the list of processes."""

    path: Path
    key: bytes | None  # of an encrypted database
    language: str


@dataclass(frozen=True, slots=True)
class Part:
    chunks: list[Chunk]
    folder: Path
    words: bool


class Moved(Exception):
    """The database isn't any more what it was when the export began."""


def is_worth_it(db: Connection) -> bool:
    return (os.cpu_count() or 1) > 1 and bulk.count(db) >= FEW


def pour(given: Given, db: Connection, out: kinds.Raw, tell: Tell, *, words: bool) -> Counter[str]:
    """All of it, as records.pour; gives how many rows each table has. Raises Moved, and nothing was put then."""
    state = bulk.state(db)
    chunks = [(matter, rows) for matter in bulk.matters(db) for rows in bulk.chunks(db, matter)]
    several = [chunks[at : at + CHUNKS] for at in range(0, len(chunks), CHUNKS)]
    counts, done, all_of_them = Counter[str](), 0, sum(len(rows) for _, rows in chunks)
    with ExitStack() as scratch:
        folders = [scratch.enter_context(_folder(out.folder / f"part-{at}")) for at in range(len(several))]
        todo = [Part(*each, words) for each in zip(several, folders, strict=True)]
        for part, found in zip(todo, _made(given, state, todo), strict=True):
            counts.update(found)
            done += sum(len(rows) for _, rows in part.chunks)
            tell(done, all_of_them)
        for part in todo:
            out.append(part.folder)
    return counts


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _made(given: Given, state: bulk.State, todo: list[Part]) -> Iterator[Counter[str]]:
    context, most = multiprocessing.get_context("spawn"), min(os.cpu_count() or 1, MOST)
    stop = context.Event()
    with ProcessPoolExecutor(most, context, _begin, (given, state, stop)) as pool:
        waiting: list[Future[Counter[str] | None]] = [pool.submit(_part, one) for one in todo]
        try:
            for one in waiting:
                found = one.result()
                if found is None:
                    raise Moved
                yield found
        except BaseException:
            stop.set()  # those that wait for a process already aren't cancelled any more
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_using: tuple[Connection | None, Event] | None = None  # of this process
_open = ExitStack()


def _begin(given: Given, state: bulk.State, stop: Event) -> None:
    global _using
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began this one hears it, and sends no more
    language.use(given.language)
    if given.key is not None:
        _open.enter_context(raw.lent(given.path, given.key))
    db = _open.enter_context(database.open_database(given.path, write=False).begin())
    _using = db if bulk.state(db) == state else None, stop


def _part(part: Part) -> Counter[str] | None:
    """Rows of each table; None where the database has moved on."""
    assert _using is not None, "it has begun"
    db, stop = _using
    if db is None or stop.is_set():
        return None
    counts = Counter[str]()
    with records.uncollected(), kinds.raw_files(part.folder, part.words) as out:
        for matter, rows in part.chunks:
            for name, made in records.tables(db, matter, rows, part.words).items():
                counts[name] += len(made)
                out(name, made)
    return counts
