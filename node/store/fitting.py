"""The tables of the projections brought to what this program declares (design 2), with as much kept as can be: what is
in them is shown until each record has been folded once more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from .schema import DERIVED

_EMPTY = {"INTEGER": "0", "BIGINT": "0", "BOOLEAN": "0", "FLOAT": "0"}  # by affinity; else an empty text


def fit(db: Connection) -> None:
    """Missing tables and columns are added; a table that differs otherwise is made anew, empty. The caller has the
    records folded again that were in it."""
    known = set(inspect(db).get_table_names())
    for one in DERIVED.sorted_tables:
        if one.name in known and not _widened(db, one):
            one.drop(db)
    DERIVED.create_all(db)
    for one in DERIVED.sorted_tables:
        _index(db, one)


def _widened(db: Connection, wanted: Table) -> bool:
    """Whether it has all its columns now, and none that isn't declared."""
    before = {str(row.name): _column(row) for row in db.execute(text(f"PRAGMA table_info('{wanted.name}')"))}
    scratch = _declared(db, wanted)
    if _constraints(db, wanted.name) != scratch[1] or any(
        scratch[0].get(name) != one for name, one in before.items()
    ):
        return False
    for column in wanted.columns:
        if column.name not in before:
            if column.primary_key:
                return False
            _add(db, wanted, column)
    return True


def _declared(db: Connection, wanted: Table) -> tuple[dict[str, Any], list[str]]:
    """Columns and constraints of the table as this program would make it; SQLite itself is asked."""
    made = str(CreateTable(wanted).compile(dialect=db.dialect))
    name = f"fitting_{wanted.name}"
    db.execute(text("SAVEPOINT fitting"))
    db.exec_driver_sql(made.replace(f"CREATE TABLE {_quoted(db, wanted.name)}", f"CREATE TABLE {name}", 1))
    columns = {str(row.name): _column(row) for row in db.execute(text(f"PRAGMA table_info('{name}')"))}
    constraints = _constraints(db, name)
    db.execute(text("ROLLBACK TO fitting"))
    db.execute(text("RELEASE fitting"))
    return columns, constraints


def _column(row: Any) -> tuple[str, bool, int]:
    return str(row.type), bool(row.notnull), int(row.pk)


def _constraints(db: Connection, name: str) -> list[str]:
    """What a table asks beside its columns, and whether its rows have ids."""
    query = text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
    lines = str(db.execute(query, {"name": name}).scalar() or "").splitlines()
    asked = ("PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK")
    found = [line.strip().rstrip(", )") for line in lines if line.strip().startswith(asked)]
    return sorted(found) + [str("WITHOUT ROWID" in "".join(lines[-2:]))]


def _add(db: Connection, wanted: Table, column: Any) -> None:
    """With a value that every row can have; the fold gives the right one."""
    made = str(CreateColumn(column).compile(dialect=db.dialect))
    if not column.nullable and "DEFAULT" not in made:
        kind = str(column.type.compile(db.dialect)).upper()
        made += " DEFAULT " + _EMPTY.get(kind, "''")
    db.exec_driver_sql(f"ALTER TABLE {_quoted(db, wanted.name)} ADD COLUMN {made}")


def _quoted(db: Connection, name: str) -> str:
    return str(db.dialect.identifier_preparer.quote(name))


def _index(db: Connection, wanted: Table) -> None:
    """Its indexes as declared: one that is another is made anew, and none besides is left."""
    query = text(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"
    )
    before = {str(row.name): _plain(row.sql) for row in db.execute(query, {"name": wanted.name})}
    declared = {str(one.name): str(CreateIndex(one).compile(dialect=db.dialect)) for one in wanted.indexes}
    kept = {name for name, sql in before.items() if _plain(declared.get(name, "")) == sql}
    for name in before.keys() - kept:
        db.exec_driver_sql(f"DROP INDEX {_quoted(db, name)}")
    for name in sorted(declared.keys() - kept):
        db.exec_driver_sql(declared[name])


def _plain(sql: str) -> str:
    return " ".join(str(sql).split())
