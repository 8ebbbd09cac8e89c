"""The ticket's deadlines and breaches against a table reckoned by hand from product 1.2 and 1.3.

Each row of `deadline_cases.csv` is a history of acts, in UTC+8, and one clock of one unit: when it falls due
(`paused` while it stands still, `none` where there is no such clock), and which card it calls for by the
moment `seen`. Units: province P, cities C and D, county C1 below C. `story` counts the days so that a reader
can check them; a due instant is changed only where counting again by hand shows the row to be wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conflict.act import Act, Key
from conflict.fold import fold
from node.deadlines import Calendar, Policies, shipped
from node.deadlines.calendar import from_years, shipped_years
from node.deadlines.policies import from_states
from node.matters import KINDS
from node.matters.draft import Draft, Due
from sync_protocol import clock
from tests.node.matters.scene import C2, FIELDS, RECORD, TICKET, C, Office, P, Scene, X, ms

Row = dict[str, str]
UNITS = {"P": P, "C": C, "D": C2, "C1": X}
COLOURS = ("red", "yellow")
DAY_MS = 24 * 60 * 60 * 1000
NUMBERS = {"days", "round"}
BY_ITSELF = {"receive", "advance"}  # signed by the unit's node, with data that it finds itself
MORE: dict[str, dict[str, Any]] = {  # what a verb asks for, and no deadline rests on
    "decline": {"text": "不在本单位"},
    "submit": {"text": "已办结"},
    "ask": {"text": "需要更多时间"},
    "rework": {"text": "督办退回"},
    "suspend": {"outcome": "grant"},
}


def _rows() -> list[Row]:
    with Path(__file__).with_name("deadline_cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = _rows()
NAMES = [f"{row['nr']}-{row['clock']}" for row in ROWS]
SEEN = [row for row in ROWS if row["seen"]]


def moment(text: str) -> int:
    """`2026-03-12T24:00`, UTC+8, as unix ms; 24:00 is the end of that day."""
    day, _, time = text.partition("T")
    return ms(f"{day} 00:00") + DAY_MS if time == "24:00" else ms(f"{day} {time}")


def acts(row: Row) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """When, who, what, and its data."""
    for text in row["acts"].split(";"):
        when, who, act, *pairs = text.split()
        data: dict[str, Any] = {}
        for name, _, value in (pair.partition("=") for pair in pairs):
            data[name] = int(value) if name in NUMBERS else value
        yield when, who, act, data


class Desk(Office):
    """Every unit in turn; nothing is signed by itself, since receipts and the like stand in the table."""

    def react(self) -> None:
        pass

    def add(self, act: str, data: dict[str, Any]) -> None:
        if "unit" in data:
            data["unit"] = UNITS[data["unit"]]
        if act == "register":
            clear = data.pop("region") == "yes"
            left_out = () if clear else ("workplace_region",)
            fields = {name: value for name, value in FIELDS.items() if name not in left_out}
            self.do("register", **{**fields, **data})
        elif act in BY_ITSELF:
            drafts = TICKET.reactions(self.state, self.desk("system"))
            self.sign([one for one in drafts if one.action == act][:1], "system")
        elif act in ("card", "lead"):
            self.sign([Draft(act, {"round": 1, **data})], "system" if act == "card" else "li")
        elif act == "assign":
            self.do("dispatch", co=[data["unit"]])
        else:
            self.do(act.replace("_", "-"), **MORE.get(act, {}), **self.given(act, data))

    def given(self, act: str, data: dict[str, Any]) -> dict[str, Any]:
        if act == "submit":
            return {**data, "resolved": data["resolved"] == "yes"}
        if act == "rework":
            return {name: value for name, value in data.items() if name != "round"}
        return data


def history(row: Row) -> Desk:
    desk = Desk(Scene(), P, bytes([1]) * 16)
    for when, who, act, data in acts(row):
        desk.scene.now = moment(when)
        desk.unit = UNITS[who]
        before = len(desk.acts)
        desk.add(act, data)
        assert len(desk.acts) > before, f"{act} at {when} wrote nothing"
    return desk


def calendar(row: Row) -> Calendar:
    """`shipped`, or `none for YEAR`: without that year's."""
    if row["calendar"] == "shipped":
        return shipped()
    without = int(row["calendar"].removeprefix("none for "))
    return from_years((year, days) for year, days in shipped_years().items() if year != without)


def policies(row: Row) -> Policies:
    """`accept_days=2 signed 2026-03-02T10:00`: one record of the root."""
    if not row["policy"]:
        return Policies()
    changed, _, when = row["policy"].partition(" signed ")
    name, _, value = changed.partition("=")
    key = Key(clock.from_ms(moment(when)), b"l", 1, 0)
    act = Act(RECORD, key, P, "wang", "policy/1", "set", {name: int(value)}, (), record=RECORD)
    return from_states([fold(KINDS["policy"].matter, [act])])


def dues(row: Row, desk: Desk) -> list[Due]:
    return TICKET.dues(desk.state, policies(row), calendar(row))


def of_row(row: Row, clock: str, round: int, unit: str) -> bool:
    return (clock, round, unit) == (row["clock"], int(row["round"]), UNITS[row["unit"]])


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_every_clock_falls_due_when_the_reckoning_by_hand_says(row: Row) -> None:
    found = [one for one in dues(row, history(row)) if of_row(row, one.clock, one.round, one.unit)]
    if row["due"] == "none":
        assert found == []
    elif row["due"] == "paused":
        assert [one.paused for one in found] == [True]
    else:
        assert [(one.due_ms, one.paused) for one in found] == [(moment(row["due"]), False)]


@pytest.mark.parametrize("row", SEEN, ids=[f"{row['nr']}-{row['clock']}" for row in SEEN])
def test_every_clock_calls_for_the_card_that_the_reckoning_by_hand_says(row: Row) -> None:
    seen = moment(row["seen"])
    assert all(moment(when) <= seen for when, *_ in acts(row)), "nothing is known before it was done"
    desk = history(row)
    called = {
        one.colour for one in TICKET.cards(desk.state, dues(row, desk), calendar(row))
        if of_row(row, one.clock, one.round, one.unit) and one.from_ms is not None and one.from_ms <= seen
    }  # fmt: skip
    assert next((one for one in COLOURS if one in called), "none") == row["breach"]


def test_the_table_covers_every_clock_and_says_each_case_once() -> None:
    assert {row["clock"] for row in ROWS} == {"forward", "accept", "decline", "complete", "rework"}
    assert [row["nr"] for row in ROWS] == [str(nr) for nr in range(1, len(ROWS) + 1)]
    asked = [(row["clock"], row["unit"], row["round"], row["acts"], row["calendar"], row["policy"], row["seen"])
             for row in ROWS]  # fmt: skip
    assert len(asked) == len(set(asked))
