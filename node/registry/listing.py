"""`registry list`: every unit and every node that it ever had."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from node import trust
from node.store import settings
from node.work import ROOT
from sync_protocol.registry import Registry
from sync_protocol.roster import NodeEntry, UnitEntry


def items(db: Connection) -> list[dict[str, Any]]:
    """Shape: `unit`, `name`, `kind`, `role`, `state` (active, revoked, replaced, hosted, vacant), `node`,
    `address`, `logs`, `reason`, `by`; sorted by path, a unit's present node first."""
    registry = trust.load(db, settings.get(db, ROOT))
    nodes = [_node(registry, entry) for entry in registry.nodes()]
    here = {one["unit"] for one in nodes if one["state"] == "active"}
    empty = [_unit(registry, unit) for path, unit in registry.units().items() if path not in here]
    return sorted(
        [*empty, *nodes], key=lambda one: (one["unit"], one["state"] != "active", one["node"] or "")
    )


def _node(registry: Registry, entry: NodeEntry) -> dict[str, Any]:
    return {
        "unit": entry.path,
        "name": entry.name,
        "kind": entry.kind,
        "role": str(entry.role),
        "state": entry.standing,
        "node": entry.node.hex(),
        "address": entry.address,
        "logs": [log.hex() for log in entry.logs],
        "former": list(dict.fromkeys(path for path in entry.paths if path != entry.path)),
        "reason": entry.revoked or None,
        "by": _path(registry, entry.enrolled_by),
    }


def _unit(registry: Registry, unit: UnitEntry) -> dict[str, Any]:
    return {
        "unit": unit.path,
        "name": unit.name,
        "kind": unit.kind,
        "role": str(unit.role),
        "state": "hosted" if unit.host else "vacant",
        "node": None,
        "address": "",
        "logs": [],
        "former": [],
        "reason": None,
        "by": _path(registry, unit.host or unit.issuer),
    }


def _path(registry: Registry, node: bytes) -> str | None:
    entry = registry.node(node)
    return None if entry is None else entry.path
