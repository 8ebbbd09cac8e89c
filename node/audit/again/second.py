"""The second implementation, run: the SQL files of this folder over a folder of Parquet files, and what they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from ..tables import duck
from ..tables.schema import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Database

FILES = ("1_log", "2_work", "3_deadlines", "4_facts")
GROUPS = {
    "unit": "coalesce((SELECT any_value(u.unit) FROM units u WHERE list_contains(u.former, fact.unit)), fact.unit)",
    "month": "strftime(epoch_ms(ms + 28800000), '%Y-%m')",
}
MARKS, PART = (
    65521,
    8191,
)  # primes: what is added up of instants and numbers, so that two that are swapped don't look
# alike, and no sum is past 63 bits
_INSTANT = f"(1 + ms // 1000 % {MARKS})"


@dataclass(frozen=True, slots=True)
class Span:
    """What holds at `now_ms`, counted between two instants; None: of all times."""

    now_ms: int
    start_ms: int | None = None
    end_ms: int | None = None


class Print(NamedTuple):
    """What a fact comes to, and sums that tell whether it is of the same records, units and instants."""

    name: str
    value: int  # excluded ones too
    excluded: int
    records: int
    excluded_records: int
    units: int
    instants: int


class Key(NamedTuple):
    name: str  # of the fact
    record: str
    unit: str
    excluded: bool


class Told(NamedTuple):
    value: int
    instants: int  # a sum that tells the instants apart
    at_ms: int  # the earliest


NOTHING = Told(0, 0, 0)


@contextmanager
def counted(folder: Path) -> Iterator[Counted]:
    """Everything counted, to be asked."""
    import duckdb

    with TemporaryDirectory(prefix="qiao-") as place:
        scratch = Path(place)
        with duck.opened(scratch, threads=2, memory=duck.COUNTING, ordered=False) as db:
            for one in TABLES:
                source = duck.quoted(folder / f"{one.name}.parquet")
                db.execute(f"CREATE VIEW {one.name} AS SELECT * FROM read_parquet({source})")
            for name in FILES:
                text = Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
                for statement in duckdb.extract_statements(text):
                    db.execute(statement)
            yield Counted(db, scratch)


class Counted:
    def __init__(self, db: Database, scratch: Path) -> None:
        self._db, self._scratch = db, scratch

    def sums(self, span: Span, by: str | None = None) -> dict[tuple[str, str, bool], int]:
        """(group's key, fact, excluded) → what it comes to; the key is empty without a group."""
        key = GROUPS[by] if by else "''"
        rows = self._all(f"SELECT {key}, name, excluded, sum(number)::BIGINT FROM fact", span, "GROUP BY ALL")
        return {(str(key), name, excluded): value for key, name, excluded, value in rows}

    def prints(self, span: Span, rows: Iterable[tuple[int, str]]) -> set[Print]:
        """`rows`: what the node's database calls the records by, which the first implementation counts."""
        self._know(rows)
        unit = " + ".join(
            f"unicode(substr('____' || unit, -{at}, 1)) * {31 ** (at - 1)}" for at in (1, 2, 3, 4)
        )
        part, apart = f"number % {PART}", "excluded::INT"
        added = (
            "number", f"number * {apart}", f"{part} * coalesce(row, 0)", f"{part} * {apart} * coalesce(row, 0)",
            part, f"{part} * {_INSTANT}",
        )  # fmt: skip
        sums = ", ".join(f"sum({one})::BIGINT AS s{at}" for at, one in enumerate(added))
        query = f"SELECT name, unit, {sums} FROM fact LEFT JOIN local USING (record)"
        whole = f"SELECT name, sum(s0), sum(s1), sum(s2), sum(s3), sum(s4 * ({unit})), sum(s5)"
        rows = self._all(query, span, "GROUP BY ALL", also=(whole, "GROUP BY name"))
        return {Print(*row) for row in rows}

    def _know(self, rows: Iterable[tuple[int, str]]) -> None:
        path = self._scratch / "rows"
        with path.open("w", encoding="ascii") as file:
            file.writelines(f"{row},{record}\n" for row, record in rows)
        columns = "columns = {'row': 'BIGINT', 'name': 'VARCHAR'}"
        source = f"read_csv({duck.quoted(path)}, header = false, auto_detect = false, delim = ',', {columns})"
        query = f"SELECT s.record, r.row FROM subject s JOIN {source} r USING (name)"
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE local AS {query}")

    def rows(self, span: Span, names: Sequence[str]) -> dict[Key, Told]:
        """What it comes to of a record, for a unit."""
        asked = ", ".join(map(duck.quoted, names))
        rows = self._all(
            "SELECT fact.name, subject.name, unit, excluded, sum(fact.number)::BIGINT,"
            f" sum(fact.number % {PART} * {_INSTANT})::BIGINT, min(ms) FROM fact JOIN subject USING (record)",
            span, "GROUP BY ALL", f"fact.name IN ({asked})",
        )  # fmt: skip
        return {Key(*row[:4]): Told(*row[4:]) for row in rows}

    def numbers(self, records: Sequence[str]) -> dict[str, str]:
        """How people call these."""
        found = self._db.execute(
            "SELECT name, number FROM subject WHERE list_contains($1, name)", [list(records)]
        )
        return {record: number or record for record, number in found.fetchall()}

    def _all(
        self, query: str, span: Span, behind: str, *where: str, also: tuple[str, str] | None = None
    ) -> list[Any]:
        """`also`: what is asked of the rows that this gives, before and behind FROM."""
        narrowed = [f"since <= {span.now_ms}", f"(until IS NULL OR until > {span.now_ms})", *where]
        narrowed += [f"ms >= {span.start_ms}"] if span.start_ms is not None else []
        narrowed += [f"ms < {span.end_ms}"] if span.end_ms is not None else []
        found = f"{query} WHERE {' AND '.join(narrowed)} {behind}"
        if also is not None:
            found = f"{also[0]} FROM ({found}) {also[1]}"
        return self._db.execute(found).fetchall()
