"""Scope (范围): who holds a copy of a record, and what follows for the children's outboxes (protocol 3.5).

The scope of a record is the units that its matter names, and all above them. A record that enters a
child's scope is queued with its whole history; a unit that leaves gets the act that says so, no more.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from conflict import erasure
from conflict.act import Act
from conflict.declaration import Matter
from conflict.state import Mark, State
from node import branches, leaving
from node.erasure import destruction, handing
from node.matters import KINDS
from node.registry import neighbours
from node.store import chain, links, records
from node.units import offices_below
from node.work import Work
from sync_protocol.names import covers, is_above, parent_of
from sync_protocol.roster import NodeEntry

AUDITOR = "auditor"
_UNKNOWN: Mapping[int, bytes] = {}
_OF_ERASURE = frozenset({erasure.ERASE, erasure.ERASED})


@dataclass(frozen=True, slots=True)
class Child:
    """A link down: its peer row, and the subtree whose records it may hold."""

    peer: int
    node: bytes
    unit: str
    reach: str  # an auditor's is that of the unit that enrolled it


class Family:
    """The nodes enrolled directly below this one that have a link, by one registry."""

    def __init__(self, work: Work) -> None:
        self.registry = work.registry
        offices = offices_below(work.registry, work.path)
        peers = {one.node: one.id for one in links.peers(work.db)}
        self.children = [_child(entry, peers[entry.node]) for entry in offices if entry.node in peers]
        self.is_whole = len(self.children) == len(offices)
        self._by_reach: dict[str, list[Child]] = {}
        for one in self.children:
            self._by_reach.setdefault(one.reach, []).append(one)

    def reaching(self, paths: Iterable[str]) -> set[int]:
        """Peer rows of the children in whose reach one of these units is."""
        above = {one for path in paths for one in _each_above(path)}
        return {child.peer for one in above for child in self._by_reach.get(one, ())}


def _each_above(path: str) -> Iterator[str]:
    """The path itself, and every one above it."""
    at: str | None = path
    while at is not None:
        yield at
        at = parent_of(at)


def _child(entry: NodeEntry, peer: int) -> Child:
    reach = (parent_of(entry.path) or entry.path) if entry.role == AUDITOR else entry.path
    return Child(peer, entry.node, entry.path, reach)


def family(work: Work) -> Family:
    """Looked up once in a transaction, as long as neither the registry nor the links become others."""
    found = work.family
    if not isinstance(found, Family) or found.registry is not work.registry or not found.is_whole:
        found = work.family = Family(work)
    return found


def children(work: Work) -> list[Child]:
    return family(work).children


def tell_forks(work: Work) -> None:
    """The headers of a log that has forked go to every child, so that all judge its branches alike (3.8)."""
    found, work.links = sorted(work.links), set()
    if found:
        for child in children(work):
            queue(work, child, found, ahead=links.REGISTRY)
        _queue_for_parted(work, found)


def _queue_for_parted(work: Work, commits: list[int]) -> None:
    """For those who call still: it may be what sends them elsewhere."""
    for peer in neighbours.parted(work):
        links.enqueue(work.db, peer.id, commits, work.now_ms, ahead=links.REGISTRY)
        work.children.add(peer.node)


def _state(work: Work, record: int) -> State:
    from node.store import folded

    return folded.state(work.db, record) or State()


def deliver_everywhere(work: Work, record: int, commits: set[int]) -> None:
    """A registry change goes to every child, ahead of all else, and to whoever isn't one any more."""
    for child in children(work):
        if record not in links.in_scope(work.db, child.peer, [record]):
            links.deliver(work.db, child.peer, record)
        queue(work, child, sorted(commits), ahead=links.REGISTRY)
    for peer in neighbours.parted(work):
        links.deliver(work.db, peer.id, record)
    _queue_for_parted(work, sorted(commits))


