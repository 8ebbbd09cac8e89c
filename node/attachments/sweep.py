"""Housekeeping of attachments: files that nobody names, and rows whose file isn't there any more."""

from __future__ import annotations

import contextlib
from pathlib import Path

from sqlalchemy import delete, select

from node.work import Work

from . import store
from .files import Files
from .store import BLOB, FRAGMENT

DAY_S = 24 * 60 * 60
_DONE = "attachments swept"  # fact: the day on which this process last swept


def tick(work: Work) -> None:
    """Once a day and once a process: what crashed commands left, and what a restore lost."""
    day = work.now_ms // 1000 // DAY_S
    if work.config is None or work.facts.get(_DONE) == day:
        return
    work.facts[_DONE] = day
    with contextlib.suppress(OSError):  # a disk that can't be listed is told by whoever reads from it
        _check_rows(work)
        _clear(work)


def once(work: Work) -> None:
    """Before attachments are spoken of: after a restore the rows may know files that aren't here."""
    if _DONE not in work.facts:
        tick(work)


def _check_rows(work: Work) -> None:
    files = store.files(work)
    here = {content for content, _ in files.every()}
    for row in list(work.db.execute(select(BLOB.c.hash).where(BLOB.c.complete.is_(True)))):
        if row.hash not in here:
            store.lost(work, row.hash)


def _clear(work: Work) -> None:
    """Whole files and parts that no record ever named, older than a day."""
    files, before = store.files(work), work.now_ms / 1000 - DAY_S
    known = {row.hash for row in work.db.execute(select(BLOB.c.hash).where(BLOB.c.wanted.is_(True)))}
    for content, put in list(files.every()):
        if content not in known and put < before:
            files.remove(content)
            work.db.execute(delete(BLOB).where(BLOB.c.hash == content))
    _clear_parts(work, files, before)


def _clear_parts(work: Work, files: Files, before: float) -> None:
    live = {files.part(row.hash, row.peer).name for row in work.db.execute(select(FRAGMENT))}
    for path, written in list(files.asides()):
        if _is_left(path, live) and written < before:
            path.unlink(missing_ok=True)


def _is_left(path: Path, live: set[str]) -> bool:
    return path.name not in live
