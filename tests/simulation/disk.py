"""A faulty disk (磁盘): files that know what was written and what was synced, under apsw's own SQLite.

Power loss keeps, loses or tears each write since the last sync, in any combination. A disk may be full, give
I/O errors, or stop for good (the process was killed) at the n-th operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Protocol

import apsw

SECTOR = 512
NAME = "qiao-simulation"
_POWERSAFE_OVERWRITE = 0x1000  # SQLITE_IOCAP_POWERSAFE_OVERWRITE: a torn write harms only what it writes


class Killed(BaseException):
    """The process of this node is no more: nothing that it held in memory goes on."""


class Full(Exception):
    """No room, or no disk, for a file beside the database."""


class Trouble(StrEnum):
    """What an armed disk does when its count runs out."""

    KILL = "kill"  # the process dies; the operating system keeps what was written
    POWER = "power"  # the machine dies; only what was synced is sure
    FULL = "full"  # this write and the next ones find no room
    IO = "io"  # this operation and the next ones fail


@dataclass(slots=True)
class File:
    """`pending`: writes since the last sync, as (offset, bytes), or (size, None) for a truncation."""

    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        _apply(self.data, offset, data)
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        _apply(self.data, size, None)
        self.pending.append((size, None))

    def sync(self) -> None:
        for offset, data in self.pending:
            _apply(self.durable, offset, data)
        self.pending.clear()

    def lose_power(self, random: Random) -> int:
        """What a disk holds when the power comes back. Returns how many writes weren't whole."""
        harmed = 0
        for offset, data in self.pending:
            fate = random.choice(("kept", "lost", "torn"))
            harmed += fate != "kept"
            if fate == "torn" and data is not None:
                for at in range(0, len(data), SECTOR):
                    if random.random() < 0.5:
                        _apply(self.durable, offset + at, data[at : at + SECTOR])
            elif fate == "kept":
                _apply(self.durable, offset, data)
        self.data = bytearray(self.durable)
        self.pending.clear()
        return harmed

    def copy(self) -> File:
        return File(bytearray(self.data), bytearray(self.data))


def _apply(image: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        if offset < len(image):
            del image[offset:]
        else:
            image.extend(bytes(offset - len(image)))
        return
    if offset > len(image):
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


class Closable(Protocol):
    def close(self) -> None: ...


class Disk:
    """The files of one node, by name. A new life of the process takes a new `Disk` over the same files."""

    def __init__(self, files: dict[str, File] | None = None) -> None:
        self.files = files if files is not None else {}
        self.dead = False
        self.calm = False  # the checkers look: nothing is counted
        self.cause = Trouble.KILL
        self.steps = 0  # operations and statements so far
        self.statements = 0
        self.rows = 0  # brought into memory by statements, so far
        self.met: Callable[[Trouble], None] = lambda _trouble: None
        self.opened: list[Closable] = []  # connections to its files
        self._trouble: Trouble | None = None
        self._left = 0  # steps until the trouble begins
        self._lasts = 0  # failing operations until it is over

    def arm(self, trouble: Trouble, after: int, lasts: int = 1) -> None:
        """The trouble comes `after` so many steps; FULL and IO end after `lasts` failures."""
        self._trouble, self._left, self._lasts = trouble, after, lasts

    def disarm(self) -> None:
        self._trouble = None

    @property
    def armed(self) -> bool:
        return self._trouble is not None

    def statement(self) -> None:
        """Counted around each statement. Raises Killed."""
        if self.calm:
            return
        self.statements += 1
        self.steps += 1
        self._left -= 1
        if self._left <= 0 and self._trouble in (Trouble.KILL, Trouble.POWER):
            self.die()
        if self.dead:
            raise Killed

    def operation(self, *, writes: bool) -> None:
        """Counted before each write and sync. Raises what apsw is to raise."""
        if self.dead:
            raise apsw.IOError("disk I/O error")
        if self.calm:
            return
        self._count()
        if self._trouble is None or self._left > 0:
            return
        if self._trouble in (Trouble.KILL, Trouble.POWER):
            self.die()
            raise apsw.IOError("disk I/O error")
        self._fail(writes)

    def outside(self) -> None:
        """A write to a file beside the database. Raises Full."""
        if self._trouble in (Trouble.FULL, Trouble.IO) and self._left <= 0 and not self.calm:
            try:
                self._fail(writes=True)
            except apsw.Error as fault:
                raise Full from fault

    def _count(self) -> None:
        self.steps += 1
        self._left -= 1

    def _fail(self, writes: bool) -> None:
        trouble = self._trouble
        assert trouble is not None, "armed"
        if trouble is Trouble.FULL and not writes:
            return
        self.met(trouble)
        self._lasts -= 1
        if self._lasts <= 0:
            self.disarm()
        if trouble is Trouble.FULL:
            raise apsw.FullError("database or disk is full")
        raise apsw.IOError("disk I/O error")

    def die(self) -> None:
        if not self.dead:
            self.dead = True
            if self._trouble is not None:
                self.cause = self._trouble
                self.met(self._trouble)

    def shut(self) -> None:
        """The process that had it is no more. What it had open is closed now: SQLite would else put the disk in order,
        when the connection is collected at some time, by the names of files that are a later life's by then."""
        self.dead = True
        while self.opened:
            self.opened.pop().close()

    def after(self, trouble: Trouble, random: Random) -> dict[str, File]:
        """What the next life finds: everything written, or after power loss only what held."""
        self.dead = True
        if trouble is Trouble.POWER:
            for name in sorted(self.files):
                self.files[name].lose_power(random)
        return {name: File(bytearray(one.data), bytearray(one.data)) for name, one in self.files.items()}

    def image(self) -> dict[str, File]:
        """A copy of every file as it stands: a backup taken between two transactions."""
        return {name: one.copy() for name, one in self.files.items()}


class _Open:
    """A file as SQLite has it open."""

    def __init__(self, disk: Disk, file: File) -> None:
        self._disk, self._file = disk, file

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._file.data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.operation(writes=True)
        self._file.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self._disk.operation(writes=False)
        self._file.truncate(size)

    def xSync(self, _flags: int) -> None:
        self._disk.operation(writes=False)
        self._file.sync()

    def xFileSize(self) -> int:
        return len(self._file.data)

    def xLock(self, _level: int) -> None:
        return None

    def xUnlock(self, _level: int) -> None:
        return None

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return _POWERSAFE_OVERWRITE

    def xClose(self) -> None:
        return None


class _Vfs(apsw.VFS):
    """Paths are PLACE/NAME; PLACE names a disk."""

    def __init__(self) -> None:
        super().__init__(NAME, "")
        self.disks: dict[str, Disk] = {}

    def _find(self, path: str) -> tuple[Disk, str]:
        place, _, name = path.rpartition("/")
        try:
            return self.disks[place], name
        except KeyError:
            raise apsw.CantOpenError(f"no disk at {place}") from None

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return _Open(Disk(), File())
        disk, short = self._find(path)
        if short not in disk.files:
            disk.files[short] = File()
        flags[1] = flags[0]
        return _Open(disk, disk.files[short])

    def xDelete(self, path: str, _sync: bool) -> None:
        disk, name = self._find(path)
        disk.operation(writes=False)
        disk.files.pop(name, None)

    def xAccess(self, path: str, _flags: int) -> bool:
        disk, name = self._find(path)
        return name in disk.files

    def xFullPathname(self, path: str) -> str:
        return path


VFS = _Vfs()
