"""Commits of authors who aren't known yet (protocol 3.4): they wait, not receipted, at most 16 MiB a peer.

They stand in no record, so they have one line a peer in the exceptions list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select

from conflict.sentence import filled
from node.store.schema import Stray, UnitRow, table
from sync_protocol import commit as commits
from sync_protocol import messages
from sync_protocol.limits import MAX_WAITING

STRAY, UNIT = table(Stray), table(UnitRow)
KIND, CODE = "held", "unknown_author"
Names = Callable[[str], str]
_SENTENCE = (
    "{unit}送来的{count}条提交作者未知，未予回执，占{used}，上限{bound}；作者登记后自动生效。",
    "{count} commits from {unit} wait unreceipted for their author to be enrolled: {used} of {bound}.",
)


def told(db: Connection, names: Names, language: str) -> list[dict[str, Any]]:
    """One item of the exceptions list for each peer that sent such commits."""
    rows = db.execute(
        select(STRAY.c.peer, func.count().label("count"), func.sum(func.length(STRAY.c.item)).label("used"),
               func.min(STRAY.c.id).label("first"))
        .group_by(STRAY.c.peer)
        .order_by(STRAY.c.peer)
    ).all()  # fmt: skip
    return [_item(db, row, names, language) for row in rows]


def name_of(peer: bytes) -> str:
    """What a person calls the line by: 16 hex digits."""
    return hashlib.sha256(b"waiting\0" + peer).hexdigest()[:16]


def _item(db: Connection, row: Any, names: Names, language: str) -> dict[str, Any]:
    path = db.execute(select(UNIT.c.path).where(UNIT.c.node == row.peer)).scalar()
    params = {
        "unit": names(path) if path else row.peer.hex(),
        "count": row.count,
        "used": _size(row.used),
        "bound": _size(MAX_WAITING),
    }
    return {
        "id": name_of(row.peer),
        "kind": KIND,
        "reason": CODE,
        "sentence": filled(_SENTENCE, language, params),
        "record": None,
        "number": "",
        "matter": "",
        "act": None,
        "place": "",
        "values": [],
        "by": None,
        "against": None,
        "open": True,
        "commit": _first(db, row.first),
        "commits": row.count,
        "bytes": row.used,
        "bound": MAX_WAITING,
    }


def _size(count: int) -> str:
    return f"{count / 1024:.0f} KiB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MiB"


def _first(db: Connection, stray: int) -> str:
    item = messages.parse_item(db.execute(select(STRAY.c.item).where(STRAY.c.id == stray)).scalar_one())
    return commits.parse(item.raw).id.hex()
