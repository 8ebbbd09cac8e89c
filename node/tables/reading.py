"""A file's rows, one at a time: CSV, JSONL and XLSX, each within bounds. Nothing in it is run or worked out.

The first row of CSV and XLSX says what the columns are; of JSONL the names are in each line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any

from node.errors import NotFound, Usage
from node.language import say

from .decoding import encoding_of

MOST_COLUMNS = 256
MOST_ROWS = 1_048_576  # what a sheet of Excel holds
MOST_CELL = 1 << 20  # letters: a row with more is refused by its field; with more than this, the file
MOST_LINE = 4 << 20  # bytes of a line of JSONL
MOST_BROKEN = 100  # lines that can't be read, behind which the first that can is looked for
FORMATS = (".csv", ".xlsx", ".jsonl")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula, not a value."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # of the line or row in the file, from 1
    cells: dict[str, Any]  # heading → value; empty ones left out
    fault: str = ""  # why it can't be read at all


@dataclass(slots=True)
class Table:
    """`headings`: of JSONL the names in its first line. `rows` can be gone through once."""

    headings: list[str]
    rows: Iterator[Row]
    doubled: list[str] = field(default_factory=list)


def format_of(path: Path) -> str:
    """By the name's end. Raises Usage (`bad_format`)."""
    found = path.suffix.lower()
    if found not in FORMATS:
        zh, en = (
            f"{path.name} 应为 .csv、.xlsx 或 .jsonl 文件",
            f"{path.name} must end with .csv, .xlsx or .jsonl",
        )
        raise Usage(say(zh, en), code="bad_format", hint="ls -l FILE")
    return found


@contextmanager
def opened(path: Path) -> Iterator[Table]:
    """Raises NotFound (`no_file`), Usage (`bad_format`, `bad_encoding`, `bad_table`, `too_large`)."""
    kind = format_of(path)
    if not path.is_file():
        text = say(f"没有文件 {path}", f"there is no file {path}")
        raise NotFound(text, code="no_file", hint=f"ls -l {path.parent}")
    if kind == ".xlsx":
        from . import workbook

        with workbook.opened(path) as lines:
            yield _headed(path, lines)
        return
    with path.open(encoding=encoding_of(path), newline="" if kind == ".csv" else "\n") as file:
        yield _headed(path, _csv(path, file)) if kind == ".csv" else _jsonl(path, file)


def _headed(path: Path, lines: Iterator[tuple[int, list[Any]]]) -> Table:
    """The first row that isn't empty names the columns."""
    for _, cells in lines:
        if any(cells):
            headings = [str(one if one is not None else "").strip() for one in cells]
            while headings and not headings[-1]:
                headings.pop()
            doubled = sorted({one for one in headings if one and headings.count(one) > 1})
            return Table(headings, _rows(path, headings, lines), doubled)
    raise bad_table(path, say("是空的", "is empty"))


def _rows(path: Path, headings: list[str], lines: Iterator[tuple[int, list[Any]]]) -> Iterator[Row]:
    for number, cells in lines:
        if number > MOST_ROWS:
            raise too_large(path, say(f"超过 {MOST_ROWS} 行", f"has over {MOST_ROWS} rows"))
        beyond = [one for one in cells[len(headings) :] if one not in (None, "")]
        named = {
            name: one for name, one in zip(headings, cells, strict=False) if name and one not in (None, "")
        }
        if beyond:
            zh, en = "比表头多出单元格，可能有没加引号的逗号", "has more cells than there are headings"
            yield Row(number, named, say(zh, en))
        elif named:
            yield Row(number, named)


def _csv(path: Path, file: IO[str]) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(MOST_CELL)
    head = file.read(PEEK := 4096)
    file.seek(0)
    first = head[:PEEK].splitlines()[0] if head.strip() else ""
    lines = _Lines(file)
    found = csv.reader(lines, delimiter=_delimiter(first))
    start = 1
    while True:
        try:
            cells = next(found)
        except StopIteration:
            return
        except csv.Error as fault:
            text = say(f"第 {start} 行读不了：{fault}", f"line {start} can't be read: {fault}")
            raise bad_table(path, text) from fault
        if len(cells) > MOST_COLUMNS:
            raise too_large(path, say(f"超过 {MOST_COLUMNS} 列", f"has over {MOST_COLUMNS} columns"))
        if lines.ended:
            zh, en = (
                f"第 {start} 行的引号没有关上，后面的都算在它里面了",
                f"line {start}: a quote isn't closed",
            )
            raise bad_table(path, say(zh, en))
        yield start, cells
        start = found.line_num + 1


class _Lines:
    """Whether a reader has asked for more than there is: within a row, this is a quote that nothing closes."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        yield from self._file
        self.ended = True


def _delimiter(first: str) -> str:
    """The one that the first line has most of."""
    return max(",\t;", key=first.count)


def _jsonl(path: Path, file: IO[str]) -> Table:
    lines = _objects(path, file)
    begun: list[Row] = []
    for row in lines:
        begun.append(row)
        if row.cells or len(begun) == MOST_BROKEN:
            break
    if not begun:
        raise bad_table(path, say("是空的", "is empty"))
    if begun[-1].fault:
        number, fault = begun[0].number, begun[0].fault
        raise bad_table(
            path, say(f"没有一行读得了；第 {number} 行{fault}", f"no line can be read; {number}: {fault}")
        )
    return Table(list(begun[-1].cells), chain(begun, lines))


def _objects(path: Path, file: IO[str]) -> Iterator[Row]:
    number = 0
    while line := file.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE:
            raise too_large(path, say(f"第 {number} 行过长", f"line {number} is too long"))
        if number > MOST_ROWS:
            raise too_large(path, say(f"超过 {MOST_ROWS} 行", f"has over {MOST_ROWS} lines"))
        if line.strip():
            yield _object(number, line)


def _object(number: int, line: str) -> Row:
    try:
        found = json.loads(line, object_pairs_hook=_once)
    except _Doubled as doubled:
        return Row(number, {}, say(f"“{doubled}”出现了两次", f"{doubled} stands there twice"))
    except (ValueError, RecursionError):
        return Row(number, {}, say("不是完整的 JSON", "isn't whole JSON"))
    if not isinstance(found, dict) or len(found) > MOST_COLUMNS:
        return Row(number, {}, say("应为 JSON 对象", "must be a JSON object"))
    return Row(number, {str(name): one for name, one in found.items() if one not in (None, "", [])})


class _Doubled(Exception):
    """A key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values for one key neither is dropped in silence. Raises _Doubled."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Doubled(next(name for name in names if names.count(name) > 1))
    return found


def bad_table(path: Path, what: str) -> Usage:
    return Usage(f"{path.name} {what}", code="bad_table", hint=f"ls -l {path.parent}")


def too_large(path: Path, what: str) -> Usage:
    return Usage(f"{path.name} {what}", code="too_large", hint="split -l 100000 FILE")
