"""Rows that weren't taken in, as they came."""

from __future__ import annotations

from pathlib import Path

from node.tables.reading import Row
from node.tables.rejects import Rejects


def test_what_is_no_letter_is_written_as_its_code(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "t.jsonl", ["narrative"])
    rejects.put(Row(1, {"narrative": "甲\ud800乙"}), [("narrative", "bad_text", "不能使用的字符")])
    rejects.close()
    assert rejects.path is not None and "甲\\ud800乙" in rejects.path.read_text("utf-8-sig")


def test_rows_that_would_be_formulas_are_texts_and_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "t.csv.rejects.csv").write_text("mended by hand")
    rejects = Rejects(tmp_path / "t.csv", ["a"])
    rejects.put(Row(2, {"a": "=1+1"}), [("a", "bad_value", "x")])
    rejects.close()
    assert rejects.path == tmp_path / "t.csv.rejects-2.csv"
    assert "'=1+1,2,a,bad_value,x" in rejects.path.read_text("utf-8-sig")
