"""What the fold gave, stored: one blob a record, and the columns that lists and deadlines need.

All of it is derived: it can be dropped and rebuilt at any time, and gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, func, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from conflict.state import Mark, Row, State
from node.errors import Stale
from node.language import say
from sync_protocol import clock

from .prepared import Prepared, given
from .records import RECORD
from .schema import (
    CardRow,
    Charge,
    CitationRow,
    DueRow,
    ExceptionRow,
    Folded,
    LinkRow,
    Notice,
    Place,
    StateRow,
    UnitRow,
    UsableRow,
    table,
)

FOLDED, PLACE, DUE, STATE = table(Folded), table(Place), table(DueRow), table(StateRow)
EXCEPTION, UNIT, CARD = table(ExceptionRow), table(UnitRow), table(CardRow)
LINK, USABLE, CITATION = table(LinkRow), table(UsableRow), table(CitationRow)
NOTICE, CHARGE = table(Notice), table(Charge)

_BESIDE = Prepared(
    select(RECORD.c.id).join(LINK, LINK.c.other == RECORD.c.record).where(LINK.c.record == given("of"))
    .union(
        select(LINK.c.record).join(RECORD, LINK.c.other == RECORD.c.record).where(RECORD.c.id == given("of"))
    )
)  # fmt: skip
MOST_LINKED = 500  # members of a group that are looked at

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


_STATE = Prepared(select(STATE.c.state).where(STATE.c.record == given("of")))
_HERE = Prepared(select(FOLDED.c.here, FOLDED.c.withheld).where(FOLDED.c.record == given("of")))
_MATTER = Prepared(select(FOLDED.c.matter).where(FOLDED.c.record == given("of")))
_STOOD = Prepared(select(FOLDED.c.here, FOLDED.c.open_rows).where(FOLDED.c.record == given("of")))
_ISSUED = Prepared(
    select(func.count()).select_from(CARD).where(CARD.c.record == given("of"), CARD.c.issued_ms.is_not(None))
)
_IMPORTED = Prepared(
    select(RECORD.c.record).join(FOLDED, FOLDED.c.record == RECORD.c.id)
    .where(FOLDED.c.matter == given("kind"), FOLDED.c.external_id == given("called"), FOLDED.c.external_id != "",
           FOLDED.c.owner == given("unit"))
)  # fmt: skip
_NO_PLACES = Prepared(delete(PLACE).where(PLACE.c.record == given("of")))
_NO_DUES = Prepared(delete(DUE).where(DUE.c.record == given("of")))
_NO_CARDS = Prepared(delete(CARD).where(CARD.c.record == given("of")))
_NO_LINKS = Prepared(delete(LINK).where(LINK.c.record == given("of")))
_NO_USABLE = Prepared(delete(USABLE).where(USABLE.c.record == given("of")))
_NO_CITATIONS = Prepared(delete(CITATION).where(CITATION.c.record == given("of")))
_NO_NOTICES = Prepared(delete(NOTICE).where(NOTICE.c.record == given("of")))
_NOTICE = Prepared(insert(NOTICE))
_NO_CHARGES = Prepared(delete(CHARGE).where(CHARGE.c.record == given("of")))
_CHARGE = Prepared(insert(CHARGE))
_NO_EXCEPTIONS = Prepared(delete(EXCEPTION).where(EXCEPTION.c.record == given("of")))
_NO_ROWS = (_NO_PLACES, _NO_DUES, _NO_CARDS, _NO_LINKS, _NO_USABLE, _NO_CITATIONS, _NO_NOTICES, _NO_CHARGES,
            _NO_EXCEPTIONS)  # fmt: skip
_PLACE, _DUE, _CARD = Prepared(insert(PLACE)), Prepared(insert(DUE)), Prepared(insert(CARD))
_LINK, _USABLE, _CITATION = Prepared(insert(LINK)), Prepared(insert(USABLE)), Prepared(insert(CITATION))
_CITED_BY = Prepared(
    select(RECORD.c.id)
    .join(CITATION, CITATION.c.cited == RECORD.c.record)
    .where(CITATION.c.record == given("of"))
)
_CITED = Prepared(
    select(func.count())
    .select_from(CITATION.join(FOLDED, FOLDED.c.record == CITATION.c.record))
    .where(CITATION.c.cited == given("of"), FOLDED.c.owner == given("by"))
)
_EXCEPTION = Prepared(insert(EXCEPTION), [column.name for column in EXCEPTION.c if column.name != "id"])
_LISTED = [EXCEPTION.c[name] for name in ("record", "name", "act", "kind", "code", "place", "winner", "open")]
_BLANK: dict[str, Any] = {
    "number": "", "external_id": "", "title": "", "phase": "", "round": 0, "owner": "", "author": "",
    "lead": "", "urgency": "", "urgent": False, "created": 0, "changed": 0, "next_due": None, "turn_ms": None,
    "attempts": 0, "ruling": "", "here": True, "withheld": False, "open_rows": 0,
}  # fmt: skip
_COLUMNS = [column.name for column in FOLDED.c if column.name != "record"]
_SAVE = Prepared(
    (saving := upsert(FOLDED)).on_conflict_do_update(
        index_elements=["record"], set_={name: saving.excluded[name] for name in _COLUMNS}
    )
)
_NO_UNITS = Prepared(delete(UNIT))
_UNIT = Prepared(insert(UNIT))
_OF_MATTER = Prepared(select(FOLDED.c.record).where(FOLDED.c.matter == given("of_matter")))
_CALLED = Prepared(
    select(CARD.c.record)
    .where(CARD.c.issued_ms.is_(None), CARD.c.from_ms <= given("now"), CARD.c.unit > given("first"),
           CARD.c.unit < given("last"))
    .distinct()
    .order_by(CARD.c.record)
    .limit(given("most"))
)  # fmt: skip
_KEEP = Prepared(
    (keeping := upsert(STATE)).on_conflict_do_update(
        index_elements=["record"], set_={"state": keeping.excluded.state}
    )
)


def encode(state: State) -> bytes:
    """Equal states give equal bytes: the order of the timeline says something, that of the other names nothing,
    and in a fold anew it may be another."""
    traces = {slot: _sorted(state.traces[slot]) for slot in sorted(state.traces)}
    fields, slots = _sorted(state.fields), _sorted(state.slots)
    return _encoder.encode(replace(state, fields=fields, slots=slots, traces=traces))


def _sorted(named: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(named.items()))


def decode(blob: bytes) -> State:
    """Raises Stale `rebuilding` where another version wrote it in a form that this one can't read."""
    try:
        return _decoder.decode(blob)
    except msgspec.DecodeError as fault:
        raise rebuilding() from fault


