"""What goes into a bundle beside the outbox, as steps that are walked a batch at a time: stretches of logs,
and, where a link is to be made good without comparing it, everything that the other may have.

A step is a list of plain values, so that a cursor holds those that are left; walking one keeps no state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from node import lanes, scope, trust
from node.lanes import Held
from node.store import chain
from node.store.chain import CHANGE, COMMIT
from node.store.links import DELIVERY, PeerRow
from node.store.records import RECORD
from node.work import Work
from sync_protocol.frontier import Frontier, Span
from sync_protocol.messages import MAX_PARTS, CommitItem

Step = list[Any]
SPAN, REGISTRY, REST, PARTINGS = range(4)
PAGE = 500  # commits looked up at once


@dataclass(frozen=True, slots=True)
class Side:
    """Whom it is for. `child`: its peer row, None upwards. `nodes`: whose logs are the link's subtree."""

    child: PeerRow | None
    nodes: tuple[bytes, ...]
    unit: str  # of whom it is for
    held: Held

    @classmethod
    def up(cls, work: Work, parent: bytes) -> Side:
        return cls(None, tuple(lanes.ours(work)), lanes.unit_of(work, parent), Held(work.db))

    @classmethod
    def down(cls, work: Work, child: PeerRow) -> Side:
        """One that was cut off gets nothing of its subtree's, and of records what its scope still has."""
        entry = work.registry.node(child.node)
        within = lanes.nodes_within(work, entry.path) if entry is not None and entry.active else []
        return cls(child, tuple(within), lanes.unit_of(work, child.node), Held(work.db))


def missing(work: Work, side: Side, theirs: Frontier) -> list[Step]:
    """The commits of the subtree that a frontier doesn't cover; an enroller's log before the enrolled."""
    gap = lanes.gap(work, side.nodes, theirs)
    found = [(log, span) for log, spans in gap.lacks.items() for span in spans]
    found.sort(key=lambda one: (lanes.depth(work, one[0]), one[0], one[1].first))
    return [[SPAN, log, *_span(span)] for log, span in found]


def everything(work: Work, side: Side) -> list[Step]:
    """All that the other side may have, whatever it has: the registry first."""
    rest: list[Step] = [[REST, 0]] + ([[PARTINGS, 0]] if side.child is not None else [])
    return [[REGISTRY, 0], *missing(work, side, {}), *rest]


def batch(work: Work, side: Side, steps: list[Step], room: int) -> tuple[tuple[CommitItem, ...], list[Step]]:
    """As many commits as `room` bytes hold, at least one, and the steps that are left."""
    items: list[CommitItem] = []
    spent, left = 0, list(steps)
    while left:
        for item, behind in _WALKS[left[0][0]](work, side, left[0]):
            if item is not None:
                spent += item.size
                if items and (spent > room or len(items) == MAX_PARTS):
                    return tuple(items), left
                items.append(item)
            left[0] = behind
        del left[0]
    return tuple(items), left


Walk = Callable[[Work, Side, Step], Iterator[tuple[CommitItem | None, Step]]]


def _span(span: Span) -> Step:
    return [span.first, span.last, span.tip, span.backwards]


def _walk_span(work: Work, side: Side, step: Step) -> Iterator[tuple[CommitItem | None, Step]]:
    _, log, first, last, tip, backwards = step
    for row, raw in lanes.stretch(work, side.held, log, Span(first, last, tip, backwards)):
        first, last = (first, last - 1) if backwards else (first + 1, last)
        item = CommitItem(raw, tuple(lanes.bodies(work, row, side.unit)))
        yield item, [SPAN, log, first, last, tip, backwards]


def _walk_registry(work: Work, side: Side, step: Step) -> Iterator[tuple[CommitItem | None, Step]]:
    """Every commit with a registry change, in the order stored: it verifies in that order."""
    page = (
        select(CHANGE.c.commit)
        .distinct()
        .join(RECORD, RECORD.c.id == CHANGE.c.record)
        .where(RECORD.c.matter == trust.MATTER)
    )
    for row in _paged(work, page, step[1]):
        yield _item(work, side, row), [REGISTRY, row]


def _walk_rest(work: Work, side: Side, step: Step) -> Iterator[tuple[CommitItem | None, Step]]:
    """What was written elsewhere than in the subtree: for a child, of the records in its scope."""
    page = select(CHANGE.c.commit).distinct()
    if side.child is not None:
        page = page.join(DELIVERY, DELIVERY.c.record == CHANGE.c.record).where(
            DELIVERY.c.peer == side.child.id, DELIVERY.c.gone.is_(False)
        )
    below = {one.id for one in chain.logs_of(work.db, side.nodes)}
    for row in _paged(work, page, step[1]):
        log = work.db.execute(select(COMMIT.c.log).where(COMMIT.c.id == row)).scalar()
        yield None if log in below else _item(work, side, row), [REST, row]


def _walk_partings(work: Work, side: Side, step: Step) -> Iterator[tuple[CommitItem | None, Step]]:
    """What tells a child that records have left its scope."""
    assert side.child is not None, "only a child is parted from"
    rows = select(DELIVERY.c.record).where(
        DELIVERY.c.peer == side.child.id, DELIVERY.c.gone.is_(True), DELIVERY.c.record > step[1]
    )
    for (record,) in work.db.execute(rows.order_by(DELIVERY.c.record)).all():
        places = scope.parting_of(work, side.child.node, record)
        for change, commit in places:
            item = CommitItem(
                chain.raw(work.db, commit), tuple(lanes.in_scope(work, side.child, commit, change))
            )
            last = (change, commit) == places[-1]
            yield item, [PARTINGS, record if last else record - 1]
        if not places:
            yield None, [PARTINGS, record]


_WALKS: dict[int, Walk] = {
    SPAN: _walk_span,
    REGISTRY: _walk_registry,
    REST: _walk_rest,
    PARTINGS: _walk_partings,
}


def _paged(work: Work, query: Any, after: int) -> Iterator[int]:
    """Commit rows of a query on changes, rising."""
    page = query.order_by(CHANGE.c.commit).limit(PAGE)
    while found := [row.commit for row in work.db.execute(page.where(CHANGE.c.commit > after))]:
        yield from found
        after = found[-1]


def _item(work: Work, side: Side, row: int) -> CommitItem | None:
    """With the bodies that the other may have; None without any."""
    if side.child is None:
        found = tuple(lanes.bodies(work, row, side.unit))
    else:
        found = tuple(lanes.in_scope(work, side.child, row, None))
    return CommitItem(chain.raw(work.db, row), found) if found else None
