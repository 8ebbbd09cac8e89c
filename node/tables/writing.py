"""Rows into a file: CSV, XLSX or JSONL, under its final name only when it is whole.

What is foreign text stays text: no cell becomes a formula, no control reaches a terminal.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from node import whole_file
from node.errors import Usage
from node.iso import CHINA
from node.language import say

from .columns import Column, Shape
from .harmless import harmless
from .reading import MOST_ROWS, format_of

MOST_XLSX = 32_767  # UTF-16 units that a cell of Excel holds
# C0 but tab and line feed, DEL, C1, and what turns or hides text; joiners stay, of which emoji and names are made
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_CUT = "…【超过表格单元格长度，此处截断】"

Lines = Iterable[tuple[Sequence[Any], Sequence[Any]]]  # (in codes, as a person reads it)
Writer = Callable[[BinaryIO, Sequence[Column], Lines], int]


def write(path: Path, columns: Sequence[Column], lines: Lines, *, force: bool, codes: bool) -> int:
    """How many rows. Raises Stale `export_exists`, Usage (`bad_format`, `too_large`), DiskTrouble; then there is no
    file, and one that was there before is as it was."""
    kind = format_of(path)
    whole_file.refuse_existing(path, force)
    with whole_file.beside(path, force) as file:
        return _WRITERS[kind](file, columns, ((row, row) for row, _ in lines) if codes else lines)


def _csv(file: BinaryIO, columns: Sequence[Column], lines: Lines) -> int:
    """UTF-8 with its mark, without which Excel reads it in the system's code page."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=False)
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow([one.heading for one in columns])
    count = 0
    for _, spoken in lines:
        out.writerow([_cell(column, one) for column, one in zip(columns, spoken, strict=True)])
        count += 1
    text.flush()
    text.detach()
    return count


def shown(column: Column, value: Any) -> str:
    """As a table on the screen has it."""
    if value is None:
        return ""
    return _yes_no(value) if column.shape is Shape.YES_NO else _plain(value)


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.shape is Shape.YES_NO:
        return _yes_no(value)
    if column.shape is Shape.NUMBER and type(value) is int:
        return str(value)
    if column.shape is Shape.TIME:
        return str(value)[:16].replace("T", " ")  # Excel doesn't know an offset
    return harmless(_CONTROLS.sub(_mark, _plain(value)))


def _plain(value: Any) -> str:
    return "；".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _yes_no(value: Any) -> str:
    return say("是", "yes") if value else say("否", "no")


def _mark(hit: re.Match[str]) -> str:
    return f"‹U+{ord(hit[0]):04X}›"


def _jsonl(file: BinaryIO, columns: Sequence[Column], lines: Lines) -> int:
    """Names and codes, for programs; controls escaped as JSON has them."""
    count = 0
    for codes, _ in lines:
        found = dict(zip((one.name for one in columns), codes, strict=True))
        text = json.dumps(found, ensure_ascii=False, default=str)
        file.write(_CONTROLS.sub(lambda hit: json.dumps(hit[0])[1:-1], text).encode() + b"\n")
        count += 1
    return count


def _xlsx(file: BinaryIO, columns: Sequence[Column], lines: Lines) -> int:
    """One sheet, its types set: a text stays a text whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("清单", "list"))
    sheet.freeze_panes = "A2"
    for at, one in enumerate(columns):
        sheet.column_dimensions[_letter(at)].width = 40 if one.name in ("title", "narrative") else 16
    bold = Font(bold=True)

    def cell(value: Any, form: str = "") -> Any:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"
        if form:
            made.number_format = form
        return made

    heads = [cell(one.heading) for one in columns]
    for head in heads:
        head.font = bold
    count = 0
    with rows_beside(sheet, Path(file.name)), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        sheet.append(heads)
        for _, spoken in lines:
            count += 1
            if count >= MOST_ROWS:
                text = say(
                    f"XLSX 至多 {MOST_ROWS} 行，请用 CSV", f"a sheet holds {MOST_ROWS} rows: write CSV"
                )
                raise Usage(text, code="too_large", hint="qiao ticket export FILE.csv")
            sheet.append([_typed(cell, column, one) for column, one in zip(columns, spoken, strict=True)])
        ExcelWriter(book, archive).save()
    return count


@contextmanager
def rows_beside(sheet: Any, aside: Path) -> Iterator[None]:
    """openpyxl keeps a sheet's rows in a file until it makes the archive: by itself in the system's folder for such,
    where a kill would leave personal data; so beside what is to be, like the rest."""
    from openpyxl.worksheet._writer import ALL_TEMP_FILES, WorksheetWriter

    rows = str(aside.with_name(f"{aside.name.removesuffix(whole_file.PART)}.rows{whole_file.PART}"))
    Path(rows).unlink(missing_ok=True)
    os.close(os.open(rows, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    ALL_TEMP_FILES.append(rows)
    try:
        sheet._writer = WorksheetWriter(sheet, out=rows)
        sheet._writer.write_top()
        yield
    finally:
        with contextlib.suppress(Exception):  # on a full disk it can't end well, either
            if not sheet.closed:
                sheet.close()
        if rows in ALL_TEMP_FILES:
            ALL_TEMP_FILES.remove(rows)
        Path(rows).unlink(missing_ok=True)


def _letter(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at + 1))


def _typed(cell: Callable[..., Any], column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.shape is Shape.NUMBER and type(value) is int:
        return cell(value)
    if column.shape is Shape.YES_NO:
        return cell(_yes_no(value))
    if column.shape is Shape.TIME:
        return cell(
            datetime.fromisoformat(str(value)).astimezone(CHINA).replace(tzinfo=None), "yyyy-mm-dd hh:mm"
        )
    if column.shape is Shape.DATE:
        return _date(cell, str(value))
    return cell(fitting(_CONTROLS.sub(_mark, _plain(value))))


def _date(cell: Callable[..., Any], text: str) -> Any:
    try:
        return cell(date.fromisoformat(text), "yyyy-mm-dd")
    except ValueError:
        return cell(text)


def fitting(text: str) -> str:
    """Cut with a mark where Excel holds no more, which would call the file damaged."""
    if len(text) <= MOST_XLSX // 2 or len(text.encode("utf-16-le")) // 2 <= MOST_XLSX:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MOST_XLSX - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT


_WRITERS: dict[str, Writer] = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}
