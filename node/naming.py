"""What a person reads in the place of a code (称呼): of a list, of a division, of a record without a number, of a
colleague."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from conflict.declaration import Field, Matter, Type
from node import people, regions
from node.iso import iso, minute
from node.language import say
from node.matters.codes import CodeList
from node.store import reading
from sync_protocol import clock

CALL = "call"  # the field that names the call of which a record was made


def labels(
    db: Connection, found: Mapping[str, Any], matter: Matter, lists: Mapping[str, CodeList]
) -> dict[str, str]:
    """Value → its words, of what `found` (as `show` tells it) and its acts say."""
    told = {}
    for field, value in _said(found, matter):
        if isinstance(value, str) and value not in told and (words := _words(db, field, value, lists)):
            told[value] = words
    return told


def _said(found: Mapping[str, Any], matter: Matter) -> Iterator[tuple[Field, Any]]:
    for field in matter.fields:
        yield field, found.get(field.name)
    for act in found.get("timeline") or ():
        for name, value in {**(act.get("data") or {}), **(act.get("words") or {})}.items():
            if (said := _field(matter, act, name)) is not None:
                yield said, value


def _field(matter: Matter, act: Mapping[str, Any], name: str) -> Field | None:
    action = matter.action(str(act.get("action")))
    own = next((one for one in action.data if one.name == name), None) if action else None
    return own or matter.field(name)


def _words(db: Connection, field: Field, value: str, lists: Mapping[str, CodeList]) -> str:
    if field.type is Type.REGION:
        return regions.path_of(value)
    if field.name == CALL:
        row = reading.find(db, value)
        if row is None or not row.here:
            return say("在登记单位的来电台账里", "in the ledger of the unit that took it")
        return f"{minute(iso(clock.to_ms(row.created)))}  {row.title}"
    known = lists.get(field.listed)
    return known.path_label(value) if known is not None and value in known.codes else ""


def actors(db: Connection, acts: Iterable[dict[str, Any]], own: str) -> None:
    """Puts `actor_name` to the acts of this unit's people; others' people aren't known here by name."""
    names: dict[str, str] = {}
    for act in acts:
        staff = str(act.get("actor") or "")
        if act.get("unit") == own and staff:
            if staff not in names:
                names[staff] = people.name_of(db, staff)
            act["actor_name"] = names[staff]
