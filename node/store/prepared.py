"""A Core statement compiled once and run with plain values, on the driver's own cursor.

Building and compiling a statement anew costs several times what SQLite takes to run it, and so does a result that
describes itself anew each time; an act runs some fifty of them. What comes back is as the driver gives it: a
boolean is 0 or 1.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.sql.expression import Executable


class Rows:
    """What a statement found: rows with their columns' names, as SQLAlchemy's results have them."""

    __slots__ = ("_found", "lastrowid")

    def __init__(self, found: Sequence[Any], lastrowid: int) -> None:
        self._found = found
        self.lastrowid = lastrowid

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def all(self) -> Sequence[Any]:
        return self._found

    def first(self) -> Any:
        return self._found[0] if self._found else None

    def scalar(self) -> Any:
        return self._found[0][0] if self._found else None

    def one(self) -> Any:
        """Raises NoResultFound, and so for more than one."""
        if len(self._found) != 1:
            raise NoResultFound(f"{len(self._found)} rows where there is one")
        return self._found[0]

    def scalar_one(self) -> Any:
        return self.one()[0]


class _Compiled:
    """For one kind of database."""

    __slots__ = ("_all_given", "_row", "fixed", "names", "text")

    def __init__(self, text: str, names: tuple[str, ...], fixed: dict[str, Any]) -> None:
        self.text, self.names, self.fixed = text, names, fixed
        self._row: Any = None  # makes its rows, once it was run
        self._all_given = True  # until a run leaves one to `fixed`

    def given(self, values: dict[str, Any]) -> tuple[Any, ...]:
        if self._all_given:
            try:
                return tuple(map(values.__getitem__, self.names))
            except KeyError:
                self._all_given = False
        fixed = self.fixed
        return tuple([values[name] if name in values else fixed[name] for name in self.names])

    def named(self, cursor: Any) -> list[Any]:
        if self._row is None:
            names = [column[0] for column in cursor.description]
            self._row = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined]
        return [self._row(one) for one in cursor.fetchall()]


class Prepared:
    def __init__(self, statement: Executable, columns: Sequence[str] = ()) -> None:
        """`columns`: those that an INSERT or UPDATE sets, each by a value of its name."""
        self._statement = statement
        self._columns = list(columns) or None
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, db: Connection, **values: Any) -> Rows:
        """Runs it with a value for each `given(name)` in it. Raises sqlalchemy.exc.DBAPIError."""
        found = self._compiled.get(db.dialect.name) or self._compile(db)
        cursor = _cursor(db)
        try:
            cursor.execute(found.text, found.given(values))
            if cursor.description is None:
                return Rows((), cursor.lastrowid)
            return Rows(found.named(cursor), 0)
        except _errors(db) as fault:
            raise _told(db, found, fault) from fault
        finally:
            cursor.close()

    def many(self, db: Connection, rows: list[dict[str, Any]]) -> None:
        """Once for each row."""
        if rows:
            found = self._compiled.get(db.dialect.name) or self._compile(db)
            cursor = _cursor(db)
            try:
                cursor.executemany(found.text, [found.given(row) for row in rows])
            except _errors(db) as fault:
                raise _told(db, found, fault) from fault
            finally:
                cursor.close()

    def _compile(self, db: Connection) -> _Compiled:
        compiled: Any = self._statement.compile(  # type: ignore[attr-defined]
            dialect=db.dialect, column_keys=self._columns
        )
        found = _Compiled(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))
        self._compiled[db.dialect.name] = found
        return found


def given(name: str) -> Any:
    """A place for a value, by name."""
    return bindparam(name)


def _cursor(db: Connection) -> Any:
    """The driver's own: past the pool's, which stands between at every statement."""
    held: Any = db.connection.dbapi_connection
    return held.cursor()


def _errors(db: Connection) -> Any:
    return db.dialect.loaded_dbapi.Error


def _told(db: Connection, found: _Compiled, fault: Exception) -> BaseException:
    """What the driver raised, as SQLAlchemy tells it. The values stay out of it: they may be somebody's words."""
    told: Any = DBAPIError.instance(found.text, None, fault, _errors(db), dialect=db.dialect)
    return told  # type: ignore[no-any-return]
