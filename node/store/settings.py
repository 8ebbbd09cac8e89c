"""Small facts of this node, by name."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from .prepared import Prepared, given
from .schema import Setting, table

_T = table(Setting)


_GET = Prepared(select(_T.c.value).where(_T.c.name == given("called")))
_PUT = Prepared(
    (putting := insert(_T)).on_conflict_do_update(
        index_elements=["name"], set_={"value": putting.excluded.value}
    )
)

_DROP = Prepared(delete(_T).where(_T.c.name == given("called")))
_BEGINNING = Prepared(
    select(_T.c.name, _T.c.value).where(_T.c.name >= given("first"), _T.c.name < given("last"))
)


def get(db: Connection, name: str) -> bytes | None:
    found: bytes | None = _GET(db, called=name).scalar()
    return found


def beginning(db: Connection, start: str) -> dict[str, bytes]:
    """The settings whose names begin so, by what follows in the name. `start` ends with an ASCII sign."""
    rows = _BEGINNING(db, first=start, last=start[:-1] + chr(ord(start[-1]) + 1))
    return {row.name.removeprefix(start): row.value for row in rows}


def put(db: Connection, name: str, value: bytes) -> None:
    _PUT(db, name=name, value=value)


def drop(db: Connection, name: str) -> None:
    _DROP(db, called=name)


def number(db: Connection, name: str) -> int:
    """An integer setting; 0 where it isn't set."""
    found = get(db, name)
    return int(found) if found else 0


def put_number(db: Connection, name: str, value: int) -> None:
    put(db, name, str(value).encode())


def text(db: Connection, name: str) -> str:
    found = get(db, name)
    return found.decode() if found else ""


def count(db: Connection, name: str) -> int:
    """The next value of a counter, from 1."""
    value = number(db, name) + 1
    put_number(db, name, value)
    return value
