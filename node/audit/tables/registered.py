"""Rows of the tree of units, and of what is wrong with the registry's own acts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from node import trust
from node.store import bulk, reading, records, settings
from node.work import ROOT
from sync_protocol.names import short

from .records import Put, Row, clean


def pour(db: Connection, put: Put) -> None:
    commits: dict[bytes, list[str]] = defaultdict(list)
    places: dict[bytes, dict[bytes, Any]] = defaultdict(dict)
    for _, record, placed in records.changes_of_matter(db, trust.MATTER):
        commits[record].append(placed.commit.hex())
        places[record][short(placed.change)] = placed
    put("units", _units(db, commits))
    put("exceptions", _exceptions(db, places))


def _units(db: Connection, commits: dict[bytes, list[str]]) -> list[Row]:
    registry = trust.load(db, settings.get(db, ROOT))
    rows: list[Row] = []
    for row in reading.units(db):
        unit = registry.unit(row.path)
        about = [] if unit is None else sorted({unit.record, *unit.records})
        node = registry.node(row.node) if row.node else None
        about += [node.record] if node is not None and node.record not in about else []
        rests_on = dict.fromkeys(one for record in about for one in commits.get(record, ()))
        rows.append((
            clean(row.path), clean(row.code), clean(row.name), clean(row.kind), clean(str(row.role)),
            row.node.hex() if row.node else None, clean(row.host), list(unit.former) if unit else [],
            " ".join(rests_on),
        ))  # fmt: skip
    return rows


def _exceptions(db: Connection, places: dict[bytes, dict[bytes, Any]]) -> list[Row]:
    """Registry records aren't folded as others are; what is wrong with them is listed all the same."""
    names = dict(bulk.rows_of(db, trust.MATTER))
    rows: list[Row] = []
    for one in bulk.exceptions(db, list(names)):
        record = names[one.record]
        placed = places[record].get(one.act)
        winner = places[record].get(one.winner)
        rests_on = dict.fromkeys(each.commit.hex() for each in (placed, winner) if each is not None)
        rows.append((
            one.name, trust.MATTER, record.hex(), None, one.kind, clean(one.code),
            placed.change.hex() if placed else one.act.hex() or None, None,
            clean(placed.unit) if placed else None, clean(placed.actor) if placed else None,
            None if placed is None else placed.time >> 16, clean(one.place),
            winner.change.hex() if winner else one.winner.hex() or None, bool(one.open), " ".join(rests_on),
        ))  # fmt: skip
    return sorted(rows, key=lambda row: (row[10] or 0, row[6] or "", row[4], row[11] or "", row[0]))
