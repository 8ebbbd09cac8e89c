"""What of a record can be counted: pure, from its state, deadlines and cards, and never from the present.

The engine counts the same of every matter (records, deadlines kept, cards); the rest is the matter's own
(`Kind.facts`). What depends on the present is told by its instants: `from_ms`, `until_ms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conflict import erasure
from conflict.state import State
from node.matters.draft import Card, Due, Fact, Kind
from sync_protocol import clock

EXCLUDED = "excluded"  # field by which a record's facts stand in a column of their own


def facts(kind: Kind, state: State, dues: list[Due], cards: list[Card]) -> list[Fact]:
    """Named `matter.fact`; nothing of a record that was erased whole."""
    if not kind.counted or not state.marks or erasure.is_whole(state):
        return []
    found = [
        *_record(state),
        *_clocks(dues),
        *_charges(dues, cards),
        *_cards(cards),
        *kind.facts(state, dues),
    ]
    return [replace(one, name=f"{kind.matter.name}.{one.name}") for one in found]


def is_excluded(state: State) -> bool:
    return state.shown(EXCLUDED) is True


def dimensions(kind: Kind, state: State) -> dict[str, str]:
    """Dimension → value as text; one without a value is left out."""
    own = kind.dimensions(state)
    fields = (field.name for field in kind.matter.fields if field.dimension)
    values = {name: own[name] if name in own else state.shown(name) for name in fields}
    return {name: _text(value) for name, value in values.items() if value not in (None, "", [])}


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _record(state: State) -> Iterator[Fact]:
    yield Fact("registered", state.owner, clock.to_ms(state.created))


def _clocks(dues: Iterable[Due]) -> Iterator[Fact]:
    """Each deadline, in the period in which it falls due; known once it was kept, or has passed."""
    for due in dues:
        if due.owed:
            yield from _owed(due)
        elif due.done_ms is not None and due.done_ms > due.due_ms:
            yield Fact(f"{due.clock}.late", due.unit, due.done_ms, round=due.round)


def _owed(due: Due) -> Iterator[Fact]:
    kept = due.done_ms is not None and due.done_ms <= due.due_ms
    if due.paused or (kept and due.moot):
        return
    if kept:
        for name in ("due", "kept"):
            yield Fact(f"{due.clock}.{name}", due.unit, due.due_ms, round=due.round, from_ms=due.done_ms)
        return
    yield Fact(f"{due.clock}.due", due.unit, due.due_ms, round=due.round)
    yield Fact("overdue", due.unit, due.due_ms, round=due.round, until_ms=due.done_ms)


def _charges(dues: Iterable[Due], cards: Iterable[Card]) -> Iterator[Fact]:
    """Each unit that a round's deadlines are on, and whether a card was ever right against it."""
    starts: dict[tuple[int, str], int] = {}
    for due in dues:
        if due.owed:
            key = (due.round, due.unit)
            starts[key] = min(due.start_ms, starts.get(key, due.start_ms))
    since = _carded(cards)
    for (number, unit), start in sorted(starts.items()):
        yield Fact("charged", unit, start, round=number)
        if (number, unit) in since:
            yield Fact("carded", unit, start, round=number, from_ms=since[number, unit])


def _carded(cards: Iterable[Card]) -> Mapping[tuple[int, str], int]:
    """(round, unit) → from when on it has a card that isn't rescinded."""
    found: dict[tuple[int, str], int] = {}
    for card in cards:
        since = _stands_from(card)
        if since is not None:
            key = (card.round, card.unit)
            found[key] = min(since, found.get(key, since))
    return found


def _stands_from(card: Card) -> int | None:
    """A cleared card was one; a rescinded one wasn't."""
    if card.issued is None:
        return None
    issued = clock.to_ms(card.issued.time)
    if card.cleared is not None:
        return issued
    return None if card.from_ms is None else max(issued, card.from_ms)


def _cards(cards: Iterable[Card]) -> Iterator[Fact]:
    """By the instant at which each was issued."""
    for card in cards:
        if card.issued is not None:
            yield from _card(card, clock.to_ms(card.issued.time))


def _card(card: Card, issued: int) -> Iterator[Fact]:
    def fact(name: str, from_ms: int | None = None, until_ms: int | None = None) -> Fact:
        return Fact(f"card.{name}", card.unit, issued, 1, card.round, from_ms, until_ms)

    yield fact("issued")
    yield fact(card.colour)
    if card.objections:
        yield fact("objected")
    if card.cleared is not None:
        yield fact("cleared")
        return
    if card.from_ms is not None:
        yield fact("standing", max(issued, card.from_ms))
    if card.from_ms is None or card.from_ms > issued:
        yield fact("rescinded", until_ms=card.from_ms)
