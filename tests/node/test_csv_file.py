"""A table from another program: its encodings, columns, and rows that aren't whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import csv_file
from node.errors import NotFound, QiaoError

LABELS = {"start": "开始时间", "number": "号码", "result": "结果"}
NEEDED = ("start", "number")
TEXT = "开始时间,号码,别的\n1,2,3\n"


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, mapped: csv_file.Mapped | None = None) -> QiaoError:
    with pytest.raises(QiaoError) as fault:
        csv_file.read(path, LABELS, NEEDED, mapped)
    return fault.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_tables_are_read_in_their_encodings(tmp_path: Path, encoding: str) -> None:
    sheet = csv_file.read(written(tmp_path, TEXT.encode(encoding)), LABELS, NEEDED)
    assert [row.cells for row in sheet.rows] == [{"start": "1", "number": "2"}]


@pytest.mark.parametrize(
    "content", [TEXT.encode("utf-16"), b"PK\x03\x04\x00\x00", "开始".encode()[:-1] + b",\xff\xff\n"]
)
def test_what_is_no_text_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    assert refused(written(tmp_path, content)).code == "not_text"


def test_a_missing_column_is_named_with_what_there_is(tmp_path: Path) -> None:
    found = refused(written(tmp_path, "开始,号码\n1,2\n"))
    assert found.code == "bad_columns" and "start" in found.text and "开始 号码" in found.text


def test_a_mapping_gives_columns_and_values_their_names(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[columns]\nstart = "起"\n[values.result]\n"通" = "answered"\n', "utf-8")
    mapped = csv_file.mapping(tmp_path / "m.toml")
    [row] = csv_file.read(written(tmp_path, "起,号码,结果\n1,2,通\n"), LABELS, NEEDED, mapped).rows
    assert row.cells == {"start": "1", "number": "2", "result": "answered"}


def test_a_mapping_of_a_column_that_is_none_names_the_nearest(tmp_path: Path) -> None:
    found = refused(written(tmp_path, TEXT), csv_file.Mapped({"strat": "起"}))
    assert found.code == "bad_columns" and "start" in found.text


@pytest.mark.parametrize(
    "content", ["columns = 3", "[columns]\na = 1", "[cols]\n", "x = [", "[values]\nresult = 'x'\n"]
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "m.toml").write_text(content, "utf-8")
    with pytest.raises(QiaoError) as fault:
        csv_file.mapping(tmp_path / "m.toml")
    assert fault.value.code == "bad_map"


def test_rows_that_are_not_whole_are_told_and_the_others_stand(tmp_path: Path) -> None:
    sheet = csv_file.read(written(tmp_path, 'start,number\r\n1,2\r\n\r\n3\r\n4,5\r\n6,"7'), LABELS, NEEDED)
    assert [bool(row.fault) for row in sheet.rows] == [False, True, False, True]
    assert [row.line for row in sheet.rows] == [2, 4, 5, 6]


def test_an_empty_file_a_folder_and_none_are_told_apart(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "")).code == "empty_file"
    assert refused(written(tmp_path, "\n1,2\n")).code == "empty_file"
    assert isinstance(refused(tmp_path / "none.csv"), NotFound)
    assert isinstance(refused(tmp_path), NotFound)
