"""The registry (登记) as this node has it: read from the store, folded by the protocol, projected as units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from node.branches import Stored
from node.store import facts as counts
from node.store import folded, records, settings
from node.store.records import Placed
from sync_protocol import registry as rules
from sync_protocol.change import Act, parse_body
from sync_protocol.clock import to_ms
from sync_protocol.errors import BadChange
from sync_protocol.names import code_of, short
from sync_protocol.registry import Registry, RegistryAct

MATTER = "registry"
DENIED = "denied"  # of a node: the enrolment of its keys doesn't stand
PATH, STANDING = (
    "path",
    "standing",
)  # settings: of this node as the registry has it, for those who don't fold it


def load(db: Connection, root: bytes | None) -> Registry:
    """Folds every registry change here. `root` is the root's node id, None before it is known."""
    acts = []
    for _row, record, placed in records.changes_of_matter(db, MATTER):
        act = registry_act(record, placed)
        if act is not None:
            acts.append(act)
    return rules.fold(acts, root, Stored(db))


def elsewhere(old: Registry, new: Registry) -> set[bytes]:
    """Nodes known before that have other units now, or act for others. What is only new concerns commits that come
    later."""
    return {node for node in old.roster.nodes if _right(new, node) != _right(old, node)}


def appeared(old: Registry, new: Registry) -> set[bytes]:
    """Logs that are known only now. One of them may have been known before, and its commits be here: what opened
    it stood on a branch of a forked log, say, and waited for a ruling."""
    return set(new.roster.logs) - set(old.roster.logs)


def _right(registry: Registry, node: bytes) -> Any:
    """What a node's acts are judged by."""
    entry = registry.node(node)
    return None if entry is None else (list(entry.paths), set(registry.roster.hosting.get(node, set())))


def registry_act(record: bytes, placed: Placed) -> RegistryAct | None:
    """None for a body that isn't an act: it is quarantined, and says nothing."""
    if placed.body is None or placed.fault or placed.held:
        return None
    try:
        body = parse_body(placed.body)
    except BadChange:
        return None
    if not isinstance(body, Act):
        return None
    return RegistryAct(
        id=short(placed.change),
        key=(placed.time, placed.log, placed.seq, placed.place),
        node=placed.node,
        unit=placed.unit,
        action=body.action,
        data=body.data,
        after=body.after,
        record=record,
        commit_id=placed.commit,
        changes=placed.changes,
    )


def host_path(registry: Registry, path: str) -> str | None:
    """The unit whose node acts for a hosted unit."""
    unit = registry.units().get(path)
    host = registry.node(unit.host) if unit is not None and unit.host else None
    return None if host is None else host.path


def _former(registry: Registry) -> dict[str, str]:
    """Every path that isn't a unit's any more, or never came to be one, by what it means now."""
    named = {*registry.roster.moved, *registry.roster.meant}
    return {path: registry.now(path) for path in named if registry.now(path) != path}


def project(db: Connection, registry: Registry) -> None:
    """Writes the tree of units, which every screen and every path check reads, and the registry's age."""
    settings.put_number(db, "stamp", to_ms(registry.stamp_time() or 0))
    settings.put_number(db, "stamp_missing", len(registry.missing_stamped()))
    own = registry.node(settings.get(db, "node") or b"")
    if own is not None:
        settings.put(db, PATH, own.path.encode())
        settings.put(db, STANDING, own.standing.encode())
    elif registry.signer(settings.get(db, "node") or b"") is not None:
        settings.put(db, STANDING, DENIED.encode())
    project_units(db, registry)


def project_units(db: Connection, registry: Registry) -> None:
    counts.save_former(db, _former(registry))
    folded.save_units(
        db,
        [
            {"path": path, "code": code_of(path), "name": unit.name, "kind": unit.kind,
             "role": unit.role, "node": unit.node, "host": host_path(registry, path) or ""}
            for path, unit in sorted(registry.units().items())
        ],
    )  # fmt: skip
