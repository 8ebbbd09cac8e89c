from __future__ import annotations

import os
import time
from pathlib import Path

from node.backup.replica import age_seconds, replica
from node.config import Config


def _written(path: Path, seconds_ago: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    at = time.time() - seconds_ago
    os.utime(path, (at, at))


def test_without_a_file_there_is_no_replica(tmp_path: Path) -> None:
    assert replica(Config(tmp_path)).age_seconds is None
    assert age_seconds(Config(tmp_path)) is None


def test_the_newest_file_of_any_level_says_how_old_it_is(tmp_path: Path) -> None:
    _written(tmp_path / "backup/ltx/0/0000000000000001-0000000000000001.ltx", 7000)
    _written(tmp_path / "backup/ltx/9/0000000000000001-0000000000000001.ltx", 3000)
    _written(tmp_path / "node.db", 100)
    found = replica(Config(tmp_path))
    assert found.age_seconds is not None and 3000 <= found.age_seconds < 3100
    assert not found.current


def test_a_replica_to_which_nothing_was_added_is_current_however_long_ago(tmp_path: Path) -> None:
    _written(tmp_path / "node.db", 9000)
    _written(tmp_path / "node.db-wal", 8000)
    _written(tmp_path / "backup/ltx/0/0000000000000001-0000000000000001.ltx", 7000)
    assert replica(Config(tmp_path)).current
    assert age_seconds(Config(tmp_path)) == 0


def test_what_is_only_in_the_log_counts_as_written(tmp_path: Path) -> None:
    _written(tmp_path / "node.db", 9000)
    _written(tmp_path / "backup/ltx/0/0000000000000001-0000000000000001.ltx", 7000)
    _written(tmp_path / "node.db-wal", 10)
    assert not replica(Config(tmp_path)).current
