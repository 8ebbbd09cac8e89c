"""Lists as screens and commands read them (收件): pages by key, counts, and the views that everybody has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import operators

from node.errors import Usage
from node.language import say

from . import matching
from .chain import CHANGE
from .folded import CARD, CHARGE, DUE, FOLDED, PLACE, STATE, UNIT
from .records import RECORD

UNDELIVERED_MS = 12 * 3600 * 1000  # after which a dispatcher is to telephone (1.3)
IN_WORK = ("registered", "dispatched")  # phases, as shown
FEW = 2_000  # assignments that are looked up by what they are
EXPORTED = 500  # rows read at once where all of a list is wanted
_OTHER = FOLDED.alias("other")
OPEN = ("sent", "received", "accepted", "submitted")
SORTS = {
    "changed": FOLDED.c.changed,
    "created": FOLDED.c.created,
    "number": FOLDED.c.number,
    "due": func.coalesce(FOLDED.c.next_due, literal_column(str(2**62))),  # as its index has it
    "phase": FOLDED.c.phase,
    "turn": func.coalesce(FOLDED.c.turn_ms, literal_column(str(2**62))),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to. `unit` is this node's path where a view asks for its own."""

    matter: str
    own: str = ""
    phase: str | None = None
    status: str | None = None
    unit: str | None = None
    overdue: bool = False
    text: str | None = None
    mine: str | None = None  # staff id
    view: str | None = None
    attended: frozenset[str] | None = None  # staff on duty: what is in the hands of none of them
    now_ms: int = 0
    day_end_ms: int = 0
    sample: bytes | None = None  # the first record id that isn't checked; None: all are
    counted: Select[Any] | None = None  # of facts.records: the records behind a number


VIEWS = (
    "mine", "unit", "due_today", "reminders", "overdue", "declined", "undelivered", "rework", "review",
    "follow_up", "check", "ruling", "cards", "exceptions", "all",
)  # fmt: skip
SORTED = {"follow_up": "turn", "check": "turn"}  # how a view is sorted where nothing else is asked for


def page(
    db: Connection, wanted: Filter, sort: str, limit: int, after: str | None
) -> tuple[list[Any], str | None]:
    """Rows of a list, and the cursor behind the last; keyset paging, so any page costs the same.

    Only records in scope: one left behind is like one that was never here (R11). Raises Usage.
    """
    if limit < 1:
        raise Usage(say("每页至少一条", "a page has one item at least"), code="bad_value")
    column, falling = _sorted_by(sort, wanted.matter)
    found = _behind(
        db, _narrowed(db, wanted).add_columns(column.label("sorted")), column, falling, limit + 1, after
    )
    rows = by_rows(db, [one.record for one in found[:limit]], wanted.own)
    return rows, f"{found[limit - 1].sorted}~{found[limit - 1].record}" if len(found) > limit else None


def _behind(
    db: Connection, query: Select[Any], column: Any, falling: bool, most: int, after: str | None
) -> list[Any]:
    """Behind a cursor: first what is sorted alike, then what is past it. Each is a stretch of the order's index; both
    in one condition would be looked for from the list's beginning."""
    key = FOLDED.c.record
    order = (column.desc(), key.desc()) if falling else (column, key)
    if not after:
        return list(db.execute(query.order_by(*order).limit(most)))
    value, record = _cursor(column, after)
    alike = query.where(column == value, key < record if falling else key > record)
    rows = list(db.execute(alike.order_by(order[1]).limit(most)))
    if len(rows) < most:
        past = query.where(column < value if falling else column > value)
        rows += db.execute(past.order_by(*order).limit(most - len(rows)))
    return rows


def _cursor(column: Any, after: str) -> tuple[Any, int]:
    value, _, record = after.rpartition("~")
    textual = column in (FOLDED.c.number, FOLDED.c.phase)
    if not record.isdecimal() or not (textual or value.isdecimal()):
        raise Usage(say("翻页记号无效", "the cursor is off"), code="bad_cursor")
    return (value if textual else int(value)), int(record)