def rebuilding() -> Stale:
    return Stale(
        say(
            "程序升级后正在重建，还没轮到这一条，请稍候",
            "being rebuilt after an upgrade; it isn't its turn yet",
        ),
        code="rebuilding",
        hint="qiao status",
    )


def state(db: Connection, record: int) -> State | None:
    blob = _STATE(db, of=record).scalar()
    return None if blob is None else decode(blob)


def naming(db: Connection, paths: Iterable[str]) -> Iterator[tuple[int, str, State]]:
    """(record row, matter, state) of the records in whose states one of these stands, or what begins with it."""
    among = or_(*(func.instr(STATE.c.state, path.encode()) > 0 for path in sorted(paths)))
    query = select(STATE.c.record, FOLDED.c.matter, STATE.c.state).join(
        FOLDED, FOLDED.c.record == STATE.c.record
    )
    for row in db.execute(query.where(among)):
        yield row.record, row.matter, decode(row.state)


def matter(db: Connection, record: int) -> str:
    return str(_MATTER(db, of=record).scalar() or "")


def is_here(db: Connection, record: int) -> bool | None:
    """Whether a record is in this node's own scope; None where it was never folded."""
    return in_scope(db, record)[0]


def in_scope(db: Connection, record: int) -> tuple[bool | None, bool]:
    """(as `is_here`, whether its words aren't for this node's unit), as last folded."""
    row = _HERE(db, of=record).first()
    return (None, False) if row is None else (bool(row.here), bool(row.withheld))


