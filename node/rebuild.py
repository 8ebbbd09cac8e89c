"""Projections are folded again when what they are made from has changed (design 2), behind the node's work.

At the first start of another version of the program the tables are fitted to it, and every record is noted as stale
(node/store/stale.py). The few on which much rests are folded at once, the others some at a time, in the daemon, while
people work: until its turn comes a record is shown as it was. A kill loses nothing of what was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import conflict
from node import facts, matters, trust
from node.figures import counted
from node.matters import staff
from node.refold import settle
from node.store import fitting, folded, search, settings, stale
from node.work import Work

STAMP = "projection"
TOTAL = "projection_total"  # setting: how many records were stale at the start
AT_ONCE = 1_500  # records folded before the node opens: a second's work
SOME = 30  # records folded in one transaction, some 50 ms: whoever is at work waits no longer than that
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
    """Begins to fold every record anew, unless this very program made the projections, or has begun. True when it
    did; `work.stale` says whether some are left."""
    wanted = digest_of_sources()
    if settings.get(work.db, STAMP) == wanted:
        work.stale = stale.left(work.db) > 0
        return False
    begin(work)
    settings.put(work.db, STAMP, wanted)
    return True


def begin(work: Work) -> None:
    fitting.fit(work.db)
    search.create(work.db, matters.KINDS)
    stale.mark_all(work.db)
    settings.put_number(work.db, TOTAL, stale.left(work.db))
    work.registry_changed = True
    first = stale.of_matters(work.db, [trust.MATTER, staff.STAFF.name, facts.LIST, *facts.MATTERS])
    _fold(work, first | stale.of_small_matters(work.db, AT_ONCE))


def some(work: Work, most: int = SOME) -> int:
    """Folds those whose turn it is. How many are left."""
    _fold(work, stale.following(work.db, most))
    return stale.left(work.db) if work.stale else 0


def asked(work: Work, params: Mapping[str, Any], _person: object, _config: object) -> dict[str, Any]:
    """A step of what a person asks for. `params`: `begin` for every record, unless some are left from before. Returns
    `left` and `total`."""
    if params.get("begin") and not work.stale:
        begin(work)
    left = some(work, AT_ONCE)
    return {"left": left, "total": settings.number(work.db, TOTAL)}


OPERATIONS = {"rebuild": asked}


def fresh(work: Work, row: int) -> None:
    """Has one record folded before anything is decided by it."""
    if work.stale and stale.among(work.db, [row]):
        work.again.add(row)
        settle(work, only=[row])


def everything(work: Work) -> None:
    """All of it now."""
    begin(work)
    while work.stale:
        some(work)


def _fold(work: Work, rows: Collection[int]) -> None:
    work.stale = True
    work.again.update(rows)
    settle(work)
    work.stale = bool(stale.following(work.db, 1))


@cache
def digest_of_sources() -> bytes:
    """The declarations have functions in them, so it is the sources that are compared."""
    seen = hashlib.sha256()
    for folder, pattern in _SOURCES:
        for path in sorted(folder.glob(pattern)):
            seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.digest()
