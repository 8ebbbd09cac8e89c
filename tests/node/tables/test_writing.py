"""Files as people open them: CSV, XLSX, JSONL; harmless, masked, whole or not there."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from node import whole_file
from node.errors import DiskTrouble, Stale, Usage
from node.matters import KINDS
from node.tables import columns, mapping, reading, writing
from tests.cli.command import ROOT
from tests.node.tree import Tree

TICKET = KINDS["ticket"]
EVIL = ['=HYPERLINK("http://x")', "+1", "＝1+1", "@x", "普通\u202e文字\u200b"]


def _export(tree: Tree, path: Path, names: list[str] | None = None, **how: Any) -> int:
    chosen = columns.chosen(TICKET, names) if names else columns.exported(TICKET)
    force, codes = how.pop("force", False), how.pop("codes", False)
    return writing.write(
        path, chosen, tree.reader("p").table("ticket", chosen, **how), force=force, codes=codes
    )


@pytest.fixture
def evil(tree: Tree) -> Tree:
    for number, text in enumerate(EVIL):
        tree.register(employer_name=text, narrative=f"第{number}件", amount_claimed=1066000, sensitive=True)
    return tree


def _csv(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_csv_has_labels_money_in_fen_and_no_formula(evil: Tree, tmp_path: Path) -> None:
    assert _export(evil, tmp_path / "t.csv") == 5
    rows = _csv(tmp_path / "t.csv")
    assert [one["用人单位"][:2] for one in rows[:4]] == ["'=", "'+", "'＝", "'@"]
    assert rows[4]["用人单位"] == "普通‹U+202E›文字‹U+200B›"
    assert rows[0]["渠道"] == "电话" and rows[0]["诉求金额（分）"] == "1066000" and rows[0]["敏感"] == "是"
    assert rows[0]["联系电话"] == "138****1111" and rows[0]["职工姓名"] == "王*明"
    assert "13800001111" not in (tmp_path / "t.csv").read_text("utf-8-sig")
    assert (tmp_path / "t.csv").stat().st_mode & 0o777 == 0o600


def test_an_xlsx_has_types_and_texts_that_are_no_formulas(evil: Tree, tmp_path: Path) -> None:
    _export(
        evil, tmp_path / "t.xlsx", ["number", "employer_name", "amount_claimed", "created", "worker_phone"]
    )
    sheet = load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None
    assert [one.value for one in sheet[1]] == ["编号", "用人单位", "诉求金额（分）", "登记时间", "联系电话"]
    row = sheet[2]
    assert row[1].data_type == "s" and row[1].value == EVIL[0]
    assert row[2].value == 1066000 and isinstance(row[3].value, datetime) and row[4].value == "138****1111"
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_jsonl_has_identifiers_codes_and_escaped_controls(evil: Tree, tmp_path: Path) -> None:
    _export(evil, tmp_path / "t.jsonl", ["number", "channel", "employer_name", "overdue", "due"])
    lines = (tmp_path / "t.jsonl").read_bytes().splitlines()
    found = json.loads(lines[4])
    assert (
        found["channel"] == "phone"
        and found["employer_name"].startswith("普通\u202e")
        and found["overdue"] is False
    )
    assert b"\\u202e" in lines[4] and found["due"].endswith("+08:00")


def test_codes_are_written_where_they_are_asked_for(evil: Tree, tmp_path: Path) -> None:
    _export(evil, tmp_path / "t.csv", ["channel", "phase"], codes=True)
    assert _csv(tmp_path / "t.csv")[0] == {"渠道": "phone", "阶段": "registered"}


def test_what_was_exported_can_be_read_as_an_import(evil: Tree, tmp_path: Path) -> None:
    names = ["external_id", "channel", "class", "topic", "narrative", "employer_name", "amount_claimed"]
    for name in ("t.csv", "t.xlsx", "t.jsonl"):
        _export(evil, tmp_path / name, names)
        with reading.opened(tmp_path / name) as table:
            found, unknown = mapping.plain(TICKET, table.headings)
            assert not unknown and set(found.columns.values()) <= set(names)
            assert len(list(table.rows)) == 5


def test_the_same_filters_as_a_list_in_the_same_order_each_time(evil: Tree, tmp_path: Path) -> None:
    assert _export(evil, tmp_path / "a.csv", text="第3件") == 1
    for name in ("b.csv", "c.csv"):
        _export(evil, tmp_path / name, sort="-number")
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()
    assert [one["编号"] for one in _csv(tmp_path / "b.csv")] == sorted(
        (one["编号"] for one in _csv(tmp_path / "b.csv")), reverse=True
    )


def test_pages_end_nowhere_within_an_export(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        tree.register(narrative=f"第{number}件")
    monkeypatch.setattr("node.store.listing.EXPORTED", 3)
    _export(tree, tmp_path / "t.csv", ["number"])
    assert len({one["编号"] for one in _csv(tmp_path / "t.csv")}) == 7


def test_an_existing_file_is_kept_unless_it_is_asked_for(evil: Tree, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("mine")
    with pytest.raises(Stale) as caught:
        _export(evil, path)
    assert caught.value.code == "export_exists" and path.read_text() == "mine"
    _export(evil, path, ["number"], force=True)
    assert path.read_text("utf-8-sig").startswith("编号")


def test_a_file_that_came_there_meanwhile_is_kept(tmp_path: Path) -> None:
    """Two screens export to one name at once: the second says so."""
    path = tmp_path / "清单.csv"
    with pytest.raises(Stale) as caught, whole_file.beside(path, force=False) as file:
        file.write(b"mine")
        path.write_text("theirs")
    assert caught.value.code == "export_exists"
    assert path.read_text() == "theirs" and [one.name for one in tmp_path.iterdir()] == ["清单.csv"]


def test_a_folder_that_isnt_there_is_named_before_anything_is_read(tree: Tree, tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        whole_file.refuse_existing(tmp_path / "没有" / "清单.csv", force=False)
    assert caught.value.code == "no_folder" and str(tmp_path / "没有") in str(caught.value)


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.jsonl"])
def test_a_disk_that_is_full_leaves_what_was_there(
    evil: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    path.write_text("mine")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskTrouble):
        _export(evil, path, force=True)
    assert path.read_text() == "mine" and [one.name for one in tmp_path.glob("*.part")] == []
    assert not list(tmp_path.glob(".*part"))


def _one_row(then: Callable[[], Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    yield ["1"], ["1"]
    then()


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.jsonl"])
def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path, name: str) -> None:
    chosen = columns.chosen(TICKET, ["number"])

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing.write(tmp_path / name, chosen, _one_row(interrupted), force=False, codes=False)
    assert list(tmp_path.iterdir()) == []


DYING = """
import os, signal, sys
from pathlib import Path
from node.matters import KINDS
from node.tables import columns, writing