def deliver(work: Work, record: int, matter: Matter, state: State, commits: set[int]) -> None:
    """Queues what is new of a record for each child whose scope it is in, enters or leaves."""
    before = links.delivered_to(work.db, record)
    ever = before | links.has_left(work.db, record)
    found = family(work)
    wanting = found.reaching(work.registry.now(unit) for unit in matter.scope(state))
    told = any(mark.action == erasure.ERASE for mark in state.marks.values())  # whoever had it is to hear
    for child in found.children:
        wanted = matter.everywhere or child.peer in wanting
        if not (wanted or told or child.peer in ever):
            continue
        if wanted and child.peer in before:
            _go_on(work, child, record, matter, state, commits)
        elif wanted:
            enter(work, child, record, matter, state)
        elif child.peer in before or (child.peer in ever and _written_below(work, child, sorted(commits))):
            _leave(work, child, record, matter, commits)
        if not wanted:
            _hand_orders(work, child, record, state, had=child.peer in ever)


def _hand_orders(work: Work, child: Child, record: int, state: State, *, had: bool) -> None:
    """A child that has left a record's scope is told to erase it, too (3.11); once. `had`: it was given the record
    here. Where it came from elsewhere, or one that did is below it by now, the order names
    who had it; or it wrote there itself, and whoever signed the order hadn't heard of that."""
    wrote = _has_written(work, child.unit, record, state)
    name, _ = records.name_of(work.db, record)
    for order in _orders(state):
        held = had or wrote or _names(work, child.unit, order, state.owner)
        if held and not handing.is_handed(work.db, child.peer, order.id):
            handing.note(work.db, child.peer, order.id, name)
            for act in (name, order.id) if destruction.is_erased(work, name) else (order.id,):
                _hand(work, child, records.place_of_act(work.db, record, act))


def _hand(work: Work, child: Child, place: leaving.Place | None) -> None:
    """An order, and who began the record, as that says whether it counts: the body is gone, its commit says it. A child
    of whom a copy took what came first has it from nobody else (seed 750214)."""
    if place is not None and not _written_below(work, child, [place[1]]):
        links.enqueue(work.db, child.peer, [place[1]], work.now_ms, parting=place[0])
        work.children.add(child.node)


def _orders(state: State) -> list[Mark]:
    """The standing ones. Where the record's beginning isn't here none can be judged: each is on its way to a unit
    below, which can."""
    if state.owner:
        return erasure.orders(state)
    return [mark for mark in state.marks.values() if mark.action == erasure.ERASE]


def _has_written(work: Work, unit: str, record: int, state: State) -> bool:
    """Whether an act on the record, or what was destroyed of it here, is by a unit that is now below a unit, or is
    that unit."""
    units = {mark.unit for mark in state.marks.values() if mark.action not in _OF_ERASURE}
    signers = map(work.registry.signer, records.authors_of_erased(work.db, record))
    units.update(one.path for one in signers if one is not None)
    return any(covers(unit, work.registry.now(one)) for one in units)


def _names(work: Work, unit: str, order: Mark, owner: str) -> bool:
    """Whether a unit that held the record, as the order says, is now below a unit, or is that unit; or whether one is
    below which it stood once. That was given what the moved one had, and nobody above need have known of it by then.
    Of units that the order names for what is below them it isn't asked where they stood: they had been there without
    the record."""
    named = [one for one in order.data.get(erasure.UNITS) or () if isinstance(one, str)]
    ends = {owner, *(one for one in named if not any(is_above(one, other) for other in named))}
    now = {work.registry.now(one) for one in named}
    return any(covers(unit, one) for one in now.union(*map(work.registry.ever_above, ends)))


def tell_again(work: Work, peer: int) -> None:
    """What comparing records doesn't show a child that may have been restored from before it: the headers of
    forked logs, and every order about what has left its scope."""
    handing.forget(work.db, peer)
    child = next((one for one in children(work) if one.peer == peer), None)
    if child is None:
        return
    queue(work, child, branches.every_link(work.db), ahead=links.REGISTRY)
    for record in handing.records(work.db):
        if peer not in links.delivered_to(work.db, record):
            had = peer in links.has_left(work.db, record)
            _hand_orders(work, child, record, _state(work, record), had=had)


def is_here(work: Work, matter: Matter, state: State) -> bool:
    """Whether the record is in this node's own scope, or was left behind."""
    reach = work.registry.scope_of(work.node) or work.path  # an auditor's is wider than its own unit
    return matter.everywhere or _within(work, reach, matter, state)


