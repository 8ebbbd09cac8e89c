"""Which bodies a pull held (在库正文): of each what its id begins with, in a file beside the pull's checkpoint, which
says its digest. Commits prove themselves; that a body was here once, nothing else would tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select

from node.private import replace
from node.proof.problems import Problem, problem
from node.store.chain import CHANGE
from sync_protocol.checkpoint import Checkpoint

WIDTH = 8  # bytes of each id: two in a million million million begin alike
SUFFIX = ".held"
LINE = "held "  # of the checkpoint
_TEMPORARY = "CREATE TEMP TABLE held_once (named BLOB PRIMARY KEY) WITHOUT ROWID"
_STILL = f"""DELETE FROM temp.held_once WHERE named IN (
    SELECT substr(change, 1, {WIDTH}) FROM change WHERE body IS NOT NULL
    UNION ALL SELECT substr(change, 1, {WIDTH}) FROM erased)"""


def since(db: Connection, row: int) -> tuple[bytes, int]:
    """Of every body that came behind that change row: what its file is to hold, and the last row."""
    query = select(CHANGE.c.id, func.substr(CHANGE.c.change, 1, WIDTH).label("named")).where(
        CHANGE.c.id > row, CHANGE.c.body.is_not(None)
    )
    found = bytearray()
    for one in db.execution_options(yield_per=10_000).execute(query.order_by(CHANGE.c.id)):
        found += one.named
        row = one.id
    return bytes(found), row


def line(content: bytes) -> str:
    return LINE + hashlib.sha256(content).hexdigest()


def write(checkpoint: Path, content: bytes) -> None:
    replace(checkpoint.with_suffix(SUFFIX), content)


def missing(db: Connection, kept: list[tuple[Path, Checkpoint]]) -> Iterator[Problem]:
    """Bodies that a pull held, that aren't here any more, and that nobody erased by law."""
    db.exec_driver_sql(_TEMPORARY)
    try:
        for path, checkpoint in kept:
            yield from _gather(db, path.with_suffix(SUFFIX), checkpoint)
        db.exec_driver_sql(_STILL)
        for (named,) in db.exec_driver_sql("SELECT named FROM temp.held_once ORDER BY named").fetchall():
            yield problem("body_missing", f"{named.hex()}…")
    finally:
        db.exec_driver_sql("DROP TABLE temp.held_once")


def _gather(db: Connection, path: Path, checkpoint: Checkpoint) -> Iterator[Problem]:
    """A checkpoint of a version before this one says nothing of it."""
    told = [one for one in checkpoint.said if one.startswith(LINE)]
    if not told:
        return
    content = path.read_bytes() if path.exists() else b""
    if told != [line(content)]:
        yield problem("bad_checkpoint", str(path))
        return
    rows = [(content[at : at + WIDTH],) for at in range(0, len(content), WIDTH)]
    if rows:
        db.exec_driver_sql("INSERT OR IGNORE INTO temp.held_once VALUES (?)", rows)
