"""Any set of acts that holds the past of each of them, folded at once (protocol 3.7).

What a set gives doesn't depend on how it came: everything here is computed from the order, the pasts and
the judgements, which are each act's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync_protocol.names import depth, is_above

from .act import Act, Presence
from .declaration import Field, Matter
from .judge import STANDS, Effect, Judgement
from .merge import REPLACING, Write, mark, removed, rows
from .order import Order, bits
from .state import Mark, Row, Standing, State, Verdict
from .step import mark_of, plain_key, refusal_row, shown


@dataclass(slots=True)
class Judged:
    """An act's judgement, with what its author saw and put out by it."""

    judgement: Judgement
    out: dict[str, set[bytes]] = field(default_factory=dict)  # field key → writes replaced
    slot_rows: list[Row] = field(default_factory=list)  # rows that it closes, as its author saw them
    field_rows: list[Row] = field(default_factory=list)


class Cut:
    def __init__(
        self,
        matter: Matter,
        order: Order,
        judged: Sequence[Judged | None],
        members: int,
        lies: Mapping[bytes, tuple[bytes, ...]],
    ) -> None:
        self.matter = matter
        self.order = order
        self.judged = judged
        self.lies = lies
        self.members = members
        self.places = list(bits(members))
        self.unknown = self._unknown()
        self.adopted = self._adopted()
        self.able = [at for at in self.places if self._effect(at) and at not in self.adopted]
        self.overtaken: dict[int, int] = {}
        self._overtake()
        self.standing = [at for at in self.able if at not in self.overtaken]
        self.writers = self._writers(self.standing)

    def state(self) -> State:
        """Rows last: they name what the rest says."""
        order, state = self.order, State()
        self._begin(state)
        for at in self.standing:
            self._trace(state, at)
        state.slots = {name: self._unseen(places) for name, places in self.writers.items()}
        self._fields(state)
        state.heads = self._heads()
        lacking = any(order.lacking[at] for at in self.places)
        state.incomplete = bool(state.marks) and (lacking or order.rootless)
        self._rows(state)
        return state

    # -- who stands

    def _effect(self, at: int) -> Effect | None:
        judged = self.judged[at]
        return judged.judgement.effect if judged else None

    def _act(self, at: int) -> Act:
        return self.order.acts[at]

    def _saw(self, at: int, other: int) -> bool:
        return bool(self.order.pasts[at] >> other & 1)

    def _unknown(self) -> int:
        """A past: the acts that this program doesn't understand."""
        return sum(1 << at for at in self.places if self._judgement(at).verdict.standing is Standing.UNKNOWN)

    def _adopted(self) -> dict[int, int]:
        """Acts whose effect an `adopt` has taken over unseen: they were held, and their time has come."""
        found: dict[int, int] = {}
        for at in self.places:
            effect = self._effect(at)
            for short in effect.quoted if effect else ():
                place = self.order.place[short]
                if self.members >> place & 1 and not self._saw(at, place):
                    found.setdefault(place, at)
        return found

    def _overtake(self) -> None:
        """From the root down: those above have their verdict before those below ask for it."""
        writers: dict[str, list[int]] = {}
        for at in sorted(self.able, key=lambda one: depth(self._act(one).unit)):
            slot = self._slot(at)
            if slot is None:
                continue
            by = self._superiors(at, slot, writers)
            if by:
                self.overtaken[at] = max(by, key=lambda one: (self._slot(one) == slot, one))
            else:
                writers.setdefault(slot, []).append(at)

    def _superiors(self, at: int, slot: str, writers: dict[str, list[int]]) -> list[int]:
        unit = self._act(at).unit
        return [
            one
            for name, places in writers.items()
            if self.matter.touch(slot, name)
            for one in places
            if is_above(self._act(one).unit, unit) and not self._saw(at, one) and not self._saw(one, at)
        ]

    def _slot(self, at: int) -> str | None:
        effect = self._effect(at)
        return effect.slot if effect else None

    def _writers(self, places: Iterable[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at in places:
            slot = self._slot(at)
            if slot is not None:
                found.setdefault(slot, []).append(at)
        return found

    # -- what they say

    def _begin(self, state: State) -> None:
        order = self.order
        for at in self.places:
            act = self._act(at)
            if act.presence is Presence.ERASED and at != order.root:
                continue
            state.created = state.created or act.key.time
            if act.presence is Presence.ERASED:
                continue
            state.marks[act.id] = mark_of(act, self._effect(at))
            state.verdicts[act.id] = self._verdict(at)
            if self.order.counts(at):
                state.last = plain_key(act.key)
        if self._has_root():
            state.owner = order.owner
        if self.standing:
            state.changed = self._act(self.standing[-1]).key.time

    def _has_root(self) -> bool:
        """The record's first act is among them, or an `adopt` that stands for it while it is held (3.6)."""
        root = self.order.root
        if root is None or self.members >> root & 1:
            return root is not None
        return any(self._act(root).id in self._quoted(at) for at in self.able)

    def _verdict(self, at: int) -> Verdict:
        act = self._act(at)
        if not self.order.counts(at):
            held = act.presence is Presence.HELD
            reason = act.reason or ("ahead" if held else "clock" if self.order.late[at] else "quarantined")
            return Verdict(Standing.HELD if held else Standing.QUARANTINED, reason)
        verdict = self._judgement(at).verdict
        if at in self.adopted:
            verdict = Verdict(Standing.OVERTAKEN, "adopted", self._act(self.adopted[at]).id)
        elif at in self.overtaken:
            verdict = Verdict(Standing.OVERTAKEN, self._how(at), self._act(self.overtaken[at]).id)
        return replace(verdict, provisional=True) if self._is_provisional(at) else verdict

    def _judgement(self, at: int) -> Judgement:
        judged = self.judged[at]
        return judged.judgement if judged else Judgement(STANDS)

    def _is_provisional(self, at: int) -> bool:
        return self.order.lacking[at] or bool(self.order.pasts[at] & self.unknown)

    def _how(self, at: int) -> str:
        """Overtaken in its own slot, by one that contains it, or by one that it contains."""
        mine, theirs = self._slot(at) or "", self._slot(self.overtaken[at]) or ""
        if mine == theirs:
            return "overtaken"
        return "overtaken_wider" if self.matter.within(mine, theirs) else "overtaken_narrower"

    def _shown(self, at: int) -> Mark:
        effect = self._effect(at)
        act = self._act(at)
        whole = mark_of(act, effect)
        return shown(act, effect, whole) if effect else whole

    def _trace(self, state: State, at: int) -> None:
        mark = self._shown(at)
        state.traces.setdefault(self._slot(at) or "", {})[mark.action] = mark

    def _unseen(self, places: Sequence[int]) -> list[Mark]:
        """Those that no other standing act on the slot has seen (judgement 4)."""
        seen = 0
        for at in places:
            seen |= self.order.pasts[at]
        return [self._shown(at) for at in places if not seen >> at & 1]

    def _heads(self) -> tuple[bytes, ...]:
        present = [at for at in self.places if self.order.counts(at)]
        named = {parent for at in present for parent in self.order.parents[at]}
        return tuple(sorted(self._act(at).id for at in present if at not in named))

    # -- fields

    def _fields(self, state: State) -> None:
        """Of overtaken acts too; of denied ones none."""
        found: dict[str, list[tuple[int, Write]]] = {}
        for at in self.able:
            effect = self._effect(at)
            for write in effect.writes if effect else ():
                found.setdefault(write.key, []).append((at, write))
        for key, pairs in found.items():
            standing = self._field(key, pairs)
            if standing:
                state.fields[key] = standing

    def _field(self, key: str, pairs: list[tuple[int, Write]]) -> list[Mark]:
        added = [(at, mark(self._act(at), write.value)) for at, write in pairs if not write.removal]
        if pairs[0][1].field.merge in REPLACING:
            out = self._put_out(key)
            return [one for _, one in added if one.id not in out]
        removals = [(at, write.value) for at, write in pairs if write.removal]
        if not pairs[0][1].field.merge.removable:
            return [one for _, one in added]
        left = [self._left(at, one, removals) for at, one in added]
        return [one for found in left for one in found]

    def _left(self, at: int, write: Mark, removals: list[tuple[int, Any]]) -> list[Mark]:
        """A removal removes what it had seen."""
        gone = [one for remover, elements in removals if self._saw(remover, at) for one in elements]
        return removed([write], gone)

    def _put_out(self, key: str) -> set[bytes]:
        found: set[bytes] = set()
        for at in self.able:
            judged = self.judged[at]
            if judged:
                found |= judged.out.get(key, set())
        return found

    # -- rows

    def _rows(self, state: State) -> None:
        found = self._refusals(state)
        if state.incomplete:
            found.append(self._incomplete(state))
        else:
            found += self._conflicts(state)
        at = self.order.place
        state.rows = sorted(found, key=lambda row: (at[row.act], row.place, row.code))
        for row in state.rows:
            if row.code == "lost":
                state.verdicts[row.act] = replace(state.verdicts[row.act], by=row.winner)

    def _refusals(self, state: State) -> list[Row]:
        restored = {one for at in self.standing for one in self._quoted(at)}
        listed = (refusal_row(one, verdict, one not in restored) for one, verdict in state.verdicts.items())
        lied = [
            Row("denied", act, "list_lies", values=self.lies[act])
            for at in self.standing if (act := self._act(at).id) in self.lies
        ]  # fmt: skip
        again = [Row("quarantine", one, "repeated") for one in self.order.again if one in state.marks]
        return [row for row in listed if row] + lied + again

    def _quoted(self, at: int) -> tuple[bytes, ...]:
        effect = self._effect(at)
        return effect.quoted if effect else ()

    def _incomplete(self, state: State) -> Row:
        """On the first act whose past isn't all here; its values are the ids that are missing."""
        at = self.order.place
        first = next((one for one in state.marks if self.order.lacking[at[one]]), next(iter(state.marks)))
        lost = sorted({one for place in self.places for one in self.order.missing[place]})
        return Row("incomplete", first, "missing", values=tuple(lost))

    def _conflicts(self, state: State) -> list[Row]:
        found = [row for at in self.overtaken for row in self._overtaken_row(at)]
        found += [row for places in self.writers.values() for row in self._lost(places)]
        for key, standing in state.fields.items():
            found += rows(key, self._declared(key), standing)
        return list(_first_of_each([*found, *self._settled()]))

    def _declared(self, key: str) -> Field:
        declared = self.matter.field(key.partition("@")[0])
        assert declared is not None  # merge.writes lets nothing else in
        return declared

    def _overtaken_row(self, at: int) -> list[Row]:
        by = self.overtaken[at]
        mine, theirs = self._effect(at), self._effect(by)
        if mine is None or theirs is None or mine.slot is None:
            return []
        how = self._how(at)
        if how == "overtaken" and mine.outcome == theirs.outcome:
            return []
        values = (mine.outcome, theirs.outcome)
        return [Row("conflict", self._act(at).id, how, mine.slot, self._act(by).id, values,
                    not self._is_settled(at, mine.slot))]  # fmt: skip

    def _is_settled(self, at: int, slot: str) -> bool:
        """A standing act that has seen it writes that slot, or one that contains it."""
        return any(
            self._saw(one, at)
            for name, places in self.writers.items()
            if self.matter.within(slot, name)
            for one in places
        )

    def _lost(self, places: list[int]) -> list[Row]:
        """What stands beside the winner with another outcome."""
        slot = self._slot(places[0]) or ""
        unseen = self._unseen(places)
        return [
            Row("conflict", one.id, "lost", slot, unseen[-1].id, (one.value, unseen[-1].value),
                not self._is_settled(self.order.place[one.id], slot))
            for one in unseen[:-1] if one.value != unseen[-1].value
        ]  # fmt: skip

    def _settled(self) -> list[Row]:
        """Rows of what a later act has put out, as its author saw them; the first such act counts."""
        adopted = {self._act(at).id for at in self.adopted}
        overtaken = {self._act(at).id for at in self.overtaken}
        found: list[Row] = []
        for at in self.able:
            judged = self.judged[at]
            if judged:
                found += [row for row in judged.field_rows if row.act not in adopted]
            if judged and at not in self.overtaken:
                found += [row for row in judged.slot_rows if row.act not in adopted | overtaken]
        return found


def _first_of_each(found: list[Row]) -> Iterable[Row]:
    once: dict[tuple[bytes, str], Row] = {}
    for row in found:
        once.setdefault((row.act, row.place), row)
    return once.values()
