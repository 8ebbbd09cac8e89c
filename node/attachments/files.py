"""Attachments on the disk: DIR/blobs/ab/<sha256>, whole and named by their content, and beside them in
DIR/blobs/partial what isn't whole yet.

A file appears under its content's name only by a rename, after its bytes are durable. Nothing here knows
the database; every method may raise OSError.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from node.private import sync_directory

FOLDER = "blobs"
PIECE = 1 << 20  # bytes read at once
UPLOAD = "up-"
_COUNT = itertools.count()  # uploads of this process


class TooLarge(Exception):
    """A file past the bound it was to be added with."""


class Files:
    def __init__(self, directory: Path) -> None:
        self.root = directory / FOLDER
        self.partial = self.root / "partial"

    # Whole

    def path(self, content: bytes) -> Path:
        name = content.hex()
        return self.root / name[:2] / name

    def size(self, content: bytes) -> int | None:
        """Bytes of a whole file; None where it isn't here."""
        try:
            return self.path(content).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, content: bytes, offset: int, length: int) -> bytes:
        with self.path(content).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def is_sound(self, content: bytes) -> bool:
        """Here, and with the bytes that its name promises."""
        try:
            with self.path(content).open("rb") as file:
                return hash_of(file) == content
        except FileNotFoundError:
            return False

    def every(self) -> Iterator[tuple[bytes, float]]:
        """(content, when it was put here, unix seconds) of each whole file."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if len(path.name) == 64:
                    yield bytes.fromhex(path.name), path.stat().st_mtime

    def remove(self, content: bytes) -> None:
        """The file and every part of it, durably."""
        parts = list(self.partial.glob(content.hex() + ".*"))
        for path in (self.path(content), *parts):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                sync_directory(path.parent)

    def add(self, source: IO[bytes], most: int) -> tuple[bytes, int]:
        """Copies a file in, durably. Returns its content's hash and its size. Raises TooLarge."""
        self._make(self.partial)
        aside = self.partial / f"{UPLOAD}{os.getpid()}-{next(_COUNT)}"
        try:
            found = _copied(source, aside, most)
            self._place(aside, found[0])
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return found

    def _place(self, aside: Path, content: bytes) -> None:
        path = self.path(content)
        self._make(path.parent)
        aside.replace(path)
        sync_directory(path.parent)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self.root.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_directory(self.root)
            sync_directory(self.root.parent)

    # In parts, one a peer

    def part(self, content: bytes, peer: bytes) -> Path:
        return self.partial / f"{content.hex()}.{peer.hex()}"

    def write(self, content: bytes, peer: bytes, offset: int, data: bytes) -> None:
        """Puts a chunk where it belongs, durably; what an earlier attempt left behind it goes."""
        self._make(self.partial)
        path = self.part(content, peer)
        is_new = not path.exists()
        with _opened(path) as file:
            file.seek(offset)
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_directory(self.partial)

    def part_size(self, content: bytes, peer: bytes) -> int:
        try:
            return self.part(content, peer).stat().st_size
        except FileNotFoundError:
            return 0

    def finish(self, content: bytes, peer: bytes) -> bool:
        """Makes a part the whole, if it hashes to its name; else it is thrown away."""
        path = self.part(content, peer)
        with path.open("rb") as file:
            good = hash_of(file) == content
        if good:
            self._place(path, content)
        else:
            self.discard(content, peer)
        return good

    def discard(self, content: bytes, peer: bytes) -> None:
        self.part(content, peer).unlink(missing_ok=True)

    def asides(self) -> Iterator[tuple[Path, float]]:
        """(path, when last written, unix seconds) of every partial file."""
        if self.partial.is_dir():
            for path in sorted(self.partial.iterdir()):
                yield path, path.stat().st_mtime


def hash_of(file: IO[bytes]) -> bytes:
    seen = hashlib.sha256()
    while piece := file.read(PIECE):
        seen.update(piece)
    return seen.digest()


def _opened(path: Path) -> IO[bytes]:
    """For writing in place, made where it isn't there."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(descriptor, "r+b")


def _copied(source: IO[bytes], to: Path, most: int) -> tuple[bytes, int]:
    seen, size = hashlib.sha256(), 0
    to.unlink(missing_ok=True)  # of a process that had this number before
    with _opened(to) as file:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > most:
                raise TooLarge
            seen.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return seen.digest(), size
