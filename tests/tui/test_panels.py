from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rich.cells import cell_len

from tui import panels, periods
from tui.figures import Sum
from tui.panels import View
from tui.pictures.ink import ASCII, BLOCKS

P, C, T = "370000", "370000/370200", "370000/370900"
VIEW = View(
    periods.of("day", date(2026, 11, 30)), P, P, datetime(2026, 11, 30, 4, tzinfo=UTC), "completed_in_time",
    "按时办结率", BLOCKS, {P: "山东省总工会", C: "青岛市总工会", T: "泰安市总工会"},
)  # fmt: skip


def figure(id: str, numerator: int, denominator: int | None = None) -> dict[str, Any]:
    unit = "count" if denominator is None else "percent"
    return {"id": id, "name": f"指标{id}", "unit": unit, "numerator": numerator, "denominator": denominator}


def answers(view: View) -> dict[panels.Ask, dict[str, Any]]:
    hours = [{"key": "08", "figures": [figure("calls", 12), figure("tickets", 3)]}]
    volume = {"figures": [figure("calls", 1203), figure("tickets", 86)], "items": hours}
    this, alike, whole = panels.compare_asks(view)
    units = [
        {"key": key, "figures": [figure("completed_in_time", 1, n)]} for n, key in enumerate((P, C, T), 1)
    ]
    candle = {"first": 1, "highest": 9, "lowest": 0, "last": 3, "volume": 50, "complete": True}
    return {
        panels.volume_ask(view): volume,
        this: {"figures": [figure("calls", 110), figure("completed", 9, 10)]},
        alike: {"figures": [figure("calls", 100), figure("completed", 8, 10)]},
        whole: {"figures": [figure("calls", 140), figure("completed", 8, 10)]},
        panels.rank_ask(view, panels.compared(view)): {"items": units, "offices": []},
        panels.kline_ask(view): {
            "bucket": "day", "items": [{"bucket": f"2026-11-{day:02d}", **candle} for day in range(1, 31)]
        },
    }  # fmt: skip


def text(lines: list[Any]) -> str:
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("width", "height"), [(77, 20), (97, 26), (137, 41)])
def test_the_overview_fits_its_room_and_says_the_same_in_ascii(width: int, height: int, plain: bool) -> None:
    for drawn in (BLOCKS, ASCII):
        view = replace(VIEW, ink=drawn, plain=plain)
        found = text(panels.overview(view, answers(view), width, height))
        assert max(map(cell_len, found.split("\n"))) <= width
        assert "指标calls" in found and "+10%" in found and "+10.0 个百分点" in found
        assert ("██" in found) is (drawn is BLOCKS and not plain)


def test_where_there_is_room_four_panels_stand_beside_each_other() -> None:
    found = text(panels.overview(VIEW, answers(VIEW), 137, 41))
    assert "按时办结率 排名" in found and "K线" in found and "青岛市总工会" in found
    assert "排名" not in text(panels.overview(VIEW, answers(VIEW), 97, 26))
    asked = panels.overview_asks(VIEW, 137, 41)
    assert set(asked) == set(answers(VIEW)) and len(panels.overview_asks(VIEW, 97, 26)) == 4


def test_the_table_has_the_very_figures_of_the_picture() -> None:
    table = panels.volume_table(VIEW, answers(VIEW)[panels.volume_ask(VIEW)])
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["08"] == ("12", "3") and rows["09"] == ("0", "0") and rows["13"] == ("", "")


def test_a_day_is_compared_as_part_of_its_month_with_as_much_of_the_last() -> None:
    texts = [dict(one.how)["period"] for one in panels.compare_asks(VIEW)]
    assert texts == ["2026-11", "2026-10-01..2026-10-30", "2026-10"]


@pytest.mark.parametrize(
    ("this", "before", "told"),
    [
        (Sum("count", 110), Sum("count", 100), "+10%"),
        (Sum("count", 5), Sum("count", 0), ""),
        (Sum("percent", 1, 2), Sum("percent", 3, 4), "-25.0 个百分点"),
        (Sum("percent", 0, 0), Sum("percent", 3, 4), ""),
    ],
)
def test_a_change_has_its_sign_and_none_where_nothing_can_be_compared(
    this: Sum, before: Sum, told: str
) -> None:
    assert panels.change(this, before) == told
