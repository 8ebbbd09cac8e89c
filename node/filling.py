"""A child's outbox from nothing (补齐): for one newly enrolled, moved here, or put in the place of a lost one.

It is filled as far as the child asks, some records at a time: all of a province at once would keep its desks waiting
for half a minute. How far it has come stands beside the outbox. A record that changes meanwhile goes there by itself
(scope.py), and is passed over when its turn comes. The registry and what is urgent are in it from the first, then
comes what is everywhere: whatever is folded rests on that.
"""

from __future__ import annotations

from conflict.state import State
from node import branches, scope, trust
from node.matters import KINDS
from node.registry import neighbours
from node.scope import Child
from node.store import folded, links, records
from node.store.links import PeerRow
from node.units import offices_below
from node.work import Work

SCANNED = 1_000  # records looked through for one message: a tenth of a second
LEAST = 256  # bytes of a commit in a message: as many as fill it wait then


def greet_children(work: Work) -> None:
    """Makes the link of each child that the registry has newly given, and begins its outbox. Who is no child, or no
    more, is told the registry."""
    work.family = None
    neighbours.succeed(work)
    for peer in neighbours.strangers(work):
        _part(work, peer)
    parted, linked = neighbours.nodes_parted(work), links.nodes(work.db)
    for entry in offices_below(work.registry, work.path):
        if entry.node in parted or entry.node not in linked:
            neighbours.welcome(work, entry.node)
            links.begin(work.db, links.ensure(work.db, entry.node, entry.newest_log).id)
            begin(work, entry.node)


def begin(work: Work, node: bytes) -> None:
    """From nothing: the registry and what is urgent at once, the rest as the child asks for it."""
    child = next((one for one in scope.children(work) if one.node == node), None)
    if child is None:
        peer = links.peer(work.db, node)
        return None if peer is None else _part(work, peer)
    links.clear(work.db, child.peer)
    work.unqueue(child.peer)
    for record in records.rows_of_matter(work.db, trust.MATTER):
        links.deliver(work.db, child.peer, record)
    scope.queue(work, child, _registry_commits(work), ahead=links.REGISTRY)
    for matter, record in folded.urgent(work.db):
        if matter in KINDS:
            _look_at(work, child, matter, record)
    links.fill_from(work.db, child.peer, _matters()[0], 0)


def go_on(work: Work, peer: PeerRow, above: int, room: int) -> None:
    """Fills it until as much waits above that position as a message of `room` bytes holds, or a piece more."""
    most = room // LEAST + 1
    while _is_begun(work, peer) and len(links.waiting(work.db, peer.id, above, most)) < most:
        _some(work, peer)
        if links.waiting(work.db, peer.id, above, 1):
            return


def finish(work: Work, peer: PeerRow) -> None:
    """All of it: what the child holds is to be compared with what it was given."""
    while _is_begun(work, peer):
        _some(work, peer)


def _is_begun(work: Work, peer: PeerRow) -> bool:
    return links.filling(work.db, peer.id) is not None


def _some(work: Work, peer: PeerRow) -> None:
    """The next SCANNED records."""
    left = SCANNED
    while left > 0 and (place := links.filling(work.db, peer.id)) is not None:
        child = next((one for one in scope.children(work) if one.peer == peer.id), None)
        if child is None:
            return links.filled(work.db, peer.id)
        left -= _of_matter(work, child, *place, left)


def _of_matter(work: Work, child: Child, matter: str, last: int, most: int) -> int:
    """How many were looked at, of one matter."""
    found = records.following(work.db, matter, last, most)
    for record in found:
        _look_at(work, child, matter, record)
    if len(found) == most:
        links.fill_from(work.db, child.peer, matter, found[-1])
    else:
        _next_matter(work, child, matter)
    return len(found)


def _look_at(work: Work, child: Child, matter: str, record: int) -> None:
    if links.in_scope(work.db, child.peer, [record]):
        return  # it changed since, and went there by itself
    declared, state = KINDS[matter].matter, folded.state(work.db, record) or State()
    if scope.wants(work, child, declared, state):
        scope.enter(work, child, record, declared, state)


def _next_matter(work: Work, child: Child, matter: str) -> None:
    left = _matters()
    left = left[left.index(matter) + 1 :]
    if left:
        return links.fill_from(work.db, child.peer, left[0], 0)
    links.filled(work.db, child.peer)
    scope.tell_again(work, child.peer)


def _matters() -> list[str]:
    """What is everywhere first."""
    return sorted(KINDS, key=lambda name: not KINDS[name].matter.everywhere)


def _part(work: Work, peer: PeerRow) -> None:
    """What is left for one who is no child any more: the registry, and what it is judged by."""
    links.clear(work.db, peer.id)
    work.unqueue(peer.id)
    for record in records.rows_of_matter(work.db, trust.MATTER):
        links.deliver(work.db, peer.id, record)
    found = [*_registry_commits(work), *branches.every_link(work.db)]
    links.enqueue(work.db, peer.id, found, work.now_ms, ahead=links.REGISTRY)
    work.children.add(peer.node)


def _registry_commits(work: Work) -> list[int]:
    rows = records.rows_of_matter(work.db, trust.MATTER)
    found = {commit for row in rows for commit in records.commits_of(work.db, row)}
    return sorted(found)