def reaches(work: Work, unit: str, record: int) -> bool:
    """Whether a record is in the scope of a unit. What can't be folded here yet is everybody's."""
    kind, state = KINDS.get(records.name_of(work.db, record)[1]), _state(work, record)
    orders = erasure.orders(state) if erasure.is_whole(state) else ()
    if any(_names(work, unit, order, state.owner) for order in orders):
        return True  # there is nothing left of it but orders and their receipts
    return kind is None or kind.matter.everywhere or _within(work, unit, kind.matter, state)


def wants(work: Work, child: Child, matter: Matter, state: State) -> bool:
    return matter.everywhere or _within(work, child.reach, matter, state)


def _within(work: Work, reach: str, matter: Matter, state: State) -> bool:
    """A record names units as they were; a unit that was moved takes its records along (3.8)."""
    return any(covers(reach, work.registry.now(unit)) for unit in matter.scope(state))


def _urgency(matter: Matter, state: State) -> int:
    """Urgent records go first (3.5)."""
    return links.URGENT if matter.urgent(state) else 0


def enter(work: Work, child: Child, record: int, matter: Matter, state: State) -> None:
    withheld = not may_have_words(work, child.reach, matter, state)
    links.deliver(work.db, child.peer, record, withheld=withheld)
    signers = records.signers_of(work.db, record)
    queue(work, child, signers, ahead=_urgency(matter, state), signers=signers)


def _go_on(work: Work, child: Child, record: int, matter: Matter, state: State, commits: set[int]) -> None:
    """Where the words become the child's, it gets the whole history once more, with them. Where they are withheld from
    now on, what was given stays given; what waits goes without them."""
    was = bool(links.withheld(work.db, child.peer, [record]))
    withheld = not may_have_words(work, child.reach, matter, state)
    if was != withheld:
        links.deliver(work.db, child.peer, record, withheld=withheld)
    whole = was and not withheld
    found = records.commits_of(work.db, record) if whole else sorted(commits)
    queue(work, child, found, ahead=_urgency(matter, state))


def may_have_words(work: Work, reach: str, matter: Matter, state: State) -> bool:
    """Whether the words of a record in its scope are for a subtree, too (3.5)."""
    units = matter.words_to(state)
    return units is None or any(covers(reach, work.registry.now(unit)) for unit in units)


def is_withheld_here(work: Work, matter: Matter, state: State) -> bool:
    """Whether a record's words aren't for this node's unit."""
    reach = work.registry.scope_of(work.node) or work.path
    return not may_have_words(work, reach, matter, state)


def gives_words(work: Work, unit: str, record: int) -> bool:
    """Whether a record's words are for a unit. Of what can't be folded here yet everybody's."""
    kind = KINDS.get(records.name_of(work.db, record)[1])
    return kind is None or may_have_words(work, unit, kind.matter, _state(work, record))


def _leave(work: Work, child: Child, record: int, matter: Matter, commits: set[int]) -> None:
    """The child gets the act that says so, and of its past what hadn't reached it; their words stay here. Again, where
    something comes up that was written there since: it may give the record to the child by what the child knows."""
    links.withdraw(work.db, child.peer, record)
    if erasure.is_whole(_state(work, record)):
        return  # the order says so, once
    underway = commits | links.commits_waiting(work.db, child.peer, record)
    places = parting_of(work, child.node, record, matter, underway)
    for place in places:
        if place == places[-1] or place[1] in underway:
            links.enqueue(work.db, child.peer, [place[1]], work.now_ms, parting=place[0])
            work.children.add(child.node)


def parting_of(
    work: Work,
    node: bytes,
    record: int,
    matter: Matter | None = None,
    late: Container[int] = (),
    *,
    known: bool = True,
    holds: Container[bytes] | None = None,
) -> list[leaving.Place]:
    """What tells a child that it lost a record that it once had: (change row, commit row), the act last. `late`:
    rows of commits that it hasn't been given yet. `known`: that it had it; else the acts have to say so. `holds`: what
    it has of it (short ids), where it says so."""
    child = next((one for one in children(work) if one.node == node), None)
    kind = KINDS.get(records.name_of(work.db, record)[1])
    if child is None or kind is None:
        return []
    found, declared = child, matter or kind.matter

    def is_wanted(state: State) -> bool:
        return wants(work, found, declared, state)

    by_what_it_holds = [] if holds is None else leaving.unheard(work, record, declared, is_wanted, holds)
    return by_what_it_holds or leaving.parting(
        work, record, declared, _state(work, record), is_wanted, late,
        None if known else lambda act: _concerns(work, found, act),
    )  # fmt: skip


