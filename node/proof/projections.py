"""Everything that is shown of a record against a fresh fold of it: every table, every column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection

from conflict import fold as folding
from node import facts, refold, trust
from node.acts import acts
from node.matters import KINDS
from node.store import records as stored_records
from node.store import stale
from node.work import Work

from . import records
from .problems import Problem, problem
from .records import Range, Stored
from .shadow import Shadow, cast

MOST_SHOWN = 20  # of a lot, with the columns that differ; of more, the tables alone
_LOT = 100  # records folded before they are compared: as many lie in memory
_FIRST = (*sorted(facts.MATTERS), facts.LIST)  # on which others rest, in this order


def check(work: Work, among: Range) -> Iterator[Problem]:
    """Of a range of records: their bodies, and what is made of them. Those that are to be folded once more anyway
    (`stale`) are left out."""
    waits = frozenset(stale.every(work.db))
    found = records.stored(work.db, among)
    with cast(work.db) as shadow:
        _settle(work)
        first = among.first
        while lot := list(islice(found, _LOT)):
            beyond = lot[-1].row + 1 if len(lot) == _LOT else among.beyond
            yield from _lot(work, shadow, lot, waits, Range(first, beyond))
            first = beyond
        yield from _misfound(work.db, shadow, among, waits)


def check_units(work: Work) -> Iterator[Problem]:
    """The tree of units against the registry."""
    with cast(work.db) as shadow:
        trust.project_units(work.db, work.registry)
        for table in ("unit", "former"):
            if not shadow.whole(table):
                yield problem("projection", table)


def _settle(work: Work) -> None:
    """What others rest on, folded anew and gathered; it is compared with its range like any other."""
    for matter in _FIRST:
        for row in stored_records.rows_of_matter(work.db, matter):
            for one in records.stored(work.db, Range(row, row + 1)):
                _fold(work, one)
    facts.lists(work), facts.policy_now(work), facts.calendar_now(work)


def _lot(
    work: Work, shadow: Shadow, lot: Iterable[Stored], waits: frozenset[int], among: Range
) -> Iterator[Problem]:
    shadow.clear()
    named = {}
    left_out = set(waits)
    for one in lot:
        named[one.row] = one
        yield from records.faults(work, one)
        if one.matter in KINDS and one.matter != trust.MATTER:
            _fold(work, one)
        else:
            left_out.add(one.row)  # folded apart, or not at all
    for at, (row, tables) in enumerate(sorted(shadow.differing(*among).items())):
        if row not in left_out:
            yield _problem("projection", shadow, named.get(row), row, tables, shown=at < MOST_SHOWN)


def _fold(work: Work, one: Stored) -> None:
    kind = KINDS[one.matter]
    state = folding.fold(kind.matter, acts(work, one.name, one.changes))
    refold.save(work, one.row, one.name, kind, state, new=True)


def _problem(
    code: str, shadow: Shadow, one: Stored | None, row: int, tables: list[str], *, shown: bool
) -> Problem:
    columns = {table: shadow.columns(table, row) if shown else [] for table in tables}
    where = one.name.hex() if one else f"row {row}"
    commits = [change.commit.hex() for change in one.changes[-20:]] if one else []
    return problem(code, where, columns=columns, commits=list(dict.fromkeys(commits)))


def _misfound(db: Connection, shadow: Shadow, among: Range, waits: frozenset[int]) -> Iterator[Problem]:
    for row in sorted(shadow.misfound(*among) - waits):
        named = next(iter(records.stored(db, Range(row, row + 1))), None)
        if named is None or named.matter in KINDS:
            yield problem("search_index", named.name.hex() if named else f"row {row}")
