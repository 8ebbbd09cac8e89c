"""A sheet as PDF: A4, one embedded font of which only the letters used are kept, text that can be copied out.

A letter that the font lacks is shown by its number, never left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.util import Padding

from .leaf import BODY, EDGE, GREY, HEAD, LINE, NAME, SMALL, WHITE, Leaf, rooms, ruled
from .sheet import Grid, Sheet

_PAIRS, _TEXTS = (18, 32, 18, 32), (18, 82)  # shares of the columns


def write(file: BinaryIO, made: Sheet, printed: datetime) -> None:
    page = Leaf(made.foot)
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


def _head(page: Leaf, made: Sheet) -> None:
    page.set_font(NAME, size=HEAD)
    page.multi_cell(0, 10, page.fitting(made.title), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(NAME, size=BODY)
    for one in (f"编号：{made.number}", made.subtitle):
        page.multi_cell(
            0, LINE, page.filled(one, page.epw), wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
    page.ln(2)


def _label() -> FontFace:
    return FontFace(fill_color=GREY)


def _pairs(page: Leaf, pairs: list[tuple[str, str]]) -> None:
    """Two a line."""
    page.set_font(NAME, size=BODY)
    widths = rooms(page, _PAIRS)
    with ruled(page, _PAIRS, first_row_as_headings=False) as table:
        for at in range(0, len(pairs), 2):
            row = table.row()
            for label, value in (*pairs[at : at + 2], *[("", "")] * (2 - len(pairs[at : at + 2]))):
                row.cell(page.filled(label, widths[0]), style=_label())
                row.cell(page.filled(value, widths[1]))


def _texts(page: Leaf, texts: list[tuple[str, str]]) -> None:
    """Over as many pages as they need: a row of a table doesn't go over the end of one."""
    for label, value in texts:
        page.set_font(NAME, size=BODY)
        if len(value) < 120 and "\n" not in value:
            widths = rooms(page, _TEXTS)
            with ruled(page, _TEXTS, first_row_as_headings=False) as table:
                row = table.row()
                row.cell(page.filled(label, widths[0]), style=_label())
                row.cell(page.filled(value, widths[1]))
            continue
        page.set_fill_color(*GREY)
        page.cell(0, LINE + 1, page.fitting(label), border=1, fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.set_fill_color(*WHITE)  # a table fills its cells with what was set last
        page.multi_cell(
            0, LINE, page.filled(value, page.epw), border=1, wrapmode=WrapMode.CHAR, align="L",
            padding=Padding(0.6, EDGE, 0.6, EDGE), new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip


def _grid(page: Leaf, grid: Grid) -> None:
    if not grid.rows:
        return
    if page.will_page_break(4 * LINE):
        page.add_page()
    page.ln(3)
    page.set_font(NAME, size=BODY)
    page.cell(0, LINE + 1, page.fitting(grid.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(NAME, size=SMALL)
    widths = rooms(page, grid.shares)
    with ruled(page, grid.shares, headings_style=FontFace(emphasis="", fill_color=GREY)) as table:
        for row in (grid.heads, *grid.rows):
            table.row([page.filled(one, room) for one, room in zip(row, widths, strict=True)])


def _signatures(page: Leaf, names: tuple[str, ...]) -> None:
    page.set_font(NAME, size=BODY)
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
