"""A table that comes from another program, as CSV: UTF-8 with or without a byte order mark, or GB18030.

Columns are known by their identifiers, their Chinese labels, or the names that a mapping gives them.
"""

from __future__ import annotations

import codecs
import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from node.errors import NotFound, Usage
from node.language import say

MAX_BYTES = 64 << 20
MAX_FIELD = 131_072  # characters of one cell


@dataclass(frozen=True, slots=True)
class Mapped:
    """MAP.toml: `[columns]` identifier = "name in the file", `[values.IDENTIFIER]` "text in the file" = "code"."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    line: int  # of the file, where the row ends
    cells: Mapping[str, str]  # identifier → text, blanks off; of columns that are known alone
    raw: Sequence[str]
    fault: str = ""  # why it can't be read as a row


@dataclass(frozen=True, slots=True)
class Sheet:
    header: Sequence[str]
    rows: Sequence[Row]


def mapping(path: Path | None) -> Mapped:
    """Raises NotFound, Usage `bad_map`."""
    if path is None:
        return Mapped()
    try:
        found = tomllib.loads(_bytes(path).decode("utf-8-sig"))
        columns, values = found.get("columns", {}), found.get("values", {})
        sound = all(isinstance(one, str) for one in columns.values()) and not set(found) - {
            "columns",
            "values",
        }
        sound = sound and all(isinstance(one, dict) for one in values.values())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
        sound = False
    if not sound:
        raise Usage(
            say(
                f"{path} 应有 [columns] 和 [values.列] 两种表，值为文字",
                f"{path} must have [columns] and [values.COLUMN] with texts",
            ),
            code="bad_map", hint="qiao call import --help",
        )  # fmt: skip
    texts = {name: {str(text): str(code) for text, code in table.items()} for name, table in values.items()}
    return Mapped(columns, texts)


def read(path: Path, labels: Mapping[str, str], needed: Sequence[str], mapped: Mapped | None = None) -> Sheet:
    """`labels`: identifier → Chinese label of each column that may be there; `needed`: those that must.
    Raises NotFound, Usage (`not_text`, `bad_columns`, `empty_file`)."""
    how = mapped or Mapped()
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    csv.field_size_limit(MAX_FIELD)
    header = next(lines, None)
    if header is None or not any(cell.strip() for cell in header):
        raise Usage(say(f"{path} 是空的", f"{path} is empty"), code="empty_file", hint=f"ls -l {path}")
    names = _names(path, header, labels, needed, how)
    return Sheet(header, list(_rows(lines, header, names, how)))


def _names(
    path: Path, header: Sequence[str], labels: Mapping[str, str], needed: Sequence[str], how: Mapped
) -> list[str | None]:
    """The identifier of each column; None for one that nobody asked for."""
    known = {
        **{label: name for name, label in labels.items()},
        **{name: name for name in labels},
        **{column: name for name, column in how.columns.items()},
    }
    bare = [cell.strip().removeprefix("\ufeff") for cell in header]
    names = [known.get(cell) for cell in bare]
    missing = [name for name in needed if name not in names]
    unknown = sorted(set(how.columns) - set(labels))
    if missing or unknown:
        raise _bad_columns(path, bare, labels, missing or unknown, mapped=bool(unknown and not missing))
    return [name if names.index(name) == at else None for at, name in enumerate(names)]


def _bad_columns(
    path: Path, header: Sequence[str], labels: Mapping[str, str], named: Sequence[str], *, mapped: bool
) -> Usage:
    first = named[0]
    if mapped:
        near = get_close_matches(first, labels, 1)
        zh = f"对照表里的列 {first!r} 不存在" + (f"，是否 {near[0]}？" if near else "")
        en = f"the mapping names a column {first!r} that isn't one" + (
            f"; did you mean {near[0]}?" if near else ""
        )
        return Usage(say(zh, en), code="bad_columns", hint="qiao call import --help")
    wanted = "、".join(f"{name}（{labels[name]}）" for name in named)
    has = " ".join(cell[:20] for cell in header[:20] if cell)
    return Usage(
        say(f"{path} 缺少列：{wanted}；文件里有：{has}", f"{path} lacks {', '.join(named)}; it has: {has}"),
        code="bad_columns", hint=f"head -1 {path}",
    )  # fmt: skip


def _rows(
    lines: Iterator[list[str]], header: Sequence[str], names: Sequence[str | None], how: Mapped
) -> Iterator[Row]:
    reader: Any = lines
    while True:
        try:
            raw = next(lines)
        except StopIteration:
            return
        except csv.Error as fault:
            yield Row(
                reader.line_num,
                {},
                [],
                say(f"引号不成对或单元格过长（{fault}）", f"quotes or a cell: {fault}"),
            )
            return
        if any(cell.strip() for cell in raw):
            yield _row(reader.line_num, raw, header, names, how)


def _row(line: int, raw: list[str], header: Sequence[str], names: Sequence[str | None], how: Mapped) -> Row:
    if len(raw) != len(header):
        return Row(
            line,
            {},
            raw,
            say(f"有 {len(raw)} 列，应为 {len(header)} 列", f"{len(raw)} columns, not {len(header)}"),
        )
    cells = {name: cell.strip() for name, cell in zip(names, raw, strict=True) if name is not None}
    return Row(line, {name: how.values.get(name, {}).get(text, text) for name, text in cells.items()}, raw)


def _text(path: Path) -> str:
    raw = _bytes(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    raise Usage(
        say(
            f"{path} 不是 UTF-8 或 GBK 的文本" + ("，是 UTF-16" if wide else "，可能不是 CSV，或被截断"),
            f"{path} is no text in UTF-8 or GBK" + ("; it is UTF-16" if wide else "; no CSV, or cut off"),
        ),
        code="not_text",
        hint=f"iconv -f UTF-16 -t UTF-8 {path} > {path}.utf8" if wide else f"file {path}",
    )


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Usage(
                say(f"{path} 超过 64 MiB", f"{path} is over 64 MiB"), code="too_large", hint="split -l 1000"
            )
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as fault:
        raise NotFound(
            say(f"没有文件 {path}", f"there is no file {path}"), code="no_file", hint=f"ls -l {path.parent}"
        ) from fault
