"""DuckDB over the tables: Parquet made of rows, and a database to be asked that reaches nothing else."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .schema import TABLES, Shape, Table

WRITING, ASKING, COUNTING = "140MB", "140MB", "110MB"  # what DuckDB may hold
SPILL = "2GB"
UNIT, BREAK = "\x1f", "\x1e"  # between the cells of a raw row, and for a line break within one
CELL = 8 << 20  # bytes of one row: a record with ten thousand commits comes to one
_TYPES = {
    Shape.TEXT: "VARCHAR", Shape.INTEGER: "BIGINT", Shape.YES_NO: "BOOLEAN", Shape.TIME: "TIMESTAMPTZ",
    Shape.LIST: "VARCHAR[]", Shape.JSON: "VARCHAR", Shape.IDS: "VARCHAR[]",
}  # fmt: skip
_MADE = {
    Shape.TEXT: f"replace({{0}}, chr({ord(BREAK)}), chr(10))",
    Shape.TIME: "make_timestamptz({0}::BIGINT * 1000)",
    Shape.LIST: "from_json({0}, '[\"VARCHAR\"]')",
    Shape.IDS: "CASE WHEN {0} IS NULL THEN [] ELSE string_split({0}, ' ') END",
}


@contextmanager
def opened(scratch: Path, *, threads: int = 1, memory: str = WRITING, ordered: bool = True) -> Iterator[Any]:
    """A database in memory; what doesn't fit goes to `scratch`. `ordered`: rows keep the order of the files."""
    import duckdb

    db = duckdb.connect(":memory:", config={
        "threads": threads, "memory_limit": memory, "temp_directory": str(scratch / "spill"),
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "max_temp_directory_size": SPILL, "python_enable_replacements": False, "preserve_insertion_order": ordered,
    })  # fmt: skip
    try:
        db.execute("SET TimeZone = 'UTC'")
        yield db
    finally:
        db.close()


def to_parquet(raw: Path, folder: Path, words: bool) -> None:
    """One thread, in the order of the rows: the same rows give the same bytes."""
    import duckdb

    with opened(raw) as db:
        for table in TABLES:
            chosen = _source(table, raw / f"{table.name}.raw", words)
            to = f"COPY ({chosen}) TO {quoted(folder / f'{table.name}.parquet')}"
            try:
                db.execute(f"{to} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720)")
            except duckdb.IOException as fault:
                raise OSError(errno.EIO, str(fault).splitlines()[0]) from fault


def quoted(text: object) -> str:
    """As SQL has a text."""
    return "'" + str(text).replace("'", "''") + "'"


def _source(table: Table, path: Path, words: bool) -> str:
    columns = table.given(words)
    named = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(columns)))
    made = ", ".join(
        f'({_MADE.get(one.shape, "{0}").format(f"c{at}")})::{_TYPES[one.shape]} AS "{one.name}"'
        for at, one in enumerate(columns)
    )
    how = (
        f"header = false, auto_detect = false, delim = chr({ord(UNIT)}), quote = '', escape = '', nullstr = '',"
        f" new_line = '\\n', max_line_size = {CELL}, buffer_size = {CELL}, parallel = false, columns = {{{named}}}"
    )
    return f"SELECT {made} FROM read_csv({quoted(path)}, {how})"