def rows():
    yield ["1"], ["1"]
    os.kill(os.getpid(), signal.SIGKILL)

writing.write(Path(sys.argv[1]), columns.chosen(KINDS["ticket"], ["number"]), rows(), force=False, codes=False)
"""


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_one_that_is_killed_leaves_nothing_elsewhere_and_the_next_clears_it_away(
    tmp_path: Path, name: str
) -> None:
    """Nothing of it in the system's folder for such files, where nobody would look for personal data."""
    (tmp_path / "system").mkdir()
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / name
    environment = {**os.environ, "TMPDIR": str(tmp_path / "system")}
    done = subprocess.run([sys.executable, "-c", DYING, str(path)], env=environment, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert list((tmp_path / "system").iterdir()) == []
    assert [one.suffix for one in (tmp_path / "out").iterdir()] == [".part"] * (2 if name == "t.xlsx" else 1)
    chosen = columns.chosen(TICKET, ["number"])
    writing.write(path, chosen, _one_row(lambda: None), force=False, codes=False)
    assert [one.name for one in (tmp_path / "out").iterdir()] == [name]


def test_a_cell_that_excel_cannot_hold_is_cut_with_a_mark(tree: Tree, tmp_path: Path) -> None:
    tree.register(narrative="长" * 50_000)
    _export(tree, tmp_path / "t.xlsx", ["narrative"])
    sheet = load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None
    told = str(sheet["A2"].value)
    assert len(told) == writing.MOST_XLSX and told.endswith("截断】")
    _export(tree, tmp_path / "t.csv", ["narrative"])
    assert len(_csv(tmp_path / "t.csv")[0]["诉求内容"]) == 50_000


def test_what_strangers_signed_is_harmless_as_well(tmp_path: Path) -> None:
    """Receivers check none of the border's rules: anything may stand in a field."""
    chosen = columns.chosen(TICKET, ["employer_name"])
    texts = ["\t=1", "\r=1", "\x1b]0;t\x07", "\ud800", "\ufffe=1", "\u3000-1", "\x00=1"]
    for name in ("t.csv", "t.xlsx", "t.jsonl"):
        writing.write(tmp_path / name, chosen, [([one], [one]) for one in texts], force=False, codes=False)
    found = [one["用人单位"] for one in _csv(tmp_path / "t.csv")]
    assert found[0] == "'\t=1" and found[5] == "'\u3000-1" and "\x1b" not in "".join(found)
    assert all(one[:1] not in "=+-@\t\r" for one in found)
    sheet = load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None and all(one[0].data_type == "s" for one in sheet.iter_rows(min_row=2))
    lines = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["employer_name"] for line in lines] == texts


def test_a_folder_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(Stale):
        writing.write(tmp_path / "t.csv", columns.chosen(TICKET, []), [], force=True, codes=False)


@pytest.mark.parametrize("name", ["t.xls", "t", "t.pdf"])
def test_another_format_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(Usage):
        writing.write(tmp_path / name, columns.chosen(TICKET, []), [], force=False, codes=False)


class Full(io.BytesIO):
    """A disk with room for a few bytes."""

    def __init__(self, name: Path) -> None:
        super().__init__()
        self.name = str(name)

    def write(self, data: Any) -> int:
        if self.tell() > 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_disk_that_fills_while_a_sheet_is_written_is_told_once_and_nothing_complains_later(
    evil: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", complaints.append)
    chosen = columns.chosen(TICKET, ["number", "narrative"])
    lines = list(evil.reader("p").table("ticket", chosen))
    with Full(tmp_path / "t.xlsx.part") as file, pytest.raises(OSError, match="No space"):
        writing._xlsx(file, chosen, lines)
    gc.collect()
    assert complaints == [] and not list(tmp_path.glob("*.part"))
