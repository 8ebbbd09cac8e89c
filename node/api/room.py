"""The one thread on which the API reads: a window on the database, so many questions waiting, so long for each.

One thread bounds what it takes of the machine: a desk beside it is never behind more than one question of a program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from node.clock import Clock
from node.language import speaking

from .problem import Refused
from .reading import Window

Result = TypeVar("Result")
MOST_WAITING = 32
SECONDS = 30.0  # for an answer; the figures of a province take five


class Room:
    def __init__(
        self, directory: Path, *, clock: Clock | None = None, seconds: float = SECONDS, most: int = MOST_WAITING
    ) -> None:  # fmt: skip
        self._directory, self._clock, self._seconds, self._most = directory, clock, seconds, most
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="api")
        self._window: Window | None = None
        self.waiting = 0

    async def ask(self, language: str, job: Callable[[Window], Result]) -> Result:
        """Raises Refused (`busy`, `too_slow`), and what the job raises. One that is too slow goes on to its end."""
        if self.waiting >= self._most:
            raise Refused("busy")
        self.waiting += 1
        asked = asyncio.get_running_loop().run_in_executor(self._pool, self._do, language, job)
        asked.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), self._seconds)
        except TimeoutError:
            raise Refused("too_slow") from None

    def _done(self, asked: asyncio.Future[Result]) -> None:
        self.waiting -= 1
        if not asked.cancelled():
            asked.exception()  # of one that nobody waits for any more

    def _do(self, language: str, job: Callable[[Window], Result]) -> Result:
        with speaking(language):
            if self._window is None:
                self._window = Window(self._directory, self._clock)
            return job(self._window)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._window is not None:
            self._window.close()
