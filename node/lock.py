"""One process holds a node at a time: the lock on DIR/lock, which the kernel drops when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from types import TracebackType

from node.errors import DiskTrouble, Locked, NotFound
from node.language import say

FILE = "lock"
WAIT_SECONDS = 10.0  # a command beside another; a second `run` or a `restore` doesn't wait (0)
_STEP_SECONDS = 0.05

if sys.platform == "win32":
    import msvcrt

    # The byte locked lies behind the pid, so that others can still read it.
    _BYTE = 1024

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lock:
    """Held from `take` to `release`, or while it is a context."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    @classmethod
    def take(cls, directory: Path, wait_seconds: float = WAIT_SECONDS) -> Lock:
        """Waits up to `wait_seconds`. Raises Locked (exit 8), NotFound `no_node`, DiskTrouble."""
        fd = _opened(directory)
        try:
            _lock_within(fd, directory, wait_seconds)
            _write_holder(fd)
        except BaseException:
            os.close(fd)
            raise
        return cls(fd)

    def release(self) -> None:
        """The file stays: removing it would let two processes lock two files of one name."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder(directory: Path) -> int | None:
    """The process that wrote its id into the lock last; it may be gone."""
    try:
        return int((directory / FILE).read_bytes()[:32].split(b"\n")[0])
    except (OSError, ValueError, IndexError):
        return None


def _opened(directory: Path) -> int:
    try:
        return os.open(directory / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise NotFound(
            say(f"{directory} 里没有节点", f"there is no node in {directory}"),
            code="no_node",
            hint=f"qiao --dir {directory} init --help",
        ) from fault
    except OSError as fault:
        raise _disk(directory, fault) from fault


def _lock_within(fd: int, directory: Path, wait_seconds: float) -> None:
    end = time.monotonic() + wait_seconds
    try:
        while not _try_lock(fd):
            if time.monotonic() >= end:
                raise _locked(directory)
            time.sleep(_STEP_SECONDS)
    except OSError as fault:
        raise _disk(directory, fault) from fault


def _write_holder(fd: int) -> None:
    # Who holds it is only told to people; a full disk must not stop a reader from taking the lock.
    with contextlib.suppress(OSError):
        os.lseek(fd, 0, os.SEEK_SET)
        os.ftruncate(fd, 0)
        os.write(fd, b"%d\n" % os.getpid())


def _locked(directory: Path) -> Locked:
    pid = holder(directory) or "?"
    return Locked(
        say(
            f"{directory} 正被另一个进程（{pid}）使用",
            f"another process ({pid}) holds {directory}",
        ),
        hint=f"qiao --dir {directory} status",
    )


def _disk(directory: Path, fault: OSError) -> DiskTrouble:
    return DiskTrouble(
        say(f"{directory} 里的锁文件用不了：{fault}", f"the lock file in {directory} can't be used: {fault}"),
        hint=f"qiao --dir {directory} status",
    )
