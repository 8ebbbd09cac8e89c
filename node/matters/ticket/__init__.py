"""The ticket (工单): the work order that travels down the tree and back (product 1.2)."""

from __future__ import annotations

from typing import Any

from conflict.state import State
from node.deadlines.policies import DEFAULTS
from sync_protocol import clock

from .. import plain
from ..draft import Kind, Place, Retention
from . import assignments as read
from . import charges, ruling
from .cards import cards
from .clocks import dues
from .facts import dimensions, facts
from .fields import CLASSES, CLOCKS
from .reactions import reactions
from .reassignment import reassigned
from .turns import turn
from .verbs import VERBS
from .waiting import waiting
from .workflow import TICKET

__all__ = ["KIND", "TICKET"]


def shown_phase(state: State) -> str:
    """`dispatched` is how `registered` is shown while the round has an assignment."""
    phase = read.phase(state)
    assigned = any(one.alive for one in read.assignments(state))
    return "dispatched" if phase == "registered" and assigned else phase


def title(state: State) -> str:
    """The narrative's beginning, or what is left where it is withheld."""
    narrative = " ".join(str(state.shown("narrative", "") or "").split())
    coded = (CLASSES.get(str(state.shown("class"))), state.shown("employer_name"), state.shown("topic"))
    return plain.beginning(narrative) or " ".join(str(one) for one in coded if one)


def places(state: State) -> list[Place]:
    return [
        Place(
            one.round,
            read.shown_unit(state, one),
            _ended(one),
            one.written.actor,
            one.assigner,
            clock.to_ms(one.written.time),
            charges.Part(one.holder, one).entrusted(state),
        )
        for one in read.every_assignment(state)
    ]


def _ended(one: read.Assignment) -> str:
    """What was passed on from a recalled or declined assignment is recalled with it."""
    return one.shown if one.alive or one.status in read.ENDED else "recalled"


def detail(state: State) -> dict[str, Any]:
    """What the whole ticket comes to: its lead's result, the sum recovered; to whom its owner entrusted it, and what
    still waits for an answer."""
    person = charges.Part(state.owner).entrusted(state)
    named = {"responsible": person} if person else {}
    return named | {
        "result": read.result(state, "result"),
        "resolved": read.result(state, "resolved"),
        "amount_recovered": read.recovered(state),
        "waiting": waiting(state),
    }


def ended(state: State) -> int | None:
    """When it was archived, closed or withdrawn."""
    last = state.at("phase")
    return None if last is None or read.phase(state) in read.OPEN_PHASES else clock.to_ms(last.time)


def links(state: State) -> list[bytes]:
    return [one for one in state.every("links") if isinstance(one, bytes)]


KIND = Kind(
    TICKET, VERBS, reactions, dues, shown_phase, title, places, cards, CLOCKS, links, detail, reassigned,
    cites="articles", facts=facts, dimensions=dimensions, turn=turn,
    imported="register", paper="工会热线工单办理单",
    charges=charges.charges, handed=charges.handed,
    ruling=ruling.awaited, retention=Retention(DEFAULTS["retention_ticket_days"], plain.EXPIRED, ended),
)  # fmt: skip
