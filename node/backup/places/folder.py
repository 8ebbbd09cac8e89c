"""A directory: another disk, or what is mounted there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from node.private import sync_directory

from .place import Entry, gone, of_system
from .settings import Replica

PART = ".part"  # behind the name of what isn't whole yet


class Folder:
    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self._root = Path(replica.path)

    def close(self) -> None:
        pass

    def listed(self, folder: str) -> dict[str, Entry]:
        with self._faults():
            return {
                path.relative_to(self._root).as_posix(): _entry(path)
                for path in sorted((self._root / folder).rglob("*"))
                if path.is_file() and not path.name.endswith((PART, ".tmp"))
            }

    def made_ms(self, name: str) -> int:
        with self._faults(name):
            return _entry(self._root / name).modified_ms

    def read(self, name: str) -> bytes | None:
        with self._faults():
            path = self._root / name
            return path.read_bytes() if path.is_file() else None

    def fetch(self, name: str, target: Path) -> None:
        with self._faults(name):
            source = (self._root / name).open("rb")
        with source, target.open("xb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())

    def put(self, name: str, source: Path, modified_ms: int) -> None:
        target = self._root / name
        aside = target.with_name(target.name + PART)
        with self._faults():
            try:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _copied(source, aside)
                os.utime(aside, (modified_ms / 1000, modified_ms / 1000))
                aside.replace(target)
                sync_directory(target.parent)
            except OSError:
                with contextlib.suppress(OSError):
                    aside.unlink()
                raise

    def remove(self, name: str) -> None:
        with self._faults():
            (self._root / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _faults(self, name: str = "") -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as fault:
            raise (gone(self.replica, name) if name else of_system(self.replica, fault)) from fault
        except OSError as fault:
            raise of_system(self.replica, fault) from fault


def _entry(path: Path) -> Entry:
    found = path.stat()
    return Entry(found.st_size, int(found.st_mtime * 1000))


def _copied(source: Path, aside: Path) -> None:
    with source.open("rb") as given, open(aside, "wb", opener=_private) as file:
        shutil.copyfileobj(given, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
