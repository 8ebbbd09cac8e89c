"""The fold (折叠): a record's state from its acts, in whatever order they came (protocol 3.7)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from . import erasure
from .act import Act
from .cut import Cut, Judged
from .declaration import Matter
from .judge import Judgement, Quote, judged
from .merge import replaced, settled
from .order import Order, arrange, repeats
from .state import Row, State
from .step import advance, copied, extends, fits

_REMEMBERED = 20_000  # marks in remembered states of one record: bounds the memory of a hostile one


def fold(matter: Matter, acts: Iterable[Act]) -> State:
    """The state of one record. Order, duplicates and batches of what is handed in don't matter, nor whether
    what an erasure destroys has been destroyed already."""
    come = list(acts)
    given = arrange(come)
    again = repeats(come, given)
    gone = erasure.reach(given)
    ordered = erasure.cleansed(given, gone)
    state = State()
    for act in ordered:
        if again or not fits(state, act):
            return _Folding(matter, Order(ordered, gone.gone, again), gone).run()
        advance(matter, state, act, _judged(matter, state, act))
    return state


def on_top(matter: Matter, state: State, act: Act) -> State | None:
    """The state with one more act, or None when it has to be folded again: unless `act.after` equals the
    heads, and for `adopt` (which needs the acts it quotes) and acts held. `state` isn't changed."""
    if not fits(state, act):
        return None
    further = copied(state)
    advance(matter, further, act, _judged(matter, state, act))
    return further


def _judged(matter: Matter, state: State, act: Act) -> Judgement:
    return judged(matter, state, act, lambda _: None)


class _Folding:
    """Judges each act once, against the state folded from its past."""

    def __init__(self, matter: Matter, order: Order, gone: erasure.Reach) -> None:
        self.matter = matter
        self.order = order
        self.lies = gone.lies
        self.orders = gone.orders  # those that stand, in order
        self.judged: list[Judged | None] = [None] * len(order)
        self.states: OrderedDict[int, State] = OrderedDict()  # past → state

    def run(self) -> State:
        for at in self.order.sequence:
            if self.order.counts(at):
                self.judged[at] = self._judge(at)
        return self._state((1 << len(self.order)) - 1)

    def _judge(self, at: int) -> Judged:
        act, seen = self.order.acts[at], self._state(self.order.pasts[at])
        if (
            act.action == erasure.ERASE
        ):  # who registered the record is known, also where that isn't in its past
            seen = replace(seen, owner=self.order.owner)
        older = [one for one in self.orders if self.order.place[one] < at]
        judgement = judged(self.matter, seen, act, self._quote, at == self.order.root, older)
        found = Judged(judgement)
        if judgement.effect:
            self._note(found, seen, act)
        return found

    def _note(self, found: Judged, seen: State, act: Act) -> None:
        """What the act puts out of what its author saw."""
        effect = found.judgement.effect
        if effect is None:
            return
        found.slot_rows = _slot_rows(seen, effect.slot)
        for write in effect.writes:
            standing = seen.fields.get(write.key)
            if standing and not write.removal:
                out = replaced(write, standing, act.data)
                found.out[write.key] = {one.id for one in out}
                found.field_rows += settled(write, standing, out)

    def _quote(self, short: bytes) -> Quote | None:
        place = self.order.place.get(short)
        return None if place is None else Quote(self.order.acts[place], place == self.order.root)

    def _state(self, members: int) -> State:
        """Of a set that holds the past of each of its acts."""
        found = self.states.get(members)
        if found is None:
            found = self._further(members)
            found = found or Cut(self.matter, self.order, self.judged, members, self.lies).state()
            self.states[members] = found
            while len(self.states) > 4 + _REMEMBERED // len(self.order):
                self.states.popitem(last=False)
        return found

    def _further(self, members: int) -> State | None:
        """One more act on top of a state at hand, where its last act has seen all the others."""
        last = members.bit_length() - 1
        known = self.judged[last] if last >= 0 else None
        state = self.states.get(members ^ 1 << last) if known else None
        if not known or state is None or self.order.pasts[last] != members ^ 1 << last:
            return None
        act = self.order.acts[last]
        if self.order.missing[last] or not extends(state, act):
            return None
        further = copied(state)
        advance(self.matter, further, act, known.judgement)
        return further


def _slot_rows(seen: State, slot: str | None) -> list[Row]:
    """The losers of a slot whose conflict the act settles."""
    unseen = seen.slots.get(slot, []) if slot else []
    return [
        Row("conflict", one.id, "lost", slot or "", unseen[-1].id, (one.value, unseen[-1].value), open=False)
        for one in unseen[:-1] if one.value != unseen[-1].value
    ]  # fmt: skip
