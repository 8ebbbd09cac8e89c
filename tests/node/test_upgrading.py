"""What lies aside when the schema changes."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from node import upgrading
from node.clock import SystemClock
from node.config import Config, load
from node.entropy import SystemEntropy
from node.errors import Damaged
from node.store import copying, database
from node.writer import Writer
from tests.prior_dbs.test_prior_dbs import KEPT


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    shutil.copytree(KEPT[0], folder)
    (folder / "keys").chmod(0o700)
    for key in (folder / "keys").iterdir():
        key.chmod(0o600)
    return folder


def opened(folder: Path) -> None:
    Writer.open(folder, load(folder), SystemClock(), SystemEntropy()).close()


def test_the_database_of_before_is_kept_as_it_was_and_once(old: Path) -> None:
    before = copying.revision(old / "node.db")
    opened(old)
    kept = old / "upgrade" / f"node-{before}.db"
    assert copying.revision(old / "node.db") == database.NEWEST
    assert copying.revision(kept) == before and copying.faults_of_pages(kept) == []
    assert kept.stat().st_mode & 0o077 == 0
    stood = kept.stat().st_mtime_ns
    opened(old)
    assert [one.name for one in (old / "upgrade").iterdir()] == [
        kept.name
    ] and kept.stat().st_mtime_ns == stood


def test_an_upgrade_that_was_killed_in_between_is_done_whole_the_next_time(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old / "upgrade").mkdir()
    (old / "upgrade" / "node-0001.part").write_bytes(b"half")
    migrate = database._upgrade

    def killed(connection: object) -> None:
        migrate(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "_upgrade", killed)
    with pytest.raises(KeyboardInterrupt):
        opened(old)
    assert copying.revision(old / "node.db") != database.NEWEST, "one transaction"
    monkeypatch.undo()
    opened(old)
    assert copying.revision(old / "node.db") == database.NEWEST
    assert not list((old / "upgrade").glob("*.part"))


def test_a_newer_database_is_refused_by_name_and_left_as_it_is(old: Path) -> None:
    opened(old)
    shutil.rmtree(old / "upgrade")
    with contextlib.closing(driver.connect(str(old / "node.db"))) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    with pytest.raises(Damaged) as refused:
        opened(old)
    assert refused.value.code == "newer_database" and not (old / "upgrade").exists()
    assert copying.revision(old / "node.db") == "9999"


def test_it_goes_when_backups_of_its_age_do(old: Path) -> None:
    opened(old)
    config = Config(old, backup_retention_hours=2)
    (kept,) = (old / "upgrade").iterdir()
    upgrading.forget(config)
    assert kept.exists()
    past = kept.stat().st_mtime - 3 * 3600
    os.utime(kept, (past, past))
    upgrading.forget(config)
    assert not kept.exists()
