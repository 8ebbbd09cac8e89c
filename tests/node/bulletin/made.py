"""Contents made by hand: a province with so many cities and counties, every fact of every unit known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.bulletin.content import NO_LINE, Candle, Content, Sums, TopicRow, UnitRow, measures, version
from node.bulletin.issues import Issue

MEASURES = measures()
FACTS = tuple(sorted({name for one in MEASURES for name in (one.numerator, one.denominator) if name}))
P, CITY, COUNTY = "370000", "370000/370200", "370000/370200/370211"


def sums(excluded: dict[str, int] | None = None, **counted: int) -> Sums:
    """Facts by name, `_` for `.`; all others 0."""
    named = {name.replace(".", "_"): name for name in FACTS}
    given = {named[name]: value for name, value in counted.items()}
    apart = {named[name]: value for name, value in (excluded or {}).items()}
    return Sums(tuple(given.get(one, 0) for one in FACTS), tuple(apart.get(one, 0) for one in FACTS))


def kept(top: int, bottom: int, **more: int) -> Sums:
    return sums(ticket_complete_kept=top, ticket_complete_due=bottom, ticket_assigned=bottom, **more)


def unit(path: str, name: str = "某总工会", numbers: Sums | None = None, **more: Any) -> UnitRow:
    found = UnitRow(path, name, "2026-11-05T09:00:00+08:00", 0, numbers or sums())
    return replace(found, **more)


def content(*units: UnitRow, **more: Any) -> Content:
    """What is counted in all is the sum over the units."""
    own = unit(P, "山东省总工会", offline=NO_LINE, heard="")
    rows = units if any(one.path == P for one in units) else (own, *units)
    whole = sum((one.sums for one in rows), sums())
    found = Content(
        "2026-10", 1, "2026-11-05T09:30:00+08:00", P, "山东省总工会", version(MEASURES), "ab" * 32, 1234, FACTS,
        MEASURES,
        (whole, sums(), sums()), tuple(sorted(rows, key=lambda one: one.path)), (), (0,) * 24, (),
    )  # fmt: skip
    return replace(found, **more)


def topic(
    code: str, label: str = "", tickets: tuple[int, ...] = (1, 0, 0), calls: tuple[int, ...] = (0, 0, 0)
) -> TopicRow:
    return TopicRow(code, label, tickets, calls)


def candle(
    day: int = 1, first: int = 0, highest: int = 9, lowest: int = 0, last: int = 3, volume: int = 60
) -> Candle:
    return Candle(f"2026-10-{day:02d}", first, highest, lowest, last, volume)


def issue(number: int = 1, standing: str = "current", of: Content | None = None, **more: Any) -> Issue:
    found = Issue(
        number, standing, "0" * 32, f"{number}" * 64, "c" * 64, P, "山东省总工会", "ld01", "2026-11-05T09:31:00+08:00",
        "late_acts" if number > 1 else "", "", of or content(),
    )  # fmt: skip
    return replace(found, **more)


def province(cities: int = 16, counties: int = 15) -> Content:
    """260 offices and more, with long names, figures everywhere, and lines of every kind."""
    rows = []
    for city in range(cities):
        path = f"{P}/37{city:02d}00"
        rows.append(unit(path, f"第{city}市总工会", kept(city, 20), offline=city))
        for county in range(counties):
            name = "某某市某某区某某街道联合总工会职工服务中心" * (2 if county == 3 else 1)
            numbers = kept(county, 15, ticket_card_yellow=county, ticket_card_issued=county)
            rows.append(unit(f"{path}/37{city:02d}{county + 10}", name, numbers, offline=county - 1))
    topics = tuple(topic(f"legal/labour/t{at}", f"主题{at}", (at, 1, 2), (3, 2, 1)) for at in range(150))
    days = tuple(candle(day, day % 5, 10 + day, 0, day % 7, 100 + day) for day in range(1, 32))
    return content(*rows, topics=topics, candles=days, hours=tuple(range(24)))
