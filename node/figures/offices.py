"""How old each office's numbers are (product 1.4): of a child when it was last heard and its line at rest, of one
further down what it last signed that has come here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from node.iso import iso_or_none
from node.language import say
from node.store import lines
from sync_protocol.clock import to_ms
from sync_protocol.names import covers

DAY_MS = 24 * 60 * 60 * 1000


def told(db: Connection, own: bytes, path: str, unit: str | None, now_ms: int) -> list[dict[str, Any]]:
    """Every office below this node's unit (or below `unit`) but itself: last_sync, newest, offline_days.
    `own`: this node's id; `path`: its unit."""
    reach = unit or path
    return [
        _office(row, now_ms)
        for row in lines.offices(db)
        if row.node != own and covers(path, row.path) and covers(reach, row.path)
    ]


def _office(row: Any, now_ms: int) -> dict[str, Any]:
    newest = to_ms(row.newest) if row.newest else 0
    known = max(row.complete_ms or 0, row.seen_ms or 0) or newest
    return {
        "unit": row.path,
        "name": row.name,
        "last_sync": iso_or_none(row.complete_ms),
        "last_seen": iso_or_none(row.seen_ms),
        "newest": iso_or_none(newest),
        "offline_days": max(0, now_ms - known) // DAY_MS if known else None,
    }


def sentence(office: dict[str, Any]) -> str:
    """`offline for 9 days`, beside its numbers; empty where they are of today."""
    days = office["offline_days"]
    if days is None:
        return say("从未同步", "never synced")
    return (
        say(f"离线 {days} 天", f"offline for {days} days" if days > 1 else "offline for 1 day")
        if days
        else ""
    )