def whole(db: Connection, wanted: Filter, sort: str) -> Iterator[tuple[Any, bytes]]:
    """Every row of a list with its state, in the list's order: which they are at once, what they hold by and by; the
    caller's transaction keeps them of one moment. Raises Usage."""
    column, falling = _sorted_by(sort, wanted.matter)
    order = (column.desc(), FOLDED.c.record.desc()) if falling else (column, FOLDED.c.record)
    records = [row.record for row in db.execute(_narrowed(db, wanted).order_by(*order))]
    for at in range(0, len(records), EXPORTED):
        some = records[at : at + EXPORTED]
        query = _told(wanted.own).add_columns(STATE.c.state).join(STATE, STATE.c.record == FOLDED.c.record)
        found = {row.record: row for row in db.execute(query.where(FOLDED.c.record.in_(some)))}
        yield from ((found[one], found[one].state) for one in some)


def count(db: Connection, wanted: Filter) -> int:
    narrowed = _narrowed(db, wanted).subquery()
    return int(db.execute(select(func.count()).select_from(narrowed)).scalar_one())


def _sorted_by(sort: str, matter: str) -> tuple[Any, bool]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        known = " ".join(SORTS)
        text = say(f"不能按 {name} 排序；可用：{known}", f"no sorting by {name}; one of {known}")
        raise Usage(text, code="bad_sort", hint=f"qiao {matter} list --help")
    return SORTS[name], sort.startswith("-")


def _narrowed(db: Connection, wanted: Filter) -> Select[Any]:
    """Which records, and nothing of them: whatever is sorted is sorted without the rest.

    Where a set of records is named, they are looked up; else the list's order is gone through.
    """
    conditions = _conditions(db, wanted)
    looked_up = any(_names_set(one) for one in conditions)
    matter = _plain(FOLDED.c.matter) if looked_up else FOLDED.c.matter
    return select(FOLDED.c.record).where(FOLDED.c.here.is_(True), matter == wanted.matter, *conditions)


def _names_set(condition: Any) -> bool:
    """Whether it holds only of the records of a subquery, as `_among` says it."""
    if getattr(condition, "operator", None) is operators.and_:
        return any(_names_set(one) for one in condition.clauses)
    return (
        condition is not None
        and getattr(condition, "operator", None) is operators.in_op
        and (condition.left is FOLDED.c.record)
    )


def _told(own: str) -> Select[Any]:
    """What a list tells of a record."""
    place = and_(PLACE.c.record == FOLDED.c.record, PLACE.c.round == FOLDED.c.round, PLACE.c.unit == own)
    status = select(PLACE.c.status).where(place).scalar_subquery()
    columns = [column for column in FOLDED.c if column.name != "digest"]
    query = select(*columns, RECORD.c.record.label("name"), status.label("status"))
    return query.join(RECORD, RECORD.c.id == FOLDED.c.record).where(FOLDED.c.here.is_(True))


