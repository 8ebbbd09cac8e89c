from __future__ import annotations

from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from node import health


@pytest.fixture
def database(tmp_path: Path) -> Path:
    connection = driver.connect(str(tmp_path / "node.db"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA user_version=7")
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    return tmp_path / "node.db"


def _version(database: Path) -> int:
    connection = driver.connect(str(database))
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    assert isinstance(version, int)
    return version


def test_a_database_that_can_be_read_and_written_is_green_and_stays_as_it_is(database: Path) -> None:
    assert health.check(database.parent) == health.Health(True, "ok")
    assert _version(database) == 7


def test_a_database_that_is_gone_is_red_and_is_not_made(tmp_path: Path) -> None:
    assert health.check(tmp_path) == health.Health(False, "disk")
    assert not (tmp_path / "node.db").exists()


def test_a_database_that_is_damaged_is_red(database: Path) -> None:
    database.write_bytes(b"not a database at all, but long enough" * 200)
    assert health.check(database.parent) == health.Health(False, "damaged")


def test_a_database_that_another_process_keeps_is_red(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_WAIT_SECONDS", 0.05)
    other = driver.connect(str(database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert health.check(database.parent) == health.Health(False, "busy")
    other.execute("ROLLBACK")
    assert health.check(database.parent).ok
    other.close()


def test_a_database_that_cannot_be_written_is_red(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that is full or mounted read-only: SQLite itself is told to let nothing be written."""
    real = driver.connect

    def readonly(*args: object, **more: object) -> object:
        connection = real(*args, **more)
        connection.execute("PRAGMA query_only=ON")
        return connection

    monkeypatch.setattr(driver, "connect", readonly)
    assert health.check(database.parent) == health.Health(False, "disk")


def test_odd_characters_in_the_path_are_no_hindrance(tmp_path: Path) -> None:
    odd = tmp_path / "a?b#c%20 节点"
    odd.mkdir()
    driver.connect(str(odd / "node.db")).execute("CREATE TABLE t (a)").connection.close()
    assert health.check(odd).ok
