"""What an issue carries (docs/bulletin.md): sums of facts by unit and topic, as coded data. Pure.

A row's numbers are one text, `12,,3`: an empty place is 0. So 260 offices with 45 facts each are 1,600 CBOR items and
60 KB, where integers would be past what a body may hold (protocol 3.2). Receivers check nothing: `read` does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from node.errors import Damaged
from node.figures.catalogue import UNITS, Figure, catalogue
from node.language import say

MATTERS = ("call", "ticket")  # whose figures it has
SPANS = 3  # the month, the month before it, the same month of the year before
MOST_UNITS = 600  # with 300 topics some 6,000 items of 8,192
MOST_LETTERS = 180_000  # of all units: with the topics below 256 KiB
MOST_TOPICS = 300
OTHERS = "*"  # code of the row of all topics past the most
NEVER, NO_LINE = -1, -2  # days offline of who was never heard; of who has no line of its own to us
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Of each fact, in the order of `Content.facts`: what counts, and what was excluded."""

    counted: Numbers
    excluded: Numbers

    def __add__(self, other: Sums) -> Sums:
        return Sums(_added(self.counted, other.counted), _added(self.excluded, other.excluded))


def _added(one: Numbers, other: Numbers) -> Numbers:
    return tuple(a + b for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What counted for a unit itself; units too deep to be told apart are in the one above. `heard`: ISO, of its line,
    or of what it last signed; `offline`: whole days at `as_of`, or NEVER, NO_LINE."""

    path: str
    name: str
    heard: str
    offline: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class TopicRow:
    """Tickets, and calls, in each of the three spans."""

    code: str
    label: str
    tickets: Numbers
    calls: Numbers


@dataclass(frozen=True, slots=True)
class Candle:
    day: str  # ISO
    first: int
    highest: int
    lowest: int
    last: int
    volume: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure as it was declared then. `numerator`, `denominator`: facts; `unit`: of its value."""

    id: str
    unit: str
    numerator: str
    denominator: str  # "": none


@dataclass(frozen=True, slots=True)
class Content:
    month: str  # 2026-10
    issue: int  # 0 of a draft
    as_of: str  # ISO
    unit: str  # path
    name: str
    catalogue: str  # digest of the declarations, 16 hex digits
    frontier: str  # digest of the frontier (protocol 3.5) at which it was added up, hex
    commits: int
    facts: tuple[str, ...]
    figures: tuple[Measure, ...]
    totals: tuple[Sums, ...]
    units: tuple[UnitRow, ...]
    topics: tuple[TopicRow, ...]
    hours: Numbers  # calls by hour of day
    candles: tuple[Candle, ...]

    def same_figures(self, other: Content) -> bool:
        """But for when it was added up, by what, and who was on the line then."""
        return _bare(self) == _bare(other)


def _bare(one: Content) -> Content:
    units = tuple(replace(row, heard="", offline=0) for row in one.units if any(_all(row.sums)))
    return replace(one, issue=0, as_of="", name="", frontier="", commits=0, units=units)


def _all(sums: Sums) -> Numbers:
    return sums.counted + sums.excluded


def declared() -> tuple[Figure, ...]:
    """The figures that a bulletin made now has, in the order of the catalogue."""
    return tuple(one for one in catalogue() if one.matter in MATTERS)


def measures() -> tuple[Measure, ...]:
    return tuple(Measure(one.id, one.unit, one.numerator, one.denominator or "") for one in declared())


def version(figures: Iterable[Measure]) -> str:
    """Of the catalogue: equal where the same figures rest on the same facts."""
    told = json.dumps([asdict(one) for one in figures], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def fits(units: Sequence[UnitRow]) -> bool:
    """Whether a body holds them beside everything else (protocol 3.2)."""
    letters = (
        len(row.path) + len(row.name.encode()) + 40 + sum(map(len, _written(row.sums))) for row in units
    )
    return len(units) <= MOST_UNITS and sum(letters) <= MOST_LETTERS


# As an act's data


def data(one: Content) -> dict[str, Any]:
    """Without the month, which is the record's."""
    return {
        "issue": one.issue,
        "as_of": one.as_of,
        "unit": one.unit,
        "name": one.name,
        "catalogue": one.catalogue,
        "frontier": one.frontier,
        "commits": one.commits,
        "facts": list(one.facts),
        "figures": [[each.id, each.unit, each.numerator, each.denominator] for each in one.figures],
        "totals": [_written(sums) for sums in one.totals],
        "units": [[row.path, row.name, row.heard, row.offline, *_written(row.sums)] for row in one.units],
        "topics": [
            [row.code, row.label, packed(row.tickets), packed(row.calls)] for row in one.topics
        ],
        "hours": list(one.hours),
        "candles": [
            [row.day, packed((row.first, row.highest, row.lowest, row.last, row.volume))]
            for row in one.candles
        ],
    }  # fmt: skip


def _written(sums: Sums) -> list[str]:
    return [packed(sums.counted), packed(sums.excluded)]


def packed(numbers: Sequence[int]) -> str:
    """`12,,3`; empty where all are 0."""
    return ",".join(str(one) if one else "" for one in numbers) if any(numbers) else ""


def unpacked(text: Any, count: int) -> Numbers:
    """Raises ValueError."""
    if text == "":
        return (0,) * count
    parts = _text(text).split(",")
    if len(parts) != count or not all(part == "" or _NUMBER.fullmatch(part) for part in parts):
        raise ValueError("numbers")
    return tuple(int(part or 0) for part in parts)


def read(month: Any, found: Mapping[str, Any]) -> Content:
    """Of an act's data, whoever wrote it. Raises Damaged `bad_bulletin`."""
    try:
        return _read(_month(month), found)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        text = say("这一期通报的内容读不懂", "the content of this issue can't be read")
        raise Damaged(text, code="bad_bulletin", hint="qiao --as STAFF bulletin list") from fault


def _read(month: str, found: Mapping[str, Any]) -> Content:
    facts = tuple(_text(one) for one in _list(found["facts"], 500))
    count = len(facts)
    figures = tuple(_measure(row, facts) for row in _list(found["figures"], 500))
    totals = tuple(_sums(row, count) for row in _list(found["totals"], SPANS))
    hours = tuple(_whole(one) for one in _list(found["hours"], 24))
    if len(totals) != SPANS or len(hours) != 24:
        raise ValueError("spans")
    return Content(
        month, _whole(found["issue"]), _text(found["as_of"]), _text(found["unit"]), _text(found["name"]),
        _text(found["catalogue"]), _text(found["frontier"]), _whole(found["commits"]), facts, figures, totals,
        tuple(_unit(row, count) for row in _list(found["units"], 5_000)),
        tuple(_topic(row) for row in _list(found["topics"], 5_000)), hours,
        tuple(_candle(row) for row in _list(found["candles"], 31)),
    )  # fmt: skip


def _measure(row: Any, facts: Sequence[str]) -> Measure:
    name, unit, numerator, denominator = map(_text, row)
    if unit not in UNITS or numerator not in facts or (denominator and denominator not in facts):
        raise ValueError("figure")
    return Measure(name, unit, numerator, denominator)


def _sums(row: Any, count: int) -> Sums:
    counted, excluded = row
    return Sums(unpacked(counted, count), unpacked(excluded, count))


def _unit(row: Any, count: int) -> UnitRow:
    path, name, heard, offline, *sums = row
    return UnitRow(_text(path), _text(name), _text(heard), _whole(offline), _sums(sums, count))


def _topic(row: Any) -> TopicRow:
    code, label, tickets, calls = row
    return TopicRow(_text(code), _text(label), unpacked(tickets, SPANS), unpacked(calls, SPANS))


def _candle(row: Any) -> Candle:
    day, numbers = row
    first, highest, lowest, last, volume = unpacked(numbers, 5)
    return Candle(_text(day), first, highest, lowest, last, volume)


def _month(found: Any) -> str:
    if not _MONTH.fullmatch(_text(found)):
        raise ValueError("month")
    return str(found)


def _list(found: Any, most: int) -> list[Any]:
    if not isinstance(found, list) or len(found) > most:
        raise ValueError("list")
    return found


def _text(found: Any) -> str:
    if not isinstance(found, str) or len(found) > 20_000:
        raise TypeError("text")
    return found


def _whole(found: Any) -> int:
    if type(found) is not int:
        raise TypeError("number")
    return found
