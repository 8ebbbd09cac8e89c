"""Tables of real nodes: whole or not there, the same bytes for the same state, nobody's words, nothing of others."""

from __future__ import annotations

import csv
import errno
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from node import processes, whole_file
from node.audit.desk import Desk
from node.audit.tables import export, kinds, sharing
from node.audit.tables.schema import TABLES
from node.errors import DiskTrouble, Stale, Usage
from node.store import bulk
from tests.node.audit.tables.conftest import SECRETS, finished
from tests.node.tree import Tree

FORMATS = [*export.FORMATS]


def made(
    tree: Tree, path: Path, kind: str = "parquet", *, who: str = "p", words: bool = False
) -> dict[str, Any]:
    return Desk(tree.reader(who)).export_tables(path, kind, lambda _done, _of: None, words=words)


def contents(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {one.name if path.is_dir() else "book": one.read_bytes() for one in files}


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{table}.jsonl").read_text("utf-8").splitlines()]


def everything(path: Path) -> str:
    """All that a file can be made to say."""
    if path.is_dir():
        if any(one.suffix == ".parquet" for one in path.iterdir()):
            tables = [
                duckdb.sql(f"SELECT * FROM '{one}'").fetchall() for one in sorted(path.glob("*.parquet"))
            ]
            return repr(tables)
        return "".join(one.read_text("utf-8") for one in sorted(path.iterdir()))
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist())


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_state_gives_the_same_bytes_also_after_it_was_folded_anew(
    lived: Tree, place: Path, kind: str
) -> None:
    made(lived, place / "one", kind)
    lived.do("p", "rebuild", None)
    made(lived, place / "two", kind)
    assert contents(place / "one") == contents(place / "two")


@pytest.mark.parametrize("kind", FORMATS)
def test_no_personal_data_stand_in_a_default_export(lived: Tree, place: Path, kind: str) -> None:
    made(lived, place / "x", kind)
    told = everything(place / "x")
    assert "370200" in told and not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("kind", FORMATS)
def test_with_words_they_are_all_there(lived: Tree, place: Path, kind: str) -> None:
    found = made(lived, place / "x", kind, words=True)
    told = everything(place / "x")
    assert found["words"] and not [secret for secret in SECRETS if secret not in told]


def test_a_city_writes_what_is_in_its_scope_and_nothing_of_a_sibling(lived: Tree, place: Path) -> None:
    of_all = {one["record"] for one in (made(lived, place / "p", "jsonl") and rows(place / "p", "tickets"))}
    made(lived, place / "t", "jsonl", who="t")
    mine = {one["record"] for one in rows(place / "t", "tickets")}
    assert mine < of_all
    for table in ("acts", "assignments", "cards", "exceptions", "follow_ups", "quality_checks"):
        named = {one["record"] for one in rows(place / "t", table) if one.get("matter", "ticket") == "ticket"}
        assert named <= mine, table


def test_every_row_names_commits_that_the_node_holds(lived: Tree, place: Path) -> None:
    made(lived, place / "x", "jsonl")
    with lived.sql("p") as db:
        held = {row[0].hex() for row in db.execute('SELECT "commit" FROM commit_')}
    for table in TABLES:
        for row in rows(place / "x", table.name):
            assert row["commits"] and set(row["commits"]) <= held, (table.name, row)


