"""A bulletin as PDF (A4): tables with their heads on every page, two pictures. The same report, the same bytes."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from node.language import say
from node.paper.leaf import BODY, EDGE, GREY, LINE, NAME, SLACK, SMALL, Leaf, rooms, ruled

from . import charts
from .cells import Cell, Measured, text
from .report import Report
from .tables import Table

TITLE = 16.0  # points
_HIGH = 4.4  # mm, of a table's line


class _Leaf(Leaf):
    """A draft says so across every page."""

    def __init__(self, foot: str, draft: bool) -> None:
        super().__init__(foot)
        self._draft = draft

    def footer(self) -> None:
        super().footer()
        if self._draft:
            self.set_font(NAME, size=90)
            with self.local_context(fill_opacity=0.12), self.rotation(45, self.w / 2, self.h / 2):
                self.text(self.w / 2 - 62, self.h / 2 + 15, say("草　稿", "DRAFT"))


def write(file: BinaryIO, made: Report, dated: datetime) -> None:
    """`dated`: of the issue, not of the moment of writing, so that it gives the same bytes whenever it is written."""
    page = _Leaf(f"{made.title}    {made.state}", made.is_draft)
    page.set_creation_date(dated)
    page.set_title(made.title)
    page.set_lang("zh-CN")
    page.add_page()
    _head(page, made)
    drawn = False
    for one in made.tables:
        if not one.only_book:
            _table(page, one)
        if not drawn:
            charts.kline(page, made.candles)
            charts.hours(page, made.hours)
            drawn = True
    _notes(page, made)
    page.output(file)


def _head(page: Leaf, made: Report) -> None:
    page.set_font(NAME, size=TITLE)
    _text(page, made.title, 9, "C")
    page.set_font(NAME, size=BODY)
    _text(page, made.state, LINE, "C")
    page.ln(1)
    page.set_font(NAME, size=SMALL)
    for label, value in made.pairs:
        _text(page, f"{label}：{value}", LINE - 0.6, "L")


def _text(page: Leaf, told: str, high: float, align: str) -> None:
    page.multi_cell(0, high, page.filled(told, page.epw), align=align, wrapmode=WrapMode.CHAR,
                    new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip


def _table(page: Leaf, made: Table) -> None:
    if page.will_page_break(5 * LINE):
        page.add_page()
    page.ln(3)
    page.set_font(NAME, size=BODY)
    page.cell(0, LINE + 1, page.fitting(made.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(NAME, size=7.5)
    shares = [one.share for one in made.columns]
    widths = rooms(page, shares)
    page.set_draw_color(120, 120, 120)
    page.set_line_width(0.2)
    page.set_fill_color(255, 255, 255)
    with ruled(page, shares, _HIGH, headings_style=FontFace(emphasis="", fill_color=GREY)) as table:
        table.row([page.filled(one.head, room) for one, room in zip(made.columns, widths, strict=True)])
        for row in made.rows:
            table.row(
                [page.filled(_told(page, cell, room), room) for cell, room in zip(row, widths, strict=True)]
            )
    if made.note:
        _text(page, made.note, LINE - 1, "L")


def _told(page: Leaf, cell: Cell, room: float) -> str:
    """A rate's parts below it, where a column is too narrow for both."""
    told = text(cell)
    if isinstance(cell, Measured) and cell.parts and page.get_string_width(told) > room - 2 * EDGE - SLACK:
        return f"{cell.text}\n{cell.parts}"
    return told


def _notes(page: Leaf, made: Report) -> None:
    page.ln(3)
    page.set_font(NAME, size=SMALL)
    for one in made.notes:
        _text(page, one, LINE - 0.6, "L")
