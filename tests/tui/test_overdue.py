from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from tui import overdue
from tui.listed import HEADING


def late(number: int, unit: str = "370000/370200", days: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "record": f"{number:032x}", "matter": "ticket", "number": f"N{number:03d}", "title": "拖欠工资", "unit": unit,
        "unit_name": {"370000/370200": "青岛市总工会"}.get(unit, "泰安市总工会"), "clock": "accept", "round": 1,
        "due": "2026-11-21T00:00:00+08:00", "overdue_seconds": days * 86400, "line_seconds": 0, "cards": [],
        "evidence": "青岛市总工会受理时限自 11-18 起，至 11-20 止，至今未办", **more,
    }  # fmt: skip


YELLOW = {"colour": "yellow", "standing": "standing", "issued": "2026-11-21T08:00:00+08:00", "objections": 1}
RED = {**YELLOW, "colour": "red", "standing": "cleared", "objections": 0}
ANSWER = {
    "items": [late(1), late(2, days=5, cards=[YELLOW, RED]), late(3, "370000/370900", 3, line_seconds=7200)],
    "offices": [{"unit": "370000/370900", "offline_days": 9}],
}


def shape(text: str = "", sort: str = "late", **how: bool) -> list[str]:
    rows = overdue.rows(ANSWER, text, sort, **how)
    return [row[HEADING].split()[0] if HEADING in row else row["number"] for row in rows]


def test_units_stand_in_the_order_of_their_worst_each_with_its_deadlines_beneath() -> None:
    assert shape() == ["青岛市总工会", "N002", "N001", "泰安市总工会", "N003"]
    assert shape(sort="line") == ["泰安市总工会", "N003", "青岛市总工会", "N001", "N002"]
    assert shape(sort="number", backwards=True) == ["泰安市总工会", "N003", "青岛市总工会", "N002", "N001"]


def test_a_heading_says_how_many_how_long_which_cards_and_how_old_the_numbers_are() -> None:
    heads = [row[HEADING] for row in overdue.rows(ANSWER, "", "late") if HEADING in row]
    assert "2 项超期" in heads[0] and "最长 5 天" in heads[0] and "有效牌 1 张" in heads[0]
    assert "离线 9 天" in heads[1]


@pytest.mark.parametrize(
    ("text", "found"), [("N001", 1), ("qd", 2), ("泰安", 1), ("受理", 3), ("370900", 1), ("没有", 0)]
)
def test_the_filter_finds_by_number_unit_initials_code_and_clock(text: str, found: int) -> None:
    assert len([one for one in shape(text) if one.startswith("N")]) == found


def test_a_folded_unit_has_its_heading_alone() -> None:
    rows = overdue.folded(overdue.rows(ANSWER, "", "late"), {"370000/370200"})
    assert [row.get(HEADING, "")[:3] or row["number"] for row in rows] == ["[+]", "[-]", "N003"]


def test_each_deadline_is_a_row_of_its_own_also_of_one_record() -> None:
    assert overdue.id_of(late(1)) != overdue.id_of(late(1, clock="complete")) != overdue.id_of(late(2))


def test_cards_that_stand_are_counted_and_each_is_told_with_where_it_stands() -> None:
    assert overdue.cards_text(ANSWER["items"][1]) == "黄1"
    told = "\n".join("".join(text for text, _ in line) for line in overdue.told(ANSWER["items"][1], 78))
    assert "至今未办" in told and "黄牌  有效" in told and "申诉 1 次" in told and "红牌  已销" in told


@pytest.mark.parametrize("width", [20, 60, 140])
def test_no_line_is_wider_than_asked_for_and_foreign_text_is_harmless(width: int) -> None:
    hostile = late(9, title="\x1b]0;x\x07[/b]" + "长" * 300, evidence="证" * 300 + "\x9b2J")
    for told in (overdue.told(hostile, width), overdue.told_record({**hostile, "cards": [YELLOW]}, width)):
        for line in told:
            text = "".join(piece for piece, _ in line)
            assert cell_len(text) <= width and "\x1b" not in text and "\x9b" not in text