def test_the_rows_tell_what_happened(lived: Tree, place: Path) -> None:
    found = made(lived, place / "x", "jsonl")["tables"]
    tickets, acts = rows(place / "x", "tickets"), rows(place / "x", "acts")
    assert {one["phase"] for one in tickets} == {"archived", "dispatched", "registered"}
    assert [one["round"] for one in tickets].count(2) == 1 and sum(
        one["excluded"] is True for one in tickets
    ) == 1
    (done,) = [one for one in tickets if one["phase"] == "archived"]
    assert (done["result"], done["amount_claimed"], done["satisfaction_result"]) == ("completed", 20_000, 5)
    own = [one["action"] for one in acts if one["record"] == done["record"]]
    assert own[0] == "register" and own[-1] == "archive" and "reveal" not in own
    assert {one["outcome"] for one in rows(place / "x", "follow_ups")} == {"satisfied", "dissatisfied"}
    assert [one["outcome"] for one in rows(place / "x", "quality_checks")] == ["pass"]
    assert {one["clock"] for one in rows(place / "x", "cards")} >= {"accept", "complete"}
    assert "overtaken" in {one["verdict"] for one in acts}
    kinds_of = {one["kind"] for one in rows(place / "x", "exceptions")}
    assert kinds_of & {"conflict", "overtaken"}
    assert {one["staff"] for one in rows(place / "x", "people")} >= {"a", "b"}
    assert {one["unit"] for one in rows(place / "x", "units")} >= {"370000", "370000/370200/370211"}
    assert found["tickets"] == len(tickets) and found["acts"] == len(acts)