def _conditions(db: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.phase:
        found.append(FOLDED.c.phase == wanted.phase)
    if wanted.status or wanted.unit:
        found.append(_has_place(db, wanted.status, wanted.unit))
    if wanted.overdue:
        found.append(FOLDED.c.next_due < wanted.now_ms)
    if wanted.mine and wanted.view != "mine":
        found.append(_mine(wanted.own, wanted.mine))
    if wanted.attended is not None:
        found.append(_unattended(wanted))
    if wanted.text:
        found.append(matching.fits(db, wanted.matter, wanted.text))
    if wanted.counted is not None:
        found.append(_among(wanted.counted))
    if wanted.view:
        found.append(_view(wanted))
    return found


def _has_place(db: Connection, status: str | None, unit: str | None) -> ColumnElement[bool]:
    """In the present round. Few are looked up; many are soon met with, whatever the order."""
    asked = ((PLACE.c.status, status), (PLACE.c.unit, unit))
    conditions = [column == value for column, value in asked if value]
    few = select(PLACE.c.record).where(*conditions).limit(FEW + 1).subquery()
    if db.execute(select(func.count()).select_from(few)).scalar_one() <= FEW:
        return _among(_in_round(*conditions))
    asked_each = [_plain(column) == value for column, value in asked if value]
    return exists().where(PLACE.c.record == FOLDED.c.record, PLACE.c.round == FOLDED.c.round, *asked_each)


def _plain(column: Any) -> Any:
    """By which SQLite looks nothing up: there is a better way to the row."""
    return literal_column(f"+{column.table.name}.{column.name}", column.type)


def _in_round(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Records with such an assignment in their present round."""
    present = and_(_OTHER.c.record == PLACE.c.record, _OTHER.c.round == PLACE.c.round)
    return select(PLACE.c.record).join(_OTHER, present).where(*conditions)


def _mine(own: str, staff: str) -> ColumnElement[bool]:
    """In his hands, in this unit's part or one's that it acts for: another unit may have the same staff id."""
    return _among(select(CHARGE.c.record).where(CHARGE.c.staff == staff, _ours(own)))


def _ours(own: str) -> ColumnElement[bool]:
    hosted = select(UNIT.c.path).where(UNIT.c.host == own)
    return or_(CHARGE.c.unit == own, CHARGE.c.unit.in_(hosted))


def _unattended(wanted: Filter) -> ColumnElement[bool]:
    """It waits here, and is in the hands of nobody who is on duty."""
    there = exists().where(
        CHARGE.c.record == FOLDED.c.record,
        CHARGE.c.staff.in_(sorted(wanted.attended or ())),
        _ours(wanted.own),
    )
    return and_(_waits_here(wanted), ~there)


def with_words(db: Connection, matter: str, own: str, before: int) -> list[Any]:
    """(record row, record id, number) of what this unit, or one that it acts for, registered before a hybrid time,
    and of which words are here."""
    hosted = select(UNIT.c.path).where(UNIT.c.host == own)
    words = exists().where(
        CHANGE.c.record == FOLDED.c.record, CHANGE.c.of.is_not(None), CHANGE.c.body.is_not(None)
    )
    query = (
        select(FOLDED.c.record, RECORD.c.record.label("name"), FOLDED.c.number)
        .join(RECORD, RECORD.c.id == FOLDED.c.record)
        .where(FOLDED.c.matter == matter, FOLDED.c.here.is_(True), FOLDED.c.created < before, words)
        .where(or_(FOLDED.c.owner == own, FOLDED.c.owner.in_(hosted)))
        .order_by(FOLDED.c.created)
    )
    return list(db.execute(query))


def charged(db: Connection, matter: str, own: str, staff: str) -> list[Any]:
    """(record row, record id) of everything here that is in somebody's hands."""
    query = (
        select(FOLDED.c.record, RECORD.c.record.label("name"))
        .join(RECORD, RECORD.c.id == FOLDED.c.record)
        .where(FOLDED.c.matter == matter, FOLDED.c.here.is_(True), _mine(own, staff))
        .order_by(FOLDED.c.record)
    )
    return list(db.execute(query))


def _among(*sets: Select[Any]) -> ColumnElement[bool]:
    """Records that one of these small sets names: looked up by them, not looked for in the whole matter."""
    return FOLDED.c.record.in_(union_all(*sets))


def _view(wanted: Filter) -> ColumnElement[bool]:
    """Only the one asked for is built: the screen counts each of them, one after the other."""
    own, now = wanted.own, wanted.now_ms
    views: dict[str, Callable[[], ColumnElement[bool]]] = {
        "mine": lambda: _mine(own, wanted.mine or ""),
        "unit": lambda: _waits_here(wanted),
        "due_today": lambda: and_(FOLDED.c.next_due >= now, FOLDED.c.next_due < wanted.day_end_ms),
        "reminders": lambda: _reminded(own, now),
        "overdue": lambda: FOLDED.c.next_due < now,
        "declined": lambda: _from_us(own, "declined", ~_given_anew(own)),
        "undelivered": lambda: _from_us(own, "sent", PLACE.c.since < now - UNDELIVERED_MS),
        "cards": lambda: _carded(now),
        "rework": lambda: and_(FOLDED.c.round > 1, _waits_here(wanted)),
        "review": lambda: _from_us(own, "submitted"),
        "follow_up": lambda: and_(FOLDED.c.owner == own, FOLDED.c.phase.in_(("follow_up", "quality_check"))),
        "check": lambda: and_(
            FOLDED.c.owner == own, FOLDED.c.phase == "quality_check", _sampled(wanted.sample)
        ),
        "ruling": lambda: _to_rule(own),
        "exceptions": lambda: _among(select(_OTHER.c.record).where(_OTHER.c.open_rows > literal_column("0"))),
        "all": true,
    }
    if wanted.view not in views:
        known = " ".join(VIEWS)
        text = say(f"没有这个视图：{wanted.view}；可用：{known}", f"no view {wanted.view}; one of {known}")
        raise Usage(text, code="bad_view", hint=f"qiao {wanted.matter} list --help")
    return views[wanted.view]()


def _waits_here(wanted: Filter) -> ColumnElement[bool]:
    own = wanted.own
    at_desk = and_(_OTHER.c.matter == wanted.matter, _OTHER.c.phase == "registered", _OTHER.c.owner == own)
    return _among(
        _in_round(PLACE.c.unit == own, PLACE.c.status.in_(OPEN)),
        select(_OTHER.c.record).where(at_desk),
    )


def _sampled(sample: bytes | None) -> ColumnElement[bool]:
    if sample is None:
        return true()
    return exists().where(RECORD.c.id == FOLDED.c.record, RECORD.c.record < sample)


def _from_us(own: str, status: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """An assignment that this unit made, and that has come back to it, or hasn't arrived; while it matters."""
    returned = (PLACE.c.assigner == own, PLACE.c.status == status, _OTHER.c.phase.in_(IN_WORK))
    return _among(_in_round(*returned, *more))


def _given_anew(own: str) -> ColumnElement[bool]:
    """This unit has given the work to another since: nothing is left to do about the decline."""
    later = PLACE.alias()
    since = (later.c.assigner == own, later.c.since > PLACE.c.since, later.c.status != "recalled")
    return exists().where(later.c.record == PLACE.c.record, later.c.round == PLACE.c.round, *since)


def _to_rule(own: str) -> ColumnElement[bool]:
    """What this unit, or one that it acts for, is to decide; where that one has no office, the next above is to."""
    ruler, office = _OTHER.c.ruling, UNIT.c.path
    between = and_(_within(office, ruler), func.length(office) > len(own))
    ours = or_(
        ruler.in_(select(UNIT.c.path).where(UNIT.c.host == own)),
        and_(_within(literal(own), ruler), ~exists().where(between)),
    )
    return _among(select(_OTHER.c.record).where(ruler != literal_column("''"), ours))  # as its index has it


def _within(above: Any, path: Any) -> ColumnElement[bool]:
    """Whether a unit is another, or above it."""
    within: ColumnElement[bool] = func.substr(path + "/", 1, func.length(above) + 1) == above + "/"
    return within


def _reminded(own: str, now_ms: int) -> ColumnElement[bool]:
    """One working day is left to accept, three to complete (1.3)."""
    soon = and_(DUE.c.unit == own, DUE.c.done_ms.is_(None), DUE.c.remind_ms <= now_ms, DUE.c.due_ms > now_ms)
    return _among(select(DUE.c.record).where(soon))


def _carded(now_ms: int) -> ColumnElement[bool]:
    """With a card that stands."""
    standing = and_(CARD.c.issued_ms.is_not(None), CARD.c.cleared_ms.is_(None), CARD.c.from_ms <= now_ms)
    return _among(select(CARD.c.record).where(standing))


def by_rows(db: Connection, rows: list[int], own: str, matter: str = "") -> list[Any]:
    """List rows of given records in scope, in the order given; of every matter where none is named."""
    # By record alone: where it may, SQLite goes through all of a matter instead.
    found = {row.record: row for row in db.execute(_told(own).where(FOLDED.c.record.in_(rows)))}
    return [found[row] for row in rows if row in found and matter in ("", found[row].matter)]
