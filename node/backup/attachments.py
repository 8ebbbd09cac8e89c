"""The attachments' files beside the database: DIR/blobs at the place, by content, only what isn't there yet.

Where copies are sealed these are, too. One that is here no more stays for as long as the database's backups do: an
older one still names it, and what was erased is gone when they are (protocol 3.11).
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

from node.attachments.files import FOLDER, Files
from node.backup import sealed
from node.backup.places.place import Place
from node.backup.sealed import Opener, Recipient
from node.config import Config
from node.entropy import Entropy
from node.errors import Damaged

SEALED = ".sealed"
WHAT = "attachment"


def name_of(content: str, *, closed: bool) -> str:
    return f"{FOLDER}/{content[:2]}/{content}{SEALED if closed else ''}"


def content_of(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(SEALED)


class Attachments:
    """Of one place; what stands there is asked for once, and again when something went wrong."""

    def __init__(
        self, config: Config, entropy: Entropy, to: Recipient | None, own: bytes | None = None
    ) -> None:
        self._config = config
        self._entropy = entropy
        self._to = to
        self._own = own
        self._there: set[str] | None = None
        self._seen: list[tuple[str, int]] = []  # folders as of the last time, with their times
        self._done = False

    def carry(self, there: Place, gone: dict[str, int], now_ms: int) -> int:
        """Copies what is new and removes what has been gone long enough; `gone` is brought up to date. Returns how
        many were copied. Raises as Place."""
        if self._there is None:
            self._there = set(there.listed(FOLDER))
        files = Files(self._config.directory)
        seen = [(one.name, one.stat().st_mtime_ns) for one in sorted(files.root.glob("[0-9a-f][0-9a-f]"))]
        if seen == self._seen and not gone and self._done:
            return 0
        here = {content.hex() for content, _ in files.every()}
        done = 0
        for content in sorted(here):
            name = name_of(content, closed=self._to is not None)
            if name not in self._there and self._put(there, name, files.path(bytes.fromhex(content))):
                self._there.add(name)
                done += 1
        self._age(there, here, gone, now_ms)
        self._seen, self._done = seen, True
        return done

    def forget(self) -> None:
        self._there = None

    def _put(self, there: Place, name: str, path: Path) -> bool:
        """False where it was removed meanwhile."""
        try:
            if self._to is None:
                there.put(name, path, int(path.stat().st_mtime * 1000))
                return True
            return self._put_sealed(there, name, path, self._to)
        except FileNotFoundError:
            return False

    def _put_sealed(self, there: Place, name: str, path: Path, to: Recipient) -> bool:
        aside = self._config.directory / ".attachment.sealed"
        try:
            with path.open("rb") as source, aside.open("wb") as target:
                sealed.seal_file(source, target, to, WHAT, int(time.time() * 1000), self._entropy, self._own)
            there.put(name, aside, int(path.stat().st_mtime * 1000))
            return True
        finally:
            aside.unlink(missing_ok=True)

    def _age(self, there: Place, here: set[str], gone: dict[str, int], now_ms: int) -> None:
        assert self._there is not None
        away = {name for name in self._there if content_of(name) not in here}
        for name in [one for one in gone if one not in away]:
            del gone[name]
        for name in sorted(away):
            if now_ms - gone.setdefault(name, now_ms) > self._config.backup_retention_hours * 3600 * 1000:
                there.remove(name)
                self._there.discard(name)
                del gone[name]


def bring(there: Place, content: str, target: Path, listed: set[str], opener: Opener) -> bool:
    """One file back, checked against its name. False where it isn't there, or isn't what it was. Raises LineDown."""
    names = [name for closed in (False, True) if (name := name_of(content, closed=closed)) in listed]
    for name in names:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(Damaged):
            _fetched(there, name, target, opener)
            if _hash(target) == content:
                target.chmod(0o600)
                return True
        target.unlink(missing_ok=True)
    return False


def _fetched(there: Place, name: str, target: Path, opener: Opener) -> None:
    if not name.endswith(SEALED):
        there.fetch(name, target)
        return
    aside = target.with_name(target.name + SEALED)
    try:
        there.fetch(name, aside)
        with target.open("wb") as file:
            sealed.open_file(aside, file, opener)
    finally:
        aside.unlink(missing_ok=True)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
