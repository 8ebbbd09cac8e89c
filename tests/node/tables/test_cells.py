"""One row by its MAP, and what is wrong with it, at its field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from node.matters import KINDS
from node.tables import cells, mapping
from node.tables.mapping import Map
from node.tables.reading import Formula, Row

FIELDS = mapping.takes(KINDS["ticket"])
TODAY = date(2026, 11, 21)


def _made(given: Map, **row: Any) -> cells.Made:
    return cells.made(Row(2, row), given, FIELDS, TODAY)


def _value(name: str, raw: Any, **more: Any) -> Any:
    found = _made(Map({"x": name, "id": "external_id"}, **more), x=raw, id="1")
    return found.data[name] if not found.faults else found.faults[0].code


def test_columns_of_one_text_are_joined_and_fixed_values_come_under_them() -> None:
    given = Map(
        {"a": "narrative", "b": "narrative", "c": "channel"},
        ("n",),
        "p-",
        {"channel": "web", "class": "enquiry"},
    )
    assert _made(given, b="二", a="一", c="phone", n=7).data == {
        "narrative": "一\n二", "channel": "phone", "class": "enquiry", "external_id": "p-7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "fen"),
    [
        ("1,234.50", 123450),
        ("￥12", 1200),
        ("12.5元", 1250),
        (12.34, 1234),
        (7, 700),
        ("0.10", 10),
        ("1.000", 100),
        ("９", 900),
    ],
)
def test_yuan_becomes_whole_fen(raw: Any, fen: int) -> None:
    assert _value("amount_claimed", raw, yuan=frozenset({"x"})) == fen


@pytest.mark.parametrize("raw", ["一千", "12.345", "1e3", "-5", "1,23", "", "12 34"])
def test_an_amount_that_is_no_number_is_told(raw: str) -> None:
    assert _value("amount_claimed", raw, yuan=frozenset({"x"})) == "bad_value"


@pytest.mark.parametrize(
    ("raw", "found"),
    [("2020/1/9 10:00:00", "2020-01-09 10:00"), ("2020/1/9", "2020-01-09"), (datetime(2020, 1, 9), "2020-01-09"),
     ("2099/1/9", "future_date"), ("2026/11/22", "future_date"), ("2026/11/21", "2026-11-21"), ("9 Jan", "bad_date")],
)  # fmt: skip
def test_a_date_is_read_by_its_formats_and_never_in_the_future(raw: Any, found: str) -> None:
    assert _value("narrative", raw, dates={"x": ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d")}) == found


def test_values_are_translated_and_the_rest_by_the_star() -> None:
    table = {"class": {"投诉": "resolution_request", "*": "feedback"}}
    assert _value("class", " 投诉 ", values=table) == "resolution_request"
    assert _value("class", "点赞", values=table) == "feedback"


@pytest.mark.parametrize("raw", [37021119900101123, 3.7e16, "1.38E+10", "3.70211E+17"])
def test_a_long_number_that_a_sheet_has_rounded_is_never_taken_for_the_number(raw: Any) -> None:
    assert _value("worker_id_number", raw) == "lost_digits"


def test_a_formula_is_told_and_not_worked_out() -> None:
    assert _value("narrative", Formula("=1+1")) == "formula"


def test_the_quote_of_an_export_comes_off() -> None:
    assert _value("employer_name", "'=cmd") == "=cmd"
    assert _value("employer_name", "'引号") == "'引号"


def test_a_row_without_an_id_is_told() -> None:
    assert [one.code for one in _made(Map({"a": "narrative"}, ("n",)), a="x").faults] == ["no_external_id"]
    assert [one.code for one in _made(Map({"a": "narrative"}), a="x").faults] == ["no_external_id"]


def test_everything_wrong_is_told_and_nothing_personal_stands_in_a_reason() -> None:
    given = Map(
        {"电话": "worker_phone", "金额": "amount_claimed", "n": "external_id"}, yuan=frozenset({"金额"})
    )
    found = _made(given, 电话="1.38E+10", 金额="很多", n="1")
    assert [(one.field, one.code) for one in found.faults] == [
        ("worker_phone", "lost_digits"), ("amount_claimed", "bad_value"),
    ]  # fmt: skip
    assert not any("1.38" in one.reason for one in found.faults)
