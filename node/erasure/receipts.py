"""Receipts for erasures: each holder signs one, each node says who is still missing (protocol 3.11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from conflict import erasure
from conflict.erasure import BY, COUNT, ERASED, FIELDS, GROUND
from conflict.state import Mark, Standing, State
from node.iso import iso
from node.matters.draft import Draft
from node.store import facts, folded, links, reading, records, settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.schema import Setting, table
from node.work import Work
from sync_protocol import clock
from sync_protocol.change import Act, parse_body
from sync_protocol.errors import BadChange

from . import exports
from .destruction import KNOWN, SCRUB, count, last_ms

_SETTING = table(Setting)


def owed(work: Work, record: int, state: State) -> list[Draft]:
    """The receipts that this node hasn't signed yet for orders that stand."""
    orders = erasure.orders(state)
    if not orders:
        return []
    told = {mark.data.get(BY) for mark in _receipts(state) if mark.unit == work.path}
    missing = [one for one in orders if one.id not in told]
    if missing:
        told |= set(_signed(work, record))
    return [
        Draft(ERASED, {BY: one.id, COUNT: count(work.db, one.id)}) for one in missing if one.id not in told
    ]


def _receipts(state: State) -> list[Mark]:
    return [mark for mark in state.marks.values() if mark.action == ERASED]


def _signed(work: Work, record: int) -> Iterator[bytes]:
    """Orders that this very node has receipted, whatever its unit's path was then."""
    rows = work.db.execute(
        select(CHANGE.c.body)
        .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .where(CHANGE.c.record == record, LOG.c.node == work.node, CHANGE.c.body.is_not(None))
    )
    for row in rows:
        try:
            body = parse_body(row.body)
        except BadChange:
            continue
        if isinstance(body, Act) and body.action == ERASED and isinstance(body.data.get(BY), bytes):
            yield body.data[BY]


# Telling


def status(db: Connection, record: bytes | None, retention_hours: int) -> dict[str, Any]:
    """Every erasure that is known here, or those of one record: `receipts`, `outstanding`."""
    names = reading.unit_names(db)
    items = [_item(db, order, name, names, retention_hours) for order, name in _known(db, record)]
    return {
        "items": [one for one in items if one is not None],
        "next": None,
        "receipts": [told for one in items if one is not None for told in one["receipts"]],
        "outstanding": sorted({unit for one in items if one is not None for unit in one["outstanding"]}),
        "clean": not settings.get(db, SCRUB),
    }


def _known(db: Connection, record: bytes | None) -> list[tuple[bytes, bytes]]:
    """(order, record id) of orders that stood here."""
    query = select(_SETTING.c.name, _SETTING.c.value).where(_SETTING.c.name.startswith(KNOWN))
    rows = db.execute(query.order_by(_SETTING.c.name))
    found = [(bytes.fromhex(row.name.removeprefix(KNOWN)), row.value) for row in rows]
    return [(order, name) for order, name in found if name and record in (None, name)]


def _item(
    db: Connection, order: bytes, name: bytes, names: dict[str, str], retention_hours: int
) -> dict[str, Any] | None:
    row = records.row_of(db, name)
    state = folded.state(db, row) if row is not None else None
    mark = next((one for one in erasure.orders(state) if one.id == order), None) if state else None
    if row is None or state is None or mark is None:
        return None
    receipts = [_receipt(name, one, names) for one in _receipts(state)
                if one.data.get(BY) == order and state.verdicts[one.id].standing is Standing.STANDS]  # fmt: skip
    now = facts.former(db)  # a receipt is of who signed it, wherever he stands since
    units = _holders(db, row, mark, now)
    at_ms = clock.to_ms(mark.time)
    until_ms = max(at_ms, last_ms(db, order) or 0)  # so long exports and backups had it
    return {
        "record": name.hex(),
        "order": order.hex(),
        "unit": mark.unit,
        "unit_name": names.get(mark.unit, mark.unit),
        "actor": mark.actor,
        "time": iso(at_ms),
        "ground": mark.data.get(GROUND),
        "fields": mark.data.get(FIELDS),
        "listed": mark.data.get(COUNT),
        "destroyed": count(db, order),
        "receipts": receipts,
        "outstanding": sorted(units - {now.get(one["unit"], one["unit"]) for one in receipts}),
        "exports": exports.before(db, until_ms),
        "backups_until": iso(until_ms + retention_hours * 3_600_000),
    }


def _receipt(record: bytes, mark: Mark, names: dict[str, str]) -> dict[str, Any]:
    return {
        "record": record.hex(),
        "change": mark.id.hex(),
        "unit": mark.unit,
        "unit_name": names.get(mark.unit, mark.unit),
        "time": iso(clock.to_ms(mark.time)),
        "destroyed": mark.data.get(COUNT),
    }


def _holders(db: Connection, record: int, order: Mark, now: Mapping[str, str]) -> set[str]:
    """Units whose receipt is due: those that the order names, as far as they have a node, this node itself,
    and every child that ever was given the record. `now`: path of before a move → path now."""
    units = {row.path: row for row in reading.units(db)}
    told = (one for one in order.data.get(erasure.UNITS) or [] if isinstance(one, str))
    named = {now.get(one, one) for one in told}
    found = {units[one].host or one for one in named if one in units}
    own = settings.get(db, "node")
    ever = links.delivered_to(db, record) | links.has_left(db, record)
    given = {row.node for row in links.peers(db) if row.id in ever}
    found |= {path for path, row in units.items() if row.node is not None and row.node in {own, *given}}
    return {path for path in found if path in units and units[path].node is not None}
