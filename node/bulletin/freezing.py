"""A month added up: what a draft shows, and what an issue carries for good. Reads the database alone.

Everything is as of one moment: the months compared with, too, so that a late act of a county is in both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from node import digests
from node.deadlines.calendar import day_of
from node.errors import Usage
from node.figures import kline, offices, period
from node.figures.groups import Units
from node.figures.period import Period
from node.figures.statistics import Question, asked
from node.figures.tree import tree
from node.iso import iso
from node.language import say
from node.matters import codelist
from node.matters.codes import TOPIC, CodeList, shipped
from node.store import facts as store
from node.store import folded, reading
from sync_protocol.names import covers, depth

from .content import (
    MOST_TOPICS,
    NEVER,
    NO_LINE,
    OTHERS,
    Candle,
    Content,
    Numbers,
    Sums,
    TopicRow,
    UnitRow,
    fits,
    measures,
    version,
)

DEEPEST = 2  # tiers below the publishing unit that are told apart: cities and counties
TICKETS, CALLS = "ticket.registered", "call.registered"


class Counter:
    """Sums of the facts of this node, of one unit and all below it, as they hold at one moment."""

    def __init__(self, db: Connection, unit: str, now_ms: int) -> None:
        self.db, self.unit, self.now_ms = db, unit, now_ms
        self.units: Units = tree(db)
        self.figures = measures()
        used = {one.numerator for one in self.figures} | {one.denominator for one in self.figures}
        self.facts = tuple(sorted(used - {""}))
        self._place = {name: at for at, name in enumerate(self.facts)}

    def rows(self, span: Period, names: Iterable[str], by: str | None = None) -> list[store.Total]:
        question = Question(period=span, unit=self.unit)
        return store.totals(self.db, asked(question, names, self.units, self.now_ms), by)

    def sums(self, rows: Iterable[store.Total]) -> Sums:
        counted, excluded = [0] * len(self.facts), [0] * len(self.facts)
        for row in rows:
            (excluded if row.excluded else counted)[self._place[row.name]] += row.value
        return Sums(tuple(counted), tuple(excluded))


def freeze(db: Connection, own: bytes, unit: str, name: str, month: str, now_ms: int) -> Content:
    """`own`: this node's id; `unit`: its path. Raises Usage (`bad_period`) for what isn't a month, or isn't yet."""
    spans = months(month, now_ms)
    counter = Counter(db, unit, now_ms)
    return Content(
        month=month,
        issue=0,
        as_of=iso(now_ms),
        unit=unit,
        name=name,
        catalogue=version(counter.figures),
        frontier=digests.frontier(db),
        commits=reading.commits(db),
        facts=counter.facts,
        figures=counter.figures,
        totals=tuple(counter.sums(counter.rows(span, counter.facts)) for span in spans),
        units=_units(counter, spans[0], offices.told(db, own, unit, None, now_ms)),
        topics=_topics(counter, spans),
        hours=_hours(counter, spans[0]),
        candles=_candles(counter, spans[0]),
    )


def months(month: str, now_ms: int) -> tuple[Period, Period, Period]:
    """The month, the one before it, and the same of the year before. Raises Usage."""
    if not re.fullmatch(r"\d{4}-\d{2}", month, re.ASCII):
        text = say(
            f"月份应写作 2026-10，不是 {ascii(month[:40])}", f"a month is 2026-10, not {ascii(month[:40])}"
        )
        raise Usage(text, code="bad_period", hint="qiao bulletin --month 2026-10")
    found = period.read(month)
    if found.first > day_of(now_ms):
        raise Usage(say(f"{month} 还没有到", f"{month} hasn't begun"), code="bad_period",
                    hint=f"qiao bulletin --month {day_of(now_ms):%Y-%m}")  # fmt: skip
    before = found.first - timedelta(days=1)
    return found, period.read(f"{before:%Y-%m}"), period.read(f"{found.first.year - 1}-{month[5:]}")


def is_over(month: str, now_ms: int) -> bool:
    return period.read(month).end_ms <= now_ms


# Units


