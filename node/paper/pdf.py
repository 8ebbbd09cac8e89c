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

from .sheet import Grid, Sheet

FONT = Path(__file__).with_name("data") / "wqy-microhei.ttf"
MARGIN = 16.0  # mm
LINE = 5.6
BODY, SMALL, HEAD = 10.0, 8.5, 17.0  # points
GREY, WHITE = (236, 236, 236), (255, 255, 255)
_NAME = "hei"


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

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font(_NAME, size=7.5)
        self.cell(self.epw * 0.86, 4, self.fitting(self._foot))
        self.cell(0, 4, f"第 {self.page_no()} 页 共 {{nb}} 页", align="R")

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
            0, LINE, page.fitting(one), wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
    page.ln(2)


def _table(page: _Page, shares: tuple[int, ...], **how: Any) -> Any:
    return page.table(
        col_widths=shares, line_height=LINE, wrapmode=WrapMode.CHAR, borders_layout=TableBordersLayout.ALL,
        padding=Padding(0.6, 1.2, 0.6, 1.2), text_align="LEFT", **how,
    )  # fmt: skip


def _label() -> FontFace:
    return FontFace(fill_color=GREY)


def _pairs(page: _Page, pairs: list[tuple[str, str]]) -> None:
    """Two a line."""
    page.set_font(_NAME, size=BODY)
    with _table(page, (18, 32, 18, 32), first_row_as_headings=False) as table:
        for at in range(0, len(pairs), 2):
            row = table.row()
            for label, value in (*pairs[at : at + 2], *[("", "")] * (2 - len(pairs[at : at + 2]))):
                row.cell(page.fitting(label), style=_label())
                row.cell(page.fitting(value))


def _texts(page: _Page, texts: list[tuple[str, str]]) -> None:
    """Over as many pages as they need: a row of a table doesn't go over the end of one."""
    for label, value in texts:
        page.set_font(_NAME, size=BODY)
        if len(value) < 120 and "\n" not in value:
            with _table(page, (18, 82), first_row_as_headings=False) as table:
                row = table.row()
                row.cell(page.fitting(label), style=_label())
                row.cell(page.fitting(value))
            continue
        page.set_fill_color(*GREY)
        page.cell(0, LINE + 1, page.fitting(label), border=1, fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.set_fill_color(*WHITE)  # a table fills its cells with what was set last
        page.multi_cell(
            0, LINE, page.fitting(value), border=1, wrapmode=WrapMode.CHAR, align="L",
            padding=Padding(0.6, 1.2, 0.6, 1.2), new_x=XPos.LMARGIN, new_y=YPos.NEXT,
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
    with _table(page, grid.shares, headings_style=FontFace(emphasis="", fill_color=GREY)) as table:
        for row in (grid.heads, *grid.rows):
            table.row([page.fitting(one) for one in row])


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
