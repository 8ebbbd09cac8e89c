"""Rows that several processes make: one core makes those of some 4,000 records a second, a province has 100,000.

Each takes records in the order of the whole, and writes them to files of its own; these are put one behind the other.
So the same state gives the same bytes, on however many cores.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from node import processes
from node.processes import Given
from node.store import bulk

from . import kinds, records
from .records import Tell

FEW = 5_000  # records, and fewer: another process takes longer to begin
CHUNKS = 8  # of some hundred records, that a process makes at once

Chunk = tuple[str, list[int]]  # matter, rows of records


@dataclass(frozen=True, slots=True)
class Part:
    chunks: list[Chunk]
    folder: Path
    words: bool


class Moved(Exception):
    """The database isn't any more what it was when the export began."""


def is_worth_it(db: Connection) -> bool:
    return processes.cores() > 1 and bulk.count(db) >= FEW


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
    for found in processes.each(given, partial(_begin, state), todo, in_order=True):
        if found is None:
            raise Moved
        yield found


def _begin(state: bulk.State, db: Connection) -> Callable[[Part], Counter[str] | None]:
    return partial(_part, db if bulk.state(db) == state else None)


def _part(db: Connection | None, part: Part) -> Counter[str] | None:
    """Rows of each table; None where the database has moved on."""
    if db is None:
        return None
    counts = Counter[str]()
    with records.uncollected(), kinds.raw_files(part.folder, part.words) as out:
        for matter, rows in part.chunks:
            for name, made in records.tables(db, matter, rows, part.words).items():
                counts[name] += len(made)
                out(name, made)
    return counts
