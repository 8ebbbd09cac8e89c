"""Oversight (督办): orders with their replies, cards (督办牌) and what is said against them (product 1.2, 1.3).

A card is keyed by round, unit, clock and colour, so two tiers that notice a breach apart have issued one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from conflict.act import Act
from conflict.state import Mark, State
from sync_protocol.names import is_above

from . import assignments as read
from .assignments import named_round, named_unit
from .fields import CLOCKS, COLOURS


class CardKey(NamedTuple):
    round: int
    unit: str
    clock: str
    colour: str


def key_of(mark: Act | Mark) -> CardKey | None:
    """The card that an act is about; None where it names none."""
    found = tuple(mark.data.get(name) for name in CardKey._fields)
    fits = type(found[0]) is int and all(type(one) is str for one in found[1:])
    return CardKey(*found) if fits else None  # type: ignore[arg-type]


# Relations and guards


def above_assignee(state: State, act: Act) -> bool:
    """Above the unit that the act names, or above any that handles the ticket."""
    units = [named_unit(act)] if "unit" in act.data else [one.holder for one in _alive(state)]
    return any(is_above(act.unit, unit) for unit in units)


def _alive(state: State) -> list[read.Assignment]:
    return [one for one in read.assignments(state) if one.alive]


def is_charged(state: State, act: Act) -> str | None:
    """Whom a card or an order names has, or had, the work of the round; or it registered the ticket."""
    unit, number = named_unit(act), named_round(act)
    if "unit" not in act.data or unit == state.owner:
        return None
    found = (name for one in read.assignments(state, number) for name in (one.unit, one.holder))
    return None if unit in found else "no_assignment"


def known_card(_: State, act: Act) -> str | None:
    key = key_of(act)
    return None if key and key.clock in CLOCKS and key.colour in COLOURS else "unknown_code"


def issued_card(state: State, act: Act) -> str | None:
    """Only a card that was issued is cleared or objected to."""
    return None if key_of(act) in {key_of(one) for one in _acts(state, "card")} else "no_card"


def objects_to(state: State, act: Act) -> str | None:
    """An objection is against a card, or where it names none, against what was done on the ticket."""
    return issued_card(state, act) if "colour" in act.data else None


def closes_order(state: State, act: Act) -> str | None:
    """Where it closes one, an order that is open."""
    return open_order(state, act) if act.data.get("outcome") == "close" else None


def open_order(state: State, act: Act) -> str | None:
    return None if act.data.get("order") in {one.id for one in open_orders(state)} else "no_order"


# What they come to


def _acts(state: State, action: str) -> Iterator[Mark]:
    return (one for one in state.meant() if one.action == action and read.standing(state, one))


def orders(state: State) -> list[Mark]:
    return [one for one in _acts(state, "supervise") if one.data.get("outcome") != "close"]


def open_orders(state: State) -> list[Mark]:
    closed = {
        one.data.get("order") for one in _acts(state, "supervise") if one.data.get("outcome") == "close"
    }
    return [one for one in orders(state) if one.id not in closed]


def replies(state: State, order: bytes) -> list[Mark]:
    return [one for one in _acts(state, "reply") if one.data.get("order") == order]


def issued(state: State) -> dict[CardKey, Mark]:
    """Each card with the act that issued it first."""
    found: dict[CardKey, Mark] = {}
    for one in _acts(state, "card"):
        key = key_of(one)
        if key is not None:
            found.setdefault(key, one)
    return found


def cleared(state: State) -> dict[CardKey, Mark]:
    return {key: one for one in _acts(state, "clear_card") if (key := key_of(one)) is not None}


def objections(state: State, key: CardKey) -> list[Mark]:
    return [one for one in _acts(state, "object") if key_of(one) == key]


def urges(state: State) -> list[Mark]:
    """Each time that the worker called again."""
    return [*_acts(state, "urge")]
