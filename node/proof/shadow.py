"""A second set of the projections, empty, in front of the node's own: what is folded on this connection goes there.

SQLite looks for a table among the temporary ones first. They lie in memory, as the driver is built (TEMP_STORE=2):
states have words in them, and the database may be encrypted. So a fold for comparison runs by the very code that a
node saves with, and reads what it rests on (policies, calendars) from what was folded for comparison, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateTable

from node.matters import KINDS
from node.store import search
from node.store.schema import DERIVED, KEPT

_WRITTEN = ("blob",)  # of what is kept: a fold notes there which attachments are wanted
_LEFT_OUT = frozenset({"stale"})  # says what is still to be folded, and isn't
_ROW_IDS = {"exception_": "id"}


@contextmanager
def cast(db: Connection) -> Iterator[Shadow]:
    """Until it is left. The transaction goes on."""
    shadow = Shadow(db)
    try:
        yield shadow
    finally:
        shadow.lift()


class Shadow:
    def __init__(self, db: Connection) -> None:
        self._db = db
        self._tables = [one for one in DERIVED.sorted_tables if one.name not in _LEFT_OUT]
        self._by_record = [one for one in self._tables if "record" in one.columns]
        self._indexes = [search.shadowed(matter) for matter in KINDS]
        self._made: list[str] = []
        for one in (*self._tables, *(KEPT.tables[name] for name in _WRITTEN)):
            self._make(one.name, _copied(db, one))
        for name, sql in self._indexes:
            self._make(name, sql)

    def _make(self, name: str, sql: str) -> None:
        self._db.exec_driver_sql(sql)
        self._made.append(name)

    def lift(self) -> None:
        for name in self._made:
            self._db.exec_driver_sql(f"DROP TABLE temp.{name}")

    def clear(self) -> None:
        """Of all that was folded, but for the index, which `misfound` looks at."""
        for one in self._by_record:
            self._db.exec_driver_sql(f"DELETE FROM temp.{one.name}")

    def differing(self, first: int, beyond: int) -> dict[int, list[str]]:
        """Record row → the tables in which what is stored of it isn't what was folded."""
        found: dict[int, list[str]] = {}
        for one in self._by_record:
            for (record,) in self._db.exec_driver_sql(_difference(one), (first, beyond) * 4):
                found.setdefault(record, []).append(one.name)
        return found

    def misfound(self, first: int, beyond: int) -> set[int]:
        """Record rows that the node's index holds otherwise: not at all, or with another number of words."""
        found: set[int] = set()
        for name, _ in self._indexes:
            sizes = f"SELECT id, sz FROM {{0}}.{name}_docsize WHERE id >= ? AND id < ?"
            query = _both_ways("id", sizes)
            found.update(row[0] for row in self._db.exec_driver_sql(query, (first, beyond) * 4))
        return found

    def columns(self, table: str, record: int) -> list[str]:
        """In which columns of its rows a record differs; of several rows, in any."""
        names = [one.name for one in DERIVED.tables[table].columns if one.name != _ROW_IDS.get(table)]
        query = f"SELECT {{1}} FROM {{0}}.{table} WHERE record = ?"
        return [name for name in names
                if self._db.exec_driver_sql(_both_ways("1", query, f'"{name}"'), (record,) * 4).first()]  # fmt: skip

    def whole(self, table: str) -> bool:
        """Whether a table that isn't of records is as it was made anew."""
        query = _both_ways("1", f"SELECT * FROM {{0}}.{table}")
        return self._db.exec_driver_sql(query).first() is None


def _copied(db: Connection, table: Table) -> str:
    made = str(CreateTable(table).compile(dialect=db.dialect)).strip()
    return made.replace("CREATE TABLE ", "CREATE TEMP TABLE ", 1)


def _difference(table: Table) -> str:
    names = ", ".join(f'"{one.name}"' for one in table.columns if one.name != _ROW_IDS.get(table.name))
    return _both_ways("record", f"SELECT {names} FROM {{0}}.{table.name} WHERE record >= ? AND record < ?")


def _both_ways(wanted: str, query: str, names: str = "*") -> str:
    """Rows that one of the two has, and the other hasn't."""
    main, temp = query.format("main", names), query.format("temp", names)
    one, other = (f"SELECT {wanted} FROM ({a} EXCEPT {b})" for a, b in ((main, temp), (temp, main)))
    return f"{one} UNION {other}"
