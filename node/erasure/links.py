"""What is left of acts that were erased with their record: links of the past, from the order's list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from conflict import erasure
from conflict.act import Act, Key, Presence, Text
from conflict.erasure import ACTION, AFTER, ID, MATTER, PLACE, SHORT
from node.store.chain import COMMIT, LOG
from node.store.records import Placed
from node.work import Work
from sync_protocol import commit as commits
from sync_protocol.names import short

Items = Mapping[bytes, Mapping[int, Any]]
Texts = Mapping[bytes, Mapping[bytes, Text]]  # act → words (short id) → what they say


def erased(
    work: Work, record: bytes, acts: Sequence[Act], empty: Iterable[Placed], texts: Texts
) -> Iterator[Act]:
    """`empty`: changes of the record whose bodies were destroyed. The record's first act is looked for in the
    log, too, where its body never came: who registered a record is known from the header alone."""
    left = list(empty)
    orders = [act for act in acts if act.action == erasure.ERASE and act.presence is Presence.PRESENT]
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
    items = _items(act for act in orders if erasure.refusal(owner, act) is None)
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
    for act in orders:
        told = erasure.read(act)
        for item in told.items if told is not None else ():
            found = _at(work, item) if item[ID][:SHORT] == record else None
            if found is not None:
                return found
    return None


def _at(work: Work, item: Mapping[int, Any]) -> Placed | None:
    place = item.get(PLACE)
    if not isinstance(place, list | tuple) or [type(one) for one in place] != [bytes, int, int]:
        return None
    log, seq, index = place
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