def _units(counter: Counter, span: Period, lines: Iterable[Mapping[str, Any]]) -> tuple[UnitRow, ...]:
    """Cities and counties, each with what is below it that isn't told apart; cities alone where they are too many."""
    told = {str(one["unit"]): one for one in lines}
    raw = counter.rows(span, counter.facts, "unit")
    found: tuple[UnitRow, ...] = ()
    for deep in range(DEEPEST, -1, -1):
        rolled = _rolled(counter, raw, told, deep)
        found = tuple(
            UnitRow(
                path, counter.units.names.get(path, ""), *_line(told.get(path)), counter.sums(rolled[path])
            )
            for path in sorted(rolled)
        )
        if fits(found):
            break
    return found


def _rolled(
    counter: Counter, raw: Iterable[store.Total], offices_: Iterable[str], deep: int
) -> dict[str, list[store.Total]]:
    """Path → what counts for it. Every office has a row, also one with nothing to count."""
    found: dict[str, list[store.Total]] = {counter.unit: []}
    for path in offices_:
        found.setdefault(_upper(path, counter.unit, deep), [])
    for row in raw:
        found.setdefault(_upper(counter.units.now(row.key), counter.unit, deep), []).append(row)
    return found


def _upper(path: str, own: str, deep: int) -> str:
    """The unit itself, or the one above it so many tiers below ours. One that isn't below us any more is ours."""
    if not covers(own, path):
        return own
    return "/".join(path.split("/")[: depth(own) + deep + 1])


def _line(office: Mapping[str, Any] | None) -> tuple[str, int]:
    if office is None:
        return "", NO_LINE
    days = office["offline_days"]
    return str(office["last_sync"] or office["newest"] or ""), NEVER if days is None else int(days)


# Topics, hours, days


def _topics(counter: Counter, spans: Iterable[Period]) -> tuple[TopicRow, ...]:
    found: dict[str, dict[str, list[int]]] = defaultdict(_nothing)
    for at, span in enumerate(spans):
        for row in counter.rows(span, (TICKETS, CALLS), "topic"):
            if not row.excluded:
                found[str(row.key)][row.name][at] += row.value
    for code in [above for one in found for above in _above(one)]:
        found.setdefault(code, _nothing())  # for its name
    ordered = sorted(found, key=lambda code: (-sum(map(sum, found[code].values())), code))
    kept = ordered if len(ordered) <= MOST_TOPICS else ordered[: MOST_TOPICS - 1]
    lists = codelist.from_states(_states(counter.db))
    labels = lists.get(TOPIC) or shipped()[TOPIC]
    rows = [_topic(code, _label(labels, code), [found[code]]) for code in sorted(kept)]
    if len(kept) < len(ordered):
        rows.append(_topic(OTHERS, "", [found[code] for code in ordered[len(kept) :]]))
    return tuple(rows)


def _nothing() -> dict[str, list[int]]:
    return {TICKETS: [0] * 3, CALLS: [0] * 3}


def _above(code: str) -> list[str]:
    levels = code.split("/")
    return ["/".join(levels[:deep]) for deep in range(1, len(levels))]


def _topic(code: str, label: str, several: Iterable[Mapping[str, list[int]]]) -> TopicRow:
    each = list(several)

    def added(name: str) -> Numbers:
        return tuple(sum(one[name][at] for one in each) for at in range(3))

    return TopicRow(code, label, added(TICKETS), added(CALLS))


def _label(labels: CodeList, code: str) -> str:
    return labels.codes[code].label if code in labels.codes else ""


def _states(db: Connection) -> list[Any]:
    found = (folded.state(db, row) for row in folded.open_records(db, codelist.LIST.name))
    return [one for one in found if one is not None]


def _hours(counter: Counter, span: Period) -> Numbers:
    found = [0] * 24
    for row in counter.rows(span, (CALLS,), "hour"):
        if not row.excluded:
            found[int(row.key)] += row.value
    return tuple(found)


def _candles(counter: Counter, span: Period) -> tuple[Candle, ...]:
    hours: dict[int, int] = {}
    for row in counter.rows(span, (CALLS,), "hours"):
        hours[row.key] = hours.get(row.key, 0) + row.value
    return tuple(
        Candle(one["bucket"], one["first"], one["highest"], one["lowest"], one["last"], one["volume"])
        for one in kline.candles(hours, "day", span, counter.now_ms)
    )
