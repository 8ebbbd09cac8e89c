"""Figures at a moment: what the store adds up, told by figure and group (product 1.4).

The present enters here: what has fallen due by now, which cards stand. Excluded records stand in a column of
their own beside each number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Connection

from node.errors import Usage
from node.iso import iso
from node.language import say
from node.store import facts as store
from node.store.facts import Asked
from sync_protocol.names import covers

from . import catalogue, groups
from .catalogue import Figure
from .groups import Group, Units
from .period import Period

MOST_IDS = 200_000  # facts told one by one in an answer; past it, narrow what is asked
Sums = dict[tuple[str, bool], int]  # (fact, excluded) → value
Behind = dict[tuple[str, bool], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Question:
    figures: Sequence[str] = ()
    by: str | None = None
    period: Period | None = None
    unit: str | None = None  # path
    ids: bool = False


def asked(question: Question, names: Iterable[str], units: Units, now_ms: int) -> Asked:
    """A unit is meant with all that is below it now, also by paths of before a move."""
    period = question.period
    found = Asked(
        sorted(set(names)), now_ms, period.start_ms if period else None, period.end_ms if period else None
    )
    unit = question.unit
    if unit is None:
        return found
    also = sorted(path for path, now in units.former.items() if covers(unit, now))
    but = sorted(path for path, now in units.former.items() if covers(unit, path) and not covers(unit, now))
    return replace(found, unit=unit, also=also, but=but)


def tell(db: Connection, question: Question, units: Units, now_ms: int) -> dict[str, Any]:
    """`figures` in all, and `items` by group. Raises Usage for what isn't known."""
    chosen = catalogue.chosen(question.figures)
    group = groups.read(question.by, units) if question.by else None
    sums = _sums(db, question, chosen, group, units, now_ms)
    behind = _behind(db, question, chosen, group, units, now_ms) if question.ids else {}
    return {
        "as_of": iso(now_ms),
        "period": _period(question.period),
        "unit": question.unit,
        "by": question.by,
        "figures": [_told(one, sums.get(None, {}), behind.get(None)) for one in chosen],
        "items": [] if group is None else _items(chosen, group, sums, behind),
        "next": None,
    }


def _period(period: Period | None) -> dict[str, str] | None:
    if period is None:
        return None
    return {"text": period.text, "first": period.first.isoformat(), "last": period.last.isoformat()}


def _items(
    chosen: Sequence[Figure],
    group: Group,
    sums: Mapping[str | None, Sums],
    behind: Mapping[str | None, Behind],
) -> list[dict[str, Any]]:
    here = [one for one in chosen if one.matter in group.matters]
    return [
        {
            "key": key,
            "label": group.label(key),
            "figures": [_told(one, sums[key], behind.get(key, {}) if behind else None) for one in here],
        }
        for key in sorted(one for one in sums if one is not None)
    ]


def _sums(
    db: Connection,
    question: Question,
    chosen: Sequence[Figure],
    group: Group | None,
    units: Units,
    now_ms: int,
) -> dict[str | None, Sums]:
    """Group's key → sums; under None those of all. What can't be told apart is in the latter alone."""
    grouped = {name for one in chosen if group and one.matter in group.matters for name in one.facts}
    plain = {name for one in chosen for name in one.facts} - grouped
    found: dict[str | None, Sums] = defaultdict(lambda: defaultdict(int))
    if grouped and group:
        called = cache(group.key)
        for row in store.totals(db, asked(question, grouped, units, now_ms), group.of):
            for key in (called(row.key), None):
                found[key][row.name, bool(row.excluded)] += row.value
    if plain:
        for row in store.totals(db, asked(question, plain, units, now_ms)):
            found[None][row.name, bool(row.excluded)] += row.value
    return found


def _told(figure: Figure, sums: Sums, behind: Behind | None) -> dict[str, Any]:
    top, bottom = figure.numerator, figure.denominator
    numerator = sums.get((top, False), 0)
    denominator = None if bottom is None else sums.get((bottom, False), 0)
    told: dict[str, Any] = {
        "id": figure.id,
        "name": figure.name,
        "unit": figure.unit,
        "numerator": numerator,
        "denominator": denominator,
        "value": figure.value(numerator, denominator),
        "excluded_numerator": sums.get((top, True), 0),
        "excluded_denominator": None if bottom is None else sums.get((bottom, True), 0),
        "numerator_id": top,
        "denominator_id": bottom,
        "counts_by": figure.counts_by,
        "source": figure.source,
    }
    if behind is not None:
        told["numerator_ids"] = behind.get((top, False), [])
        told["denominator_ids"] = [] if bottom is None else behind.get((bottom, False), [])
        told["excluded_ids"] = behind.get((bottom or top, True), [])
    return told


def _behind(
    db: Connection,
    question: Question,
    chosen: Sequence[Figure],
    group: Group | None,
    units: Units,
    now_ms: int,
) -> dict[str | None, Behind]:
    """The facts behind each number, one by one. Raises Usage (`too_large`)."""
    names = {name for one in chosen for name in one.facts}
    rows = store.behind(db, asked(question, names, units, now_ms), MOST_IDS + 1)
    if len(rows) > MOST_IDS:
        raise _too_many()
    found: dict[str | None, Behind] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        one = {"record": row.record.hex(), "unit": units.now(row.unit), "round": row.round,
               "at": iso(row.at_ms), "value": row.value}  # fmt: skip
        inside = group is not None and row.name.partition(".")[0] in group.matters
        for key in (None, group.key(_raw(group, row))) if inside and group else (None,):
            found[key][row.name, bool(row.excluded)].append(one)
    return found


def _raw(group: Group, row: Any) -> object:
    """A fact's key as the store groups by it."""
    if group.of == "unit":
        return row.unit
    local = row.at_ms + store.UTC8_MS
    times = {"hour": local // store.HOUR_MS % 24, "day": local // store.DAY_MS}
    return times[group.of] if group.of in times else row._mapping[f"by_{group.of}"] or ""


def _too_many() -> Usage:
    return Usage(
        say(f"逐条列出的超过 {MOST_IDS} 条，请缩小时段，或用 --figure 指定指标",
            f"more than {MOST_IDS} to list: narrow the period, or name figures by --figure"),
        code="too_large", hint="qiao stats --ids --period 2026-10 --figure tickets",
    )  # fmt: skip
