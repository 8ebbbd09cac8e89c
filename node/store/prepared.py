"""A Core statement compiled once and run with plain values.

Building and compiling a statement anew costs several times what SQLite takes to run it, and an act runs some
fifty of them. What comes back is as the driver gives it: a boolean is 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam
from sqlalchemy.sql.expression import Executable


class Prepared:
    def __init__(self, statement: Executable, columns: Sequence[str] = ()) -> None:
        """`columns`: those that an INSERT or UPDATE sets, each by a value of its name."""
        self._statement = statement
        self._columns = list(columns) or None
        self._texts: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def __call__(self, db: Connection, **values: Any) -> CursorResult[Any]:
        """Runs it with a value for each `given(name)` in it."""
        text, names, fixed = self._texts.get(db.dialect.name) or self._compile(db)
        return db.exec_driver_sql(
            text, tuple([values[name] if name in values else fixed[name] for name in names])
        )

    def many(self, db: Connection, rows: list[dict[str, Any]]) -> None:
        """Once for each row."""
        if rows:
            text, names, fixed = self._texts.get(db.dialect.name) or self._compile(db)
            db.exec_driver_sql(
                text,
                [tuple([row[name] if name in row else fixed[name] for name in names]) for row in rows],
            )

    def _compile(self, db: Connection) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        compiled: Any = self._statement.compile(  # type: ignore[attr-defined]
            dialect=db.dialect, column_keys=self._columns
        )
        found = (str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))
        self._texts[db.dialect.name] = found
        return found


def given(name: str) -> Any:
    """A place for a value, by name."""
    return bindparam(name)
