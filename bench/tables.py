"""Tables on this machine: 10,000 rows imported, the same again, 100,000 exported in each format.

The export's tickets are the imported ones ten times over, copied within the projections: what is measured is reading
them.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node import founding
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.matters import KINDS
from node.reader import Reader
from node.tables import columns, feeding, mapping, reading, writing
from node.tables.feeding import Counts
from node.tables.rejects import Rejects
from node.writer import Writer

ROWS, EXPORTED = 10_000, 100_000
TICKET = KINDS["ticket"]
HEADINGS = ["external_id", "渠道", "诉求类别", "主题", "诉求内容", "职工姓名", "联系电话", "诉求金额（元）"]
NARRATIVE = "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在，包工头电话不接。" * 2


def main(rows: int = ROWS, exported: int = EXPORTED) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = _node(folder / "p")
        path = _file(folder / "t.csv", rows)
        for what in ("imported", "imported again"):
            seconds, busy = _timed(lambda: _import(writer, path))
            print(
                f"{what:<24} {rows:>7} rows  {seconds:6.1f} s  {busy:6.1f} s CPU  {rows / busy:7.0f} rows/s CPU"
            )
        writer.close()
        _multiplied(folder / "p" / "node.db", exported // rows)
        for ending in ("csv", "jsonl", "xlsx"):
            _export(folder, f"o.{ending}")


def _node(directory: Path) -> Writer:
    clock, entropy = SystemClock(), SystemEntropy()
    founding.init(
        directory,
        "370000",
        "山东省总工会",
        clock=clock,
        entropy=entropy,
        root=True,
        recovery=directory.parent / "key",
    )
    writer = Writer.open(directory, load(directory), clock, entropy)
    given = {"id": "a", "name": "甲", "roles": ["operator"], "password": "geheim"}
    writer.do("staff.add", given, None)
    return writer


def _file(path: Path, rows: int) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for number in range(rows):
            out.writerow(
                [
                    f"x{number}",
                    "电话",
                    "求决",
                    "legal/labour/wages",
                    NARRATIVE,
                    "王小明",
                    "13800001111",
                    "10660.5",
                ]
            )
    return path


def _import(writer: Writer, path: Path) -> None:
    with reading.opened(path) as table:
        given, _ = mapping.plain(TICKET, table.headings)
        feeding.check(TICKET, given, table, path)
        feeding.feed(
            TICKET, given, table, Rejects(path, table.headings), Counts(),
            lambda asked: writer.do("import.rows", asked, "a"), lambda _: None, date.today(),
        )  # fmt: skip


def _multiplied(database: Path, times: int) -> None:
    """Every folded ticket so many times, each under a number of its own."""
    db = driver.connect(str(database))
    held = [row[1] for row in db.execute("PRAGMA table_info(folded)") if row[1] not in ("record", "number")]
    last = db.execute("SELECT max(id) FROM record").fetchone()[0]
    for time_ in range(1, times):
        db.execute(
            "INSERT INTO record (id, record, matter) SELECT id + ?, randomblob(16), matter FROM record"
            " WHERE id <= ? AND matter = 'ticket'", (time_ * last, last),
        )  # fmt: skip
        db.execute(
            f"INSERT INTO folded (record, number, {', '.join(held)}) SELECT record + ?, number || '-' || ?,"
            f" {', '.join(held)} FROM folded WHERE record <= ? AND matter = 'ticket'", (time_ * last, time_, last),
        )  # fmt: skip
    db.commit()
    db.close()


def _export(folder: Path, name: str) -> None:
    reader = Reader(folder / "p", "zh")
    chosen = columns.exported(TICKET)
    found: list[int] = []

    def export() -> None:
        lines = reader.table("ticket", chosen)
        found.append(writing.write(folder / name, chosen, lines, force=False, codes=False))

    seconds, busy = _timed(export)
    size = (folder / name).stat().st_size / 1e6
    told = f"exported {name:<15} {found[0]:>7} rows  {seconds:6.1f} s  {busy:6.1f} s CPU"
    print(f"{told}  {found[0] / busy:7.0f} rows/s CPU  {size:6.1f} MB")
    reader.close()


def _timed(job: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the wall, and those that this process worked."""
    begun, busy = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - begun, time.process_time() - busy


def peak(rows: int = 20_000) -> None:
    """Memory that an export takes at its most, which grows with no row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = _node(folder / "p")
        _import(writer, _file(folder / "t.csv", 1_000))
        writer.close()
        _multiplied(folder / "p" / "node.db", rows // 1_000)
        tracemalloc.start()
        _export(folder, "o.csv")
        print(f"at most {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB of Python's memory")


if __name__ == "__main__":
    peak() if "--memory" in sys.argv else main()
