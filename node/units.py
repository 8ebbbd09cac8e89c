"""The tree of units as the matters ask it (node.matters.draft.Tree), over the registry."""

from __future__ import annotations

from conflict.declaration import Matter
from conflict.state import State
from node.trust import host_path
from node.work import Work
from sync_protocol.names import code_of, covers, is_above
from sync_protocol.registry import Registry
from sync_protocol.roster import NodeEntry, Role

RETIRED = "retired"  # reason of a revocation: nobody will be there again


class RegistryTree:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._units = registry.units()
        self._codes: dict[str, str] = {}
        for path in sorted(self._units):
            self._codes.setdefault(code_of(path), path)

    def is_of(self, registry: Registry) -> bool:
        return self._registry is registry

    def path(self, unit: str) -> str | None:
        """The full path for a code or a path, be it one that the unit was moved from; None when there is no such
        unit."""
        now = self._registry.now(unit) if "/" in unit else unit
        return now if now in self._units else self._codes.get(unit)

    def name(self, path: str) -> str:
        unit = self._units.get(path)
        return code_of(path) if unit is None else unit.name

    def kind(self, path: str) -> str:
        unit = self._units.get(path)
        return "" if unit is None else unit.kind

    def host(self, path: str) -> str | None:
        return host_path(self._registry, self._registry.now(path))

    def below(self, path: str) -> list[str]:
        return [one for one in sorted(self._units) if is_above(path, one)]

    def works(self, path: str) -> bool:
        unit = self._units.get(path)
        if unit is None or unit.role is Role.AUDITOR:
            return False
        if unit.node is not None or unit.host is not None:
            return True
        ended = [one for one in self._registry.nodes() if one.path == path and one.revoked]
        return not any(one.revoked == RETIRED for one in ended)


def tree_of(work: Work) -> RegistryTree:
    """Made once in a transaction, as long as the registry is the same."""
    found = work.tree
    if not isinstance(found, RegistryTree) or not found.is_of(work.registry):
        found = work.tree = RegistryTree(work.registry)
    return found


def offices_below(registry: Registry, path: str) -> list[NodeEntry]:
    """The nodes that dial this unit's node."""
    entries = (registry.node(unit.node) for unit in registry.children(path) if unit.node is not None)
    return [entry for entry in entries if entry is not None and entry.active]


def acting_as(entry: NodeEntry | None, matter: Matter, state: State | None, own: str) -> str:
    """The path under which a node signs about a record: its unit's now, or, in a record of before a move that
    knows it by an older one alone, that one."""
    if entry is None or len(entry.paths) == 1 or state is None or matter.everywhere:
        return own
    scope = matter.scope(state)
    paths = [own, *reversed(entry.paths)]
    return next((path for path in paths if any(covers(path, unit) for unit in scope)), own)
