"""What is left of acts that were erased with their record: links of the past, from the order's list.

An order may come before the commit that the record began with: its place is awaited, and the record is folded
again when the commit comes, though it brings no body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from conflict import erasure
from conflict.act import Act, Key, Presence, Text
from conflict.erasure import ACTION, AFTER, ID, MATTER, PLACE, SHORT
from node.store import records, settings
from node.store.chain import COMMIT, LOG
from node.store.records import Placed
from node.store.schema import Setting, table
from node.work import Work
from sync_protocol import commit as commits
from sync_protocol.commit import Header
from sync_protocol.names import short

_SETTING = table(Setting)
_AWAITED = "erasure begins "  # setting: with log and number of a commit behind it, the record's id
Items = Mapping[bytes, Mapping[int, Any]]
Texts = Mapping[bytes, Mapping[bytes, Text]]  # act → words (short id) → what they say


def erased(
    work: Work, record: bytes, acts: Sequence[Act], empty: Iterable[Placed], texts: Texts
) -> Iterator[Act]:
    """`empty`: changes of the record whose bodies were destroyed. The record's first act is looked for in the
    log, too, where its body never came: who registered a record is known from the header alone, so an order that
    doesn't count tells it as well. One who carried that out while it did would know it, and nobody else."""
    left = list(empty)
    orders = [act for act in acts if act.action == erasure.ERASE]
    if not left and not orders:
        return
    first = next((one for one in left if short(one.change) == record), None)
    known = any(act.id == record for act in acts)
    if first is None and not known:
        first = _first(work, record, orders)
        left = left + [first] if first is not None else left
    owner = next((act.unit for act in acts if act.id == record), "")
    if first is not None:
        owner = _unit(work, first)
    standing = (act for act in orders if act.presence is Presence.PRESENT)
    items = _items(act for act in standing if erasure.refusal(owner, act) is None)
    for one in left:
        name = short(one.change)
        yield _link(work, record, one, items.get(name, {}), tuple(texts.get(name, {}).values()))


def _items(orders: Iterable[Act]) -> Items:
    found: dict[bytes, Mapping[int, Any]] = {}
    for act in orders:
        told = erasure.read(act)
        for item in told.items if told is not None else ():
            found.setdefault(item[ID][:SHORT], item)
    return found


def _unit(work: Work, placed: Placed) -> str:
    return work.registry.path_for(placed.node, placed.unit)


def _link(work: Work, record: bytes, placed: Placed, item: Mapping[int, Any], texts: tuple[Text, ...]) -> Act:
    return Act(
        id=short(placed.change),
        key=Key(placed.time, placed.log, placed.seq, placed.place),
        unit=_unit(work, placed),
        actor=placed.actor,
        matter=str(item.get(MATTER, "")),
        action=str(item.get(ACTION, "")),
        data={},
        after=tuple(item.get(AFTER, ())),
        texts=texts,
        presence=Presence.ERASED,
        record=record,
    )


def _first(work: Work, record: bytes, orders: Iterable[Act]) -> Placed | None:
    """The record's first change by the place that an order names, if a commit there has it."""
    found = (_at(work, item) for item in _beginnings(record, orders))
    return next((one for one in found if one is not None), None)


def _beginnings(record: bytes, orders: Iterable[Act]) -> Iterator[Mapping[int, Any]]:
    """What the orders say of the record's first change, where they say its place."""
    for act in orders:
        told = erasure.read(act)
        yield from (
            item for item in (told.items if told is not None else ())
            if item[ID][:SHORT] == record and _is_place(item.get(PLACE))
        )  # fmt: skip


def _is_place(place: Any) -> bool:
    return isinstance(place, list | tuple) and [type(one) for one in place] == [bytes, int, int]


def _at(work: Work, item: Mapping[int, Any]) -> Placed | None:
    log, seq, index = item[PLACE]
    rows = work.db.execute(
        select(COMMIT.c.raw, COMMIT.c.commit, LOG.c.node)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .where(LOG.c.log == log, COMMIT.c.seq == seq)
    )
    for row in rows:
        header = commits.parse(row.raw).header
        if 0 <= index < len(header.changes) and header.changes[index] == item[ID]:
            return Placed(
                item[ID], None, None, "", header.time, log, seq, index, header.unit, header.actor, row.node,
                row.commit, False, 0, len(header.changes),
            )  # fmt: skip
    return None


def await_first(work: Work, record: bytes, acts: Sequence[Act]) -> None:
    """Remembers where the record begins, as long as nothing there is here."""
    if any(act.id == record for act in acts):
        return
    for item in _beginnings(record, (act for act in acts if act.action == erasure.ERASE)):
        log, seq, _ = item[PLACE]
        settings.put(work.db, _name(log, seq), record)
        work.facts.pop(_AWAITED, None)


def arrived(work: Work, header: Header) -> None:
    """A commit was stored: the record that began there, if one is awaited, is folded again."""
    if _AWAITED not in work.facts:
        rows = work.db.execute(select(_SETTING.c.name).where(_SETTING.c.name.startswith(_AWAITED)))
        work.facts[_AWAITED] = {row.name for row in rows}
    name = _name(header.log, header.seq)
    if name in work.facts[_AWAITED]:
        record = records.row_of(work.db, settings.get(work.db, name) or b"")
        work.again |= set() if record is None else {record}


def _name(log: bytes, seq: int) -> str:
    return f"{_AWAITED}{log.hex()} {seq}"
