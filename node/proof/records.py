"""The bodies, record by record: each is what was signed, and lies under the record that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from conflict.erasure import ERASE
from node.erasure import destruction
from node.intake import ALONE
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.prepared import Prepared, given
from node.store.records import PLACED, RECORD, Placed
from node.work import Work
from sync_protocol.change import Act, Body, change_id
from sync_protocol.errors import BadChange
from sync_protocol.names import short

from .problems import Problem, problem

LENGTH = 1_000  # record rows of a range
_RANGE = Prepared(
    PLACED.add_columns(CHANGE.c.salt, CHANGE.c.record)
    .where(CHANGE.c.record >= given("first"), CHANGE.c.record < given("beyond"))
    .order_by(None)
    .order_by(CHANGE.c.record, COMMIT.c.time, LOG.c.log, COMMIT.c.seq, CHANGE.c.place)
)
_NAMED = Prepared(
    select(RECORD.c.id, RECORD.c.record, RECORD.c.matter)
    .where(RECORD.c.id >= given("first"), RECORD.c.id < given("beyond"))
    .order_by(RECORD.c.id)
)


class Range(NamedTuple):
    """Record rows from `first` to before `beyond`."""

    first: int
    beyond: int


class Stored(NamedTuple):
    """A record with all that is here of it, in the order of 3.7, and the salts."""

    row: int
    name: bytes
    matter: str
    changes: Sequence[Placed]
    salts: Sequence[bytes | None]


def ranges(db: Connection) -> list[Range]:
    """All of them; the last one without an end, for what has no record."""
    last = int(db.execute(select(func.max(RECORD.c.id))).scalar() or 0)
    firsts = [*range(1, last + 1, LENGTH)] or [1]
    return [Range(at, at + LENGTH) for at in firsts[:-1]] + [Range(firsts[-1], 2**62)]


def count(db: Connection, among: Range) -> int:
    query = select(func.count()).where(RECORD.c.id >= among.first, RECORD.c.id < among.beyond)
    return int(db.execute(query).scalar_one())


def stored(db: Connection, among: Range) -> Iterator[Stored]:
    """Every record of the range, in the order of their rows."""
    rows = _RANGE(db, first=among.first, beyond=among.beyond)
    found = {record: list(several) for record, several in groupby(rows, key=lambda row: row.record)}
    for named in _NAMED(db, first=among.first, beyond=among.beyond):
        yield _stored(named, found.get(named.id, []))


def _stored(named: Any, rows: list[Any]) -> Stored:
    return Stored(
        named.id, named.record, named.matter, [Placed(*row[:-2]) for row in rows], [row.salt for row in rows]
    )


def faults(work: Work, record: Stored) -> Iterator[Problem]:
    """What is wrong with the bodies of one record; what is read of them the fold takes over from `work.bodies`."""
    acts: dict[bytes, Act] = {}
    last: dict[bytes, Placed] = {}  # of each commit: those of two branches lie between each other
    for one, salt in zip(record.changes, record.salts, strict=True):
        if one.body is not None:
            yield from _of_body(work, record, one, salt, last.get(one.commit), acts)
        last[one.commit] = one
    if record.matter and acts and all(record.matter != _matter(act) for act in acts.values()):
        yield problem("record_mismatch", record.name.hex(), matter=record.matter)
    orders = {name for name, act in acts.items() if act.action == ERASE}
    for one in record.changes:
        if one.body is None and one.fault != ALONE:
            yield from _of_absent(work, record, one, orders)


def _matter(act: Act) -> str:
    return act.matter.partition("/")[0]


def _of_absent(work: Work, record: Stored, one: Placed, orders: set[bytes]) -> Iterator[Problem]:
    """An order's list doesn't name all that it destroys: what is concurrent with it goes as well, and words that it
    meets when they arrive. But it is one about this record; or was, and what it destroyed nobody has any more."""
    order = destruction.order_of(work.db, short(one.change))
    if order is None and not orders:
        yield problem("body_missing", record.name.hex(), commit=one.commit, change=one.change)
    elif order is not None and order not in orders:
        yield problem(
            "erased_unordered", record.name.hex(), commit=one.commit, change=one.change, order=order
        )


def _of_body(
    work: Work, record: Stored, one: Placed, salt: bytes | None, before: Placed | None, acts: dict[bytes, Act]
) -> Iterator[Problem]:
    assert one.body is not None, "asked only of what is here"
    where = {"commit": one.commit, "change": one.change}
    if change_id(one.log, salt or b"", one.body) != one.change:
        yield problem("body_mismatch", record.name.hex(), **where)
    try:
        body = work.bodies.keep(one.body)
    except BadChange as fault:
        if not one.fault:
            yield problem("fault_mismatch", record.name.hex(), fault=fault.code, **where)
        return
    if isinstance(body, Act):
        acts[short(one.change)] = body
    if not _is_under(record, one, body, before):
        yield problem("record_mismatch", record.name.hex(), **where)


def _is_under(record: Stored, one: Placed, body: Body, before: Placed | None) -> bool:
    """An act names its record, or begins it; words lie with the act before them, those alone by themselves."""
    if isinstance(body, Act):
        return one.of is None and record.name == (body.record or short(one.change))
    if one.fault == ALONE:
        return record.name == short(one.change)
    follows = before is not None and before.place == one.place - 1
    return one.of == body.of and follows and before is not None and short(before.change) == body.of
