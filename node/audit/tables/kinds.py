"""The forms that tables are written in: a file a table (CSV, JSONL, Parquet), or a sheet a table (XLSX).

The same rows give the same bytes: nothing of the clock, of the machine or of how many cores it has gets into a file.
"""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from node.errors import Usage
from node.iso import CHINA
from node.language import say
from node.tables import writing
from node.tables.harmless import harmless
from node.tables.reading import MOST_ROWS

from . import duck
from .records import Put, Row
from .schema import TABLES, Column, Shape, Table

BUFFER = 1 << 20
UNIT, BREAK = duck.UNIT, duck.BREAK


@lru_cache(maxsize=1 << 12)
def time(ms: int) -> str:
    """`2026-11-21T16:10:00.123+08:00`; `2026-11-21T16:10:00+08:00` where there are no parts of a second."""
    at = datetime.fromtimestamp(ms // 1000, CHINA).replace(microsecond=ms % 1000 * 1000)
    return at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")


# CSV


@contextmanager
def csv_files(folder: Path, words: bool) -> Iterator[Put]:
    """UTF-8 with its mark, without which Excel reads it in the system's code page; names in the first row."""
    with ExitStack() as open_files:
        out: dict[str, Callable[[list[Row]], None]] = {}
        for table in TABLES:
            file = open_files.enter_context(_text(folder / f"{table.name}.csv", "utf-8-sig"))
            columns = table.given(words)
            rows = csv.writer(file, lineterminator="\r\n")
            rows.writerow([one.name for one in columns])
            out[table.name] = _csv_rows(rows, columns)
        yield lambda name, rows: out[name](rows)


def _csv_rows(out: Any, columns: Sequence[Column]) -> Callable[[list[Row]], None]:
    cells = [_CSV.get(one.shape, str) for one in columns]

    def write(rows: list[Row]) -> None:
        out.writerows(
            ["" if value is None else cell(value) for cell, value in zip(cells, row, strict=True)]
            for row in rows
        )

    return write


def _several(values: Sequence[str]) -> str:
    return harmless("；".join(values))


_CSV: dict[Shape, Callable[[Any], str]] = {
    Shape.TEXT: harmless, Shape.JSON: harmless, Shape.TIME: time, Shape.LIST: _several, Shape.IDS: str,
    Shape.YES_NO: lambda value: "yes" if value else "no",
}  # fmt: skip


@contextmanager
def _text(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    with path.open("x", BUFFER, encoding=encoding, newline="") as file:
        yield file


# JSON lines


@contextmanager
def jsonl_files(folder: Path, words: bool) -> Iterator[Put]:
    """Every column in every row, null where there is no value."""
    with ExitStack() as open_files:
        out = {
            table.name: (open_files.enter_context(_text(folder / f"{table.name}.jsonl")), table.given(words))
            for table in TABLES
        }

        def put(name: str, rows: list[Row]) -> None:
            file, columns = out[name]
            cells = [(one.name, _JSON.get(one.shape)) for one in columns]
            for row in rows:
                found = {
                    key: value if cell is None or value is None else cell(value)
                    for (key, cell), value in zip(cells, row, strict=True)
                }
                file.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")

        yield put


_JSON: dict[Shape, Callable[[Any], Any]] = {
    Shape.TIME: time, Shape.IDS: str.split, Shape.JSON: json.loads, Shape.LIST: list,
}  # fmt: skip


# Rows as DuckDB takes them, and Parquet made of these


class Raw:
    """One file a table, for `duck.py`: times in unix ms, lists as JSON, nothing for no value. No text has a unit
    separator in it (records.clean), so nothing needs quoting; line breaks stand as record separators."""

    def __init__(self, folder: Path, words: bool, files: dict[str, TextIO]) -> None:
        self.folder, self._files = folder, files
        self._lists = {
            table.name: [at for at, one in enumerate(table.given(words)) if one.shape is Shape.LIST]
            for table in TABLES
        }

    def __call__(self, name: str, rows: list[Row]) -> None:
        lists = self._lists[name]
        self._files[name].writelines(_raw(_listed(row, lists) if lists else row) for row in rows)

    def append(self, folder: Path) -> None:
        """What stands in such files of another folder."""
        for name, file in self._files.items():
            file.flush()
            with (folder / f"{name}.raw").open("rb") as source:
                shutil.copyfileobj(source, file.buffer, BUFFER)


@contextmanager
def raw_files(folder: Path, words: bool) -> Iterator[Raw]:
    with ExitStack() as open_files:
        yield Raw(folder, words, {
            table.name: open_files.enter_context(_text(folder / f"{table.name}.raw")) for table in TABLES
        })  # fmt: skip


def _raw(row: Sequence[Any]) -> str:
    line = UNIT.join(["" if cell is None else cell if type(cell) is str else str(cell) for cell in row])
    return (line.replace("\n", BREAK) if "\n" in line else line) + "\n"


def _listed(row: Row, lists: list[int]) -> list[Any]:
    cells = list(row)
    for at in lists:
        cells[at] = json.dumps(cells[at] or [], ensure_ascii=False)
    return cells


@contextmanager
def parquet_files(folder: Path, words: bool) -> Iterator[Raw]:
    with contextlib.ExitStack() as scratch:
        raw = folder / "raw"
        raw.mkdir(mode=0o700)
        scratch.callback(_empty, raw)
        with raw_files(raw, words) as put:
            yield put
        duck.to_parquet(raw, folder, words)


def _empty(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink()
    folder.rmdir()


# XLSX


@contextmanager
def workbook(file: BinaryIO, words: bool) -> Iterator[Put]:
    """A sheet a table: names in the first row, Chinese labels in the second, rows from the third on."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    aside = Path(file.name)
    with ExitStack() as sheets, _Dateless(file, "w", ZIP_DEFLATED) as archive:
        out = {}
        for table in TABLES:
            sheet = book.create_sheet(table.name)
            sheets.enter_context(writing.rows_beside(sheet, aside.with_name(f"{aside.name}.{table.name}")))
            out[table.name] = _sheet(sheet, table, words)
        yield lambda name, rows: out[name](rows)
        ExcelWriter(book, archive).save()


def _sheet(sheet: Any, table: Table, words: bool) -> Callable[[list[Row]], None]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    columns = table.given(words)
    sheet.freeze_panes = "A3"
    bold, count = Font(bold=True), 2

    def text(value: str) -> Any:
        made = WriteOnlyCell(sheet, value=writing.fitting(value))
        made.data_type = "s"  # whatever it begins with, it stays a text
        return made

    def cell(column: Column, value: Any) -> Any:
        if value is None or (type(value) is int and column.shape is Shape.INTEGER and abs(value) < 10**15):
            return value
        if column.shape is Shape.TIME:
            made = WriteOnlyCell(
                sheet, value=datetime.fromtimestamp(value // 1000, CHINA).replace(tzinfo=None)
            )
            made.number_format = "yyyy-mm-dd hh:mm:ss"
            return made
        return text(_CSV_PLAIN.get(column.shape, str)(value))

    for heads in ([one.name for one in columns], [one.zh for one in columns]):
        cells = [text(one) for one in heads]
        for one in cells:
            one.font = bold
        sheet.append(cells)

    def write(rows: list[Row]) -> None:
        nonlocal count
        count += len(rows)
        if count > MOST_ROWS:
            raise _too_many(table.name)
        for row in rows:
            sheet.append([cell(column, value) for column, value in zip(columns, row, strict=True)])

    return write


_CSV_PLAIN: dict[Shape, Callable[[Any], str]] = {
    Shape.LIST: "；".join, Shape.YES_NO: lambda value: "yes" if value else "no",
}  # fmt: skip


def _too_many(table: str) -> Usage:
    return Usage(
        say(f"{table} 超过 XLSX 一张表的 {MOST_ROWS} 行，请用 Parquet 或 CSV",
            f"{table} has more than the {MOST_ROWS} rows of a sheet: write Parquet or CSV"),
        code="too_large", hint="qiao audit export --format parquet FOLDER",
    )  # fmt: skip


_EPOCH = (2000, 1, 1, 0, 0, 0)


class _Dateless(ZipFile):
    """An archive that doesn't say when it was made, nor does the book in it."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *given: Any, **how: Any) -> None:
        info = ZipInfo(str(getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)), _EPOCH)
        info.compress_type = ZIP_DEFLATED
        super().writestr(
            info, _undated(data) if info.filename == "docProps/core.xml" else data, *given, **how
        )

    def write(self, filename: Any, arcname: Any = None, *given: Any, **how: Any) -> None:
        info = ZipInfo(str(arcname or filename), _EPOCH)
        info.compress_type = ZIP_DEFLATED
        with open(filename, "rb") as source, self.open(info, "w") as target:
            while chunk := source.read(BUFFER):
                target.write(chunk)


def _undated(core: Any) -> str:
    import re

    text = core.decode() if isinstance(core, bytes) else str(core)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2000-01-01T00:00:00Z", text)
