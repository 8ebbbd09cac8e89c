"""`[notify]`: a command of the unit's own, run on a new record, a card or an exception.

It runs beside the node and never holds it up: what comes faster than it may is left out, and said so once a minute.
Its arguments are an event, a number and a unit's code; no personal data, and no shell that could read them as more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections import deque
from collections.abc import Sequence
from typing import Any

from node.logs.events import tell
from node.news import News

log = logging.getLogger("qiao.notify")

QUEUE = 100  # news that wait
SECONDS = 10.0  # that the command may take
MINUTE = 60.0
_SECRETS = "QIAO_"  # variables that stay here: passwords are among them


class Notifier:
    def __init__(self, command: Sequence[str], a_minute: int) -> None:
        self._command = list(command)
        self._a_minute = a_minute
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[News] = asyncio.Queue(QUEUE)
        self._begun: deque[float] = deque()
        self._left_out = 0
        self._said = 0.0

    def hear(self, change: Any) -> None:
        """A listener of the writer; any thread, and it returns at once."""
        if change.news:
            self._loop.call_soon_threadsafe(self._take, change.news)

    def _take(self, news: Sequence[News]) -> None:
        for one in news:
            try:
                self._queue.put_nowait(one)
            except asyncio.QueueFull:
                self._left_out += 1
        self._complain()

    async def run(self) -> None:
        while True:
            one = await self._queue.get()
            if self._may():
                await self._tell(one)
            else:
                self._left_out += 1
            self._complain()

    def _may(self) -> bool:
        now = self._loop.time()
        while self._begun and self._begun[0] <= now - MINUTE:
            self._begun.popleft()
        if len(self._begun) >= self._a_minute:
            return False
        self._begun.append(now)
        return True

    def _complain(self) -> None:
        now = self._loop.time()
        if self._left_out and now - self._said >= MINUTE:
            tell(log, logging.WARNING, "notify_failed", reason="rate", count=self._left_out)
            self._left_out, self._said = 0, now

    async def _tell(self, one: News) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, one.event, one.name, one.unit,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL, start_new_session=True, env=_environment(),
            )  # fmt: skip
        except (OSError, ValueError) as fault:
            tell(log, logging.WARNING, "notify_failed", fault, reason="not_started")
            return
        try:
            code = await asyncio.wait_for(process.wait(), SECONDS)
        except TimeoutError:
            tell(log, logging.WARNING, "notify_failed", reason="timeout")
        else:
            if code:
                tell(log, logging.WARNING, "notify_failed", reason="exit", exit=code)
        finally:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """It, and what it has started; also where the node stops meanwhile."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
        await process.wait()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
