"""The tree as figures need it, as the database has it now."""

from __future__ import annotations

from sqlalchemy import Connection

from node.store import facts, reading

from .groups import Units


def tree(db: Connection) -> Units:
    rows = reading.units(db)
    names, kinds = {row.path: row.name for row in rows}, {row.path: row.kind for row in rows}
    return Units(names, kinds, facts.former(db))
