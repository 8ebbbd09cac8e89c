"""Everything overdue at a moment, with its cards and the sentence of evidence: what supervision looks through."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from node.account import card_standing
from node.deadlines.evidence import evidence
from node.iso import iso
from node.language import say
from node.matters import KINDS
from node.store import overdue as store

from .groups import Units


def tell(db: Connection, unit: str | None, units: Units, now_ms: int) -> dict[str, Any]:
    """`items`, the longest overdue first: one a deadline. `unit`: with all below it; None for all."""
    rows = store.dues(db, now_ms, unit)
    cards = store.cards(db, now_ms, (row.record for row in rows))
    items = [
        _item(row, cards.get((row.record, row.round, row.unit, row.clock), []), units, now_ms) for row in rows
    ]
    return {"as_of": iso(now_ms), "unit": unit, "items": items, "next": None}


def _item(row: Any, cards: list[Any], units: Units, now_ms: int) -> dict[str, Any]:
    name = units.names.get(row.unit, row.unit)
    clock = say(KINDS[row.matter].clocks.get(row.clock, row.clock), row.clock)
    return {
        "record": row.name.hex(),
        "matter": row.matter,
        "number": row.number,
        "title": row.title,
        "unit": row.unit,
        "unit_name": name,
        "clock": row.clock,
        "round": row.round,
        "due": iso(row.due_ms),
        "overdue_seconds": (now_ms - row.due_ms) // 1000,
        "line_seconds": row.line_ms // 1000,
        "cards": [
            {"colour": one.colour, "standing": card_standing(one, now_ms), "issued": iso(one.issued_ms),
             "objections": one.objections}
            for one in cards
        ],
        "evidence": evidence(clock, name, row.start_ms, row.due_ms, None, row.line_ms),
    }  # fmt: skip
