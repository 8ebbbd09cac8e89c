"""The exchange's record: what is read of a row, what is kept of a number, what has no row in the ledger."""

from __future__ import annotations

import json
from typing import Any

import pytest

from node import call_records
from node.csv_file import Row
from node.errors import Forbidden, Usage
from node.matters.border import Known
from tests.node.counter import OTHER, PHONE, call, lookup
from tests.node.erasure.files import erase, has
from tests.node.tree import Tree

NOW = 1_790_000_000_000  # 2026-09-21 21:33:20, Beijing
KNOWN = Known(NOW)
GOOD = {"start": "2026/9/21 21:05", "number": "138-0000-1111", "duration": "2:30"}


def parsed(**cells: str) -> dict[str, Any]:
    return call_records.parsed(Row(2, {**GOOD, **cells}, []), KNOWN)


def refused(**cells: str) -> str:
    with pytest.raises(Usage) as fault:
        parsed(**cells)
    return fault.value.text


def bring(tree: Tree, *rows: dict[str, Any], staff: str = "a") -> dict[str, Any]:
    return tree.do("p", "call_record.import", staff, rows=list(rows))


def test_a_row_gives_its_times_its_number_and_how_it_ended() -> None:
    found = parsed(result="接通", direction="呼入")
    assert (found["ended_ms"] - found["started_ms"], found["result"], found["direction"]) == (
        150_000,
        "answered",
        "in",
    )
    assert parsed(end="2026-09-21 21:06:00", duration="")["ended_ms"] - found["started_ms"] == 60_000
    assert parsed(duration="")["result"] == "no_answer"
    assert parsed(result="NO ANSWER")["result"] == parsed(result="no_answer")["result"] == "no_answer"
    assert parsed(number="匿名")["number"] == ""


@pytest.mark.parametrize(
    "cells",
    [{"start": "昨天"}, {"start": "2027-01-01 10:00"}, {"start": ""}, {"end": "2026-09-21 21:04"},
     {"end": "2026-09-23 21:04"}, {"duration": "-5"}, {"duration": "1:2:3:4"}, {"duration": "9" * 7},
     {"number": "1390000abcd"}, {"result": "谁知道"}, {"direction": "旁"}, {"operator": "长" * 65}],
)  # fmt: skip
def test_a_row_that_is_wrong_is_refused_and_says_why(cells: dict[str, str]) -> None:
    assert refused(**cells)


def test_a_reason_tells_no_number() -> None:
    assert "1390000" not in refused(number="1390000abcd")


def test_the_same_row_again_is_skipped_with_an_id_or_without(tree: Tree) -> None:
    one, other = parsed(), parsed(id="7")
    assert bring(tree, one, other, other) == {"imported": 2, "skipped": 1}
    assert bring(tree, one, other, parsed(id="8")) == {"imported": 1, "skipped": 2}


def test_no_number_stands_in_the_files_in_clear(tree: Tree) -> None:
    bring(tree, parsed(id="7", number=OTHER))
    assert has(tree, "p", OTHER, "9000022") == []
    assert tree.one("p", "SELECT number FROM call_record") == "139****2222"


def test_whoever_has_no_right_to_it_brings_nothing(tree: Tree) -> None:
    tree.do("p", "staff.add", id="h", name="乙", roles=["handler"], password="password1")
    with pytest.raises(Forbidden):
        bring(tree, parsed(), staff="h")
    with pytest.raises(Forbidden):
        tree.do("p", "call_record.import", None, rows=[parsed()])


def test_calls_without_a_row_are_listed_and_counted(tree: Tree) -> None:
    call(tree, worker_phone=PHONE, occurred="2026-09-21 21:06")
    call(tree, channel="visit")
    bring(
        tree, parsed(id="1"), parsed(id="2", number=OTHER), parsed(id="3", number=OTHER, duration="0"),
        parsed(id="4", direction="out"), parsed(id="5", start="2026-09-20 10:00"),
    )  # fmt: skip
    found = lookup(tree).unmatched()
    assert [one["number"] for one in found["items"]] == ["139****2222"]
    assert found["counts"] == {
        "incoming": 3, "answered": 2, "missed": 1, "in_ledger": 1, "not_in_ledger": 1, "ledger_alone": 0,
    }  # fmt: skip
    assert found["day"] == "2026-09-21"
    assert lookup(tree).unmatched("2026-09-20")["counts"]["not_in_ledger"] == 1
    assert OTHER not in json.dumps(found)


def test_a_row_that_the_exchange_knows_nothing_of_is_counted_apart(tree: Tree) -> None:
    call(tree, worker_phone=OTHER)
    bring(tree, parsed())
    assert lookup(tree).unmatched()["counts"]["ledger_alone"] == 1


def test_a_row_written_up_days_later_goes_with_its_call(tree: Tree) -> None:
    bring(tree, parsed())
    tree.later(20 * 24 * 3600 * 1000)
    call(tree, worker_phone=PHONE, occurred="2026-09-21 21:06")
    assert lookup(tree).unmatched("2026-09-21")["items"] == []


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2026-09-21 10:00"])
def test_a_day_that_is_none_is_refused(tree: Tree, day: str) -> None:
    with pytest.raises(Usage):
        lookup(tree).unmatched(day)


def test_an_erasure_of_the_last_record_with_a_number_blanks_it_here(tree: Tree) -> None:
    first, second = tree.register(), tree.register()
    bring(tree, parsed())
    erase(tree, "p", first, "worker_phone")
    assert tree.one("p", "SELECT number FROM call_record") == "138****1111"
    erase(tree, "p", second, "worker_phone")
    assert tree.one("p", "SELECT number FROM call_record") == ""
    assert tree.one("p", "SELECT count(*) FROM call_record WHERE token IS NULL") == 1