def test_every_table_is_there_with_its_columns_and_says_what_they_mean(lived: Tree, place: Path) -> None:
    made(lived, place / "x", "csv")
    about = json.loads((place / "x" / export.SCHEMA).read_text("utf-8"))
    assert about["unit"] == "370000" and about["heads"]
    for table in TABLES:
        with (place / "x" / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as file:
            heads, *lines = csv.reader(file)
        assert heads == [one.name for one in table.given(False)]
        assert about["tables"][table.name]["rows"] == len(lines)
        assert [one["name"] for one in about["tables"][table.name]["columns"]] == heads


def test_all_forms_hold_the_same_rows(lived: Tree, place: Path) -> None:
    for kind in FORMATS:
        made(lived, place / (kind if kind != "xlsx" else "xlsx.xlsx"), kind)
    book = openpyxl.load_workbook(place / "xlsx.xlsx", read_only=True)
    for table in TABLES:
        wanted = rows(place / "jsonl", table.name)
        found = duckdb.sql(f"SELECT * FROM '{place / 'parquet' / table.name}.parquet'")
        assert found.columns == [one.name for one in table.given(False)]
        parquet = found.fetchall()
        at = found.columns.index("commits")
        assert [row[at] for row in parquet] == [one["commits"] for one in wanted]
        sheet = list(book[table.name].iter_rows(values_only=True))
        assert list(sheet[0]) == found.columns and sheet[1][0] == table.columns[0].zh
        assert len(sheet) - 2 == len(wanted) == len(parquet)


def test_an_instant_is_the_same_in_parquet_and_in_text(lived: Tree, place: Path) -> None:
    for kind in ("parquet", "jsonl"):
        made(lived, place / kind, kind)
    wanted = [one["time"] for one in rows(place / "jsonl", "acts")]
    ms = duckdb.sql(f"SELECT epoch_ms(time) FROM '{place}/parquet/acts.parquet'").fetchall()
    assert [kinds.time(one) for (one,) in ms] == wanted


def test_what_a_sheet_would_run_stays_text(lived: Tree, place: Path) -> None:
    made(lived, place / "c", "csv")
    assert "'=cmd()|某公司" in (place / "c" / "tickets.csv").read_text("utf-8")
    made(lived, place / "book.xlsx", "xlsx")
    sheet = openpyxl.load_workbook(place / "book.xlsx")["tickets"]
    (cell,) = [one for row in sheet.iter_rows() for one in row if str(one.value).startswith("=cmd")]
    assert cell.data_type == "s"


def test_a_name_that_is_taken_is_refused_and_left_as_it_was(lived: Tree, place: Path) -> None:
    (place / "x").mkdir()
    for kind in FORMATS:
        with pytest.raises(Stale) as fault:
            made(lived, place / "x", kind)
        assert fault.value.code == "file_exists"
    with pytest.raises(Usage):
        made(lived, place / "none" / "x", "csv")
    assert not list((place / "x").iterdir()) and [one.name for one in place.glob(".*")] == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_ends_half_way_leaves_nothing(
    lived: Tree, place: Path, monkeypatch: pytest.MonkeyPatch, kind: str, error: BaseException
) -> None:
    def full(*_: object) -> None:
        raise error

    wanted = DiskTrouble if isinstance(error, OSError) else KeyboardInterrupt
    with monkeypatch.context() as patched, pytest.raises(wanted):
        patched.setattr(os, "fsync", full)
        made(lived, place / "x", kind)
    assert not list(place.iterdir())
    made(lived, place / "x", kind)
    assert [one.name for one in place.iterdir()] == ["x"]


def test_what_an_export_left_that_was_killed_is_cleared_by_the_next(lived: Tree, place: Path) -> None:
    left = place / f".x.{2**22 + 7}{whole_file.PART}"
    left.mkdir()
    (left / "acts.raw").write_text("half")
    made(lived, place / "x", "parquet")
    assert not left.exists()


def test_a_sheet_that_can_not_hold_them_says_so_and_leaves_nothing(
    lived: Tree, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "MOST_ROWS", 5)
    with pytest.raises(Usage) as fault:
        made(lived, place / "x", "xlsx")
    assert fault.value.code == "too_large" and not [one for one in place.iterdir() if ".x." in one.name]


def test_an_erased_ticket_keeps_its_place_and_says_nothing(lived: Tree, place: Path) -> None:
    record = finished(lived)
    lived.do("p", "erase", record=record, ground="依法", yes=True)
    made(lived, place / "x", "jsonl")
    (row,) = [one for one in rows(place / "x", "tickets") if one["record"] == record]
    assert row["phase"] == "erased" and row["channel"] is None and row["commits"]


def test_an_audit_node_has_the_same_rows_as_the_province(lived: Tree, place: Path) -> None:
    """But for when each of the two stored them."""
    lived.join("p", "a", lived.invite("p", "SJ01", "省总审计", role="auditor"))
    lived.sync("a", "p")
    lived.quiet()
    for who in ("p", "a"):
        made(lived, place / who, "jsonl", who=who)
    for table in TABLES:
        mine, theirs = rows(place / "a", table.name), rows(place / "p", table.name)
        for row in (*mine, *theirs):
            row.pop("received", None)
        assert mine == theirs, table.name


# Several processes


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few records there are, and cores."""
    monkeypatch.setattr(sharing, "FEW", 0)
    monkeypatch.setattr(sharing, "CHUNKS", 1)
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("words", [False, True])
def test_several_processes_write_the_bytes_of_one(
    lived: Tree, place: Path, several: None, monkeypatch: pytest.MonkeyPatch, words: bool
) -> None:
    told = made(lived, place / "several", words=words)
    assert told["tables"]["acts"] > 20
    monkeypatch.setattr(sharing, "FEW", 10**9)
    alone = made(lived, place / "one", words=words)
    assert contents(place / "several") == contents(place / "one")
    assert told["tables"] == alone["tables"]


def test_what_is_written_meanwhile_isnt_in_it(lived: Tree, place: Path, several: None) -> None:
    """The other processes would see it; then one makes all of it, by what it sees."""
    made(lived, place / "before")
    reader = lived.reader("p")
    given = Desk(reader)._shared()
    with reader.signing() as (db, _):
        assert bulk.count(db)
        lived.register("p")
        with pytest.raises(sharing.Moved), kinds.parquet_files(scratch_folder(place), False) as out:
            sharing.pour(given, db, out, lambda _done, _of: None, words=False)
        export.write(db, place / "meanwhile", "parquet", reader.unit, lambda _done, _of: None, shared=given)
    assert contents(place / "meanwhile") == contents(place / "before")


def scratch_folder(place: Path) -> Path:
    folder = place / "folder"
    folder.mkdir()
    return folder


def test_ctrl_c_while_several_write_leaves_nothing(lived: Tree, place: Path, several: None) -> None:
    def interrupted(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Desk(lived.reader("p")).export_tables(place / "x", "parquet", interrupted)
    assert list(place.iterdir()) == []
