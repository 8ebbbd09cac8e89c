"""The sheet as PDF: its text comes back, its font is inside, nothing is left out in silence."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from node.errors import Stale
from node.face import Node
from node.iso import CHINA
from node.page import Person
from node.paper import pdf
from node.paper.breaking import NEVER_FIRST, NEVER_LAST
from node.paper.leaf import Leaf
from node.paper.sheet import Grid, Sheet
from tests.node.tree import Tree

NOW = datetime(2026, 11, 21, 16, 10, tzinfo=CHINA)
WHO = Person("a", "甲", frozenset({"operator"}))


def _sheet(narrative: str = "拖欠工资", **more: object) -> Sheet:
    made = Sheet(
        "工会热线工单办理单",
        "370000-20261121-0001",
        "登记单位：山东省总工会",
        [("渠道", "电话")],
        [("诉求内容", narrative)],
        [Grid("承办情况", ("轮次", "单位"), (10, 90), [("1", "青岛市总工会")])],
        ("经办人", "日期"),
        "个人信息已打码",
    )
    for name, value in more.items():
        setattr(made, name, value)
    return made


def _read(made: Sheet) -> tuple[bytes, PdfReader]:
    out = io.BytesIO()
    pdf.write(out, made, NOW)
    return out.getvalue(), PdfReader(io.BytesIO(out.getvalue()))


def _text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_text_can_be_taken_out_again_and_the_file_is_small() -> None:
    raw, reader = _read(_sheet())
    text = _text(reader)
    for wanted in (
        "工会热线工单办理单",
        "370000-20261121-0001",
        "电话",
        "拖欠工资",
        "青岛市总工会",
        "经办人：",
        "第 1 页 共 1 页",
        "个人信息已打码",
    ):
        assert wanted in text
    assert len(raw) < 60_000


def test_it_is_a4_with_one_embedded_font_of_which_only_the_letters_used_are_kept() -> None:
    _, reader = _read(_sheet())
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (round(float(width)), round(float(height))) == (595, 842)
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    [font] = [one.get_object() for one in fonts.values()]
    below = font["/DescendantFonts"][0].get_object()
    assert "/FontFile2" in below["/FontDescriptor"].get_object() and "/ToUnicode" in font
    assert len(below["/FontDescriptor"].get_object()["/FontFile2"].get_object().get_data()) < 100_000


@pytest.mark.parametrize("letter", ["𠮷", "😀", "\u202e", "\u200b", "\x07", "한", "\ufffe"])
def test_a_letter_that_the_font_lacks_is_shown_by_its_number(letter: str) -> None:
    assert f"〔U+{ord(letter):04X}〕" in _text(_read(_sheet(f"前{letter}后"))[1])


def test_every_letter_of_gbk_is_in_the_font() -> None:
    pairs = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF) if low != 0x7F)
    letters = {text for pair in pairs if len(text := pair.decode("gbk", "ignore")) == 1}
    page = Leaf("")
    lacking = [one for one in letters if not page._has(one)]
    assert len(letters) > 21_000 and len(lacking) < 5


def test_a_narrative_of_60_000_letters_goes_over_pages_with_their_numbers() -> None:
    _, reader = _read(_sheet("干外墙保温，讲好一万四千六百六十元。" * 3_300))
    pages = len(reader.pages)
    assert pages > 20
    assert f"第 {pages} 页 共 {pages} 页" in reader.pages[-1].extract_text()
    assert _text(reader).replace("\n", "").count("元。") > 3_200


def test_a_text_without_a_blank_and_a_cell_that_is_long_break_within_the_page() -> None:
    grid = Grid("办理过程", ("摘要", "次"), (80, 20), [("x" * 3_000, "1")] * 3)
    _, reader = _read(_sheet("A" * 5_000, grids=[grid]))
    assert _text(reader).count("x") >= 9_000


def test_the_same_sheet_at_the_same_time_is_the_same_file() -> None:
    assert _read(_sheet())[0] == _read(_sheet())[0]


def test_a_node_prints_a_ticket_into_a_new_file_and_keeps_one_that_exists(tree: Tree, tmp_path: Path) -> None:
    number = tree.show("p", tree.register())["number"]
    tree.shut("p")
    out = tmp_path / "t.pdf"
    with Node.open(tree.base / "p") as node:
        done = node.print("ticket", number, out, WHO)
        assert done["path"] == str(out) and out.stat().st_mode & 0o777 == 0o600
        text = _text(PdfReader(out))
        assert "138****1111" in text and "13800001111" not in text
        with pytest.raises(Stale):
            node.print("ticket", number, out, WHO)


def test_no_line_of_the_sheet_begins_with_a_stop_and_no_number_is_torn(tmp_path: Path) -> None:
    """In a long text, in a short one beside its label, and in a narrow column."""
    text = "工地拖欠三个月工资，共10660.00元，电话138****1111；包工头（外地人）不接，公司说“再等等”。"
    made = _sheet(
        text * 12,
        pairs=[("用人单位", text)],
        grids=[Grid("经过", ("内容", "单位"), (30, 70), [(text, text)])],
    )
    lines = [line.strip() for line in _text(_read(made)[1]).splitlines() if line.strip()]
    assert not [line for line in lines if line[0] in NEVER_FIRST or line[-1] in NEVER_LAST]
    assert sum(line.count("10660.00") for line in lines) == "".join(lines).count("10660.00") >= 14
