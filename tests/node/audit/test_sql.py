"""Questions over the tables: what DuckDB answers, and that it reaches nothing but the tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from node.audit import scratch, sql
from node.audit.desk import Desk
from node.audit.tables.schema import TABLES
from node.errors import DiskTrouble, QiaoError, Usage
from tests.node.tree import Tree


def nothing(_done: int, _of: int) -> None:
    pass


@pytest.fixture
def folder(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree.register("p")
    place = tmp_path_factory.mktemp("tables") / "it's here"
    Desk(tree.reader("p")).export_tables(place, "parquet", nothing)
    return place


def code(folder: Path, text: str, **how: Any) -> tuple[int, str]:
    with pytest.raises(QiaoError) as fault:
        sql.asked(folder, text, 10, **how)
    return fault.value.exit, fault.value.code


def test_a_select_is_answered_with_names_and_values_fit_for_json(folder: Path) -> None:
    found = sql.asked(folder, "SELECT phase, round, created, links FROM tickets -- the one", 10)
    assert (found.columns, found.more) == (["phase", "round", "created", "links"], False)
    ((phase, number, created, links),) = found.rows
    assert (phase, number, links) == ("registered", 1, []) and created.endswith("+08:00")
    odd = (
        "SELECT 1.50::DECIMAL(9,2), 'nan'::DOUBLE, {'a': [DATE '2026-10-01']}, '\\xAA'::BLOB, INTERVAL 1 DAY,"
        " 2::HUGEINT ** 99"
    )
    json.dumps(sql.asked(folder, odd, 1).rows, allow_nan=False)


def test_what_is_behind_the_limit_is_said(folder: Path) -> None:
    found = sql.asked(folder, "SELECT * FROM range(100) t(n) ORDER BY n DESC", 3)
    assert (found.rows, found.more) == ([[99], [98], [97]], True)
    assert not sql.asked(folder, "SELECT * FROM range(3)", 3).more


def test_every_table_can_be_asked_and_described(folder: Path) -> None:
    for table in TABLES:
        found = sql.asked(folder, f"DESCRIBE {table.name}", 100)
        assert [row[0] for row in found.rows] == [one.name for one in table.given(False)]


@pytest.mark.parametrize("text", [
    "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM glob('/*')",
    "SELECT * FROM read_blob('node.db')", "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM 'x.parquet'",
    "SELECT * FROM 'http://127.0.0.1:1/x.csv'", "SELECT * FROM duckdb_secrets()",
    "COPY (SELECT 1) TO '/tmp/x.csv'", "COPY tickets TO 'x'", "ATTACH 'x.db'", "INSTALL httpfs", "LOAD httpfs",
    "SET enable_external_access = true", "SET memory_limit = '9GB'", "PRAGMA version", "RESET threads",
    "CREATE TABLE x (n INT)", "CREATE VIEW tickets2 AS SELECT 1", "DROP VIEW tickets", "INSERT INTO tickets VALUES (1)",
    "DELETE FROM acts", "EXPORT DATABASE 'x'", "CALL pragma_version()", "CHECKPOINT", "EXPLAIN SELECT 1",
])  # fmt: skip
def test_nothing_but_the_tables_is_within_reach(folder: Path, text: str) -> None:
    before = {one: one.read_bytes() for one in folder.iterdir()}
    assert code(folder, text) == (3, "sql_reads_only")
    assert {one: one.read_bytes() for one in folder.iterdir()} == before


@pytest.mark.parametrize("text", [
    "", ";", "SELEC 1", "SELECT 1; SELECT 2", "SELECT 1; DROP VIEW tickets", "SELECT * FROM nowhere",
    "SELECT * FROM folder", "SELECT no_such(1)", "SELECT getenv('HOME')", "\0", "SELECT 1" + " " * sql.MOST_TEXT,
    "SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/x''')", "SELECT '\ud800'",
])  # fmt: skip
def test_what_is_no_one_select_of_the_tables_is_told_with_its_reason(folder: Path, text: str) -> None:
    assert code(folder, text) == (2, "bad_sql")


def test_what_takes_too_long_or_too_much_is_stopped(folder: Path) -> None:
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t"
    assert code(folder, endless, seconds=0.5) == (2, "sql_too_long")
    huge = "SELECT list(repeat('x', 1000) || n) FROM range(10000000) t(n)"
    assert code(folder, huge) in ((2, "sql_too_large"), (2, "sql_too_long"))


def test_a_node_is_asked_as_it_is_now_and_keeps_no_copy_of_its_tables(tree: Tree) -> None:
    tree.register("p")
    desk = Desk(tree.reader("p"))
    assert desk.sql("SELECT count(*) FROM tickets", 1, nothing).rows == [[1]]
    tree.register("p")
    assert desk.sql("SELECT count(*) FROM tickets", 1, nothing).rows == [[2]]
    with pytest.raises(Usage):
        desk.sql("SELEC", 1, nothing)
    assert not list((tree.base / "p").glob(".audit-tables*"))


def test_a_folder_that_is_none_of_ours_is_refused(folder: Path, tmp_path: Path) -> None:
    assert scratch.exported(folder)["unit"] == "370000"
    (folder / "acts.parquet").unlink()
    for one in (folder, tmp_path, tmp_path / "none", Path(__file__)):
        with pytest.raises(Usage) as fault:
            scratch.exported(one)
        assert fault.value.code == "not_tables"


def test_a_damaged_file_is_told_and_no_crash(folder: Path) -> None:
    path = folder / "tickets.parquet"
    path.write_bytes(path.read_bytes()[:100])
    assert code(folder, "SELECT count(*) FROM tickets") == (2, "bad_sql")


def test_on_a_full_disk_the_scratch_is_gone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("node.audit.tables.export._durable", full)
    with pytest.raises(DiskTrouble):
        Desk(tree.reader("p")).sql("SELECT 1", 1, nothing)
    assert not list((tree.base / "p").glob(".audit-tables*"))
