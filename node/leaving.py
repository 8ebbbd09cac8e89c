"""Leaving a scope (protocol 3.5): which acts tell a child that a record is its no more, and nothing beyond.

The act that says so is judged by its past. So what of that past hadn't reached the child yet goes with it, as
acts without words: when they were written, the child was entitled to them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from conflict import erasure
from conflict import fold as folding
from conflict.act import Act
from conflict.declaration import Matter
from conflict.order import Order
from conflict.state import State
from node.acts import acts
from node.store import records
from node.work import Work

Place = tuple[int, int]  # (change row, commit row)
Wants = Callable[[State], bool]  # whether a state has the record in the child's scope
Concerns = Callable[[Act], bool]
SEARCHED = 200  # newest acts among which the one is looked for


def parting(
    work: Work,
    record: int,
    matter: Matter,
    state: State,
    wants: Wants,
    late: Container[int] = (),
    concerns: Concerns | None = None,
) -> list[Place]:
    """The acts by which the child lost the record, mostly one, behind their past; empty where nothing says so.
    `late`: rows of the commits that the child hasn't been given yet, where that is known. `concerns`: where it
    isn't known that the child ever had the record, whether an act has to do with it."""
    whole = [one for one in erasure.orders(state) if erasure.FIELDS not in one.data]
    if whole:
        return _placed(work, record, [whole[0].id])
    name, _ = records.name_of(work.db, record)
    found = sorted(acts(work, name, records.changes_of(work.db, record)), key=lambda one: one.key)
    if concerns is not None and not any(map(concerns, found)):
        return []  # it costs little to ask about what is somebody else's
    places = records.acts_at(work.db, record)
    new = [one for one in found if one.id in places and places[one.id][1] in late]
    lost = Lost(matter, wants)
    told = (
        lost.by_what_is_new(found, new)
        or lost.by_one(found)
        or lost.by_the_order(found)
        or lost.by_a_past(found)
    )
    if not told and concerns is None:
        told = found[-1:]
    return _placed(work, record, [*_past(found, told), *(one.id for one in told)])


def unheard(work: Work, record: int, matter: Matter, wants: Wants, known: Container[bytes]) -> list[Place]:
    """What takes a record away from whoever has all of it but what isn't `known` (short ids), behind what of its past
    isn't either; empty where it isn't his by that."""
    name, _ = records.name_of(work.db, record)
    found = sorted(acts(work, name, records.changes_of(work.db, record)), key=lambda one: one.key)
    new = [one for one in found if one.id not in known]
    if len(new) > SEARCHED:
        return []  # he named next to nothing of it, so as to have it all searched
    told = Lost(matter, wants).by_what_is_new(found, new)
    past = (one for one in _past(found, told) if one not in known)
    return _placed(work, record, [*past, *(one.id for one in told)])


def while_it_was(work: Work, record: int, matter: Matter, wants: Wants) -> list[Place]:
    """The acts up to the newest by which the record was in a scope, and the one that took it away; empty where it was
    at no time."""
    name, _ = records.name_of(work.db, record)
    found = sorted(acts(work, name, records.changes_of(work.db, record)), key=lambda one: one.key)
    for length in range(len(found), max(0, len(found) - SEARCHED), -1):
        if wants(folding.fold(matter, found[:length])):
            return _placed(work, record, [one.id for one in found[: length + 1]])
    return []


class Lost:
    """Finds the acts that say so. A state is folded from each set of acts that is tried."""

    def __init__(self, matter: Matter, wants: Wants) -> None:
        self._matter, self._wants = matter, wants

    def _is_his(self, acts: Iterable[Act]) -> bool:
        return self._wants(folding.fold(self._matter, acts))

    def by_what_is_new(self, found: Sequence[Act], new: Sequence[Act]) -> list[Act]:
        """What of the new takes the record away from a child that has all the rest: one act, else the fewest in
        their order."""
        fresh = {one.id for one in new}
        held = [one for one in found if one.id not in fresh]
        if not new or not self._is_his(held):
            return []
        for act in new:
            seen = set(_past(found, [act]))
            if not self._is_his([*held, *(one for one in new if one.id in seen), act]):
                return [act]
        for count in range(2, len(new) + 1):
            if not self._is_his([*held, *new[:count]]):
                return list(new[:count])
        return []

    def by_one(self, found: Sequence[Act]) -> list[Act]:
        """The newest act that takes it away from whoever has all that hadn't seen that act. It may stand before
        what it overtakes."""
        order = Order(found)
        for at in range(len(order) - 1, max(-1, len(order) - 1 - SEARCHED), -1):
            act = order.acts[at]
            rest = [
                one for here, one in enumerate(order.acts) if here != at and not order.pasts[here] >> at & 1
            ]
            if self._is_his(rest) and not self._is_his([*rest, act]):
                return [act]
        return []

    def by_the_order(self, found: Sequence[Act]) -> list[Act]:
        """The first act behind the newest past in which the record was still the child's."""
        for length in range(len(found) - 1, max(0, len(found) - SEARCHED), -1):
            if self._is_his(found[:length]):
                return [found[length]]
        return []

    def by_a_past(self, found: Sequence[Act]) -> list[Act]:
        """What takes it from whoever had the newest act by whose past it was the child's, and that past: of several
        that take it away, each by itself, none is the one, and it wasn't the child's at any time."""
        for act in reversed(found[-SEARCHED:]):
            seen = {*_past(found, [act]), act.id}
            if self._is_his(one for one in found if one.id in seen):
                return self.by_what_is_new(found, [one for one in found if one.id not in seen])
        return []


def _past(found: Sequence[Act], acts: Sequence[Act]) -> list[bytes]:
    """Short ids of everything that these acts have seen, themselves left out, in the order."""
    known = {one.id: one for one in found}
    seen: set[bytes] = set()
    waiting = [one for act in acts for one in act.after]
    while waiting:
        one = waiting.pop()
        if one in known and one not in seen:
            seen.add(one)
            waiting.extend(known[one].after)
    return [one.id for one in found if one.id in seen and one not in acts]


def _placed(work: Work, record: int, ids: Sequence[bytes]) -> list[Place]:
    places = records.acts_at(work.db, record)
    return [places[one] for one in ids if one in places]
