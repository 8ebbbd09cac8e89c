"""Rows of CSV and JSONL, within bounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.errors import NotFound, Usage
from node.tables import reading
from node.tables.reading import Row, opened


def _rows(path: Path) -> tuple[list[str], list[Row]]:
    with opened(path) as table:
        return table.headings, list(table.rows)


def _file(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_with_its_line_numbers_and_without_empty_cells(tmp_path: Path, encoding: str) -> None:
    text = '\n编号,诉求内容,备注\nx1,"两行\n的内容",\n\nx2,"引号""里""",好\n'
    headings, rows = _rows(_file(tmp_path, "t.csv", text, encoding))
    assert headings == ["编号", "诉求内容", "备注"]
    assert rows[0] == Row(3, {"编号": "x1", "诉求内容": "两行\n的内容"})
    assert rows[1] == Row(6, {"编号": "x2", "诉求内容": '引号"里"', "备注": "好"})


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_that_the_headings_have(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join("abc") + "\n" + delimiter.join("123") + "\n"
    assert _rows(_file(tmp_path, "t.csv", text))[1] == [Row(2, {"a": "1", "b": "2", "c": "3"})]


def test_a_row_with_more_cells_than_headings_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    _, rows = _rows(_file(tmp_path, "t.csv", "a,b\n1,2,3\n4,5\n"))
    assert rows[0].fault and rows[1] == Row(3, {"a": "4", "b": "5"})


def test_columns_of_one_name_are_named(tmp_path: Path) -> None:
    with opened(_file(tmp_path, "t.csv", "a,b,a\n1,2,3\n")) as table:
        assert table.doubled == ["a"]


def test_a_narrative_of_200_000_characters_is_read_so_that_its_field_can_be_told(tmp_path: Path) -> None:
    _, rows = _rows(_file(tmp_path, "t.csv", f"a,b\n1,{'长' * 200_000}\n2,x\n"))
    assert len(rows[0].cells["b"]) == 200_000 and rows[1].cells["b"] == "x"


def test_a_quote_that_never_closes_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        _rows(_file(tmp_path, "t.csv", 'a,b\n1,"' + "x" * (reading.MOST_CELL + 9)))
    assert caught.value.code == "bad_table" and "2" in caught.value.text


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        _rows(_file(tmp_path, "t.csv", ",".join(map(str, range(300))) + "\n"))
    assert caught.value.code == "too_large"


def test_jsonl_gives_its_values_as_they_are_and_bad_lines_their_reason(tmp_path: Path) -> None:
    lines = [
        json.dumps({"a": "工", "n": 3, "none": None, "list": ["x"]}),
        "",
        "{cut",
        "[1]",
        json.dumps({"b": 1}),
    ]
    headings, rows = _rows(_file(tmp_path, "t.jsonl", "\n".join(lines)))
    assert headings == ["a", "n", "list"]
    assert rows[0] == Row(1, {"a": "工", "n": 3, "list": ["x"]})
    assert rows[1].number == 3 and rows[1].fault and rows[2].fault and rows[3] == Row(5, {"b": 1})


def test_a_line_of_jsonl_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        _rows(_file(tmp_path, "t.jsonl", '{"a": "' + "x" * reading.MOST_LINE))
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("t.csv", "", "bad_table"),
        ("t.csv", "\n\n", "bad_table"),
        ("t.jsonl", "\n", "bad_table"),
        ("t.xls", "x", "bad_format"),
    ],
)
def test_an_empty_file_and_another_format_are_said(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(Usage) as caught:
        _rows(_file(tmp_path, name, text))
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        _rows(tmp_path / "gone.csv")


@pytest.mark.parametrize("text", ['a,b\n1,"2', 'a,b\n1,"2\n3,4\n5,6\n', 'a,"b\n1,2\n'])
def test_a_quote_that_nothing_closes_swallows_nothing_in_silence(tmp_path: Path, text: str) -> None:
    with pytest.raises(Usage, match="引号没有关上") as caught:
        _rows(_file(tmp_path, "t.csv", text))
    assert caught.value.code == "bad_table"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_closed_quotes_and_stray_ones_are_read_to_the_end(tmp_path: Path, end: str) -> None:
    _, rows = _rows(_file(tmp_path, "t.csv", f'a,b\n"x\ny",5" 钢管\n1,"2"{end}'))
    assert [row.cells for row in rows] == [{"a": "x\ny", "b": '5" 钢管'}, {"a": "1", "b": "2"}]


def test_of_two_values_for_one_key_neither_is_taken(tmp_path: Path) -> None:
    lines = '{"a": 1}\n{"a": "一", "a": "二"}\n{"a": {"b": 1, "b": 2}}\n'
    _, rows = _rows(_file(tmp_path, "t.jsonl", lines))
    assert [row.fault for row in rows] == ["", "“a”出现了两次", "“b”出现了两次"]


def test_the_first_line_that_can_be_read_names_the_columns(tmp_path: Path) -> None:
    headings, rows = _rows(_file(tmp_path, "t.jsonl", 'nonsense\n{"a": 1}\n'))
    assert headings == ["a"] and [bool(row.fault) for row in rows] == [True, False]


def test_a_file_of_which_no_line_can_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="第 1 行不是完整的 JSON") as caught:
        _rows(_file(tmp_path, "t.jsonl", "[" * 100_000 + "\nx\n"))
    assert caught.value.code == "bad_table"
