"""The end of a shift (交班): a note for whoever comes next, and with it one's open work for a colleague.

A note is of this unit's node alone, like a draft: never replicated, since what belongs to a record is said on the
record (the hand-over's `entrust` does). It goes after thirty days.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node import handover, keeping, people
from node.config import Config
from node.errors import Usage
from node.iso import iso
from node.language import say
from node.matters import border
from node.matters.ticket.fields import TEXT
from node.page import Person
from node.store import saved
from node.work import Work

Params = Mapping[str, Any]
MOST_NOTES = 500  # of a unit: sixteen a day, until they go
MOST_SHOWN = 50
HINT = "qiao note leave --help"


def leave(work: Work, params: Params, person: Person | None, config: Config) -> dict[str, Any]:
    """`params`: text, `to` (a colleague who gets all of one's open work), dry, draft. Gives `note` (its name),
    `count`, `items` and `refused` as `handover`. Raises as that, and Usage where there is nothing to be done."""
    who = _needed(person)
    text = str(border.value(TEXT, params.get("text") or "")).strip()
    taker = str(params.get("to") or "")
    if not text and not taker:
        zh, en = "请写交班说明，或选接手的人", "write a note, or say who takes over"
        raise Usage(say(zh, en), code="missing_field", hint=HINT, field="text")
    handed: dict[str, Any] = {"from": who.id, "to": "", "count": 0, "items": [], "refused": []}
    if taker:
        # Without the text: it speaks of all of them, and each record goes to other units.
        given = {"from": who.id, "to": taker, "dry": bool(params.get("dry"))}
        handed = handover.handover(work, given, who, config)
    name = "" if params.get("dry") or not text else _leave(work, who, text, taker, handed["count"])
    if params.get("draft") and not params.get("dry"):
        keeping.discard(work, who, str(params["draft"]))
    return {"note": name, **handed}


def _needed(person: Person | None) -> Person:
    if person is None:
        raise people.refused()
    return person


def _leave(work: Work, who: Person, text: str, taker: str, count: int) -> str:
    if saved.count(work.db, keeping.NOTE, saved.UNIT) >= MOST_NOTES:
        zh, en = f"交班说明已有 {MOST_NOTES} 条", f"there are {MOST_NOTES} notes already"
        raise Usage(say(zh, en), code="too_many", hint="qiao note list")
    name = f"{work.now_ms:013d}-{who.id}"
    value = {"text": text, "by": who.id, "by_name": who.name, "to": taker, "count": count, "read": [who.id]}
    _put(work, name, value, work.now_ms)
    return name


def _put(work: Work, name: str, value: Mapping[str, Any], at_ms: int) -> None:
    blob = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    saved.put(work.db, keeping.NOTE, "", saved.UNIT, name, blob, at_ms)


def read(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: names. From now on they aren't shown to this person any more; one that has gone is as well."""
    who = _needed(person)
    names = [str(one) for one in params.get("names") or ()][:MOST_NOTES]
    for name in names:
        row = saved.get(work.db, keeping.NOTE, "", saved.UNIT, name)
        value = json.loads(row.value) if row is not None else {}
        if row is not None and who.id not in value["read"]:
            _put(work, name, {**value, "read": [*value["read"], who.id]}, row.changed_ms)
    return {"names": names}


def notes_of(db: Connection, staff: str) -> list[dict[str, Any]]:
    """The newest first."""
    rows = reversed(saved.listed(db, keeping.NOTE, None, saved.UNIT)[-MOST_SHOWN:])
    return [_told(row, staff) for row in rows]


def _told(row: Any, staff: str) -> dict[str, Any]:
    value = json.loads(row.value)
    return {**value, "name": row.name, "at": iso(row.changed_ms), "read": staff in value["read"]}


def listed(work: Work, _params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    return {"items": notes_of(work.db, _needed(person).id)}


OPERATIONS = {"note.leave": leave, "note.read": read, "note.list": listed}
