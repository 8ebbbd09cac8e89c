from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from node import config, default
from node.errors import DiskTrouble, Usage


def test_the_default_as_shipped_is_every_key_with_its_default(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", default.default_text())
    (tmp_path / "node.toml").write_text(text, encoding="utf-8")
    found = config.load(tmp_path, environ={})
    assert set(found.given) == set(config.KEYS)
    assert replace(found, given={}) == config.Config(tmp_path)


def test_the_default_as_shipped_sets_nothing(tmp_path: Path) -> None:
    default.write_default(tmp_path)
    assert config.load(tmp_path, environ={}) == config.Config(tmp_path)


def test_settings_are_filled_into_their_own_lines(tmp_path: Path) -> None:
    settings = {
        "listen": "127.0.0.1:0",
        "backup.path": 'a"\\1 b\t桥',
        "backup.enabled": False,
        "hold_seconds": 9,
    }
    default.write_default(tmp_path, settings)
    found = config.load(tmp_path, environ={})
    assert set(found.given) == set(settings)
    assert (found.listen, found.backup_path) == ("127.0.0.1:0", 'a"\\1 b\t桥')
    assert (found.backup_enabled, found.hold_seconds) == (False, 9)


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text('language = "en"\n')
    default.write_default(tmp_path, {"language": "zh"})
    assert (tmp_path / "node.toml").read_text() == 'language = "en"\n'


def test_a_wrong_setting_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Usage):
        default.write_default(tmp_path, {"listen": "nowhere"})
    assert not (tmp_path / "node.toml").exists()


def test_a_directory_that_is_not_there_is_a_disk_fault(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        default.write_default(tmp_path / "gone")
