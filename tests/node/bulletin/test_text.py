"""Markdown and the lines of a terminal: tables hold whatever the names are, pictures are within their width."""

from __future__ import annotations

import re

import pytest

from node.bulletin import text
from node.bulletin.content import Candle
from node.bulletin.report import report
from node.commands.shown import cells

from .made import CITY, candle, content, issue, kept, province, unit


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    evil = "a|b\n| --- |\r[x](javascript:y) <b> `c` \u202e"
    lines = list(text.markdown(report(content(unit(CITY, evil, kept(1, 1), offline=9)))))
    assert not any("\n" in line or "\u202e" in line for line in lines)
    widths = []
    for line in lines:
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(set(widths)) == 1
            widths = []
    assert not any(re.search(r"(?<!\\)\[x", line) or re.search(r"(?<!\\)<b", line) for line in lines)


def test_a_draft_is_the_second_thing_said() -> None:
    lines = list(text.markdown(report(content())))
    assert lines[0].startswith("# ") and "草稿" in lines[2]


def test_the_terminal_s_tables_are_as_wide_as_it_is_and_no_wider() -> None:
    made = report(province(3, 3), issue(), [issue()])
    lines = list(text.lines(made, 100))
    kept_within = [line for line in lines if not line.startswith(("各项", "单位的", "按“", "经", "线路情况"))]
    assert max(map(cells, kept_within)) <= 100
    assert any("离线 2 天" in line for line in text.lines(made))


@pytest.mark.parametrize(
    ("one", "drawn"),
    [
        (candle(1, first=0, highest=47, lowest=0, last=47), "=" * 48),
        (candle(1, first=47, highest=47, lowest=0, last=0), "#" * 48),
        (candle(1, first=10, highest=47, lowest=0, last=12), "-" * 10 + "===" + "-" * 35),
        (candle(1, volume=0), ""),
    ],
)
def test_a_day_is_drawn_from_its_quietest_hour_to_its_busiest(one: Candle, drawn: str) -> None:
    scale = candle(2, highest=47)
    line = list(text.candle_lines([one, scale]))[1]
    assert line[30:].strip() == drawn


def test_hours_without_calls_have_no_bar() -> None:
    assert list(text.hour_lines((0,) * 24)) == [f"{at:02d}       0" for at in range(24)]
    assert list(text.hour_lines((0,) * 23 + (5,)))[-1] == "23       5  " + "#" * text.WIDEST


def test_an_empty_month_is_told() -> None:
    assert any("总体情况" in line for line in text.lines(report(content())))
