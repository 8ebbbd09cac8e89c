from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.logs import reading, writing


def _write(path: Path, *events: str, level: str = "info", minute: int = 0) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        for second, event in enumerate(events):
            time = f"2026-11-30T10:{minute:02}:{second:02}.000+08:00"
            file.write(json.dumps({"time": time, "level": level, "event": event}) + "\n")


def _events(found: list[dict[str, object]]) -> list[object]:
    return [one["event"] for one in found]


def test_the_newest_lines_come_from_all_files_the_oldest_first(tmp_path: Path) -> None:
    path = writing.path_of(tmp_path)
    _write(path.with_name("node.jsonl.2"), "a", minute=1)
    _write(path.with_name("node.jsonl.1"), "b", "c", minute=2)
    _write(path, "e", minute=4)
    _write(writing.path_of(tmp_path, writing.WEB), "d", minute=3)
    assert _events(reading.newest(tmp_path, 3)) == ["c", "d", "e"]
    assert _events(reading.newest(tmp_path, 99)) == ["a", "b", "c", "d", "e"]
    assert reading.newest(tmp_path, 0) == []


def test_a_level_leaves_out_what_is_below(tmp_path: Path) -> None:
    path = writing.path_of(tmp_path)
    _write(path, "a", level="info")
    _write(path, "b", level="error", minute=1)
    assert _events(reading.newest(tmp_path, 9, "warning")) == ["b"]


def test_a_line_that_cant_be_read_is_shown_as_one(tmp_path: Path) -> None:
    path = writing.path_of(tmp_path)
    _write(path, "a")
    with path.open("ab") as file:
        file.write(b'{"cut\xff\n[1]\n')
    assert sorted(map(str, _events(reading.newest(tmp_path, 9)))) == ["?", "?", "a"]


def test_without_a_log_there_is_nothing(tmp_path: Path) -> None:
    assert reading.newest(tmp_path, 9) == []


def test_what_is_written_later_is_followed_into_the_file_that_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look is waited for: writing goes on where the reader sleeps."""
    path, turns = writing.path_of(tmp_path), iter(range(9))
    _write(path, "before")

    def sleep(_seconds: float) -> None:
        turn = next(turns)
        if turn == 0:
            _write(path, "first")
        elif turn == 1:
            path.rename(path.with_name("node.jsonl.1"))
            _write(path, "second")

    monkeypatch.setattr(reading.time, "sleep", sleep)
    following = reading.follow(path)
    assert [next(following)["event"], next(following)["event"]] == ["first", "second"]
