"""Versions, packages, settings, terminal, disk: what is so of the machine, node or no node."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from node.doctor import clock, disk, packages, settings, versions
from node.doctor.finding import Level
from node.store import database
from tests.node.doctor.looking import found, level

OK, WARNING, RED = Level


def _litestream(folder: Path, says: str) -> None:
    program = folder / "litestream-of-ours"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    (folder / "node.toml").write_text(f'[backup]\nprogram = "{program}"\n')


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("0.5.17", OK),
        ("v0.5.17", OK),
        ("0.6.0", OK),
        ("0.5.16", RED),
        ("0.3.13", RED),
        ("", RED),
        ("(devel)", RED),
    ],
)
def test_a_litestream_that_can_lose_pages_is_red(tmp_path: Path, says: str, told: Level) -> None:
    _litestream(tmp_path, says)
    assert level(versions.backup_program, tmp_path) is told


def test_without_litestream_there_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text('[backup]\nprogram = "/nowhere/litestream"\n')
    assert level(versions.backup_program, tmp_path) is RED


def test_where_backup_is_off_nobody_asks_for_it(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text("[backup]\nenabled = false\n")
    assert found(versions.backup_program, tmp_path) == {}


def test_a_sqlite_that_can_lose_pages_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert level(versions.sqlite, tmp_path) is OK
    monkeypatch.setattr(database, "SAFE", (99, 0, 0))
    assert level(versions.sqlite, tmp_path) is RED


def test_an_old_python_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert level(versions.program, tmp_path) is OK
    monkeypatch.setattr(versions, "PYTHON", (4, 0))
    assert level(versions.program, tmp_path, "python") is RED


def test_what_is_installed_is_what_was_tested(tmp_path: Path) -> None:
    assert level(packages.packages, tmp_path) is OK


def test_another_version_of_a_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = tmp_path / "run.txt"
    pinned.write_text("# a comment\nhttpx==0.0.1\nno-such-package==1.0\n")
    monkeypatch.setattr(packages, "PINNED", pinned)
    (one,) = found(packages.packages, tmp_path).values()
    assert one.level is WARNING and "httpx" in one.sentence and "no-such-package - (1.0)" in one.sentence


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert level(settings.settings, tmp_path) is OK
    (tmp_path / "node.toml").write_text("lisen = 1\n")
    (one,) = found(settings.settings, tmp_path).values()
    assert one.level is RED and "lisen" in one.sentence


def test_a_directory_without_a_node_is_told(tmp_path: Path) -> None:
    assert level(settings.running, tmp_path / "nowhere", "node") is WARNING


def test_a_locale_that_cant_write_chinese_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.locale, "getpreferredencoding", lambda _set: "ANSI_X3.4-1968")
    assert level(settings.terminal, tmp_path) is WARNING


@pytest.mark.parametrize(("cells", "told"), [((80, 24), OK), ((79, 40), WARNING), ((120, 20), WARNING)])
def test_a_terminal_too_small_for_the_screens_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: tuple[int, int], told: Level
) -> None:
    monkeypatch.setattr(settings.locale, "getpreferredencoding", lambda _set: "UTF-8")
    monkeypatch.setattr(settings.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(settings.shutil, "get_terminal_size", lambda: cells)
    monkeypatch.setenv("TERM", "xterm")
    assert level(settings.terminal, tmp_path) is told


@pytest.mark.parametrize(("free", "told"), [(1 << 40, OK), (400 << 20, WARNING), (10 << 20, RED)])
def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, told: Level) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage(1 << 41, 0, free))
    assert level(disk.space, tmp_path) is told


@pytest.mark.parametrize(("files", "left", "told"), [(10**6, 10**5, None), (10**6, 3, RED), (0, 0, None)])
def test_room_for_more_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int, left: int, told: Level | None
) -> None:
    stat = namedtuple("stat", "f_files f_favail")
    monkeypatch.setattr(os, "statvfs", lambda _place: stat(files, left))
    every = found(disk.inodes, tmp_path)
    assert [one.level for one in every.values()] == ([told] if told else [])


@pytest.mark.parametrize(("ms", "told"), [(0.001, WARNING), (3.0, OK), (400.0, WARNING)])
def test_how_fast_a_flush_may_be(ms: float, told: Level) -> None:
    assert disk.judged(ms).level is told


def test_what_was_written_for_a_try_is_taken_away(tmp_path: Path) -> None:
    assert set(found(disk.speed, tmp_path)) == {"disk_speed"}
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cant_be_written_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda _fd, _block: 7)
    assert level(disk.speed, tmp_path) is RED
    assert list(tmp_path.iterdir()) == []


def test_a_moved_clock_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(clock.moved, tmp_path) == {}
    monkeypatch.setenv("QIAO_CLOCK_OFFSET", "60")
    assert level(clock.moved, tmp_path) is RED


@pytest.mark.parametrize(("says", "told"), [(True, OK), (False, WARNING)])
def test_whether_the_system_keeps_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: bool, told: Level
) -> None:
    monkeypatch.setattr(clock, "in_step", lambda: says)
    assert level(clock.step, tmp_path) is told


def test_a_system_that_doesnt_say_is_asked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock.in_step() in (True, False, None)
    monkeypatch.setattr(clock, "in_step", lambda: None)
    assert found(clock.step, tmp_path) == {}
