"""Workbooks: what people make, and what enemies do."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from node.errors import Usage
from node.tables import workbook
from node.tables.reading import Formula, Row, opened

SHEET = "xl/worksheets/sheet1.xml"
_HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def _book(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _rows(path: Path) -> list[Row]:
    with opened(path) as table:
        return list(table.rows)


def _replaced(path: Path, part: str, content: bytes) -> Path:
    """The workbook with another content of one of its parts."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, held in parts.items():
            book.writestr(name, held)
    return path


def test_texts_numbers_times_and_formulas_come_as_what_they_are(tmp_path: Path) -> None:
    path = _book(
        tmp_path / "t.xlsx",
        ("编号", "金额", "时间", "公式"),
        ("x1", 12.5, datetime(2020, 1, 9, 8), "=1+1"),
        (None,) * 4,
        ("x2", 7, None, "'=2"),
    )
    rows = _rows(path)
    assert rows[0] == Row(
        2, {"编号": "x1", "金额": 12.5, "时间": datetime(2020, 1, 9, 8), "公式": Formula("=1+1")}
    )
    assert rows[1].number == 4 and rows[1].cells["公式"] == "'=2"


def test_a_hidden_sheet_before_the_visible_one_is_not_read(tmp_path: Path) -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(("secret",))
    hidden.sheet_state = "hidden"
    book.create_sheet("seen").append(("编号",))
    book["seen"].append(("x1",))
    book.save(tmp_path / "t.xlsx")
    assert [row.cells for row in _rows(tmp_path / "t.xlsx")] == [{"编号": "x1"}]


def _refused(path: Path) -> str:
    with pytest.raises(Usage) as caught:
        _rows(path)
    return caught.value.code


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = _replaced(_book(tmp_path / "t.xlsx", ("a",)), SHEET, b" " * (80 << 20))
    assert path.stat().st_size < 1 << 20
    assert _refused(path) == "too_large"


def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    cells = b"".join(b'<c r="A1" t="n"><v>%d</v></c>' % number for number in range(200_000))
    path = _replaced(_book(tmp_path / "t.xlsx", ("a",)), SHEET, _HEAD.encode() + b'<row r="1">' + cells)
    assert _refused(path) == "too_large"


def test_a_row_that_calls_itself_the_billionth_ends_in_a_sentence(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c r="A999999999"><v>1</v></c></row>'
    path = _replaced(
        _book(tmp_path / "t.xlsx", ("a",)), SHEET, (_HEAD + rows + "</sheetData></worksheet>").encode()
    )
    assert _refused(path) == "too_large"


def test_entities_are_never_unfolded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    path = _replaced(_book(tmp_path / "t.xlsx", ("a",)), SHEET, (bomb + _HEAD + row).encode())
    assert _refused(path) == "bad_table"


def test_a_cut_sheet_is_told_with_the_row_behind_which_it_is_cut(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c'
    path = _replaced(_book(tmp_path / "t.xlsx", ("a",)), SHEET, (_HEAD + row).encode())
    assert _refused(path) == "bad_table"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0" * 99])
def test_what_is_no_workbook_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.xlsx").write_bytes(content)
    assert _refused(tmp_path / "t.xlsx") == "bad_table"


def test_an_archive_that_is_no_workbook_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as book:
        book.writestr("readme.txt", "x")
    assert _refused(tmp_path / "t.xlsx") == "bad_table"


def test_the_bound_of_a_row_is_found_wherever_the_pieces_are_cut(tmp_path: Path) -> None:
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    path = tmp_path / "t.zip"
    for filler in range(0, 40, 7):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("s", b"x" * filler + row * 200_000)
        with zipfile.ZipFile(path) as archive:
            assert not workbook._is_swollen(archive, archive.infolist()[0])
