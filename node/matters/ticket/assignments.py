"""Reading a ticket's state: phase, round, and the assignments (承办) with whom they were passed on from.

An assignment is named by (round, unit). `assign` acts of an assignee carry `from`, the id of the `assign`
act by which he holds his own: so each assignment is open only while the one it was passed on from is.
Where a unit was moved or merged, `reassign` says who holds the assignment since, and under whom (改派); its
name stays, and with it everything that was written there meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conflict.act import Act
from conflict.declaration import slot
from conflict.state import Mark, Standing, State
from sync_protocol.names import covers, is_above

OPEN_PHASES = ("registered", "follow_up", "quality_check")
OPEN = frozenset({"sent", "accepted", "submitted"})  # statuses of an assignment in hand
ENDED = frozenset({"declined", "recalled"})
COUNTED = frozenset({Standing.STANDS, Standing.OVERTAKEN})  # an overtaken act counts for who did it (1.4)


def phase(state: State) -> str:
    """As written: `registered`, never `dispatched`."""
    held = state.held("phase")
    return str(held.get("phase", "")) if isinstance(held, dict) else ""


def round_of(state: State) -> int:
    held = state.held("phase")
    return int(held.get("round", 0)) if isinstance(held, dict) else 0


def place(round: int, unit: str) -> str:
    """The slot of an assignment's status."""
    return slot("status", round, unit)


def named_round(act: Act) -> int:
    """0 where an act names none that could be one."""
    value = act.data.get("round")
    return value if type(value) is int and value > 0 else 0


def own_name(act: Act) -> str:
    """The unit by which the assignment is named that an act of its holder is about."""
    value = act.data.get("assignment")
    return value if type(value) is str else act.unit


def named_unit(act: Act) -> str:
    value = act.data.get("unit")
    return value if type(value) is str else ""


def standing(state: State, mark: Mark) -> bool:
    verdict = state.verdicts.get(mark.id)
    return verdict is None or verdict.standing is Standing.STANDS


def counted(state: State, mark: Mark) -> bool:
    verdict = state.verdicts.get(mark.id)
    return verdict is None or verdict.standing in COUNTED


def acts(state: State, action: str, round: int) -> Iterator[Mark]:
    """Standing acts of one round, in order."""
    for mark in state.meant():
        if mark.action == action and mark.data.get("round") == round and standing(state, mark):
            yield mark


@dataclass(frozen=True, slots=True)
class Assignment:
    """`status` is as written; `shown` says `received`, and `accepted` where it was passed on."""

    round: int
    unit: str
    status: str
    shown: str
    assigned: Mark  # the `assign` act
    written: Mark  # who wrote the status
    holder: str  # unit that is to act: the one named, or whom it was reassigned to
    assigner: str
    source: (
        bytes | None
    )  # `assign` act by which its assigner holds what was passed on; None for an owner or ruler
    alive: bool  # neither it nor one it was passed on from is declined or recalled
    open: bool

    @property
    def final(self) -> bool:
        return self.assigned.data.get("final") is True

    @property
    def onward(self) -> list[str]:
        listed = self.assigned.data.get("onward")
        return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []

    def reaches(self, unit: str) -> bool:
        """Whether a unit is the one named or holding, or below one of them."""
        return covers(self.unit, unit) or covers(self.holder, unit)


def assigned(state: State, round: int, unit: str) -> Mark | None:
    """The `assign` act by which a unit holds it."""
    return state.trace(place(round, unit), "assign")


def units(state: State, round: int) -> list[str]:
    """Every unit assigned to in a round, sorted."""
    prefix = slot("status", round) + "/"
    return sorted(name.removeprefix(prefix) for name in state.slots if name.startswith(prefix))


def rounds(state: State) -> range:
    return range(1, round_of(state) + 1)


def assignment(state: State, round: int, unit: str) -> Assignment | None:
    """Of one unit, and no more is worked out than it rests on: a fold asks for one with most acts."""
    if assigned(state, round, unit) is None or state.at(place(round, unit)) is None:
        return None
    return _books(state, round).assignment(unit, _is_current(state, round))


