"""What an auditor asks of a node (审计): its log for outsiders, checkpoints, what a pull found, a whole verification,
the tables.

All of it reads the database alone, and writes files of its own beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from node import glance, processes
from node.proof.verification import Told
from node.reader import Reader

from . import checkpoints, evidence, pulls, scratch, sql


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

    def verify(
        self,
        told: Told = lambda done, of: None,
        report: Path | None = None,
        *,
        against: Sequence[Path] = (),
        force: bool = False,
    ) -> dict[str, Any]:
        """As `verify`, each signature by itself, on all cores; what is held grew from every checkpoint that was kept,
        and agrees with files of other nodes (`against`). `report`: the file to write it to. Raises as report.write and
        verifying.verify."""
        from . import report as reports
        from . import verifying

        if report is not None:
            reports.refuse(report, force)
        found = verifying.verify(self._reader, told, against)
        if report is not None:
            whose = f"{self._reader.unit_name} {self._reader.unit} {self._reader.id.hex()}"
            reports.write(report, found, whose, self._reader.clock.now_ms(), force=force)
        return found

    def evidence(self, path: Path) -> dict[str, Any]:
        """The receipts that this node holds, for whoever verifies another. Raises as evidence.write."""
        with self._reader.signing() as (db, keys):
            return evidence.write(db, keys.node, path)

    def export_log(self, path: Path) -> dict[str, Any]:
        from node import exporting

        with self._reader.signing() as (db, keys):
            return exporting.write(db, keys, path)

    # Tables

    def export_tables(
        self, path: Path, format: str, tell: Callable[[int, int], None], *, words: bool = False
    ) -> dict[str, Any]:
        """Into a new folder, or a workbook; `words` only where two agreed. Raises as tables/export.py."""
        from .tables import export

        unit = self._reader.unit
        with self._reader.signing() as (db, _):
            return export.write(db, path, format, unit, tell, words=words, shared=self._shared())

    def sql(self, text: str, most: int, tell: Callable[[int, int], None]) -> sql.Answer:
        """One SELECT over the tables as they are now. Raises as sql.asked and tables/export.py."""
        with self.scratch(tell) as (_, folder):
            return sql.asked(folder, text, most)

    @contextmanager
    def scratch(self, tell: Callable[[int, int], None]) -> Iterator[tuple[Connection, Path]]:
        """The node's database as it is now, and tables of it, which go afterwards."""
        unit, directory = self._reader.unit, self._reader.directory
        with (
            self._reader.signing() as (db, _),
            scratch.made(db, directory, unit, tell, self._shared()) as folder,
        ):
            yield db, folder

    def _shared(self) -> processes.Given:
        return processes.Given.of(self._reader.directory / glance.DATABASE, self._reader.language)

    def figures(
        self, tell: Callable[[int, int], None], *, period: str | None = None, by: str | None = None,
        source: Path | None = None, published: dict[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Every figure by both implementations, at one moment of one state. `source`: tables that were exported
        before. Raises Usage (a period, a group, `not_tables`, `not_published`), Stale `tables_older`."""
        from .again import answer

        asked = answer.asked(period, by, published, self._reader.clock.now_ms())
        with self._tables(source, tell) as (db, folder):
            return answer.told(db, folder, self._reader.tree(db), asked)

    @contextmanager
    def _tables(
        self, source: Path | None, tell: Callable[[int, int], None]
    ) -> Iterator[tuple[Connection, Path]]:
        if source is None:
            with self.scratch(tell) as made:
                yield made
            return
        with self._reader.signing() as (db, _):
            scratch.must_be_of_now(source, db)
            yield db, source

    def count_records(self, matter: str) -> int:
        """Those of a matter that are in this node's scope."""
        from node.store import bulk

        with self._reader.signing() as (db, _):
            return bulk.count(db, matter)
