"""Both implementations side by side: what each says of a figure, and of which tickets they say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.figures import catalogue, statistics
from node.figures.catalogue import Figure
from node.figures.groups import Units
from node.figures.period import Period
from node.iso import iso
from node.store import compared
from node.store.facts import Asked

from .second import NOTHING, Counted, Key, Print, Span, Told

MOST = 1_000  # differences told one by one
Facts = Mapping[Key, Told]


@dataclass(frozen=True, slots=True)
class First:
    """What the first implementation says: its answer, and what tells of which records that is."""

    told: dict[str, Any]
    prints: set[Print]


def first_of(db: Connection, units: Units, period: Period | None, by: str | None, now_ms: int) -> First:
    names = {name for one in catalogue.catalogue() for name in one.facts}
    told = statistics.tell(db, statistics.Question(by=by, period=period), units, now_ms)
    return First(told, {Print(*row) for row in compared.prints(db, asked(_span(period, now_ms), names))})


def _span(period: Period | None, now_ms: int) -> Span:
    return Span(now_ms, period.start_ms if period else None, period.end_ms if period else None)


def compare(
    db: Connection, one: First, second: Counted, period: Period | None, by: str | None, now_ms: int
) -> dict[str, Any]:
    """`figures` by both, `items` by a group, `differences` by ticket."""
    span, first, chosen = _span(period, now_ms), one.told, catalogue.catalogue()
    figures, odd = agree(db, one, second, period, now_ms)
    differences, more = _differences(db, second, span, chosen, odd)
    return {
        **{name: first[name] for name in ("as_of", "period", "by")},
        "agree": all(one["agree"] for one in figures),
        "figures": figures,
        "items": [] if by is None else _items(chosen, first, second.sums(span, by)),
        "differences": differences,
        "more": more,
    }


def agree(
    db: Connection, one: First, second: Counted, period: Period | None, now_ms: int
) -> tuple[list[dict[str, Any]], set[str]]:
    """The figures by both, and the facts of which they don't say the same of the same records."""
    span, chosen = _span(period, now_ms), catalogue.catalogue()
    sums, names = second.sums(span), {name for each in chosen for name in each.facts}
    ids = compared.rows(db, {each.matter for each in chosen})
    other = {row for row in second.prints(span, ids) if row.name in names}
    odd = {row.name for row in one.prints ^ other}
    figures = [_figure(each, told, sums, "") for each, told in zip(chosen, one.told["figures"], strict=True)]
    for told in figures:
        told["agree"] = told["agree"] and not odd & {told["numerator_id"], told["denominator_id"]}
    return figures, odd


def _figure(
    figure: Figure, told: Mapping[str, Any], sums: Mapping[tuple[str, str, bool], int], key: str
) -> dict[str, Any]:
    names = ("numerator", "denominator", "excluded_numerator", "excluded_denominator")
    first = {name: told[name] for name in names}
    top, bottom = figure.numerator, figure.denominator
    second = {
        "numerator": sums.get((key, top, False), 0),
        "denominator": None if bottom is None else sums.get((key, bottom, False), 0),
        "excluded_numerator": sums.get((key, top, True), 0),
        "excluded_denominator": None if bottom is None else sums.get((key, bottom, True), 0),
    }
    return {
        "id": figure.id, "name": figure.name, "unit": figure.unit, "value": told["value"],
        "numerator_id": top, "denominator_id": bottom, "first": first, "second": second, "agree": first == second,
    }  # fmt: skip


def _items(
    chosen: Sequence[Figure], first: Mapping[str, Any], sums: Mapping[tuple[str, str, bool], int]
) -> list[dict[str, Any]]:
    """Groups that either of the two has."""
    told = {item["key"]: {one["id"]: one for one in item["figures"]} for item in first["items"]}
    nothing = dict.fromkeys(("numerator", "excluded_numerator"), 0)
    found = []
    for key in sorted(told.keys() | {key for key, *_ in sums}):
        figures = [
            _figure(one, told.get(key, {}).get(one.id) or _none(one, nothing), sums, key) for one in chosen
        ]
        found.append({"key": key, "agree": all(one["agree"] for one in figures), "figures": figures})
    return found


def _none(figure: Figure, nothing: Mapping[str, int]) -> dict[str, Any]:
    bottom = None if figure.denominator is None else 0
    return {**nothing, "denominator": bottom, "excluded_denominator": bottom, "value": None}


# By ticket


def asked(span: Span, names: Iterable[str]) -> Asked:
    return Asked(sorted(names), span.now_ms, span.start_ms, span.end_ms)


def _differences(
    db: Connection, second: Counted, span: Span, chosen: Sequence[Figure], odd: set[str]
) -> tuple[list[dict[str, Any]], int]:
    """Those that are told, and how many others there are. Fact by fact: they may be of very many records."""
    found: list[dict[str, Any]] = []
    more = 0
    for name in sorted(odd):
        first = {Key(*row[:4]): Told(*row[4:]) for row in compared.by_record(db, asked(span, [name]))}
        several, others = told(chosen, first, second.rows(span, [name]), second, MOST - len(found))
        found, more = found + several, more + others
    return found, more


def told(
    chosen: Sequence[Figure], first: Facts, second: Facts, counted: Counted, most: int
) -> tuple[list[dict[str, Any]], int]:
    """Of each ticket of which the two say something else, what they say, and of when: so many, and how many others."""
    keys = sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))
    shown = keys[:most]
    numbers = counted.numbers(sorted({key.record for key in shown}))
    found = [
        {
            "figure": _figure_of(chosen, key.name), "fact": key.name, "ticket": numbers.get(key.record, key.record),
            "record": key.record, "unit": key.unit, "excluded": key.excluded,
            "first": one.value, "second": other.value, "first_at": _at(one), "second_at": _at(other),
        }
        for key in shown
        for one, other in [(first.get(key, NOTHING), second.get(key, NOTHING))]
    ]  # fmt: skip
    return found, len(keys) - len(shown)


def _at(one: Told) -> str | None:
    return iso(one.at_ms) if one.value else None


def _figure_of(chosen: Sequence[Figure], fact: str) -> str:
    """One that it is the numerator of, else one whose denominator it is."""
    found = [one.id for one in chosen if one.numerator == fact] or [
        one.id for one in chosen if one.denominator == fact
    ]
    return found[0]
