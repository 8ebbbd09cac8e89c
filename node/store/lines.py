"""How fresh is what is here of each office: when its line was last at rest, and what it last signed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from .chain import LOG
from .folded import UNIT
from .links import PEER


def offices(db: Connection) -> list[Row[Any]]:
    """Every office with a node: path, name, node, complete_ms and seen_ms (None where it isn't a neighbour),
    newest (hybrid time of the newest commit here of one of its logs)."""
    newest = (
        select(func.max(LOG.c.head_time)).where(LOG.c.node == UNIT.c.node).correlate(UNIT).scalar_subquery()
    )
    query = (
        select(UNIT.c.path, UNIT.c.name, UNIT.c.node, PEER.c.complete_ms, PEER.c.seen_ms,
               newest.label("newest"))
        .select_from(UNIT.join(PEER, PEER.c.node == UNIT.c.node, isouter=True))
        .where(UNIT.c.node.is_not(None), UNIT.c.role == "office")
        .order_by(UNIT.c.path)
    )  # fmt: skip
    return list(db.execute(query))