def unheard_of_parting(work: Work, record: int, known: Container[bytes]) -> list[leaving.Place]:
    """What of a record that has left our own scope tells so to a parent that knows these of its acts (short ids)."""
    kind = KINDS.get(records.name_of(work.db, record)[1])
    state = _state(work, record)
    if kind is None or erasure.is_whole(state) or is_here(work, kind.matter, state):
        return []
    matter = kind.matter
    return leaving.unheard(work, record, matter, lambda one: is_here(work, matter, one), known)


def seen_then(work: Work, unit: str, commit: int) -> set[int]:
    """Rows of those changes of a commit that were a unit's to see when they were written, though it isn't to see more
    of the record now. Not of one whose words are for others."""
    present, words = records.bodies(work.db, commit), records.words_in(work.db, commit)
    then: set[int] = set()
    for record in {record for _, _, record, _, _ in present}:
        kind = KINDS.get(records.name_of(work.db, record)[1])
        if kind is not None and not erasure.is_whole(_state(work, record)):
            then.update(row for row, _ in _while_below(work, unit, record, kind.matter))
    for (act, *_), (row, _, record, *_) in pairwise(present):
        if row in words and act in then and gives_words(work, unit, record):
            then.add(row)
    return then


def _while_below(work: Work, unit: str, record: int, matter: Matter) -> list[leaving.Place]:
    """By the paths that the acts name: who has been moved below that unit since wasn't below it then."""
    names = work.registry.every_path(unit)

    def was_below(state: State) -> bool:
        return any(covers(name, named) for named in matter.scope(state) for name in names)

    return leaving.while_it_was(work, record, matter, was_below)


def _concerns(work: Work, child: Child, act: Act) -> bool:
    """Whether an act is a child's, or names a unit of its own: without one it never had the record."""
    named = (act.unit, *(value for value in act.data.values() if isinstance(value, str)))
    return any(covers(child.reach, work.registry.now(one)) for one in named)


def queue(
    work: Work,
    child: Child,
    commits: Iterable[int],
    *,
    ahead: int = 0,
    signers: Mapping[int, bytes] = _UNKNOWN,
) -> None:
    """What was written in the child's own subtree came from there, and isn't sent back. A commit of many records
    goes once: which of its bodies go with it is judged when the message is made. `signers`: node ids, by commit, as
    far as they are known."""
    theirs = _written_below(work, child, commits := list(commits), signers)
    new = [one for one in commits if one not in theirs and (child.peer, one, ahead) not in work.queued]
    if new:
        links.enqueue(work.db, child.peer, new, work.now_ms, ahead=ahead)
        work.queued.update((child.peer, one, ahead) for one in new)
        work.children.add(child.node)


def _written_below(
    work: Work, child: Child, commits: list[int], signers: Mapping[int, bytes] = _UNKNOWN
) -> set[int]:
    """What the child has whole: its own, and what was written below it. Of what a unit wrote before it was moved
    below the child only what was in the child's scope came up with its bodies (lanes.bodies)."""
    return {one for one in commits if _has_whole(work, child, one, signers.get(one) or _signer(work, one))}


def _has_whole(work: Work, child: Child, commit: int, signer: bytes) -> bool:
    author = work.registry.signer(signer)
    if author is None or not covers(child.unit, author.path):
        return False
    return author.path == child.unit or is_written_below(work, child.unit, commit)


def _signer(work: Work, commit: int) -> bytes:
    known = work.signed.get(commit)
    return chain.node_of(work.db, commit) if known is None else known[0]


def is_written_below(work: Work, unit: str, commit: int) -> bool:
    """Whether a unit was at its place in a subtree when it wrote a commit. A bare code is of before its enrolment, but
    for the root's."""
    known = work.signed.get(commit)
    then, root = chain.unit_of(work.db, commit) if known is None else known[1], work.registry.root
    return covers(unit, then) or ("/" not in then and (root is None or then != root.path))
