"""Who holds a ticket's open assignments after a unit was moved, merged or retired (改派, protocol 3.8).

One `reassign` for each. Work that was passed on within the units moved stays as it was. Where the assigner
isn't above the new place, the hop that only passed it on moves as well, else the work comes under the new
place's office where that holds the ticket, else under whoever orders it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conflict.state import State
from sync_protocol.names import ancestors, covers, depth

from ..draft import Desk, Draft, Shift
from . import assignments as read
from .assignments import Assignment


def reassigned(state: State, shift: Shift, desk: Desk) -> list[Draft]:
    """Shape: drafts of one commit, from the top down."""
    moving = [one for one in read.assignments(state) if one.open and shift.touches(one.holder)]
    drafts: dict[str, Draft] = {}
    for one in sorted(moving, key=lambda one: (depth(one.holder), one.unit)):
        for unit, draft in _moved(state, one, shift, desk):
            drafts.setdefault(unit, draft)
    return list(drafts.values())


def _moved(state: State, one: Assignment, shift: Shift, desk: Desk) -> Iterator[tuple[str, Draft]]:
    """(name of the assignment, draft): this one, behind the hop above it where that moves too."""
    holder, giver = shift.of(one.holder), read.giver(state, one)
    if giver is not None and shift.touches(giver.holder):
        yield _draft(one, holder, shift.of(giver.holder), one.source)
    elif covers(one.assigner, holder):
        yield _draft(one, holder, one.assigner, one.source)
    else:
        yield from _elsewhere(state, one, giver, holder, shift, desk)


def _elsewhere(
    state: State, one: Assignment, giver: Assignment | None, holder: str, shift: Shift, desk: Desk
) -> Iterator[tuple[str, Draft]]:
    office = next((path for path in reversed(ancestors(holder)) if desk.tree.path(path) == path), desk.unit)
    own = next((held for held in read.held_by(state, office) if held.open), None)
    if own is not None:
        yield _draft(one, holder, office, own.assigned.id)
    elif giver is not None and covers(giver.assigner, office) and _only_passes(state, giver, shift):
        yield _draft(giver, office, giver.assigner, giver.source)
        yield _draft(one, holder, office, giver.assigned.id)
    else:
        held = next((mine for mine in read.held_by(state, desk.unit) if mine.open), None)
        yield _draft(one, holder, desk.unit, None if held is None else held.assigned.id)


def _only_passes(state: State, giver: Assignment, shift: Shift) -> bool:
    """Whether nothing else is done under an assignment than what moves."""
    return giver.status in ("sent", "accepted") and all(
        shift.touches(one.holder) for one in read.passed_on_from(state, giver)
    )


def _draft(one: Assignment, holder: str, under: str, source: bytes | None) -> tuple[str, Draft]:
    data: dict[str, Any] = {"round": one.round, "unit": one.unit, "holder": holder, "under": under}
    if source is not None:
        data["from"] = source
    return one.unit, Draft("reassign", data)
