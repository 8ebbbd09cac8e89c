"""Lines end where Chinese typography lets them."""

from __future__ import annotations

import pytest

from node.paper.breaking import NEVER_FIRST, NEVER_LAST, broken


def width(letter: str) -> float:
    return 1.0 if letter.isascii() else 2.0


def lines(text: str, room: float) -> list[str]:
    return broken(text, room, width).split("\n")


def test_a_stop_never_begins_a_line() -> None:
    assert lines("拖欠工资三月，未付", 12) == ["拖欠工资三", "月，未付"]
    assert lines("他说“不给”。走了", 8) == ["他说“不", "给”。走", "了"]


def test_an_opening_bracket_never_ends_one() -> None:
    assert lines("向青岛（市北区）反映", 8) == ["向青岛", "（市北", "区）反映"]


def test_a_number_and_a_latin_word_stay_whole() -> None:
    assert lines("电话13800001111多次", 14) == ["电话", "13800001111多", "次"]
    assert lines("于2026-11-30 07:32受理", 12) == ["于2026-11-30", "07:32受理"]
    assert lines("共10660.00元整", 10) == ["共10660.00", "元整"]


def test_a_text_that_fits_is_as_it_was_and_its_own_lines_stay() -> None:
    assert lines("第一行\n\n第二行", 100) == ["第一行", "", "第二行"]
    assert broken("", 10, width) == ""


def test_what_is_longer_than_a_line_is_cut_letter_by_letter() -> None:
    assert lines("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    assert lines("。" * 7, 6) == ["。。。", "。。。", "。"]


@pytest.mark.parametrize("room", [6, 7, 8, 9, 11, 15, 20])
def test_nothing_is_lost_nothing_is_too_wide_and_every_line_begins_and_ends_well(room: float) -> None:
    text = (
        "王某（二〇二六年“三月”入职）称：用人单位，拖欠1066000分；电话138****1111，未果！《劳动法》第50条。"
    )
    found = lines(text, room)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(sum(map(width, line)) <= room for line in found)
    if room >= 15:
        assert not any(line[0] in NEVER_FIRST or line[-1] in NEVER_LAST for line in found)
