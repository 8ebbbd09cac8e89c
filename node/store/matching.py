"""Which records of a list a text fits: those that have all of it in them, or a number of which it is a part.

A rare text is looked up, and what is found is sorted; a common one is asked of each record in the list's order, since
a page of it is soon full. Either way a page costs what is on it, not what there is.
"""

from __future__ import annotations

import json

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    false,
    func,
    literal_column,
    or_,
    select,
)

from . import search
from .folded import FOLDED

LOOKED_UP = 20_000  # records with a text; of more of them the list's order is gone through
REMEMBERED = 200_000  # of more of them each record is asked in its turn
MOST_NUMBERED = 2_000  # records whose number has a text in it, likewise
MOST_NUMBER = 200  # characters: longer texts are no part of a number, and too much for a pattern
_OTHER = FOLDED.alias("numbered")


def fits(db: Connection, matter: str, words: str) -> ColumnElement[bool]:
    """A condition on FOLDED."""
    asked = search.asked(words)
    many = search.count(db, matter, asked, REMEMBERED + 1)
    numbered = _numbered(db, matter, words)
    rarely = many <= LOOKED_UP and numbered is not None
    said = _said(matter, asked, many, looked_up=rarely)
    if numbered is None:
        return or_(said, _has_number(FOLDED, words))
    if not numbered:
        return said
    listed = select(func.json_each(json.dumps(numbered)).table_valued("value").c.value)
    if rarely and many:
        return FOLDED.c.record.in_(listed.union_all(search.rows(matter, asked)))
    return or_(said, FOLDED.c.record.in_(listed))


def _said(matter: str, asked: str, many: int, *, looked_up: bool) -> ColumnElement[bool]:
    if not many:
        return false()
    if many > REMEMBERED:
        return search.has(matter, asked, FOLDED.c.record)
    # A sign before a column keeps SQLite from looking records up by it.
    record = FOLDED.c.record if looked_up else literal_column("+folded.record", Integer)
    return record.in_(search.rows(matter, asked))


def _numbered(db: Connection, matter: str, words: str) -> list[int] | None:
    """Records of whose number a text is a part; None where they are many. Nobody's number is without a letter or
    digit."""
    if len(words) > MOST_NUMBER or not any(one.isascii() and one.isalnum() for one in words):
        return []
    query = select(_OTHER.c.record).where(_OTHER.c.matter == matter, _OTHER.c.number > "")
    found = db.execute(query.where(_has_number(_OTHER, words)).limit(MOST_NUMBERED + 1))
    rows = [row.record for row in found]
    return rows if len(rows) <= MOST_NUMBERED else None


def _has_number(folded: FromClause, words: str) -> ColumnElement[bool]:
    return folded.c.number.like("%" + _escaped(words) + "%", escape="\\")


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
