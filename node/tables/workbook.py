"""The first sheet of an XLSX file, row by row, within bounds: an archive of a few kilobytes may unpack to
gigabytes, a row may call itself the billionth, a text may hold entities that unfold without an end."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from node.errors import Usage
from node.language import say

from .reading import MOST_CELL, MOST_COLUMNS, MOST_ROWS, Formula, bad_table, too_large

MOST_PARTS = 2_000  # files in the archive
MOST_UNPACKED = 1 << 30  # bytes, all parts together: a million rows of a few columns
MOST_SHARED = 64 << 20  # of the table of texts, which is held in memory
MOST_ROW = (
    4 << 20
)  # bytes of one row, which is held in memory as a tree, and of what stands before and behind them
MOST_RATIO = 400  # unpacked to packed, for parts over a MiB: sheets of equal rows reach 100
_SHARED = "xl/sharedStrings.xml"
_SHEETS = "xl/worksheets/"
_END = re.compile(rb"</(?:\w+:)?row>")
_TAIL = 64  # bytes by which two pieces overlap, so that no end of a row falls between them


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[int, list[Any]]]]:
    """(row number, cells). Raises Usage (`bad_table`, `too_large`)."""
    _check(path)
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except _faults() as fault:
        raise _no_workbook(path) from fault
    try:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise bad_table(path, say("没有工作表", "has no sheet"))
        sheet.reset_dimensions()  # what a file says of its own size isn't believed
        yield _rows(path, sheet)
    finally:
        book.close()


def _check(path: Path) -> None:
    """By the archive's own list; no part unpacks to more than it says there."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_parts(path, parts)
            if any(_is_swollen(archive, one) for one in parts if one.filename.startswith(_SHEETS)):
                raise too_large(path, say("有超过 4 MiB 的行", "has a row of over 4 MiB"))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
        raise _no_workbook(path) from fault


def _check_parts(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise too_large(path, say("解压后超过 1 GiB", "unpacks to over 1 GiB"))
    for one in parts:
        if one.filename == _SHARED and one.file_size > MOST_SHARED:
            raise too_large(path, say("文字超过 64 MiB", "holds over 64 MiB of text"))
        if one.file_size > (1 << 20) and one.file_size > MOST_RATIO * max(one.compress_size, 1):
            raise too_large(path, say("压缩比异常，可能是压缩炸弹", "is packed like a zip bomb"))


def _is_swollen(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether more bytes than a row may have stand between two ends of rows."""
    since, tail = 0, b""
    with archive.open(part) as source:
        while piece := source.read(1 << 20):
            seen = tail + piece
            ends = [found.end() for found in _END.finditer(seen)]
            if since + (ends[0] if ends else len(seen)) > MOST_ROW + 2 * _TAIL:
                return True
            since = len(seen) - ends[-1] if ends else since + len(piece)
            tail = seen[max(ends[-1] if ends else 0, len(seen) - _TAIL) :]
            since -= len(tail)
    return False


def _no_workbook(path: Path) -> Usage:
    zh, en = (
        "不是 XLSX 文件（旧的 .xls 请另存为 .xlsx 或 CSV）",
        "isn't an XLSX file (save an old .xls as .xlsx or CSV)",
    )
    return bad_table(path, say(zh, en))


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    number = 0
    try:
        for cells in sheet.iter_rows(max_row=MOST_ROWS + 1):
            number += 1
            yield number, _values(path, number, cells)
    except _faults() as fault:
        text = say(f"第 {number + 1} 行之后损坏", f"is damaged behind row {number}")
        raise bad_table(path, text) from fault


def _faults() -> tuple[type[Exception], ...]:
    """What the library raises on a file that isn't as it should be."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    odd = (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, EOFError, OverflowError)
    return (*odd, ParseError, DefusedXmlException, InvalidFileException, zipfile.BadZipFile, zlib.error)


def _values(path: Path, number: int, cells: Any) -> list[Any]:
    found = [Formula(str(one.value)) if one.data_type == "f" else one.value for one in cells]
    while found and found[-1] is None:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise too_large(
            path,
            say(f"第 {number} 行超过 {MOST_COLUMNS} 列", f"row {number} has over {MOST_COLUMNS} columns"),
        )
    if any(isinstance(one, str) and len(one) > MOST_CELL for one in found):
        raise too_large(
            path, say(f"第 {number} 行有过长的单元格", f"row {number} has a cell that is too long")
        )
    return found
