"""Opening the database: what is refused, and what an error of SQLite becomes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from node.errors import Damaged, DiskTrouble, Stale
from node.store import database


def test_a_sqlite_that_loses_pages_is_refused() -> None:
    with pytest.raises(Damaged) as fault:
        database.check_version((3, 51, 2))
    assert fault.value.code == "sqlite_vulnerable"
    database.check_version((3, 51, 3))


def test_a_writer_is_durable_and_a_reader_cannot_write(tmp_path: Path) -> None:
    engine = database.open_database(tmp_path / "x.db", write=True)
    with engine.begin() as db:
        assert db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert db.execute(text("PRAGMA synchronous")).scalar() == 2
        assert db.execute(text("PRAGMA foreign_keys")).scalar() == 1
        db.execute(text("CREATE TABLE t (a)"))
    reader = database.open_database(tmp_path / "x.db", write=False)
    with pytest.raises(DiskTrouble), database.disk_faults(), reader.begin() as db:
        db.execute(text("INSERT INTO t VALUES (1)"))
    engine.dispose()
    reader.dispose()


def test_the_newest_revision_is_the_one_that_the_migrations_end_with(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [database.NEWEST]
    engine = database.open_database(tmp_path / "x.db", write=True)
    with engine.begin() as db:
        assert database.revision(db) is None
    database.migrate(engine)
    with engine.begin() as db:
        assert database.revision(db) == database.NEWEST
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    engine = database.open_database(tmp_path / "x.db", write=True)
    database.migrate(engine)
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'of tomorrow'"))
    with pytest.raises(Damaged) as fault:
        database.migrate(engine)
    assert fault.value.code == "newer_database"
    engine.dispose()


def test_ddl_is_rolled_back_with_its_transaction(tmp_path: Path) -> None:
    engine = database.open_database(tmp_path / "x.db", write=True)
    with pytest.raises(RuntimeError), engine.begin() as db:
        db.execute(text("CREATE TABLE t (a)"))
        raise RuntimeError
    with engine.begin() as db:
        assert db.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    engine.dispose()


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)
    engine = database.open_database(tmp_path / "x.db", write=False)
    with pytest.raises(Damaged) as fault, database.disk_faults(), engine.begin() as db:
        db.execute(text("SELECT * FROM setting"))
    assert fault.value.code == "database_damaged"


@pytest.mark.parametrize(
    ("words", "error"),
    [("database or disk is full", DiskTrouble), ("attempt to write a readonly database", DiskTrouble),
     ("disk I/O error", DiskTrouble), ("database disk image is malformed", Damaged),
     ("Could not decode to UTF-8 column 'raw'", Damaged), ("no such table: x", Stale),
     ("no such column: x", Stale), ("near \"x\": syntax error", DatabaseError)],
)  # fmt: skip
def test_an_error_of_the_disk_is_told_as_one(words: str, error: type[Exception]) -> None:
    with pytest.raises(error), database.disk_faults():
        raise DatabaseError("SELECT 1", (), sqlite3.DatabaseError(words))
