"""Tables of another version's projections, fitted to this one's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, insert, select, text

from node.store import database, fitting
from node.store.folded import FOLDED, PLACE
from node.store.schema import DERIVED


@pytest.fixture
def db() -> Iterator[Connection]:
    engine = create_engine("sqlite://", module=database.DRIVER)
    with engine.begin() as connection:
        fitting.fit(connection)
        connection.execute(insert(FOLDED), {"record": 1, "matter": "ticket", "digest": b"x", "title": "工单"})
        yield connection


def shape(db: Connection) -> list[tuple[str, str]]:
    rows = db.execute(text("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name"))
    return [(row[0], " ".join(row[1].split())) for row in rows]


def test_what_fits_is_left_as_it_is(db: Connection) -> None:
    before = shape(db)
    assert {one.name for one in DERIVED.sorted_tables} <= {name for name, _ in before}
    fitting.fit(db)
    assert shape(db) == before
    assert db.execute(select(FOLDED.c.title)).scalars().all() == ["工单"]


@pytest.mark.parametrize("column", ["ruling", "next_due", "withheld"])
def test_a_column_that_is_missing_is_added_and_the_rows_stay(db: Connection, column: str) -> None:
    for index in FOLDED.indexes:
        db.execute(text(f"DROP INDEX {index.name}"))
    db.execute(text(f"ALTER TABLE folded DROP COLUMN {column}"))
    fitting.fit(db)
    (row,) = db.execute(select(FOLDED)).all()
    assert row.title == "工单" and getattr(row, column) in ("", None, False)
    before = shape(db)
    fitting.fit(db)
    assert shape(db) == before, "and it is done once"


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE place (record INTEGER, round INTEGER, status TEXT)",
        "CREATE TABLE place (record INTEGER NOT NULL, more TEXT)",
    ],
)
def test_a_table_that_is_another_is_made_anew_and_the_others_stay(db: Connection, made: str) -> None:
    db.execute(text("DROP TABLE place"))
    db.execute(text(made))
    db.execute(text("INSERT INTO place(record) VALUES (1)"))
    fitting.fit(db)
    assert db.execute(select(PLACE)).all() == []
    assert len(db.execute(select(FOLDED)).all()) == 1


def test_an_index_that_was_made_otherwise_or_isnt_declared_any_more_is_put_right(db: Connection) -> None:
    before = shape(db)
    db.execute(text("DROP INDEX folded_number"))
    db.execute(text("CREATE INDEX folded_number ON folded (title)"))
    db.execute(text("CREATE INDEX folded_title ON folded (title)"))
    fitting.fit(db)
    assert shape(db) == before
