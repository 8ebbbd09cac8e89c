"""What an issue carries: it comes back as it went, within what a body may hold, and nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.bulletin import content as kept
from node.bulletin.content import MOST_TOPICS, MOST_UNITS, Sums
from node.errors import Damaged
from sync_protocol import cbor
from sync_protocol.change import Act
from sync_protocol.change import make as make_change
from sync_protocol.limits import MAX_BODY, MAX_BODY_ITEMS

from .made import CITY, FACTS, MEASURES, candle, content, province, sums, topic, unit


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=60))
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    assert kept.unpacked(kept.packed(numbers), len(numbers)) == tuple(numbers)


def test_zeros_take_no_room() -> None:
    assert (kept.packed((0, 0, 0)), kept.packed((0, 5, 0))) == ("", ",5,")


def test_what_was_frozen_comes_back_as_it_was() -> None:
    for one in (content(), province(), content(unit(CITY, numbers=sums({"ticket_registered": 2}, call_registered=9)),
                                               topics=(topic("legal"),), candles=(candle(),))):  # fmt: skip
        assert kept.read(one.month, cbor.decode(cbor.encode(kept.data(one)))) == one


def test_the_largest_there_can_be_fits_a_body() -> None:
    rows = [unit(f"370000/{at:06d}/{at:06d}", "某某市某某区某某街道总工会") for at in range(MOST_UNITS)]
    full = Sums(tuple(99_999 for _ in FACTS), (0,) * len(FACTS))
    while kept.fits(rows) and not all(row.sums == full for row in rows):
        at = next(at for at, row in enumerate(rows) if row.sums != full)
        rows[at] = replace(rows[at], sums=full)
    if not kept.fits(rows):
        rows[at] = replace(rows[at], sums=sums())
    assert (
        kept.fits(rows) and rows[260].sums == full
    )  # a province has 260 offices: with five digits in every place
    topics = tuple(
        topic(f"legal/labour/group/{at:04d}", "某某主题某某", (9999,) * 3, (9999,) * 3)
        for at in range(MOST_TOPICS)
    )
    data = kept.data(content(*rows, topics=topics, candles=tuple(candle(day) for day in range(1, 32))))
    assert not cbor.has_more(cbor.encode(data), MAX_BODY_ITEMS - 50)
    made = make_change(b"l" * 16, b"s" * 16, Act("bulletin/1", "publish", (), data, None))
    assert len(made.body) < MAX_BODY


def test_too_many_units_or_too_much_of_them_doesnt_fit() -> None:
    many = [unit(f"370000/{at:06d}") for at in range(MOST_UNITS + 1)]
    assert kept.fits(many[:-1]) and not kept.fits(many)
    assert not kept.fits([unit(f"370000/{at:06d}", "长" * 100) for at in range(550)])


def test_a_province_takes_some_tens_of_kilobytes() -> None:
    assert len(cbor.encode(kept.data(province()))) < 80_000


def _without(name: str) -> dict[str, Any]:
    found = kept.data(province(2, 2))
    del found[name]
    return found


WHOLE = kept.data(province(2, 2))


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_an_issue_that_lacks_anything_is_refused(name: str) -> None:
    with pytest.raises(Damaged) as told:
        kept.read("2026-10", _without(name))
    assert told.value.code == "bad_bulletin"


@pytest.mark.parametrize("name", sorted(WHOLE))
@pytest.mark.parametrize("value", [None, [], "x", -(2**62), {}, [[]], [["a"] * 6], ["1,2"], True, b"x"])
def test_an_issue_with_anything_odd_is_read_or_refused_and_nothing_else(name: str, value: Any) -> None:
    try:
        found = kept.read("2026-10", {**WHOLE, name: value})
    except Damaged:
        return
    assert kept.data(found)[name] == value


@pytest.mark.parametrize("month", [None, "", "2026-13", "2026-1", 202610, "２０２６-10", "2026-10\n"])
def test_a_month_that_is_none_is_refused(month: Any) -> None:
    with pytest.raises(Damaged):
        kept.read(month, WHOLE)


def test_the_version_of_the_catalogue_changes_with_what_a_figure_rests_on_alone() -> None:
    assert kept.version(MEASURES) == kept.version(list(MEASURES))
    other = (replace(MEASURES[0], numerator="ticket.registered"), *MEASURES[1:])
    assert kept.version(other) != kept.version(MEASURES)


def test_when_it_was_added_up_and_who_was_on_the_line_are_no_figures() -> None:
    one = content(unit(CITY, offline=3))
    later = replace(one, as_of="2026-12-01T00:00:00+08:00", frontier="cd" * 32, commits=9, issue=2)
    moved = replace(later, units=tuple(replace(row, offline=0, heard="") for row in later.units))
    assert one.same_figures(moved)
    assert not one.same_figures(replace(one, hours=(1,) * 24))
    assert not one.same_figures(content(unit(CITY, numbers=sums(call_registered=1))))
