"""apsw as a DB-API module, which SQLAlchemy takes as `module=`: the faulty disk under the product's own code.

SQLite's shared memory isn't to be had from a VFS in Python, so a connection keeps its lock (`exclusive`), and
the index of the WAL lies in the heap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from tests.simulation.disk import NAME, VFS, Disk, Killed

apilevel, threadsafety, paramstyle = "2.0", 1, "qmark"
sqlite_version = apsw.sqlite_lib_version()
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))
PARSE_DECLTYPES, PARSE_COLNAMES = 1, 2
Binary = bytes
STATEMENTS = 1_000  # kept parsed, as the product's driver does
CHECKPOINT = 40  # pages: far oftener than SQLite's 1,000, so that faults meet checkpoints


class Warning(Exception):  # noqa: A001
    pass


class Error(Exception):
    pass


class InterfaceError(Error):
    pass


class DatabaseError(Error):
    pass


class DataError(DatabaseError):
    pass


class OperationalError(DatabaseError):
    pass


class IntegrityError(DatabaseError):
    pass


class InternalError(DatabaseError):
    pass


class ProgrammingError(DatabaseError):
    pass


class NotSupportedError(DatabaseError):
    pass


_PLAIN = {
    apsw.ConstraintError: IntegrityError,
    apsw.CorruptError: DatabaseError,
    apsw.NotADBError: DatabaseError,
    apsw.SQLError: OperationalError,
}
_WORDS = {
    apsw.CorruptError: "database disk image is malformed",
    apsw.NotADBError: "file is not a database",
    apsw.FullError: "database or disk is full",
    apsw.IOError: "disk I/O error",
    apsw.CantOpenError: "unable to open database file",
}
_described: dict[str, tuple[Any, ...] | None] = {}


def connect(path: str, **_options: Any) -> Connection:
    disk = VFS.disks[path.rpartition("/")[0]]
    try:
        return Connection(apsw.Connection(path, vfs=NAME, statementcachesize=STATEMENTS), disk)
    except apsw.Error as fault:
        raise _translated(disk, fault) from fault


def _translated(disk: Disk, fault: apsw.Error) -> BaseException:
    if disk.dead:
        return Killed()
    kind = next((found for known, found in _PLAIN.items() if isinstance(fault, known)), OperationalError)
    words = next((found for known, found in _WORDS.items() if isinstance(fault, known)), str(fault))
    return kind(words)


class Connection:
    isolation_level = None

    def __init__(self, db: apsw.Connection, disk: Disk) -> None:
        self.db, self.disk = db, disk
        disk.opened.append(self)
        db.pragma("locking_mode", "exclusive")
        db.wal_autocheckpoint(CHECKPOINT)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, text: str, values: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(text, values)

    def commit(self) -> None:
        if self.db.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.db.in_transaction and not self.disk.dead:
            self.execute("ROLLBACK")

    def close(self) -> None:
        if self in self.disk.opened:
            self.disk.opened.remove(self)
        try:
            self.db.close(True)
        except apsw.Error:
            if not self.disk.dead:
                raise

    def create_function(self, name: str, count: int, function: Any, *, deterministic: bool = False) -> None:
        self.db.create_scalar_function(name, function, count, deterministic=deterministic)

    @property
    def in_transaction(self) -> bool:
        return bool(self.db.in_transaction)


class Cursor:
    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: tuple[Any, ...] | None = None
        self.rowcount, self.lastrowid = -1, 0
        self._rows: Iterator[tuple[Any, ...]] = iter(())

    def execute(self, text: str, values: Sequence[Any] = ()) -> Cursor:
        return self._run(text, values, apsw.Cursor.execute)

    def executemany(self, text: str, rows: Sequence[Sequence[Any]]) -> Cursor:
        return self._run(text, rows, apsw.Cursor.executemany)

    def _run(self, text: str, values: Sequence[Any], run: Any) -> Cursor:
        db, disk = self.connection.db, self.connection.disk
        disk.statement()
        cursor = db.cursor()
        if text not in _described:
            cursor.exec_trace = self._describe
        changes = _described.get(text) is None
        before = db.total_changes() if changes else 0
        try:
            rows = list(run(cursor, text, values))
        except apsw.Error as fault:
            raise _translated(disk, fault) from fault
        if not disk.calm:
            disk.rows += len(rows)
        self._rows = iter(rows)
        self.description = _described.get(text)
        if changes:  # what has columns changes nothing that anybody asks for
            self.rowcount = db.total_changes() - before if self.description is None else -1
            self.lastrowid = db.last_insert_rowid()
        disk.statement()
        return self

    def _describe(self, cursor: Any, text: str, _values: Any) -> bool:
        found = cursor.get_description()
        _described[text] = tuple((name, *[None] * 6) for name, _ in found) or None
        return True

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def close(self) -> None:
        self._rows = iter(())
