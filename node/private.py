"""Files that only their owner may read, made durable."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """A new file of mode 0600, flushed to the disk. Raises OSError, FileExistsError too."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, content: bytes) -> None:
    """The file as a whole, by another one of that name: a kill leaves the one or the other. Raises OSError."""
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    try:
        write(aside, content)
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Makes the names in a directory durable; Windows has no such thing."""
    if sys.platform != "win32":
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
