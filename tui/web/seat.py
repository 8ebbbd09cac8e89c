"""One seat: a process of its own that runs the screens, and what goes between it and the browser's socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from .. import safe

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 10.0  # for drafts to be kept and the node to be closed; then it is ended
MOST = 8 << 20  # bytes of one packet from the screens: a whole picture of the terminal is some 100 KB
_TOLD = 8 << 10  # of what a process says as it breaks down
_HEAD = 5  # bytes before a packet: its kind, and its length
_KEPT_FROM = ("QIAO_PASSWORD", "QIAO_NEW_PASSWORD", "QIAO_SECOND_PASSWORD")  # environment


class SeatProcess(AppService):
    """`out` takes what is to be shown. `used` is when somebody typed last, in seconds of a steady clock."""

    def __init__(self, directory: Path, language: str, out: Callable[[bytes], Awaitable[None]]) -> None:
        super().__init__(
            "", write_bytes=out, write_str=_nowhere, close=_nowhere, download_manager=DownloadManager()
        )
        self._words = [sys.executable, "-P", "-m", "tui.web.desk", str(directory.absolute()), language]
        self.used = time.monotonic()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        found = super()._build_environment(width, height)
        for name in _KEPT_FROM:
            found.pop(name, None)
        path = [str(ROOT), found.get("PYTHONPATH", "")]
        return {**found, "PYTHONPATH": os.pathsep.join(filter(None, path)), "PYTHONUTF8": "1"}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Without a shell, and in a session of its own: Ctrl-C in the terminal is the server's, which ends it whole."""
        environment = self._build_environment(width, height)
        process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def type(self, text: str) -> None:
        self.used = time.monotonic()
        await self.send_bytes(text.encode("utf-8", "replace"))

    async def run(self) -> None:
        """Until the screens end, or the browser takes no more."""
        process = self._process
        assert process is not None and process.stdout is not None and process.stderr is not None
        telling = asyncio.create_task(_last_of(process.stderr))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
            if await _begins(process.stdout):
                await self._pass_on(process.stdout)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        await self._end()
        told = await telling
        if process.returncode and told:
            sys.stderr.write(safe.block(told.decode("utf-8", "replace")) + "\n")

    async def _pass_on(self, stream: asyncio.StreamReader) -> None:
        """Of the kinds of packet only what is drawn goes to the browser: nothing there opens pages or loads files."""
        while True:
            head = await stream.readexactly(_HEAD)
            size = int.from_bytes(head[1:], "big")
            if size > MOST:
                raise ValueError(f"a packet of {size} bytes")
            payload = await stream.readexactly(size)
            if head[:1] == b"D":
                await self.on_data(payload)
            elif head[:1] == b"M" and json.loads(payload).get("type") == "exit":
                return

    async def stop(self) -> None:
        """Asks the screens to end, which keep drafts first; those that don't are ended. Returns when they are."""
        task, self._task = self._task, None
        if task is None:
            return
        await self.send_meta({"type": "quit"})
        _, late = await asyncio.wait({task}, timeout=STOP_SECONDS)
        if late:
            await self._end()
            await asyncio.wait({task}, timeout=STOP_SECONDS)

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        for end in (process.terminate, process.kill):
            with contextlib.suppress(ProcessLookupError):
                end()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS / 2)
                return

    @property
    def is_over(self) -> bool:
        return self._task is None or self._task.done()

    async def wait(self) -> None:
        """Until the screens end by themselves."""
        if self._task is not None:
            await asyncio.wait({self._task})


async def _begins(stream: asyncio.StreamReader) -> bool:
    """Whether the driver's first line comes; what stands before it is nobody's."""
    for _ in range(10):
        line = await stream.readline()
        if not line or line == b"__GANGLION__\n":
            return bool(line)
    return False


async def _last_of(stream: asyncio.StreamReader) -> bytes:
    """The end of what is said there; all of it is read, so that nobody waits to say it."""
    told = b""
    while found := await stream.read(4096):
        told = (told + found)[-_TOLD:]
    return told


async def _nowhere(_text: str = "") -> None:
    """Nothing but what is drawn goes to the browser."""
