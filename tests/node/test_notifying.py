"""The command on news: real processes, never in the way."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from node import notifying
from node.news import News
from node.notifying import Notifier

pytestmark = pytest.mark.processes
ONE = News("new", "ticket", b"\x01" * 16, "370000-20261121-0001", "370000")


def _teller(tmp_path: Path, body: str = "") -> tuple[list[str], Path]:
    """A command that writes down what it was given."""
    told = tmp_path / "told.txt"
    script = tmp_path / "tell.py"
    script.write_text(
        f"import os, sys, time\n{body}\nopen({str(told)!r}, 'a').write(' '.join(sys.argv[1:]) + '|'"
        " + ','.join(sorted(n for n in os.environ if n.startswith('QIAO_'))) + '\\n')\n"
    )
    return [sys.executable, str(script), "--fixed"], told


async def _until(told: Path, lines: int) -> list[str]:
    for _ in range(2000):
        if told.exists() and len(found := told.read_text().splitlines()) >= lines:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was told")


async def _running(notifier: Notifier) -> asyncio.Task[None]:
    return asyncio.create_task(notifier.run())


async def test_it_is_given_event_number_and_unit_and_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAO_PASSWORD", "geheim")
    command, told = _teller(tmp_path)
    notifier = Notifier(command, 30)
    task = await _running(notifier)
    notifier.hear(SimpleNamespace(news=(ONE,)))
    assert await _until(told, 1) == ["--fixed new 370000-20261121-0001 370000|"]
    task.cancel()


async def test_what_comes_faster_than_it_may_is_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    command, told = _teller(tmp_path)
    notifier = Notifier(command, 2)
    task = await _running(notifier)
    with caplog.at_level(logging.WARNING, "qiao.notify"):
        notifier.hear(SimpleNamespace(news=(ONE,) * 300))
        assert len(await _until(told, 2)) == 2
        await asyncio.sleep(0.2)
    assert len(told.read_text().splitlines()) == 2
    assert any(one.message.startswith("notify_failed reason=rate count=") for one in caplog.records)
    task.cancel()


async def test_one_that_hangs_is_ended_with_its_children_and_the_next_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifying, "SECONDS", 0.5)
    command, told = _teller(tmp_path, "if not os.path.exists(sys.argv[0] + '.once'):\n"
                            " open(sys.argv[0] + '.once', 'w').write(str(os.getpid())); time.sleep(60)")  # fmt: skip
    notifier = Notifier(command, 30)
    task = await _running(notifier)
    with caplog.at_level(logging.WARNING, "qiao.notify"):
        notifier.hear(SimpleNamespace(news=(ONE, ONE)))
        assert len(await _until(told, 1)) == 1
    assert [one.message for one in caplog.records] == ["notify_failed reason=timeout"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path(command[1] + ".once").read_text()), 0)
    task.cancel()


async def test_failures_are_told_by_their_code_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    command, _ = _teller(tmp_path, "print('secret'); sys.exit(3)")
    with caplog.at_level(logging.WARNING, "qiao.notify"):
        for words in (command, [str(tmp_path / "gone")]):
            notifier = Notifier(words, 30)
            task = await _running(notifier)
            notifier.hear(SimpleNamespace(news=(ONE,)))
            count = len(caplog.records)
            for _ in range(1000):
                if len(caplog.records) > count:
                    break
                await asyncio.sleep(0.01)
            task.cancel()
    ended, missing = (one.message for one in caplog.records)
    assert ended == "notify_failed reason=exit exit=3"
    assert missing.startswith("notify_failed reason=not_started fault=FileNotFoundError where=")


async def test_a_node_that_stops_ends_it(tmp_path: Path) -> None:
    command, _ = _teller(tmp_path, "open(sys.argv[0] + '.pid', 'w').write(str(os.getpid())); time.sleep(60)")
    pid = Path(command[1] + ".pid")
    notifier = Notifier(command, 30)
    task = await _running(notifier)
    notifier.hear(SimpleNamespace(news=(ONE,)))
    await _until(pid, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
