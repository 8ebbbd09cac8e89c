"""Which records are others once units stand elsewhere, or act for others (protocol 3.7, 3.8).

Where a unit stands says whether its acts were its own to sign, whose a record is now, and who holds it. Whatever names
no such unit is as it was: of an office's thousands a move of one below it turns few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from conflict.erasure import ERASE
from conflict.state import State
from node import trust
from node.matters import KINDS
from node.matters.draft import Kind
from node.store import folded
from node.store.chain import CHANGE, COMMIT, LOG
from node.work import Work
from sync_protocol.names import ancestors
from sync_protocol.registry import Registry


def turned(work: Work, before: Registry) -> set[int]:
    """Rows of the records that may be others by `work.registry` than `before`."""
    nodes = trust.elsewhere(before, work.registry)
    named = _paths(before, work.registry, nodes)
    if not named:
        return set()
    concerned = {
        row for row, matter, state in folded.naming(work.db, named) if _concerns(named, matter, state)
    }
    return concerned.union(*(_signed(work, before, node) for node in nodes))


def _paths(before: Registry, now: Registry, nodes: Iterable[bytes]) -> frozenset[str]:
    """Every path that a unit which stands elsewhere has or had, but for those below another: a path that means another
    one than before is below one of them, or is one."""
    found = set[str]()
    for one in (before.roster, now.roster):
        found.update(path for node in nodes if node in one.nodes for path in one.nodes[node].paths)
        found.update(path for node in nodes for path in one.hosting.get(node, ()))
    old, new = before.roster.meant, now.roster.meant
    for path in {*old, *new}:
        if old.get(path) != new.get(path):
            found.update(one for one in (path, old.get(path), new.get(path)) if one is not None)
            found.update(_elsewhere(now, path))
    return frozenset(one for one in found if found.isdisjoint(ancestors(one)))


def _elsewhere(registry: Registry, path: str) -> Iterator[str]:
    """By what other paths a unit is looked for below the one that stands, or is to stand, above it at a path."""
    above, _, code = path.rpartition("/")
    return (f"{one}/{code}" for one in registry.roster.names(registry.now(above)))


def _concerns(named: Collection[str], matter: str, state: State) -> bool:
    """Whether a record is a unit's of these, or names one, or was erased. Who signed its acts says nothing: they are
    judged by what he was then (`_signed`)."""
    if any(mark.action == ERASE for mark in state.marks.values()):
        return True
    kind = KINDS.get(matter)
    units = (
        {state.owner, *state.slots} if kind is None else {state.owner, *state.slots, *_held_by(kind, state)}
    )
    told = (text for mark in state.marks.values() for text in _texts(mark.data))
    return any(path in text for text in (*units, *told) for path in named)


def _held_by(kind: Kind, state: State) -> Iterator[str]:
    yield from kind.matter.scope(state)
    yield from kind.matter.words_to(state) or ()
    yield from (unit for unit, _ in kind.charges(state))


def _texts(value: Any) -> Iterator[str]:
    """Every text in an act's data, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        yield from (text for one in value for text in _texts(one))


def _signed(work: Work, before: Registry, node: bytes) -> set[int]:
    """Records with acts that a node signed by a path that it was given only now, or is no more."""
    old, new = before.roster.nodes.get(node), work.registry.roster.nodes.get(node)
    query = (
        select(CHANGE.c.record)
        .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .where(LOG.c.node == node)
        .distinct()
    )
    if old is not None and new is not None and old.paths[0] == new.paths[0]:  # what its bare code means
        given = {*old.paths, *before.roster.hosting.get(node, ())}
        given ^= {*new.paths, *work.registry.roster.hosting.get(node, ())}
        query = query.where(COMMIT.c.unit.in_(sorted(given)))
    return {row.record for row in work.db.execute(query)}
