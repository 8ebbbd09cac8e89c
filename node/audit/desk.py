"""What an auditor asks of a node (审计): its log for outsiders, checkpoints, what a pull found, a whole verification.

All of it reads the database alone, and writes files of its own beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from node.reader import Reader

from . import checkpoints, pulls


class Desk:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def checkpoint(self, since: str | None = None) -> tuple[dict[str, Any], str]:
        """The newest one of all that is stored here, and its text; `since`: an older one's, from which it grew.
        Raises as checkpoints.write."""
        with self._reader.signing() as (db, keys):
            found, note = checkpoints.write(db, keys, since)
        told = {
            "origin": found.origin,
            "size": found.size,
            "root": found.root.hex(),
            "key": keys.sign_key.hex(),
        }
        return told, note

    def key_of(self, node: bytes) -> bytes:
        """Raises NotFound `unknown_node`."""
        with self._reader.signing() as (db, _):
            return checkpoints.key_of(db, node)

    def must_pull(self) -> None:
        """Raises Forbidden `not_auditor`."""
        with self._reader.signing() as (db, _):
            pulls.must_be_auditor(db)

    def pulled(self) -> dict[str, Any]:
        """Behind an exchange: what came is verified, and a checkpoint of all kept. Raises as pulls.taken."""
        with self._reader.signing() as (db, keys):
            return pulls.taken(db, keys, self._reader.directory)

    def verify(self) -> dict[str, Any]:
        """As `verify`, each signature by itself; and what is held grew from every checkpoint that was kept."""
        found = self._reader.verify(every_signature=True)
        with self._reader.signing() as (db, keys):
            problems = [*found["problems"], *pulls.differing(db, keys, self._reader.directory)]
        return {**found, "ok": not problems, "problems": problems}

    def export_log(self, path: Path) -> dict[str, Any]:
        from node import exporting

        with self._reader.signing() as (db, keys):
            return exporting.write(db, keys, path)