def _of_round(state: State, round: int) -> dict[str, Assignment]:
    """Every assignment of a round by its unit, sorted; worked out together, since each rests on others."""
    books = _books(state, round)
    if not books.made:  # as it is while nobody has dispatched it; asked for fourteen times a save
        return {}
    current = _is_current(state, round)
    return {
        unit: books.assignment(unit, current)
        for unit in books.made
        if state.at(place(round, unit)) is not None
    }


def _books(state: State, round: int) -> _Books:
    made = {unit: mark for unit in units(state, round) if (mark := assigned(state, round, unit)) is not None}
    return _Books(state, round, made, {unit: reassigned(state, round, unit) for unit in made})


def _is_current(state: State, round: int) -> bool:
    return round == round_of(state) and phase(state) == "registered"


class _Books:
    """What was assigned and reassigned in one round."""

    def __init__(
        self, state: State, round: int, made: Mapping[str, Mark], moved: Mapping[str, Mark | None]
    ) -> None:
        self.state, self.round, self.made, self.moved = state, round, made, moved
        self.names = {mark.id: unit for unit, mark in made.items()}
        marks = (one for one in (*made.values(), *moved.values()) if one is not None)
        self.passed = {one.data["from"] for one in marks if isinstance(one.data.get("from"), bytes)}
        self.received: set[tuple[Any, str]] | None = None  # (id of the `assign`, unit), once asked for

    def assignment(self, unit: str, current: bool) -> Assignment:
        mark, moved, written = self.made[unit], self.moved[unit], self.state.at(place(self.round, unit))
        assert written is not None, "only such as were written"
        statuses = self._chain(unit)
        alive = not ENDED & set(statuses)
        holder, assigner = (moved.data["holder"], moved.data["under"]) if moved else (unit, mark.unit)
        return Assignment(
            self.round, unit, str(written.value), self._shown(unit, str(written.value)), mark, written,
            holder, assigner, _source(moved or mark), alive,
            alive and current and OPEN.issuperset(statuses),
        )  # fmt: skip

    def _shown(self, unit: str, status: str) -> str:
        mark = self.made[unit]
        if status != "sent":
            return status
        if mark.id in self.passed:
            return "accepted"
        moved = self.moved[unit]
        held = {unit, str(moved.data["holder"]) if moved else unit}
        return "received" if any((mark.id, one) in self._received() for one in held) else "sent"

    def _received(self) -> set[tuple[Any, str]]:
        if self.received is None:
            self.received = {(one.data.get("from"), one.unit) for one in receipts(self.state)}
        return self.received

    def _chain(self, unit: str) -> list[str]:
        """Statuses from an assignment up; `recalled` stands for one that was passed on from what is no more."""
        found: list[str] = []
        seen: set[str] = set()
        while unit not in seen:
            seen.add(unit)
            mark, moved = self.made.get(unit), self.moved.get(unit)
            found.append(str(self.state.held(place(self.round, unit), "recalled")))
            source = None if mark is None else _source(moved or mark)
            if mark is None or source is None:
                return found
            above = self.names.get(source)
            if above is None or not (moved or is_above(mark.unit, unit)):
                break
            unit = above
        return [*found, "recalled"]


def reassigned(state: State, round: int, unit: str) -> Mark | None:
    """The `reassign` in force: one of before the `assign` was about another."""
    moved, mark = state.at(slot("holder", round, unit)), assigned(state, round, unit)
    return moved if moved is not None and mark is not None and moved.time > mark.time else None


def _source(mark: Mark) -> bytes | None:
    value = mark.data.get("from")
    return value if isinstance(value, bytes) else b"" if "from" in mark.data else None


def named_by(state: State, round: int, assign: bytes) -> str | None:
    """The unit by which the assignment is named that an `assign` act made, while it is the newest."""
    found = ((unit, assigned(state, round, unit)) for unit in units(state, round))
    return next((unit for unit, mark in found if mark is not None and mark.id == assign), None)


def giver(state: State, own: Assignment) -> Assignment | None:
    """The assignment that this one was passed on from."""
    name = None if own.source is None else named_by(state, own.round, own.source)
    return None if name is None else assignment(state, own.round, name)


