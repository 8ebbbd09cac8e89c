"""The one thread on which the writer runs (design 2), and what the transport asks of a writer.

Everything that arrives, by HTTP, by the local socket or by a timer, goes through `Hand` and so one after another;
nothing of the writer is ever touched from another thread. What neighbours bring, and what is made good behind the
work, goes by `carry`: whoever acts at the desk waits for one such job at most, however many offices are back at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


class Taken(Protocol):
    """What became of a child's envelope: a reply, or the wish to hold it for a while."""

    @property
    def reply(self) -> bytes | None: ...
    @property
    def child(self) -> bytes: ...
    @property
    def wait_s(self) -> int: ...


class Round(Protocol):
    """What one exchange with the parent moved, in commits."""

    @property
    def sent(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def more(self) -> bool: ...
    @property
    def left(self) -> bool: ...
    @property
    def moved(self) -> bool: ...


class Change(Protocol):
    """What a durable transaction left to be carried: to which children, and whether to the parent."""

    @property
    def children(self) -> frozenset[bytes]: ...
    @property
    def up(self) -> bool: ...


class Writer(Protocol):
    """The node's only writer, node/writer.py; used on one thread only."""

    listeners: list[Callable[[Any], None]]

    @property
    def parent_url(self) -> str | None: ...
    @property
    def parent_keys(self) -> Sequence[bytes]: ...
    @property
    def pairs(self) -> Sequence[Any]: ...
    def called_by(self, node: bytes, way: str) -> None: ...
    def take(self, sealed: bytes) -> Any: ...
    def reply(self, taken: Any) -> bytes: ...
    def take_join(self, sealed: bytes) -> bytes: ...
    def request(self, hold_s: int) -> bytes: ...
    def take_reply(self, sealed: bytes) -> Any: ...
    def do(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]: ...
    def compare(self) -> None: ...
    @property
    def compared(self) -> Any: ...
    def unheard_of(self) -> None: ...
    def line_cut(self) -> None: ...
    def tick(self) -> None: ...
    def rebuild(self) -> bool: ...
    def scrub(self) -> bool: ...
    def verify(self) -> bool: ...
    def close(self) -> None: ...


class Hand:
    """Opens a writer on a thread of its own and runs jobs on it, in the order asked."""

    def __init__(self, writer: Writer, pool: ThreadPoolExecutor) -> None:
        self._writer = writer
        self._pool = pool
        self._begun: float | None = None  # when the job on the thread was, by the machine's running time
        self._turn = asyncio.Lock()  # of what is carried
        self.waiting = 0  # jobs asked for and not done
        self.busy_seconds = 0.0  # of all jobs done

    @classmethod
    async def start(cls, open_writer: Callable[[], Writer]) -> Hand:
        """Raises what `open_writer` raises."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        try:
            writer = await asyncio.get_running_loop().run_in_executor(pool, open_writer)
        except BaseException:
            pool.shutdown(wait=False)
            raise
        return cls(writer, pool)

    async def run(self, job: Callable[[Writer], Result]) -> Result:
        """The job's result. A caller who gives up doesn't stop a job that has begun; one that hasn't never is."""
        self.waiting += 1
        try:
            return await self._on_thread(job)
        finally:
            self.waiting -= 1

    async def carry(self, job: Callable[[Writer], Result]) -> Result:
        """As `run`, but one such job at a time, in the order asked; jobs of `run` come between."""
        self.waiting += 1
        try:
            async with self._turn:
                return await self._on_thread(job)
        finally:
            self.waiting -= 1

    async def _on_thread(self, job: Callable[[Writer], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._timed, job)

    def _timed(self, job: Callable[[Writer], Result]) -> Result:
        self._begun = time.monotonic()
        try:
            return job(self._writer)
        finally:
            self.busy_seconds += time.monotonic() - self._begun
            self._begun = None

    def busy_for(self) -> float:
        """Seconds since which one job has been on the thread; 0 where none is."""
        begun = self._begun
        return 0.0 if begun is None else time.monotonic() - begun

    async def stop(self) -> None:
        """Closes the writer behind all jobs that were asked for."""
        await self.carry(lambda writer: writer.close())
        self._pool.shutdown(wait=True)
