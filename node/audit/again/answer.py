"""What `audit stats` answers: both implementations, and beside them what was published (product 1.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from node.errors import Usage
from node.figures import catalogue, period
from node.figures.groups import Units
from node.figures.period import Period
from node.language import say

from . import comparing, second
from .second import Counted, Key, Span, Told

Published = Mapping[str, Any]
_NAMES = ("numerator", "denominator", "excluded_numerator", "excluded_denominator")


@dataclass(frozen=True, slots=True)
class Asked:
    period: Period | None
    by: str | None
    published: Published | None
    now_ms: int


def asked(text: str | None, by: str | None, published: Published | None, now_ms: int) -> Asked:
    """What was published is counted at the moment and for the period that it names. Raises Usage."""
    if by is not None and by not in second.GROUPS:
        known = " ".join(second.GROUPS)
        raise Usage(
            say(f"复算只能按 {known} 分列", f"figures are computed again by {known} alone"),
            code="unknown_dimension", hint="qiao audit stats --by unit",
        )  # fmt: skip
    if published is None:
        return Asked(None if text is None else period.read(text), by, None, now_ms)
    if text is not None or by is not None:
        raise _not_published(say("--published 自己写明时段", "what was published names its own period"))
    try:
        as_of = (
            int(datetime.fromisoformat(published["as_of"]).timestamp()) * 1000 + 999
        )  # told in whole seconds
        named = published["period"]
        figures = {str(one["id"]): {name: one[name] for name in _NAMES} for one in published["figures"]}
        whole = published["unit"] is None and published["by"] is None
        span = None if named is None else period.read(named["text"])
    except (KeyError, TypeError, ValueError) as fault:
        raise _not_published(
            say("不是 qiao stats --json 的结果", "it isn't what qiao stats --json says")
        ) from fault
    if not whole or not figures:
        raise _not_published(say("须是全部单位、不分列的", "it has to be of all units, and not told apart"))
    return Asked(span, None, published, as_of)


def _not_published(why: str) -> Usage:
    return Usage(say(f"不能拿来比较：{why}", f"that can't be compared: {why}"), code="not_published",
                 hint="qiao --as STAFF stats --period 2026-10 --ids --json > FILE")  # fmt: skip


def told(db: Connection, folder: Path, units: Units, wanted: Asked) -> dict[str, Any]:
    how = wanted.period, wanted.by, wanted.now_ms
    with both(db, folder, units, *how) as (first, counted):
        found = comparing.compare(db, first, counted, *how)
        return found if wanted.published is None else _beside(found, wanted, counted)


@contextmanager
def both(
    db: Connection, folder: Path, units: Units, period: Period | None, by: str | None, now_ms: int
) -> Iterator[tuple[comparing.First, Counted]]:
    """The two at the same time: the one is SQLite's work, the other DuckDB's."""
    with ThreadPoolExecutor(1) as aside:
        first = aside.submit(comparing.first_of, db, units, period, by, now_ms)
        with second.counted(folder) as counted:
            yield first.result(), counted


def _beside(found: dict[str, Any], wanted: Asked, counted: Counted) -> dict[str, Any]:
    """With what was published; of what it lists record by record, the tickets of which it says something else."""
    assert wanted.published is not None, "told only beside it"
    public = {one["id"]: one for one in wanted.published["figures"]}
    for figure in found["figures"]:
        one = public.get(figure["id"])
        figure["published"] = None if one is None else {name: one[name] for name in _NAMES}
        figure["agree"] = figure["agree"] and figure["published"] in (None, figure["second"])
    differences, more = _by_ticket(found, public, wanted, counted)
    return {**found, "agree": all(one["agree"] for one in found["figures"]),
            "differences": [*found["differences"], *differences], "more": found["more"] + more}  # fmt: skip


def _by_ticket(
    found: Mapping[str, Any], public: Mapping[str, Published], wanted: Asked, counted: Counted
) -> tuple[list[dict[str, Any]], int]:
    """Of figures that differ from what was published with its records: which records."""
    period = wanted.period
    span = Span(wanted.now_ms, period.start_ms if period else None, period.end_ms if period else None)
    listed: dict[str, Counter[Key]] = {}
    for figure in found["figures"]:
        one = public.get(figure["id"], {})
        if figure["published"] in (None, figure["second"]):
            continue
        for part in ("numerator", "denominator"):
            name = figure[f"{part}_id"]
            if f"{part}_ids" in one and name is not None:
                listed[name] = _listed(name, one[f"{part}_ids"])
    if not listed:
        return [], 0
    theirs = {key: Told(value, 0, 0) for several in listed.values() for key, value in several.items()}
    ours = _by_record(counted.rows(span, sorted(listed)))
    differences, more = comparing.told(catalogue.catalogue(), theirs, ours, counted, comparing.MOST)
    return [{**one, "unit": None, "published": one["first"], "first": None} for one in differences], more


def _by_record(facts: Mapping[Key, Told]) -> dict[Key, Told]:
    """What was published names units by their paths of now, and no instants; what is excluded it lists apart."""
    found: Counter[Key] = Counter()
    for key, told in facts.items():
        if not key.excluded:
            found[Key(key.name, key.record, "", False)] += told.value
    return {key: Told(value, 0, 0) for key, value in found.items()}


def _listed(name: str, rows: Any) -> Counter[Key]:
    found: Counter[Key] = Counter()
    try:
        for row in rows:
            found[Key(name, str(row["record"]), "", False)] += int(row["value"])
    except (KeyError, TypeError, ValueError) as fault:
        raise _not_published(say("所列的记录读不懂", "the records that it lists can't be read")) from fault
    return found
