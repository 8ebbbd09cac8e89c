"""A sheet as PDF: A4, one embedded font of which only the letters used are kept, text that can be copied out.

A letter that the font lacks is shown by its number, never left out.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from unicodedata import category

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from fpdf.util import Padding

from .breaking import broken
from .sheet import Grid, Sheet

FONT = Path(__file__).with_name("data") / "wqy-microhei.ttf"
MARGIN = 16.0  # mm
LINE = 5.6
EDGE, SLACK = 1.2, 0.4  # mm between a cell's border and its text; what a border itself takes
BODY, SMALL, HEAD = 10.0, 8.5, 17.0  # points
GREY, WHITE = (236, 236, 236), (255, 255, 255)
_NAME = "hei"
_PAIRS, _TEXTS = (18, 32, 18, 32), (18, 82)  # shares of the columns


class _Page(FPDF):
    """With the foot on every page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.add_font(_NAME, fname=FONT)
        font = self.fonts[_NAME]
        assert isinstance(font, TTFFont), "it was added from a file"
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 8)
        self._known = frozenset(font.cmap)
        self._widths: dict[tuple[str, float], float] = {}

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font(_NAME, size=7.5)
        self.cell(self.epw * 0.86, 4, self.fitting(self._foot))
        self.cell(0, 4, f"第 {self.page_no()} 页 共 {{nb}} 页", align="R")

    def filled(self, text: str, room: float) -> str:
        """What the font has, with its lines ended where they may; `room`: mm, the cell's own edges included."""
        return broken(self.fitting(text), room - 2 * EDGE - SLACK, self._width)

    def _width(self, letter: str) -> float:
        key = (letter, self.font_size_pt)
        if key not in self._widths:
            self._widths[key] = self.get_string_width(letter)
        return self._widths[key]

    def fitting(self, text: str) -> str:
        """What the font has; the rest by its number."""
        return "".join(
            letter if self._has(letter) else f"〔U+{ord(letter):04X}〕" for letter in text.replace("\t", " ")
        )

    def _has(self, letter: str) -> bool:
        """What turns or hides text is shown as well."""
        return letter == "\n" or ord(letter) in self._known and category(letter) not in ("Cc", "Cf")


def write(file: BinaryIO, made: Sheet, printed: datetime) -> None:
    page = _Page(made.foot)
    page.set_creation_date(printed)
    page.set_title(made.number)
    page.set_lang("zh-CN")
    page.add_page()
    _head(page, made)
    _pairs(page, made.pairs)
    _texts(page, made.texts)
    for grid in made.grids:
        _grid(page, grid)
    _signatures(page, made.signatures)
    page.output(file)


def _head(page: _Page, made: Sheet) -> None:
    page.set_font(_NAME, size=HEAD)
    page.multi_cell(0, 10, page.fitting(made.title), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(_NAME, size=BODY)
    for one in (f"编号：{made.number}", made.subtitle):
        page.multi_cell(
            0, LINE, page.filled(one, page.epw), wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
    page.ln(2)


def _table(page: _Page, shares: tuple[int, ...], **how: Any) -> Any:
    return page.table(
        col_widths=shares, line_height=LINE, wrapmode=WrapMode.CHAR, borders_layout=TableBordersLayout.ALL,
        padding=Padding(0.6, EDGE, 0.6, EDGE), text_align="LEFT", **how,
    )  # fmt: skip


def _rooms(page: _Page, shares: tuple[int, ...]) -> list[float]:
    """Widths of a table's columns, mm."""
    return [page.epw * share / sum(shares) for share in shares]


def _label() -> FontFace:
    return FontFace(fill_color=GREY)


def _pairs(page: _Page, pairs: list[tuple[str, str]]) -> None:
    """Two a line."""
    page.set_font(_NAME, size=BODY)
    rooms = _rooms(page, _PAIRS)
    with _table(page, _PAIRS, first_row_as_headings=False) as table:
        for at in range(0, len(pairs), 2):
            row = table.row()
            for label, value in (*pairs[at : at + 2], *[("", "")] * (2 - len(pairs[at : at + 2]))):
                row.cell(page.filled(label, rooms[0]), style=_label())
                row.cell(page.filled(value, rooms[1]))


def _texts(page: _Page, texts: list[tuple[str, str]]) -> None:
    """Over as many pages as they need: a row of a table doesn't go over the end of one."""
    for label, value in texts:
        page.set_font(_NAME, size=BODY)
        if len(value) < 120 and "\n" not in value:
            rooms = _rooms(page, _TEXTS)
            with _table(page, _TEXTS, first_row_as_headings=False) as table:
                row = table.row()
                row.cell(page.filled(label, rooms[0]), style=_label())
                row.cell(page.filled(value, rooms[1]))
            continue
        page.set_fill_color(*GREY)
        page.cell(0, LINE + 1, page.fitting(label), border=1, fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.set_fill_color(*WHITE)  # a table fills its cells with what was set last
        page.multi_cell(
            0, LINE, page.filled(value, page.epw), border=1, wrapmode=WrapMode.CHAR, align="L",
            padding=Padding(0.6, EDGE, 0.6, EDGE), new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip


def _grid(page: _Page, grid: Grid) -> None:
    if not grid.rows:
        return
    if page.will_page_break(4 * LINE):
        page.add_page()
    page.ln(3)
    page.set_font(_NAME, size=BODY)
    page.cell(0, LINE + 1, page.fitting(grid.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(_NAME, size=SMALL)
    rooms = _rooms(page, grid.shares)
    with _table(page, grid.shares, headings_style=FontFace(emphasis="", fill_color=GREY)) as table:
        for row in (grid.heads, *grid.rows):
            table.row([page.filled(one, room) for one, room in zip(row, rooms, strict=True)])


def _signatures(page: _Page, names: tuple[str, ...]) -> None:
    page.set_font(_NAME, size=BODY)
    if page.will_page_break(26):
        page.add_page()
    page.ln(12)
    width = page.epw / len(names)
    for at, name in enumerate(names):
        x, y = page.l_margin + at * width, page.get_y()
        label = page.fitting(name) + "："
        page.set_xy(x, y)
        page.cell(page.get_string_width(label) + 2, LINE, label)
        page.line(page.get_x(), y + LINE, x + width - 4, y + LINE)
    page.ln(LINE)
