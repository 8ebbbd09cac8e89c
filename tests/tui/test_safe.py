"""Every way out of `tui.safe`: what leaves it is visible, and its width is known."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.color import Color

from tests.tui.hostile import FAMILIES, FORBIDDEN
from tui import safe

TEXTS = st.text(st.characters() | st.sampled_from(FORBIDDEN), max_size=40)


def harmless(text: str) -> bool:
    return not set(text) & set(FORBIDDEN) - {"\n"}


@pytest.mark.parametrize("family", FAMILIES)
def test_no_hostile_text_keeps_a_control(family: str) -> None:
    for text in FAMILIES[family]:
        assert harmless(safe.block(text)), ascii(text[:80])
        for one in (safe.line(text), safe.cell(text)):
            assert harmless(one) and "\n" not in one, ascii(text[:80])


@given(TEXTS)
def test_every_text_becomes_visible_characters_whose_cells_add_up(text: str) -> None:
    found = safe.block(text)
    assert harmless(found)
    assert all(get_character_cell_size(char) > 0 for char in found if char != "\n")
    for line in found.split("\n"):
        assert cell_len(line) == sum(map(get_character_cell_size, line))


@given(TEXTS)
def test_a_table_cell_holds_no_character_of_ambiguous_width(text: str) -> None:
    assert all(unicodedata.east_asian_width(char) != "A" for char in safe.cell(text))


@given(TEXTS)
def test_what_is_safe_already_stays_as_it_is(text: str) -> None:
    once = safe.block(text)
    assert safe.block(once) == once


def test_a_control_is_shown_by_its_number() -> None:
    assert safe.line("\x1b]52") == "‹U+001B›]52"
    assert safe.line("\u202e") == "‹U+202E›"
    assert safe.line("\ud800") == "‹U+D800›"


def test_ordinary_chinese_text_is_untouched() -> None:
    text = "工地拖欠三个月工资，共10660元。"
    assert safe.cell(text) == safe.line(text) == safe.block(text) == text


def test_quotation_marks_and_dots_have_stand_ins_in_cells() -> None:
    assert safe.cell("“欠薪”…①→") == '"欠薪"..(1)->'


def test_the_last_wall_drops_what_was_typed_and_keeps_the_rest() -> None:
    [segment] = safe.Wall().apply([Segment("工\x1b]0;x\x07\u202e资")], Color(0, 0, 0))
    assert segment.text == "工]0;x资"


@pytest.mark.parametrize("char", [char for char in FORBIDDEN if char != "\u0301"])
def test_the_last_wall_lets_no_control_through_and_changes_no_width(char: str) -> None:
    [segment] = safe.Wall().apply([Segment(f"工{char}资")], Color(0, 0, 0))
    assert char not in segment.text and segment.text[0] == "工"
    assert cell_len(segment.text) == cell_len(f"工{char}资")


@pytest.mark.parametrize(
    "text", ["👨\u200d👩\u200d👧家", "1\ufe0f\u20e3", "ස\u0dca\u200dරී", "❤\ufe0f\u200d🔥心"]
)
def test_a_typed_text_whose_joins_are_dropped_keeps_its_cells(text: str) -> None:
    [segment] = safe.Wall().apply([Segment(text)], Color(0, 0, 0))
    assert cell_len(segment.text) == cell_len(text) and "\u200d" not in segment.text
