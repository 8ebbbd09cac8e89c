"""A file on a stick (U 盘): wholly there under its name and read back, or not there at all (protocol 3.10).

It is written under a passing name in the same folder, flushed, renamed, and read again from the medium.
Whatever happens on the way (no space left, the stick pulled out, Ctrl-C), nothing keeps the final name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from node.errors import DiskTrouble, NotFound, QiaoError, Stale
from node.language import say

CHUNK = 1 << 20  # bytes read at once
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SHUT = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}  # a file system that flushes names by itself


def write(path: Path, pieces: Iterable[bytes]) -> int:
    """The bytes written, once they have been read back alike.

    Raises Stale `file_exists` (nothing is written over), NotFound `no_file` where the folder isn't there,
    DiskTrouble, and what `pieces` raises; then nothing has this name.
    """
    with _faults(path):
        _check_free(path)
        if not path.absolute().parent.is_dir():
            raise _no_file(path.absolute().parent)
        return _written(path, path.with_name(f".qiao-{os.urandom(6).hex()}.part"), pieces)


def _written(path: Path, aside: Path, pieces: Iterable[bytes]) -> int:
    """By way of `aside`; neither is there when something is raised."""
    there = aside
    try:
        size, digest = _fill(aside, pieces)
        _check_free(path)
        there = path
        os.replace(aside, path)
        _flush_folder(path.parent)
        _check_back(path, size, digest)
    except BaseException:
        for one in {aside, there}:
            with suppress(OSError):
                one.unlink()
        raise
    return size


class Source:
    """A file to be read several times over, which stays the same file whatever happens to its name."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        self.size = os.fstat(file.fileno()).st_size

    def chunks(self) -> Iterator[bytes]:
        """From its beginning. Raises DiskTrouble."""
        with _faults(self._path):
            self._file.seek(0)
        while chunk := self._next():
            yield chunk

    def _next(self) -> bytes:
        with _faults(self._path):
            return self._file.read(CHUNK)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Raises NotFound `no_file` for what is no file, DiskTrouble."""
    with _faults(path):
        try:
            regular = stat.S_ISREG(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            regular = False
        if not regular:
            raise _no_file(path)
        file = path.open("rb")
    with file:
        yield Source(file, path)


def _check_free(path: Path) -> None:
    if path.is_dir() or os.path.lexists(path):
        raise Stale(
            say(f"{path} 已存在，不会覆盖", f"{path} exists, and isn't written over"),
            code="file_exists",
            hint=f"ls -l {path}",
        )


def _fill(aside: Path, pieces: Iterable[bytes]) -> tuple[int, bytes]:
    """(bytes, SHA-256) of what was written and flushed."""
    size, digest = 0, hashlib.sha256()
    with aside.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            size += len(piece)
            digest.update(piece)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.digest()


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as fault:
        if fault.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def _check_back(path: Path, size: int, digest: bytes) -> None:
    """From the medium, as far as the system lets its own memory be passed over."""
    found, read = hashlib.sha256(), 0
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK):
            found.update(chunk)
            read += len(chunk)
    if (read, found.digest()) != (size, digest):
        raise DiskTrouble(
            say(
                f"{path} 读回来与写入的不一样，已删除；请换一个 U 盘",
                f"{path} reads back otherwise than it was written, and was removed; take another stick",
            ),
            code="disk_io",
            hint=f"df -h {path.parent}",
        )


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """What the file system says, as an error that a person can act on."""
    try:
        yield
    except OSError as fault:
        raise _trouble(path, fault) from fault


def _trouble(path: Path, fault: OSError) -> QiaoError:
    if fault.errno in _FULL:
        text = say(f"{path} 放不下，没有留下半个文件", f"no room for {path}; no half file is left")
        return DiskTrouble(text, code="disk_full", hint=f"df -h {path.parent}")
    if fault.errno in _SHUT:
        text = say(f"{path} 不让读写：{fault.strerror}", f"{path} can't be used: {fault.strerror}")
        return DiskTrouble(text, code="read_only", hint=f"ls -ld {path.parent}")
    text = say(
        f"{path} 读写出错（{fault.strerror}），U 盘可能已拔出；没有留下半个文件",
        f"{path} failed ({fault.strerror}), the stick may be gone; no half file is left",
    )
    return DiskTrouble(text, code="disk_io", hint=f"ls -l {path.parent}")


def _no_file(path: Path) -> NotFound:
    text = say(f"没有 {path}", f"there is no {path}")
    return NotFound(text, code="no_file", hint=f"ls -l {path.parent}")
