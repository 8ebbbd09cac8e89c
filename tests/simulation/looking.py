"""A reader on a simulated node: the product's own, over the writer's connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from node.clock import SystemClock
from node.reader import Reader
from node.store import settings
from tests.simulation.office import Office


class Looking(Reader):
    def __init__(self, office: Office) -> None:
        self._office = office
        self.directory, self.language = office.folder, "zh"
        self.clock = SystemClock(office.clock.now_ms() - SystemClock(0).own_ms())
        with self._read() as db:
            self.id = settings.get(db, "node") or b""
            self._code = settings.text(db, "unit")
            self.unit_name = settings.text(db, "name")

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._office.read() as db:
            yield db
