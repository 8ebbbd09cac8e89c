"""A record told in full (design 4, `show`): fields, assignments with their clocks, timeline, exceptions.

Personal data is masked. What is told here depends on the present only where it says `overdue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from conflict.declaration import Matter, Type
from conflict.explain import GENERIC, explain
from conflict.sentence import FRAMES, filled, reason
from conflict.state import Row, State
from node import ever_said, masking, offers
from node.attachments import listing, reference
from node.deadlines.breaches import is_breached
from node.deadlines.evidence import evidence
from node.iso import iso, iso_or_none
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind
from node.store import folded, reading, records
from node.store.records import Placed
from sync_protocol import clock
from sync_protocol.change import Words, parse_body
from sync_protocol.errors import BadChange
from sync_protocol.names import short

Names = Callable[[str], str]


def whole(
    db: Connection, row: Any, kind: Kind, names: Names, now_ms: int, language: str, own: str
) -> dict[str, Any]:
    """`row`: of reading.find; `own`: the unit that looks. `names` has what the record calls by path or id."""
    state = folded.decode(row.state)
    changes = records.changes_of(db, row.record)
    return {
        **fields(kind.matter, state),
        **kind.detail(state),
        "record": row.name.hex(),
        "matter": kind.matter.name,
        "phase": row.phase,
        "round": row.round,
        "owner": row.owner,
        "owner_name": names(row.owner),
        "lead": row.lead,
        "ruling": row.ruling or None,
        "ruling_name": names(row.ruling) if row.ruling else None,
        "created": iso(clock.to_ms(row.created)),
        "changed": iso(clock.to_ms(row.changed)),
        "assignments": assignments(db, row.record, names, now_ms, lead=row.lead),
        "deadlines": [
            {**_deadline(due, now_ms), "unit_name": names(due.unit)} for due in reading.dues(db, row.record)
        ],
        **_attachments(db, kind.matter, state),
        "cards": cards(db, row.record, kind, names, now_ms),
        "timeline": timeline(kind, state, changes, names, language),
        "exceptions": exceptions(db, row.record, kind, state, names, language, own, now_ms),
        "names": {**_units_named(kind, state, names), **_records_named(db, kind, state)},
        "incomplete": state.incomplete,
    }


def _units_named(kind: Kind, state: State, names: Names) -> dict[str, str]:
    """Path → name of the units that its acts name."""
    found: dict[str, str] = {}
    for mark in state.marks.values():
        action = kind.matter.action(mark.action)
        for field in action.data if action else ():
            value = mark.data.get(field.name)
            several = value if isinstance(value, list) else [value]
            if field.type in (Type.UNIT, Type.LIST):
                paths = [one for one in several if isinstance(one, str)]
                found |= {one: names(one) for one in paths if names(one) != one}
    return found


def _records_named(db: Connection, kind: Kind, state: State) -> dict[str, str]:
    """Id → number of the records that it refers to, as far as they are here."""
    fields = [one.name for one in kind.matter.fields if one.type is Type.IDS]
    ids = {value for name in fields for value in state.every(name) if isinstance(value, bytes)}
    found = {one.hex(): reading.find(db, one.hex()) for one in sorted(ids)}
    return {name: row.number for name, row in found.items() if row is not None and row.here and row.number}


def brief(db: Connection, row: Any, kind: Kind) -> dict[str, Any]:
    """What a record says, without its history. `row`: of a list."""
    state = folded.state(db, row.record) or State()
    return {
        **fields(kind.matter, state),
        "record": row.name.hex(),
        "matter": kind.matter.name,
        "number": row.number,
        "title": row.title,
        "phase": row.phase,
    }


def fields(matter: Matter, state: State) -> dict[str, Any]:
    """Every declared field, also those without a value; of several standing values, the last."""
    shown: dict[str, Any] = {}
    for field in matter.fields:
        several = field.merge in ("append", "union")
        shown[field.name] = state.every(field.name) if several else state.shown(field.name)
    masked: dict[str, Any] = plain(masking.fields_masked(matter, shown, masking.known(matter, state)))
    return masked


def _attachments(db: Connection, matter: Matter, state: State) -> dict[str, Any]:
    if not reference.fields(matter):
        return {}
    return {"attachments": masking.text(listing.listed(db, matter, state), masking.known(matter, state))}


def assignments(db: Connection, record: int, names: Names, now_ms: int, *, lead: str) -> list[dict[str, Any]]:
    dues = reading.dues(db, record)
    return [
        {
            "unit": place.unit,
            "unit_name": names(place.unit),
            "round": place.round,
            "status": place.status,
            "assigner": place.assigner,
            "actor": place.actor,
            "responsible": place.responsible or None,
            "lead": place.unit == lead,
            "since": iso(place.since),
            "clocks": [
                _deadline(due, now_ms) for due in dues if due.unit == place.unit and due.round == place.round
            ],
        }
        for place in reading.places(db, record)
    ]


def deadlines(db: Connection, record: int, now_ms: int) -> list[dict[str, Any]]:
    return [_deadline(due, now_ms) for due in reading.dues(db, record)]


def _deadline(due: Any, now_ms: int) -> dict[str, Any]:
    return {
        "clock": due.clock,
        "round": due.round,
        "unit": due.unit,
        "start": iso(due.start_ms),
        "due": None if due.paused else iso(due.due_ms),
        "done": iso_or_none(due.done_ms),
        "overdue": is_breached(due, now_ms),
        "paused": bool(due.paused),
        "line_seconds": due.line_ms // 1000,
    }


def cards(db: Connection, record: int, kind: Kind, names: Names, now_ms: int) -> list[dict[str, Any]]:
    """Every card that was issued, whether it stands now, and on what."""
    dues = {(due.round, due.unit, due.clock): due for due in reading.dues(db, record)}
    return [
        {
            "round": card.round,
            "unit": card.unit,
            "unit_name": names(card.unit),
            "clock": card.clock,
            "colour": card.colour,
            "standing": card_standing(card, now_ms),
            "issued": iso(card.issued_ms),
            "issuer": card.issuer,
            "issuer_name": names(card.issuer),
            "cleared": iso_or_none(card.cleared_ms),
            "objections": card.objections,
            "change": card.act.hex(),
            "evidence": _evidence(kind, card, dues.get((card.round, card.unit, card.clock)), names),
        }
        for card in reading.cards(db, record)
    ]


def card_standing(card: Any, now_ms: int) -> str:
    """`standing`, `cleared` by an act, or `rescinded`: the breach no longer computes."""
    if card.cleared_ms is not None:
        return "cleared"
    return "standing" if card.from_ms is not None and card.from_ms <= now_ms else "rescinded"


def _evidence(kind: Kind, card: Any, due: Any, names: Names) -> str:
    if due is None or due.paused:
        return ""
    clock_name = say(kind.clocks.get(card.clock, card.clock), card.clock)
    return evidence(clock_name, names(card.unit), due.start_ms, due.due_ms, due.done_ms, due.line_ms)


def timeline(
    kind: Kind, state: State, changes: list[Placed], names: Names, language: str
) -> list[dict[str, Any]]:
    """Every act present, in order, with its verdict and its words."""
    words = words_by_act(kind.matter, changes, ever_said.among(kind.matter, state, changes))
    placed = {short(one.change): one for one in changes if one.of is None}
    lines = []
    for act, mark in state.marks.items():
        verdict = state.verdicts.get(act)
        action = kind.matter.action(mark.action)
        one = placed.get(act)
        lines.append(
            {
                "change": one.change.hex() if one else act.hex(),
                "commit": one.commit.hex() if one else None,
                "action": mark.action,
                "label": action.label if action else GENERIC.get(mark.action, mark.action),
                "unit": mark.unit,
                "unit_name": names(mark.unit),
                "actor": mark.actor,
                "time": iso(clock.to_ms(mark.time)),
                "received": iso(one.received_ms) if one else None,
                "verdict": str(verdict.standing) if verdict else "stands",
                "reason": verdict.code if verdict else "",
                "data": plain(mark.data),
                "words": words.get(act, {}),
            }
        )
    return lines


def words_by_act(
    matter: Matter, changes: list[Placed], own: tuple[str, ...] = ()
) -> dict[bytes, dict[str, Any]]:
    """Short act id → its words, the personal ones masked. `own`: of masking.known."""
    found: dict[bytes, dict[str, Any]] = {}
    for one in changes:
        if one.of is None or one.body is None:
            continue
        try:
            body = parse_body(one.body)
        except BadChange:
            continue
        if isinstance(body, Words):
            found.setdefault(body.of, {}).update(plain(masking.words_masked(matter, body.data, own)))
    return found


def words_of(changes: list[Placed], act: bytes, own: tuple[str, ...] = ()) -> dict[str, Any]:
    """The words of one act, or such as stand without one, also where they are held or quarantined; masked."""
    found: dict[str, Any] = {}
    for one in changes:
        if one.body is None or act not in (one.of, short(one.change)):
            continue
        try:
            body = parse_body(one.body)
        except BadChange:
            continue
        kind = KINDS.get(body.matter.partition("/")[0])
        if isinstance(body, Words):
            found |= plain(masking.words_masked(kind.matter if kind else None, body.data, own))
    return found


def plain(data: Any) -> Any:
    """Data with ids in hex, fit for JSON."""
    if isinstance(data, bytes):
        return data.hex()
    if isinstance(data, Mapping):
        return {name: plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return data


def exceptions(
    db: Connection, record: int, kind: Kind, state: State, names: Names, language: str, own: str, now_ms: int
) -> list[dict[str, Any]]:
    rows = {folded.exception_name(row): row for row in state.rows}
    return [
        {
            **exception(one, kind.matter, state, rows.get(one.name), names, language),
            "remedy": remedy(kind, state, rows.get(one.name), own, now_ms),
        }
        for one in reading.exceptions(db, None, 200, 0, record)
    ]


def remedy(kind: Kind | None, state: State, row: Row | None, own: str, now_ms: int) -> str:
    """How this unit can end it: as offers.remedy."""
    return "" if kind is None or row is None else offers.remedy(kind, state, row, own, now_ms)


def exception(
    stored: Any, matter: Matter | None, state: State, row: Row | None, names: Names, language: str
) -> dict[str, Any]:
    sentence = explain(matter, state, row, language, names) if matter and row else _bare(stored, language)
    mark = state.marks.get(stored.act)
    winner = state.marks.get(stored.winner)
    return {
        "id": stored.name,
        "kind": stored.kind,
        "reason": stored.code,
        "sentence": sentence,
        "record": stored.record_id.hex(),
        "number": stored.number or "",
        "matter": stored.matter,
        "act": stored.act.hex(),
        "place": stored.place,
        "values": plain(list(row.values)) if row else [],
        "by": _by(mark, names),
        "against": _by(winner, names),
        "open": bool(stored.open),
    }


def _bare(stored: Any, language: str) -> str:
    """Of what no matter here can read: bytes that are no act, words without one."""
    frame = FRAMES.get(stored.kind)
    why = reason(stored.code, language, {})
    return filled(frame, language, {"reason": why}) if frame else why


def _by(mark: Any, names: Names) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {
        "unit": mark.unit,
        "unit_name": names(mark.unit),
        "actor": mark.actor,
        "time": iso(clock.to_ms(mark.time)),
        "action": mark.action,
    }