def is_away(db: Connection, record: int) -> bool:
    """Whether a record is known here, and isn't in this node's own scope."""
    return is_here(db, record) is False


def stood(db: Connection, record: int) -> tuple[bool, int, int]:
    """(in this node's own scope, open exceptions, cards issued) as last folded; nothing of a record that is new."""
    row = _STOOD(db, of=record).first()
    return (False, 0, 0) if row is None else (bool(row.here), row.open_rows, _ISSUED(db, of=record).scalar())


def imported(db: Connection, matter: str, unit: str, external: str) -> bytes | None:
    """Id of the record that this unit made of that row of a file, by the row's id."""
    found: bytes | None = _IMPORTED(db, kind=matter, called=external, unit=unit).scalar()
    return found


def save(db: Connection, record: int, columns: dict[str, Any]) -> None:
    """Writes a record's `state` and its row; columns that aren't named get their defaults."""
    row = {**_BLANK, **columns}
    _KEEP(db, record=record, state=row.pop("state"))
    _SAVE(db, record=record, **row)


def clear(db: Connection, record: int) -> None:
    """Takes out what is told of a record by rows of their own, before it is saved anew."""
    for no_rows in _NO_ROWS:
        no_rows(db, of=record)


def save_places(db: Connection, record: int, places: Iterable[dict[str, Any]]) -> None:
    """`places`: round, unit, status, actor, assigner, since, responsible."""
    _PLACE.many(db, [{"record": record, **one} for one in places])


def save_dues(db: Connection, record: int, dues: Iterable[Any]) -> None:
    """`dues`: node.matters.draft.Due."""
    rows = [
        {"record": record, "clock": due.clock, "round": due.round, "unit": due.unit,
         "start_ms": due.start_ms, "due_ms": due.due_ms, "done_ms": due.done_ms, "line_ms": due.line_ms,
         "owed": due.owed, "paused": due.paused, "remind_ms": due.remind_ms}
        for due in dues
    ]  # fmt: skip
    _DUE.many(db, rows)


def save_cards(db: Connection, record: int, cards: Iterable[Any]) -> None:
    """`cards`: node.matters.draft.Card."""
    rows = [
        {"record": record, "round": one.round, "unit": one.unit, "clock": one.clock, "colour": one.colour,
         "from_ms": one.from_ms, "issued_ms": _ms(one.issued), "cleared_ms": _ms(one.cleared),
         "act": one.issued.id if one.issued else b"", "issuer": one.issued.unit if one.issued else "",
         "objections": one.objections}
        for one in cards
    ]  # fmt: skip
    _CARD.many(db, rows)


def called(db: Connection, unit: str, now_ms: int, most: int) -> list[int]:
    """Records with a card of a unit below `unit` that is called for by now, and issued by nobody."""
    below = {"first": f"{unit}/", "last": f"{unit}0"}  # "0" is behind "/"
    return [row.record for row in _CALLED(db, now=now_ms, most=most, **below)]


def _ms(mark: Mark | None) -> int | None:
    return None if mark is None else clock.to_ms(mark.time)


def save_links(db: Connection, record: int, others: Iterable[bytes]) -> None:
    _LINK.many(db, [{"record": record, "other": other} for other in set(others)])


def save_usable(db: Connection, record: int, usable: Any) -> None:
    """`usable`: node.matters.draft.Usable, or None for what isn't to be proposed."""
    if usable is not None:
        _USABLE.many(db, [{"record": record, **asdict(usable)}])


def save_citations(db: Connection, record: int, cited: Iterable[bytes]) -> None:
    _CITATION.many(db, [{"record": record, "cited": one} for one in set(cited)])


