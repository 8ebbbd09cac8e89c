"""A bulletin as a workbook (XLSX): a sheet a table, numbers as numbers, each rate with its numerator and denominator in
columns of their own, the two pictures as charts. Texts never become formulas. The same report, the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from node.language import say

from .cells import Cell, Change, Measured
from .report import Report
from .tables import Table

_FORMS = {
    "percent": "0.0%",
    "mean": "0.0",
    "fen": "#,##0.00",
    "seconds": "[h]:mm",
    "count": "#,##0",
    "persons": "#,##0",
}
_DAY_S = 86_400
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_EPOCH = (2000, 1, 1, 0, 0, 0)  # of every part: when a file was packed says nothing, and would differ


def write(file: BinaryIO, made: Report, dated: datetime) -> None:
    """`dated`: of the issue."""
    from openpyxl import Workbook

    book = Workbook()
    _cover(book.active, made)
    for one in made.tables:
        _sheet(book.create_sheet(one.name[:31]), one)
    _kline(book.create_sheet(say("来电K线", "K-line")), made)
    _hours(book.create_sheet(say("来电时段", "hours")), made)
    raw = io.BytesIO()
    book.save(raw)
    _packed(raw, file, dated)


def _packed(raw: io.BytesIO, file: BinaryIO, dated: datetime) -> None:
    """Once more, with the issue's time in the place of this moment's."""
    stamp = dated.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with ZipFile(raw) as made, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in sorted(made.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _STAMP.sub(lambda hit: hit[1] + stamp + hit[3], part)
            archive.writestr(ZipInfo(name, _EPOCH), part, ZIP_DEFLATED)


# Cells


def _put(sheet: Any, row: int, column: int, value: Any, form: str = "", bold: bool = False) -> None:
    from openpyxl.styles import Font

    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _CONTROLS.sub(lambda hit: f"‹U+{ord(hit[0]):04X}›", value)[:32_000]
        cell.data_type = "s"  # whatever it begins with
    else:
        cell.value = value
    if form:
        cell.number_format = form
    if bold:
        cell.font = Font(bold=True)


_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


def _values(cell: Cell, wide: bool) -> Iterator[tuple[Any, str]]:
    """Value and format; of a column of measures also numerator and denominator."""
    if isinstance(cell, Measured):
        yield _number(cell.value, cell.unit)
        if wide:
            yield (cell.numerator, "#,##0") if cell.is_rate else (None, "")
            yield (cell.denominator, "#,##0") if cell.is_rate else (None, "")
        return
    yield _number(cell.value, cell.now.unit) if isinstance(cell, Change) else (cell, "")
    if wide:
        yield from ((None, ""), (None, ""))


def _number(value: float | int | None, unit: str) -> tuple[Any, str]:
    """Money in yuan, a duration as days that are shown as hours."""
    if value is None:
        return None, ""
    by = {"fen": 100, "seconds": _DAY_S}.get(unit)
    return (value / by if by else value), _FORMS[unit]


def _heads(table: Table) -> list[str]:
    parts = ("", f" {say('分子', 'numerator')}", f" {say('分母', 'denominator')}")
    return [one.head + part for one in table.columns for part in (parts if one.measured else parts[:1])]


def _sheet(sheet: Any, table: Table) -> None:
    heads = _heads(table)
    for at, head in enumerate(heads, 1):
        _put(sheet, 1, at, head, bold=True)
    for below, row in enumerate(table.rows, 2):
        at = 1
        for column, cell in zip(table.columns, row, strict=True):
            for value, form in _values(cell, column.measured):
                _put(sheet, below, at, value, form)
                at += 1
    if table.note:
        _put(sheet, len(table.rows) + 3, 1, table.note)
    sheet.freeze_panes = "C2" if len(heads) > 6 else "A2"
    _widths(sheet, table)


def _widths(sheet: Any, table: Table) -> None:
    from openpyxl.utils import get_column_letter

    at = 1
    for column in table.columns:
        for _ in range(3 if column.measured else 1):
            sheet.column_dimensions[get_column_letter(at)].width = (
                12 if column.measured else max(10, min(44, column.share))
            )
            at += 1


def _cover(sheet: Any, made: Report) -> None:
    sheet.title = say("说明", "about")
    lines: Sequence[tuple[str, str]] = [(made.title, ""), (made.state, ""), *made.pairs, ("", "")]
    for row, (label, value) in enumerate(lines, 1):
        _put(sheet, row, 1, label, bold=row == 1)
        _put(sheet, row, 2, value)
    for row, note in enumerate(made.notes, len(lines) + 1):
        _put(sheet, row, 1, note)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 70


# Pictures


def _kline(sheet: Any, made: Report) -> None:
    from openpyxl.chart import BarChart, Reference, StockChart
    from openpyxl.chart.axis import ChartLines
    from openpyxl.chart.updown_bars import UpDownBars

    heads = (say("日期", "day"), say("首时", "first"), say("最高", "highest"), say("最低", "lowest"),
             say("末时", "last"), say("全日来电", "volume"))  # fmt: skip
    rows = [(one.day, one.first, one.highest, one.lowest, one.last, one.volume) for one in made.candles]
    _plain(sheet, heads, rows)
    last = len(rows) + 1
    days = Reference(sheet, min_col=1, min_row=2, max_row=last)
    stock = StockChart()
    stock.add_data(Reference(sheet, min_col=2, max_col=5, min_row=1, max_row=last), titles_from_data=True)
    stock.set_categories(days)
    for one in stock.series:
        one.graphicalProperties.line.noFill = True
    stock.hiLowLines, stock.upDownBars = ChartLines(), UpDownBars()
    stock.title, stock.width, stock.height = say("来电 K 线", "K-line of the calls"), 26, 10
    sheet.add_chart(stock, "H2")
    bars = BarChart()
    bars.add_data(Reference(sheet, min_col=6, min_row=1, max_row=last), titles_from_data=True)
    bars.set_categories(days)
    bars.legend, bars.width, bars.height = None, 26, 7
    sheet.add_chart(bars, "H24")


def _hours(sheet: Any, made: Report) -> None:
    from openpyxl.chart import BarChart, Reference

    rows = [(f"{at:02d}", one) for at, one in enumerate(made.hours)]
    _plain(sheet, (say("时", "hour"), say("来电", "calls")), rows)
    bars = BarChart()
    bars.add_data(Reference(sheet, min_col=2, min_row=1, max_row=25), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=25))
    bars.title, bars.legend, bars.width, bars.height = say("来电时段", "Calls by hour"), None, 24, 10
    sheet.add_chart(bars, "D2")


def _plain(sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for at, head in enumerate(heads, 1):
        _put(sheet, 1, at, head, bold=True)
    for below, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            _put(sheet, below, at, value)
    sheet.column_dimensions["A"].width = 14
    sheet.freeze_panes = "A2"
