"""What an auditor's tables of a province cost, beside the bounds: the export as Parquet, figures computed again, a
question by SQL.

`--dir D` measures the province in D; the bounds are those of 100,000 tickets without calls (`--calls 100`). What the
copies of a province fall due counts no holidays between, so that the two implementations differ there, and are compared
by ticket; the time of that stands apart.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench import province
from bench.figures import arguments
from bench.measure import each, head, memory
from node.audit import sql
from node.audit.again import answer, comparing
from node.audit.desk import Desk
from node.reader import Reader

EXPORT, STATS = 30_000, 5_000  # ms, of 100,000 tickets without calls
QUESTION = "SELECT owner, phase, count(*) FROM tickets GROUP BY ALL ORDER BY ALL"


def main() -> None:
    given = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        place = province.build(given.dir or Path(folder), given.calls, given.tickets)
        measure(place, Path(folder) / "tables")


def measure(place: Path, tables: Path) -> None:
    reader = Reader(place, "zh")
    desk = Desk(reader)
    head("an auditor's tables")
    each("export as Parquet", EXPORT, lambda _: desk.export_tables(tables, "parquet", _nothing), 1, cores=2)
    memory("memory once it is written")
    each("every figure by both", STATS, lambda _: _counted(reader, tables), 3, cores=2)
    memory("memory once they are counted")
    each("the differences by ticket", None, lambda _: _compared(desk, tables), 1)
    each("a question by SQL", None, lambda _: sql.asked(tables, QUESTION, 1_000), 3)
    size = sum(one.stat().st_size for one in tables.iterdir()) / 2**20
    print(f"{'the Parquet files':<52}{size:11.1f} MiB")
    reader.close()


def _nothing(_done: int, _of: int) -> None:
    pass


def _counted(reader: Reader, tables: Path) -> None:
    """As `audit stats`, up to the point at which it knows whether they agree."""
    now = reader.clock.now_ms()
    with (
        reader.signing() as (db, _),
        answer.both(db, tables, reader.tree(db), None, None, now) as (first, counted),
    ):
        comparing.agree(db, first, counted, None, now)


def _compared(desk: Desk, tables: Path) -> None:
    begun = time.perf_counter()
    found = desk.figures(_nothing, source=tables)
    several = len(found["differences"]) + found["more"]
    print(f"{several} differences, {time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main()