def cited_by(db: Connection, rows: Iterable[int]) -> set[int]:
    """Records that these cite, as far as they are known here."""
    return {found.id for row in rows for found in _CITED_BY(db, of=row)}


def times_cited(db: Connection, record: bytes, by: str) -> int:
    """How many records that a unit registered cite one (its id)."""
    return int(_CITED(db, of=record, by=by).scalar_one())


def save_charges(db: Connection, record: int, charges: Iterable[tuple[str, str]]) -> None:
    """`charges`: (unit path as it is now, staff id)."""
    _CHARGE.many(db, [{"record": record, "unit": unit, "staff": staff} for unit, staff in set(charges)])


def save_notices(db: Connection, record: int, marks: Iterable[Mark]) -> None:
    rows = [
        {"record": record, "act": one.id, "action": one.action, "unit": one.unit, "actor": one.actor,
         "at_ms": clock.to_ms(one.time)}
        for one in marks
    ]  # fmt: skip
    _NOTICE.many(db, rows)


def groups(db: Connection, rows: Iterable[int]) -> set[int]:
    """These records, with every one that belongs together with one of them."""
    return {member for row in rows for member in group(db, row)}


def group(db: Connection, record: int) -> set[int]:
    """The records that belong together with one, itself included: whoever is linked, directly or by another."""
    found, ahead = {record}, [record]
    while ahead and len(found) < MOST_LINKED:
        beside = {row[0] for row in _BESIDE(db, of=ahead.pop())} - found
        found |= beside
        ahead += sorted(beside)
    return found


def save_exceptions(db: Connection, record: int, rows: Iterable[Row]) -> int:
    """Returns how many are open."""
    listed = [_exception(record, row) for row in rows]
    _EXCEPTION.many(db, listed)
    return sum(bool(one["open"]) for one in listed)


def save_apart(db: Connection, rows: Mapping[int, Iterable[Row]]) -> None:
    """The rows of records that are folded apart, by record; those that are as they were stay as they are."""
    for record, one in rows.items():
        wanted = [_exception(record, row) for row in one]
        stood = db.execute(select(*_LISTED).where(EXCEPTION.c.record == record))
        if sorted(map(repr, (dict(row._mapping) for row in stood))) != sorted(map(repr, wanted)):
            _NO_EXCEPTIONS(db, of=record)
            _EXCEPTION.many(db, wanted)


def _exception(record: int, row: Row) -> dict[str, Any]:
    return {
        "record": record,
        "name": exception_name(row),
        "act": row.act,
        "kind": row.kind,
        "code": row.code,
        "place": row.place,
        "winner": row.winner,
        "open": row.open,
    }


def exception_name(row: Row) -> str:
    """What a person calls it by: 16 hex digits."""
    told = b"\0".join((row.kind.encode(), row.act, row.place.encode(), row.code.encode()))
    return hashlib.sha256(told).hexdigest()[:16]


def save_units(db: Connection, rows: list[dict[str, Any]]) -> None:
    _NO_UNITS(db)
    _UNIT.many(db, rows)


def made_between(db: Connection, matter: str, since: int, before: int) -> list[int]:
    """Records of a matter by the hybrid time at which they were made."""
    made = and_(FOLDED.c.created >= since, FOLDED.c.created < before)
    return [row.record for row in db.execute(select(FOLDED.c.record).where(FOLDED.c.matter == matter, made))]


def urgent(db: Connection) -> list[tuple[str, int]]:
    """(matter, record row) of what is urgent, and has a deadline that is still open."""
    open_still = select(FOLDED.c.matter, FOLDED.c.record).where(
        FOLDED.c.urgent, FOLDED.c.next_due.is_not(None)
    )
    return [(row.matter, row.record) for row in db.execute(open_still.order_by(FOLDED.c.record))]


def every(db: Connection) -> list[int]:
    """Records that were folded."""
    return [row.record for row in db.execute(select(FOLDED.c.record))]


def open_records(db: Connection, matter: str) -> list[int]:
    return [row.record for row in _OF_MATTER(db, of_matter=matter)]
