"""Who of a unit a ticket is in the hands of (经手人), and how it is put into another's.

A unit has a *part* in a ticket: as its owner, and by each assignment that it holds. A part that was entrusted
is that person's alone; else it is with whoever registered it, works it, or passed it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conflict.state import State
from node.errors import NotFound
from node.language import say

from ..draft import Desk, Draft
from . import assignments as read
from .assignments import Assignment
from .plans import Params, behalf, here_of

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Part:
    """`own` None: the owner's."""

    unit: str  # as acts name it
    own: Assignment | None = None

    def entrusted(self, state: State) -> str:
        """Staff id, or empty where nobody was named."""
        where = "phase" if self.own is None else read.place(self.own.round, self.own.unit)
        return str(state.shown(f"responsible@{where}", "") or "")

    def data(self, state: State) -> Mapping[str, Any]:
        """How an act names it."""
        named = {} if self.own is None else {"assignment": self.own.unit}
        return {"round": read.round_of(state), **named}


def parts(state: State) -> Iterator[Part]:
    """Of every unit, in the present round."""
    if state.owner:
        yield Part(state.owner)
    for one in read.assignments(state):
        yield Part(one.holder, one)


def charges(state: State) -> set[tuple[str, str]]:
    """(unit, staff id): whose it is, so that it stands among his own."""
    found: set[tuple[str, str]] = set()
    named: set[str] = (
        set()
    )  # units in which somebody was named: what was before the present round is past there
    for part in parts(state):
        if part.entrusted(state):
            named.add(part.unit)
        found |= {(part.unit, one) for one in _hands(state, part)}
    earlier = (one for one in read.every_assignment(state) if one.round != read.round_of(state))
    found |= {(one.holder, one.written.actor) for one in earlier
              if one.written.unit == one.holder and one.holder not in named}  # fmt: skip
    return {(unit, person) for unit, person in found if person != SYSTEM}


def _hands(state: State, part: Part) -> set[str]:
    person = part.entrusted(state)
    return {person} if person else set(_by_what_was_done(state, part))


def _by_what_was_done(state: State, part: Part) -> Iterator[str]:
    """Who registered or works it, and who gave it on."""
    source = None
    if part.own is None:
        first = next(iter(state.marks.values()), None)
        if first is not None and first.unit == part.unit:
            yield first.actor
    else:
        source = part.own.assigned.id
        if part.own.written.unit == part.own.holder:
            yield part.own.written.actor
    for one in read.assignments(state):
        if one.source == source:
            yield from (mark.actor for mark in (one.assigned, one.written) if mark.unit == part.unit)


def handed(state: State, desk: Desk, giver: str, taker: str) -> list[Draft]:
    """What puts a colleague's open parts into another's hands; also those of units that this node hosts."""
    if read.phase(state) not in read.OPEN_PHASES:
        return []
    return [_entrust(state, desk, part, taker) for part in _ours(state, desk) if giver in _hands(state, part)]


def _ours(state: State, desk: Desk) -> list[Part]:
    """The open parts of this unit, also under a path of before a move, and of the units that it hosts."""
    mine = {desk.unit, *desk.former}
    found = (one for one in parts(state) if one.own is None or one.own.open)
    return [one for one in found if one.unit in mine or desk.hosts(one.unit)]


def _entrust(state: State, desk: Desk, part: Part, person: str, **words: Any) -> Draft:
    unit = None if part.unit == desk.unit else part.unit
    return Draft("entrust", {**part.data(state), "responsible": person, **words}, unit)


def take(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """It is mine from now on."""
    return _put(here_of(state), {**params, "staff": desk.actor}, desk)


def entrust(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """It is a colleague's from now on. Raises NotFound for nobody of this unit who can sign in."""
    if not desk.colleague(str(params["staff"])):
        raise NotFound(
            say(f"本单位没有能登录的工号 {params['staff']}", f"nobody here signs in as {params['staff']}"),
            hint="qiao staff list",
        )
    return _put(here_of(state), params, desk)


def _put(state: State, params: Params, desk: Desk) -> list[Draft]:
    """Of one unit: its own parts, else those of the hosted one that it acts for."""
    open_parts = _ours(state, desk)
    unit = behalf(state, params, desk) or desk.unit
    chosen = [one for one in open_parts if one.unit == unit] or open_parts[:1]
    words = {"text": params["text"]} if params.get("text") else {}
    drafts = [_entrust(state, desk, one, str(params["staff"]), **words) for one in chosen]
    nothing = {"round": read.round_of(state), "responsible": str(params["staff"])}
    return drafts or [Draft("entrust", nothing)]  # which is refused with its reason


def offers(state: State, unit: str) -> list[Mapping[str, Any]]:
    return [{**one.data(state), "responsible": SYSTEM} for one in parts(state) if one.unit == unit]
