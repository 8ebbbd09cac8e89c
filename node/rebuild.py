"""Projections are dropped and built again when what they are made from has changed (design 2)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sqlalchemy import select

import conflict
from node import matters, trust
from node.figures import counted
from node.refold import settle
from node.store import folded, records, search, settings
from node.work import Work

STAMP = "projection"
_SOURCES = (
    (Path(conflict.__file__).parent, "*.py"),
    (Path(matters.__file__).parent, "**/*.py"),
    (Path(matters.__file__).parent.parent / "deadlines", "*.py"),
    (Path(folded.__file__).parent, "*.py"),
    (Path(trust.__file__).parent, "refold.py"),
    (Path(trust.__file__).parent, "alike.py"),
    (Path(counted.__file__).parent, "counted.py"),
    (Path(trust.__file__).parent, "masking.py"),
    (Path(trust.__file__).parent / "attachments", "*.py"),
)


def where_stale(work: Work) -> bool:
    """Builds every projection anew unless it was made by this very program. True when it did."""
    wanted = digest_of_sources()
    folded.create(work.db)
    search.create(work.db, matters.KINDS)
    if settings.get(work.db, STAMP) == wanted:
        return False
    everything(work)
    settings.put(work.db, STAMP, wanted)
    return True


def everything(work: Work) -> None:
    search.drop(work.db)
    folded.drop(work.db)
    folded.create(work.db)
    search.create(work.db, matters.KINDS)
    work.registry_changed = True
    work.again.update(row.id for row in work.db.execute(select(records.RECORD.c.id)))
    settle(work)


@cache
def digest_of_sources() -> bytes:
    """The declarations have functions in them, so it is the sources that are compared."""
    seen = hashlib.sha256()
    for folder, pattern in _SOURCES:
        for path in sorted(folder.glob(pattern)):
            seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.digest()
