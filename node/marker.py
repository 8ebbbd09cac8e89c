"""The marker (标记): a small file beside the database that is in no backup of it (protocol 3.8).

It says on which machine and in which file it was written, and how far the node's envelopes had gone. After a
restore or a copy something of it doesn't fit. Two slots are written in turn, in place, so that the file keeps
its inode and a torn write leaves the one before.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from node.errors import DiskTrouble
from node.language import say
from node.private import sync_directory

FILE = "marker"
SLOT = 512  # bytes: one sector, the least that a disk writes at once
_HEAD = "qiao-marker/1"
_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_GETVERSION = 0x80087601 if struct.calcsize("l") == 8 else 0x80047601  # FS_IOC_GETVERSION of Linux


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marker says. `here`: on this machine, and in this very file."""

    log: bytes  # the newest log when it was written
    number: int  # of the newest envelope that may have left
    seq: int  # that log's newest commit then
    here: bool = True


class Marker(Protocol):
    """Beside one database. The simulation has one whose machine, file and disk are its own."""

    def read(self) -> Mark | None:
        """None where there is none, or nothing of it can be read. Raises DiskTrouble."""

    def note(self, log: bytes, number: int, seq: int) -> None:
        """Durable when it returns; only then may that envelope leave. Raises DiskTrouble."""


class Identity(NamedTuple):
    """What a file can't take along: the machine, its inode, and the generation of that inode. Empty text and
    zeros say nothing."""

    machine: str
    inode: int
    generation: int

    def fits(self, other: Identity) -> bool:
        return all(mine == theirs or not mine or not theirs for mine, theirs in zip(self, other, strict=True))


class SystemMarker:
    """DIR/marker on the real disk. `identity` is asked of the open file."""

    def __init__(self, directory: Path, identity: Callable[[int], Identity] | None = None) -> None:
        self.path = directory / FILE
        self._identity = identity or identity_of
        self._turn: int | None = None

    def read(self) -> Mark | None:
        try:
            with self.path.open("rb") as file:
                found = _newest(file.read(2 * SLOT))
                return None if found is None else found.mark(self._identity(file.fileno()))
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise self._trouble(fault) from fault

    def note(self, log: bytes, number: int, seq: int) -> None:
        try:
            with contextlib.closing(self._opened()) as file:
                turn = self._next_turn(file)
                slot = _Slot(turn, self._identity(file.fileno()), log, number, seq)
                file.seek(turn % 2 * SLOT)
                file.write(slot.encode())
                os.fsync(file.fileno())
                self._turn = turn
        except OSError as fault:
            raise self._trouble(fault) from fault

    def _opened(self) -> BinaryIO:
        """In place: a new file would be another inode."""
        fresh = not self.path.exists()
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        if fresh:
            self._turn = None
            sync_directory(self.path.parent)
        return os.fdopen(fd, "r+b", buffering=0)

    def _next_turn(self, file: BinaryIO) -> int:
        if self._turn is None:
            found = _newest(file.read(2 * SLOT))
            self._turn = 0 if found is None else found.turn
        return self._turn + 1

    def _trouble(self, fault: OSError) -> DiskTrouble:
        return DiskTrouble(
            say(f"{self.path} 读写不了：{fault.strerror}", f"{self.path}: {fault.strerror}"), hint="df -h ."
        )


class _Slot(NamedTuple):
    turn: int
    identity: Identity
    log: bytes
    number: int
    seq: int

    def mark(self, here: Identity) -> Mark:
        return Mark(self.log, self.number, self.seq, self.identity.fits(here))

    def encode(self) -> bytes:
        words = (_HEAD, self.turn, *self.identity, self.log.hex(), self.number, self.seq)
        text = " ".join(str(one) or "-" for one in words).encode()
        return (text + b" " + _sum(text)).ljust(SLOT - 1) + b"\n"


def _newest(raw: bytes) -> _Slot | None:
    """Of the two slots, the one written last of those that are whole."""
    slots = (_decode(raw[at : at + SLOT]) for at in (0, SLOT))
    return max((one for one in slots if one is not None), default=None)


def _decode(raw: bytes) -> _Slot | None:
    text, _, told = raw.rstrip().rpartition(b" ")
    if len(raw) != SLOT or _sum(text) != told:
        return None
    head, turn, machine, inode, generation, log, number, seq = text.decode().split(" ")
    if head != _HEAD:
        return None
    identity = Identity("" if machine == "-" else machine, int(inode), int(generation))
    return _Slot(int(turn), identity, bytes.fromhex(log), int(number), int(seq))


def _sum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:32].encode()


# What this machine says of itself


def identity_of(fd: int) -> Identity:
    return Identity(machine_id(), os.fstat(fd).st_ino, _generation(fd))


def _generation(fd: int) -> int:
    """Tells a file from a later one that got its inode; 0 where the file system doesn't say."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            return int.from_bytes(fcntl.ioctl(fd, _GETVERSION, bytes(8))[:4], sys.byteorder)
    return 0


@functools.cache
def machine_id() -> str:
    """Stable on one installed system, and never the system's own id itself; empty where there is none."""
    found = _machine().strip()
    return hashlib.sha256(b"qiao/machine/1\0" + found.encode()).hexdigest()[:32] if found else ""


def _machine() -> str:
    if sys.platform == "win32":
        return _windows_machine()
    if sys.platform == "darwin":
        return _mac_machine()
    for name in _MACHINE_FILES:
        with contextlib.suppress(OSError, ValueError):
            found = Path(name).read_text().strip()
            if found:
                return found
    return ""


def _windows_machine() -> str:
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    return ""


def _mac_machine() -> str:
    command = ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
        line = next((one for one in done.stdout.splitlines() if "IOPlatformUUID" in one), "")
        return line.rpartition("=")[2].strip(' "')
    return ""
