"""The open work of a unit that was moved, merged or retired, signed over with the order itself (protocol 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from node import author, reactions
from node.matters import KINDS
from node.matters.draft import Shift
from node.page import Person
from node.store import folded, records
from node.store.folded import FOLDED, PLACE
from node.work import Work

OPEN = ("sent", "received", "accepted", "submitted")


def reassign(work: Work, shift: Shift, who: Person) -> list[dict[str, Any]]:
    """Signs what each matter asks for. Shape: one item an act, `action`, `record`, `number` and its data."""
    items = list(_each(work, shift, who))
    reactions.settle(work)
    return items


def _each(work: Work, shift: Shift, who: Person) -> Iterator[dict[str, Any]]:
    for row, number in _open_records(work, shift):
        record, matter = records.name_of(work.db, row)
        kind, state = KINDS[matter], folded.state(work.db, row)
        desk = reactions.desk_of(work, who.id, kind, state)
        drafts = kind.reassigned(state, shift, desk) if state is not None else []
        if drafts:
            author.write(work, kind, record, drafts, actor=who.id, roles=who.roles)
        for draft in drafts:
            yield {"action": draft.action, "record": record.hex(), "number": number, **_plain(draft.data)}


def _plain(data: Any) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in data.items()}


def _open_records(work: Work, shift: Shift) -> list[tuple[int, str]]:
    """(record row, number) of what a unit, or one below it, has in hand, by whatever path it was named."""
    named = work.db.execute(select(PLACE.c.unit).where(PLACE.c.status.in_(OPEN)).distinct())
    theirs = [row.unit for row in named if shift.touches(row.unit)]
    rows = work.db.execute(
        select(FOLDED.c.record, FOLDED.c.number)
        .join(PLACE, PLACE.c.record == FOLDED.c.record)
        .where(PLACE.c.unit.in_(theirs), PLACE.c.status.in_(OPEN))
        .distinct()
        .order_by(FOLDED.c.record)
    )
    return [(row.record, row.number) for row in rows]
