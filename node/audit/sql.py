"""`audit sql`: one SELECT over the tables, by DuckDB, which reaches nothing else: no file, no network, no extension.

The views are over the Parquet files of a folder; everything else of the file system is out of reach before the first
word of the auditor's is looked at, and the configuration is locked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from node.errors import Forbidden, QiaoError, Usage
from node.iso import CHINA
from node.language import say

from .tables import duck
from .tables.schema import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Database

SECONDS = 60  # of one question
MOST_TEXT = 100_000  # characters of a question
HINT = 'qiao audit sql "SELECT owner, count(*) FROM tickets GROUP BY ALL"'


@dataclass(frozen=True, slots=True)
class Answer:
    columns: list[str]
    rows: list[list[Any]]  # fit for JSON; an instant is ISO 8601 at +08:00
    more: bool  # there are others behind these


def asked(folder: Path, text: str, most: int, *, seconds: float = SECONDS) -> Answer:
    """At most so many rows. Raises Usage (`bad_sql`, `sql_too_long`, `sql_too_large`), Forbidden `sql_reads_only`."""
    with _faults(), views(folder) as db:
        _check(text)
        with _bounded(db, seconds):
            found = db.execute(text)
            rows = found.fetchmany(most + 1)
        columns = [str(one[0]) for one in found.description or ()]
    return Answer(columns, [[plain(cell) for cell in row] for row in rows[:most]], len(rows) > most)


@contextmanager
def views(folder: Path, threads: int = 2) -> Iterator[Database]:
    """A database with a view a table, shut against everything else."""
    with (
        TemporaryDirectory(prefix="qiao-") as scratch,
        duck.opened(Path(scratch), threads=threads, memory=duck.ASKING) as db,
    ):
        db.execute("SET TimeZone = 'Asia/Shanghai'")
        files = {one.name: folder.absolute() / f"{one.name}.parquet" for one in TABLES}
        db.execute(f"SET allowed_paths = [{', '.join(map(duck.quoted, files.values()))}]")
        for name, path in files.items():
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({duck.quoted(path)})")
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        yield db


def _check(text: str) -> None:
    """One statement, which only reads. Raises Usage, Forbidden."""
    import duckdb

    if len(text) > MOST_TEXT or any("\ud800" <= one <= "\udfff" for one in text):
        zh, en = "查询太长，或含有不成字的字节", "the question is too long, or has bytes that are no letters"
        raise Usage(say(zh, en), code="bad_sql", hint=HINT)
    several = duckdb.extract_statements(text)
    if len(several) != 1:
        raise Usage(
            say("一次写一条 SELECT", "one SELECT at a time"), code="bad_sql", hint=HINT,
        )  # fmt: skip
    if several[0].type != duckdb.StatementType.SELECT:
        raise reads_only()


def reads_only() -> Forbidden:
    zh = "只能查询审计表：只许 SELECT，不能读写文件、改设置、连网络"
    en = "the tables are only read: a SELECT, that reaches no file, no setting and no network"
    return Forbidden(say(zh, en), code="sql_reads_only", hint=HINT)


@contextmanager
def _bounded(db: Database, seconds: float) -> Iterator[None]:
    alarm = threading.Timer(seconds, db.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


@contextmanager
def _faults() -> Iterator[None]:
    """What DuckDB says, as errors of ours; its own words follow, which are English."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException as fault:
        zh, en = f"超过 {SECONDS} 秒，已停止", f"stopped after {SECONDS} seconds"
        raise Usage(say(zh, en), code="sql_too_long", hint=HINT) from fault
    except duckdb.OutOfMemoryException as fault:
        zh, en = f"查询要的内存超过 {duck.ASKING}", f"that takes more than {duck.ASKING} of memory"
        raise Usage(say(zh, en), code="sql_too_large", hint=HINT) from fault
    except duckdb.PermissionException as fault:
        raise reads_only() from fault
    except duckdb.Error as fault:
        raise _bad(str(fault)) from fault


def _bad(words: str) -> QiaoError:
    first = " ".join(words.split("\n\nLINE")[0].split())[:400]
    return Usage(say(f"SQL 有误：{first}", f"that SQL is off: {first}"), code="bad_sql", hint=HINT)


def plain(value: Any) -> Any:
    """Fit for JSON."""
    if isinstance(value, datetime):
        exact = (
            "microseconds" if value.microsecond % 1000 else "milliseconds" if value.microsecond else "seconds"
        )
        return (value.astimezone(CHINA) if value.tzinfo else value).isoformat(timespec=exact)
    if isinstance(value, date | clock_time):
        return value.isoformat()
    if isinstance(value, float):
        return value if value - value == 0 else str(value)  # neither endless nor no number
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Decimal | timedelta) or not isinstance(value, _SIMPLE) else value


_SIMPLE = (str, int, bool, type(None))
