"""The drop folder as a place: what lies in it whole, opened without following a link, and moved where it belongs.

Whoever may write here is a stranger to the node: every step goes by descriptors of the folder, so that no name that
is changed meanwhile leads out of it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DONE, REJECTED = "done", "rejected"
MOST = 1_000  # files looked at in one round
QUIET_S = 2.0  # as long as a file must have stayed as it is
_OPENED = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart")


@dataclass(frozen=True, slots=True)
class Found:
    folder: str  # "" or the name of a folder in it
    name: str
    plain: bool  # a regular file; no link, pipe or device


class Folder:
    """Open for one round."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def _at(self, folder: str = "") -> Iterator[int]:
        root = os.open(self.path, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))  # the administrator's own path
        try:
            if not folder:
                yield root
                return
            below = os.open(folder, _FOLDER, dir_fd=root)
            try:
                yield below
            finally:
                os.close(below)
        finally:
            os.close(root)

    def listed(self) -> list[tuple[Found, tuple[int, int, int]]]:
        """What lies there, with what changes while it is written: (size, time, inode). Raises OSError."""
        with self._at() as root:
            found, folders = _entries(root, "")
        for name in sorted(folders - {DONE, REJECTED}):
            with contextlib.suppress(OSError), self._at(name) as below:
                found += _entries(below, name)[0]
        return found[:MOST]

    def open(self, one: Found) -> IO[bytes]:
        """Raises OSError; of what is no plain file as well."""
        with self._at(one.folder) as at:
            descriptor = os.open(one.name, _OPENED, dir_fd=at)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("not a plain file")
        return os.fdopen(descriptor, "rb")

    def move(self, one: Found, to: str) -> str:
        """Into done or rejected, under a name that is free there; returns it. A link is moved, not what it names."""
        with self._at() as root, contextlib.suppress(FileExistsError):
            os.mkdir(to, 0o700, dir_fd=root)
        with self._at(one.folder) as source, self._at(to) as target:
            name = _free(target, one.name if not one.folder else f"{one.folder} {one.name}")
            os.rename(one.name, name, src_dir_fd=source, dst_dir_fd=target)
        self._tidy(one.folder)
        return name

    def explain(self, name: str, text: str) -> None:
        """A note beside what was rejected."""
        with self._at(REJECTED) as at:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = os.open(_free(at, f"{name}.txt"), flags, 0o600, dir_fd=at)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def _tidy(self, folder: str) -> None:
        """A folder that is empty goes."""
        if folder:
            with contextlib.suppress(OSError), self._at() as root:
                os.rmdir(folder, dir_fd=root)


def _entries(at: int, folder: str) -> tuple[list[tuple[Found, tuple[int, int, int]]], set[str]]:
    found, folders = [], set()
    with os.scandir(at) as entries:
        for entry in sorted(entries, key=lambda one: one.name)[: 4 * MOST]:
            if entry.name.startswith((".", "~$")) or entry.name.lower().endswith(_UNFINISHED):
                continue
            with contextlib.suppress(OSError):
                look = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(look.st_mode):
                    folders.add(entry.name)
                    continue
                one = Found(folder, entry.name, stat.S_ISREG(look.st_mode))
                found.append((one, (look.st_size, look.st_mtime_ns, look.st_ino)))
    return found, folders


def _free(at: int, name: str) -> str:
    """The name, or the next one with a number before its end."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    tried, number = name, 1
    while True:
        try:
            os.stat(tried, dir_fd=at, follow_symlinks=False)
        except FileNotFoundError:
            return tried
        number += 1
        tried = f"{stem} ({number}){dot}{ending}"
