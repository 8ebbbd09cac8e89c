"""The child's side of comparing a link (reconciliation 对账, protocol 3.5): what this process knows of it. It begins
again after a kill; what was repaired by then stays so.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from node import branches, lanes, reconciling, scope, withholding
from node.reconciling import Holding, acts_of, commits_of
from node.store import chain, records
from node.work import Work
from sync_protocol import messages
from sync_protocol.errors import BadMessage
from sync_protocol.frontier import Frontier
from sync_protocol.messages import CommitItem, Reply
from sync_protocol.reconcile import Ask, Plan

TRIES = 3  # requests that bring the parent no further before the rest is given up
REST_MS = 60 * 1000  # after a parent that compares without an end, or not at all


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing the link with the parent found. `equal`: in the end both hold the same."""

    equal: bool
    differed: int  # changes that one side lacked
    left: int  # of these, such as couldn't be repaired


class Comparison:
    def __init__(self) -> None:
        self.found: Compared | None = None
        self._holding = Holding()
        self._owed = Owed()
        self._plan: Plan | None = None
        self._wanted = False  # a person asked for it
        self._asked = False  # by the request that is open
        self._rests_until_ms = 0
        self._named: tuple[bytes, int] | None = None  # the mark that the parent named last, with its log
        self._before: tuple[bytes, int] | None = None  # that one, when the buckets were asked for last
        self._doubts = 0  # then, too

    @property
    def is_on(self) -> bool:
        return self._plan is not None

    def rests(self, now_ms: int) -> bool:
        """Whether none is begun now, though it be due. A clock that is set back meanwhile makes it no longer."""
        return 0 < self._rests_until_ms - now_ms <= REST_MS

    @property
    def reaches_mark(self) -> bool:
        """Whether what it found holds for the mark that the parent named last. Where that was named since the buckets
        were asked for, and something was given up, they weren't asked for again: what waited until then, and isn't
        sent any more, needn't have been among what differed."""
        return self.found is not None and (self.found.equal or self._before == self._named)

    def want(self) -> None:
        """It is to be made, though nothing says that the link doesn't fit."""
        self._wanted, self.found, self._rests_until_ms = True, None, 0

    def leave(self) -> None:
        """Nothing is compared with who is believed in nothing."""
        self._plan, self._wanted = None, False

    def drop(self) -> None:
        """A plan that met a fault begins again."""
        self._plan = None

    def part(
        self, work: Work, parent: bytes, room: int, *, first: bool
    ) -> tuple[Ask | None, tuple[CommitItem, ...]]:
        """Of the next request: what is asked, and commits that the parent lacks. `first`: no other lane has
        anything; else nothing is asked this time."""
        self._asked = self._plan is not None and first
        if not first:
            return None, ()
        if self._plan is None:
            return None, self._owed.items(work, parent, room)
        self._holding.see(work)
        asked = self._plan.ask()
        unit = lanes.unit_of(work, parent)
        owed = self._owed.items(work, parent, room)
        room -= sum(one.size for one in owed)
        if asked.buckets is not None:
            self._before = self._named
            self._doubts = reconciling.doubts(work)
            return asked, (*owed, *_besides(work, unit, room)) if room > 0 else owed
        return asked, owed or _lacked(work, self._plan, unit, room)

    def owes(self, reply: Reply) -> None:
        """What the parent says that it lacks of its own logs: it gets that in whatever way we speak to it."""
        self._owed.hear(reply.own)

    def hear(self, work: Work, reply: Reply, log: bytes) -> bool:
        """What the reply told; its commits are stored and folded. True when that ended it, and nothing differs
        but what was given up. `log`: the parent's, in which it replies."""
        self.owes(reply)
        if reply.reconcile is not None:
            self._named = log, reply.reconcile.position
        if self._plan is None or (reply.told is None and not self._asked):
            return False
        self._holding.see(work)
        try:
            self._plan.take(reply.told)
        except BadMessage:
            self._plan, self._wanted, self._rests_until_ms = None, False, work.now_ms + REST_MS
            return False
        if not self._plan.done:
            return False
        self.found = Compared(self._plan.equal, self._plan.differed, self._plan.left)
        self._plan, self._wanted = None, False
        reconciling.ended(work, self._doubts)
        return True

    def go_on(self, work: Work, *, due: bool) -> bool:
        """Whether the next request is to ask; where none is under way, a comparison begins if it is `due`. Called
        when the other lanes have nothing more."""
        if self._plan is None and (due or self._wanted) and not self.rests(work.now_ms):
            self._plan = Plan(self._holding)
        return self._plan is not None


class Owed:
    """What the parent, restored, lacks of its own logs and we hold: also of records that have left our scope, which
    the comparison doesn't reach."""

    def __init__(self) -> None:
        self._lacks: Frontier | None = None
        self._count = self._stalled = 0

    def hear(self, own: Frontier | None) -> None:
        """Where the parent's own logs stand with it; None where the link isn't being compared."""
        self._lacks = own
        if own is None:
            self._count = self._stalled = 0

    def items(self, work: Work, node: bytes, room: int) -> tuple[CommitItem, ...]:
        """Nothing more once the parent takes no more of it."""
        if self._lacks is None:
            return ()
        gap = lanes.gap(work, lanes.lineage(work, node), self._lacks)
        count = sum(span.last - span.first + 1 for spans in gap.lacks.values() for span in spans)
        self._stalled = self._stalled + 1 if 0 < self._count <= count else 0
        self._count = count
        return (
            () if self._stalled > TRIES else lanes.by_frontier(work, gap, room, lanes.unit_of(work, node))[0]
        )


def _lacked(work: Work, plan: Plan, towards: str, room: int) -> tuple[CommitItem, ...]:
    """The commits of what the parent lacks by the plan, as many as there is room for; of records that it takes for
    ours, and that have left us, the acts that say so."""
    return _fitting(work, commits_of(work, plan.send()), towards, room, acts_of(work, plan.partings()))


def _besides(work: Work, towards: str, room: int) -> tuple[CommitItem, ...]:
    """What doesn't go up by itself, and comparing records doesn't show. Forked logs, the parent's own among them:
    whoever is to rule may hold one branch alone, or was restored to before it knew of either. And what others may have
    lost, or a former parent wasn't to see: but nothing bare of which we have what isn't this one's to see. What they
    lost of a record that has left it since, as it has us, was this one's to see then, and went by it (seed 750034). And
    words that are this one's to see and not ours any more, which were withheld from it before."""
    forked = branches.links_besides(work, lanes.ours(work))
    lost = reconciling.left_behind(work)
    then = {
        row for one in lost if _is_withheld(work, one, towards) for row in scope.seen_then(work, towards, one)
    }
    others = (*lost, *reconciling.written_elsewhere(work))
    seen = (one for one in others if not _is_withheld(work, one, towards, then))
    return _fitting(work, [*forked, *seen, *withholding.given_now(work, towards)], towards, room, then)


def _is_withheld(work: Work, commit: int, towards: str, then: Container[int] = ()) -> bool:
    return bool(records.bodies(work.db, commit)) and not any(lanes.bodies(work, commit, towards, then))


def _fitting(
    work: Work, commits: Iterable[int], towards: str, room: int, parting: Container[int] = ()
) -> tuple[CommitItem, ...]:
    items = (
        CommitItem(chain.raw(work.db, one), tuple(lanes.bodies(work, one, towards, parting)))
        for one in commits
    )
    return messages.fitting(items, room)[0]
