"""The log's files: JSON lines, bounded, private; and a disk that is full stops nothing."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from node.config import Config
from node.logs import writing
from node.logs.events import tell

log = logging.getLogger("qiao.test")
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Lines]]:
    """Starts the log, and gives what reads its newest file."""
    begun: list[logging.Handler] = []

    def start(**settings: Any) -> Lines:
        stderr = settings.pop("stderr", None)
        begun.extend(writing.start(Config(tmp_path, **settings), stderr=stderr))
        path = writing.path_of(tmp_path)
        return lambda: [json.loads(line) for line in path.read_bytes().splitlines()]

    yield start
    writing.stop(begun)
    logging.getLogger("qiao").setLevel(logging.NOTSET)


def test_an_event_is_a_line_of_json(begin: Callable[..., Lines]) -> None:
    lines = begin()
    tell(log, logging.WARNING, "line_down", code="line_slow")
    (one,) = lines()
    assert one.pop("time").endswith("+08:00")
    assert one == {"level": "warning", "event": "line_down", "code": "line_slow"}


def test_the_level_is_the_settings(begin: Callable[..., Lines], tmp_path: Path) -> None:
    lines = begin(log_level="error")
    tell(log, logging.WARNING, "line_up")
    tell(log, logging.ERROR, "health_red", code="disk")
    assert [one["event"] for one in lines()] == ["health_red"]


def test_only_the_owner_reads_it(begin: Callable[..., Lines], tmp_path: Path) -> None:
    begin()
    tell(log, logging.WARNING, "line_up")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "log", writing.path_of(tmp_path))]
    assert modes == [0o700, 0o600]


def test_files_are_bounded_in_size_and_number(begin: Callable[..., Lines], tmp_path: Path) -> None:
    lines = begin(log_bytes=1 << 16, log_files=2)
    for turn in range(3000):
        tell(log, logging.WARNING, "requests_refused", code="bad_envelope", count=turn)
    found = sorted((tmp_path / "log").iterdir())
    assert [path.name for path in found] == ["node.jsonl", "node.jsonl.1", "node.jsonl.2"]
    assert all(path.stat().st_size <= 1 << 16 for path in found)
    assert lines()[-1]["count"] == 2999


class _Full(io.FileIO):
    """A file on a disk that is full: after some bytes of a line there is no room."""

    full = True

    def write(self, data: Any) -> int:
        if not _Full.full:
            return super().write(data)
        super().write(bytes(data)[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_stops_nothing_leaves_no_half_line_and_what_was_lost_is_counted(
    begin: Callable[..., Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing.Lines, "_open", _opening)
    monkeypatch.setattr(_Full, "full", False)
    lines = begin()
    tell(log, logging.WARNING, "line_up")
    _Full.full = True
    for _ in range(3):
        tell(log, logging.WARNING, "line_down", code="line_slow")
    assert [one["event"] for one in lines()] == ["line_up"]
    _Full.full = False
    tell(log, logging.WARNING, "line_up")
    assert [(one["event"], one.get("count")) for one in lines()] == [
        ("line_up", None),
        ("log_lost", 3),
        ("line_up", None),
    ]


def _opening(handler: Any) -> Any:
    Path(handler.baseFilename).parent.mkdir(exist_ok=True)
    return _Full(handler.baseFilename, "ab")


def test_a_folder_that_cant_be_made_stops_nothing(begin: Callable[..., Lines], tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file is in its place")
    begin()
    tell(log, logging.WARNING, "line_up")


def test_a_library_says_who_and_where_and_none_of_its_words(begin: Callable[..., Lines]) -> None:
    lines = begin()
    try:
        raise ValueError("张三 13812345678")
    except ValueError:
        logging.getLogger("asyncio").exception("Task of %s failed", "张三")
    logging.getLogger("httpx").info("GET http://secret/")
    (one,) = lines()
    assert (one["event"], one["library"], one["fault"]) == ("library_said", "asyncio", "ValueError")
    assert one["where"].startswith("logs.test_writing:") and "张三" not in json.dumps(one, ensure_ascii=False)


def test_stderr_is_told_warnings_with_their_time(begin: Callable[..., Lines]) -> None:
    sink = io.StringIO()
    begin(stderr=sink, log_level="debug")
    tell(log, logging.INFO, "line_up")
    tell(log, logging.WARNING, "line_down", code="line_slow")
    assert (
        sink.getvalue().endswith("+08:00 warning line_down code=line_slow\n")
        and "line_up" not in sink.getvalue()
    )


def test_the_journal_is_told_a_priority_and_no_time(
    begin: Callable[..., Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    sink = io.StringIO()
    begin(stderr=sink)
    tell(log, logging.ERROR, "health_red", code="disk")
    assert sink.getvalue() == "<3>health_red code=disk\n"