def held_by(state: State, unit: str, round: int | None = None) -> list[Assignment]:
    """What a unit holds; more than one only where work was reassigned to it. Its own name first."""
    found = [one for one in assignments(state, round) if one.holder == unit]
    return sorted(found, key=lambda one: (one.unit != unit, one.unit))


def receipt(state: State, unit: str, mark: Mark) -> Mark | None:
    """The `receive` that answers an `assign`: of the unit named, or of whom it was reassigned to."""
    number = mark.data.get("round")
    held = {unit, _holder(state, number, unit)} if type(number) is int else {unit}
    found = (one for one in receipts(state) if one.unit in held and one.data.get("from") == mark.id)
    return next(found, None)


def receipts(state: State) -> Iterator[Mark]:
    """Every standing `receive` that names what it answers."""
    found = (
        one for one in state.meant() if one.action == "receive" and isinstance(one.data.get("from"), bytes)
    )
    return (one for one in found if standing(state, one))


def assignments(state: State, round: int | None = None) -> list[Assignment]:
    """Of the present round, or of one named."""
    wanted = round_of(state) if round is None else round
    return list(_of_round(state, wanted).values())


def every_assignment(state: State) -> list[Assignment]:
    return [one for number in rounds(state) for one in assignments(state, number)]


def shown_unit(state: State, own: Assignment) -> str:
    """The unit at which lists and deadlines show it: its holder, or its name where one unit holds two."""
    others = (unit for unit in units(state, own.round) if unit != own.unit)
    taken = any(_holder(state, own.round, unit) == own.holder for unit in others)
    return own.unit if taken else own.holder


def _holder(state: State, round: int, unit: str) -> str:
    moved = reassigned(state, round, unit)
    return str(moved.data["holder"]) if moved else unit


def passed_on_from(state: State, own: Assignment) -> list[Assignment]:
    """The live assignments directly below one."""
    return [
        one for one in assignments(state, own.round)
        if one.alive and one.source == own.assigned.id
    ]  # fmt: skip


def has_open(state: State) -> bool:
    return any(one.open for one in assignments(state))


def lead(state: State, round: int | None = None) -> str:
    """The unit that leads (主办) in this round, or one named; empty where nobody was named."""
    return str(state.held(slot("lead", round or round_of(state)), "") or "")


def answering(state: State, round: int | None = None) -> Assignment | None:
    """Whose result is the ticket's: the lead, else the nearest unit above it that holds an assignment;
    without a lead, the only branch."""
    live = [one for one in assignments(state, round) if one.alive]
    leading = lead(state, round)
    if not leading:
        return live[0] if len(live) == 1 else None
    above = [one for one in live if one.reaches(leading)]
    return max(above, key=lambda one: len(one.unit), default=None)


def of_assignment(state: State, name: str, round: int, unit: str) -> Any:
    """A field that `submit` wrote: `result`, `resolved`, `amount_recovered`."""
    return state.shown(f"{name}@{place(round, unit)}")


def result(state: State, name: str) -> Any:
    """The ticket's `result` or `resolved`: its lead's, else as written on the ticket itself."""
    own = answering(state)
    found = None if own is None else of_assignment(state, name, own.round, own.unit)
    return state.shown(name) if found is None else found


def recovered(state: State) -> int | None:
    """Fen: the sum over all branches, or what was written on the ticket itself."""
    keys = [key for key in state.fields if key.startswith("amount_recovered@")]
    sums = [value for value in map(state.shown, keys) if isinstance(value, int)]
    return sum(sums) if sums else state.shown("amount_recovered")


def scope(state: State) -> frozenset[str]:
    """The registering unit and every unit with an assignment that wasn't taken from it (protocol 3.5)."""
    return frozenset({state.owner, *(one.holder for one in every_assignment(state) if one.alive)})


def words_to(state: State) -> frozenset[str] | None:
    """Of a confidential ticket those who handle it; while nobody does, the unit that registered it (protocol 3.5)."""
    if state.shown("confidential") is not True:
        return None
    return frozenset(one.holder for one in every_assignment(state) if one.alive) or frozenset({state.owner})
