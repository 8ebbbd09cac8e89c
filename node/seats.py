"""Who may open the screens in a browser (席位, `qiao web`): one-time links, and the seats that came of them.

All of it stands in DIR/web, mode 0700, one small file each, so that a command hands out a link while the server runs,
or before. A file's name is the SHA-256 of its secret: whoever reads the folder learns none. A link becomes a seat
once: its file is removed, and of two that try only one removes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from node.entropy import Entropy
from node.errors import DiskTrouble, NotFound, Usage
from node.iso import iso
from node.language import say
from node.private import write as write_private

FOLDER = "web"
LINK_MS = 24 * 3600 * 1000  # a link that nobody opened
SEAT_MS = 30 * 24 * 3600 * 1000  # a seat, from its link on: then the administrator hands out another
_SECRET = 32  # bytes
_LONGEST = 64  # characters of a seat's name
_ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Seat:
    """`key` names it without giving its secret away. `until_ms`: unix milliseconds."""

    name: str
    key: str
    until_ms: int


class Seats:
    """`now` gives unix milliseconds. Everything here raises DiskTrouble."""

    def __init__(self, directory: Path, now: Callable[[], int], entropy: Entropy) -> None:
        self._folder = directory / FOLDER
        self._links, self._seats = self._folder / "links", self._folder / "seats"
        self._now, self._entropy = now, entropy

    # Links

    def link(self, name: str) -> str:
        """A new one-time token for the seat of that name; an earlier one that nobody used is worth nothing from now
        on, the open seat goes on until this one is used. Raises Usage `bad_value`."""
        name = _fitting(name)
        with _faults(self._folder):
            self._make_folders()
            self._drop(self._links, name)
            return self._put(self._links, name, LINK_MS)

    def take(self, token: str) -> tuple[str, Seat] | None:
        """The new seat and its secret for the token of a link; None for one that isn't, is used, or is over. The
        seat of that name from before ends."""
        path = self._links / _key(token)
        link = _read(path)
        if link is None or link.until_ms < self._now():
            return None
        with _faults(self._folder):
            try:
                path.unlink()
            except FileNotFoundError:
                return None  # another was quicker
            self._drop(self._seats, link.name)
            secret = self._put(self._seats, link.name, SEAT_MS)
        return secret, Seat(link.name, _key(secret), self._now() + SEAT_MS)

    # Seats

    def seat(self, secret: str) -> Seat | None:
        """Whose secret it is, while it is anybody's."""
        found = _read(self._seats / _key(secret))
        return found if found is not None and found.until_ms >= self._now() else None

    def stands(self, seat: Seat) -> bool:
        """Whether it wasn't ended meanwhile."""
        return seat.until_ms >= self._now() and (self._seats / seat.key).exists()

    def every(self) -> list[tuple[Seat, bool]]:
        """Links and seats that are worth something, by name; True for a seat."""
        found = [(one, opened) for folder, opened in ((self._links, False), (self._seats, True))
                 for one in _all(folder) if one.until_ms >= self._now()]  # fmt: skip
        return sorted(found, key=lambda one: (one[0].name, one[1]))

    def end(self, name: str) -> None:
        """Neither link nor seat of that name is worth anything from now on. Raises NotFound `no_seat`."""
        with _faults(self._folder):
            if not self._drop(self._links, name) + self._drop(self._seats, name):
                raise NotFound(
                    say(f"没有席位 {name!r}", f"there is no seat {name!r}"),
                    code="no_seat",
                    hint="qiao web --list",
                )

    # Where the server is

    def serving(self, address: str) -> None:
        """The server says its address, for whoever makes links; "" takes it back."""
        with _faults(self._folder):
            self._make_folders()
            if address:
                _replace(self._folder / _ADDRESS, address.encode())
            else:
                (self._folder / _ADDRESS).unlink(missing_ok=True)

    def address(self) -> str:
        """ "" where no server runs."""
        try:
            return (self._folder / _ADDRESS).read_text("utf-8")
        except OSError:
            return ""

    # Files

    def _make_folders(self) -> None:
        for folder in (self._folder, self._links, self._seats):
            folder.mkdir(mode=0o700, exist_ok=True)

    def _put(self, folder: Path, name: str, for_ms: int) -> str:
        secret = self._entropy.bytes(_SECRET).hex()
        told = {"name": name, "until_ms": self._now() + for_ms}
        write_private(folder / _key(secret), json.dumps(told).encode())
        return secret

    def _drop(self, folder: Path, name: str) -> int:
        """Takes away those of that name, and those whose time is over; how many of that name."""
        dropped = 0
        for one in list(_all(folder)):
            if one.name == name or one.until_ms < self._now():
                with suppress(FileNotFoundError):
                    (folder / one.key).unlink()
                    dropped += one.name == name
        return dropped


def told(seat: Seat, opened: bool) -> dict[str, object]:
    """As commands show it."""
    return {"seat": seat.name, "opened": opened, "until": iso(seat.until_ms)}


def _fitting(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise Usage(
            say(f"席位名不能是 {name!r}", f"a seat can't be called {name!r}"),
            code="bad_value",
            hint="qiao web --seat 3701",
        )
    return name


def _key(secret: str) -> str:
    return hashlib.sha256(b"qiao/seat/1\0" + secret.encode("utf-8", "replace")).hexdigest()


def _all(folder: Path) -> Iterator[Seat]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if (found := _read(folder / name)) is not None:
            yield found


def _read(path: Path) -> Seat | None:
    """None where there is none, or a crash left half of one."""
    try:
        said = json.loads(path.read_bytes())
        return Seat(str(said["name"]), path.name, int(said["until_ms"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    write_private(aside, content)
    os.replace(aside, path)


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise DiskTrouble(
            say(f"{folder} 写不了：{fault}", f"{folder} can't be written: {fault}"),
            hint=f"df -h {folder.parent}",
        ) from fault
