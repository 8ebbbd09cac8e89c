"""FILE.rejects.csv: the rows that weren't taken in, as they came, with the reason at the field. Mended, it is a
file like any other to import."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from node.errors import DiskTrouble
from node.language import say

from .harmless import harmless
from .mapping import OWN
from .reading import Formula, Row


def name_for(path: Path) -> Path:
    """Nothing is written over: somebody may be mending an earlier one."""
    found, number = path.with_name(path.name + ".rejects.csv"), 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}.rejects-{number}.csv")
    return found


class Rejects:
    """Made with its first row; readable by its owner alone, since the rows hold personal data."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._source, self._headings = path, [one for one in headings if one and one not in OWN]
        self.path: Path | None = None
        self.count = 0
        self._file: IO[str] | None = None

    def put(self, row: Row, faults: Iterable[tuple[str, str, str]]) -> None:
        """`faults`: (field, code, reason). Raises DiskTrouble."""
        told = list(faults)
        try:
            out = csv.writer(self._file or self._begin(), lineterminator="\r\n")
            joined = ["；".join(dict.fromkeys(one[at] for one in told)) for at in range(3)]
            cells = [harmless(_text(row.cells.get(one))) for one in self._headings]
            out.writerow([*cells, row.number, *map(harmless, joined)])
        except OSError as fault:
            raise self._no_room(fault) from fault
        self.count += 1

    def _begin(self) -> IO[str]:
        self.path = name_for(self._source)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(
            descriptor, "w", encoding="utf-8-sig", errors="backslashreplace", newline=""
        )  # what is no letter may be why a row is here
        csv.writer(self._file, lineterminator="\r\n").writerow([*map(harmless, self._headings), *OWN])
        return self._file

    def close(self) -> None:
        """Raises DiskTrouble."""
        if self._file is not None:
            try:
                with self._file as file:
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as fault:
                raise self._no_room(fault) from fault
            self._file = None

    def _no_room(self, fault: OSError) -> DiskTrouble:
        where = self.path or name_for(self._source)
        zh, en = (
            f"拒收行写不进 {where}：{fault.strerror}",
            f"rejects can't be written to {where}: {fault.strerror}",
        )
        return DiskTrouble(say(zh, en), hint="df -h .")


def _text(value: Any) -> str:
    if isinstance(value, Formula):
        return value.text
    return "" if value is None else str(value)
