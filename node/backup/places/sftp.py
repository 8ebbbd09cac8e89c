"""A directory of an SFTP server, whose key is known beforehand: without it nobody would notice another server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import asyncssh
from asyncssh.constants import FILEXFER_TYPE_DIRECTORY

from .folder import PART
from .place import Entry, full, gone, refused, unreachable
from .settings import Replica

CONNECT_SECONDS = 20
SILENT_SECONDS = 20  # keepalive; after three without an answer the line counts as cut
Result = TypeVar("Result")

logging.getLogger("asyncssh").setLevel(logging.ERROR)


class Sftp:
    """asyncssh on an event loop of its own, as places are asked from threads and commands alike."""

    def __init__(
        self, replica: Replica, runner: asyncio.Runner, line: Any, client: asyncssh.SFTPClient
    ) -> None:
        self.replica = replica
        self._runner = runner
        self._line = line
        self._client = client
        self._made: set[str] = set()

    @classmethod
    def dial(cls, replica: Replica) -> Sftp:
        """Raises LineDown, Forbidden."""
        secret = replica.secret()
        runner = asyncio.Runner()
        try:
            with _faults(replica):
                line, client = runner.run(_dialled(replica, secret))
        except BaseException:
            runner.close()
            raise
        return cls(replica, runner, line, client)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.exit()
            self._line.abort()
        self._runner.close()

    def listed(self, folder: str) -> dict[str, Entry]:
        return self._run(self._listed(folder))

    async def _listed(self, folder: str) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        try:
            names = await self._client.readdir(self._path(folder))
        except asyncssh.SFTPNoSuchFile:
            return {}
        for one in names:
            name = one.filename.decode() if isinstance(one.filename, bytes) else one.filename
            if name in (".", "..") or name.endswith((PART, ".tmp")):
                continue
            whole = f"{folder.rstrip('/')}/{name}".lstrip("/")
            if one.attrs.type == FILEXFER_TYPE_DIRECTORY:
                found |= await self._listed(whole)
            else:
                found[whole] = Entry(one.attrs.size or 0, (one.attrs.mtime or 0) * 1000)
        return found

    def made_ms(self, name: str) -> int:
        return int(self._run(self._client.getmtime(self._path(name)), name) or 0) * 1000

    def read(self, name: str) -> bytes | None:
        async def read() -> bytes | None:
            try:
                async with self._client.open(self._path(name), "rb") as file:
                    content: Any = await file.read()
                    return bytes(content)
            except asyncssh.SFTPNoSuchFile:
                return None

        return self._run(read())

    def fetch(self, name: str, target: Path) -> None:
        self._run(self._client.get(self._path(name), str(target)), name)

    def put(self, name: str, source: Path, modified_ms: int) -> None:
        self._run(self._put(self._path(name), source, modified_ms // 1000))

    async def _put(self, path: str, source: Path, at: int) -> None:
        parent = str(PurePosixPath(path).parent)
        if parent not in self._made:
            await self._client.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        try:
            await self._client.put(str(source), path + PART)
            await self._client.utime(path + PART, (at, at))
            await self._client.posix_rename(path + PART, path)
        except (asyncssh.SFTPError, OSError):
            with contextlib.suppress(asyncssh.Error, OSError):
                await self._client.remove(path + PART)
            raise

    def remove(self, name: str) -> None:
        async def remove() -> None:
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await self._client.remove(self._path(name))

        self._run(remove())

    def _path(self, name: str) -> str:
        return str(PurePosixPath(self.replica.path) / name)

    def _run(self, work: Coroutine[Any, Any, Result], name: str = "") -> Result:
        with _faults(self.replica, name):
            return self._runner.run(work)


async def _dialled(replica: Replica, secret: str) -> tuple[Any, asyncssh.SFTPClient]:
    line = await asyncssh.connect(
        replica.host, replica.port, username=replica.user, password=secret or None, config=None,
        client_keys=[replica.key_path] if replica.key_path else None, agent_path=None,
        known_hosts=asyncssh.import_known_hosts(f"* {replica.host_key}\n"),
        connect_timeout=CONNECT_SECONDS, login_timeout=CONNECT_SECONDS,
        keepalive_interval=SILENT_SECONDS, keepalive_count_max=3,
    )  # fmt: skip
    return line, await line.start_sftp_client()


@contextlib.contextmanager
def _faults(replica: Replica, name: str = "") -> Iterator[None]:
    try:
        yield
    except (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.SFTPPermissionDenied) as fault:
        raise refused(replica, fault.reason) from fault
    except asyncssh.KeyImportError as fault:
        raise refused(replica, fault) from fault
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as fault:
        raise gone(replica, name) from fault
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection) as fault:
        raise unreachable(replica, fault.reason) from fault
    except asyncssh.SFTPError as fault:  # a full disk is a mere "Failure" of OpenSSH
        raise full(replica, fault.reason) from fault
    except (asyncssh.Error, OSError, TimeoutError) as fault:
        raise unreachable(replica, fault) from fault
