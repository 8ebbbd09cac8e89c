"""By which values records are alike: the rows of the blind index, and what was found by them (node/alike.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from .folded import FOLDED
from .prepared import Prepared, given
from .schema import AlikeRow, table

ALIKE = table(AlikeRow)


class Token(NamedTuple):
    """What stands for a value: which kind of value it is, and a number that only this node's key gives."""

    key: str  # phone id_number credit_code organisation
    token: int


class Match(NamedTuple):
    record: int
    key: str
    created: int  # hybrid time of the record


_OF = Prepared(select(ALIKE.c.key, ALIKE.c.token, ALIKE.c.created).where(ALIKE.c.record == given("of")))
_TAKE_OUT = Prepared(delete(ALIKE).where(ALIKE.c.record == given("of")))
_PUT_IN = Prepared(insert(ALIKE))
_WITH = Prepared(
    select(ALIKE.c.record, ALIKE.c.key, ALIKE.c.created)
    .where(ALIKE.c.token == given("token"), ALIKE.c.key == given("key"), ALIKE.c.created >= given("since"))
    .order_by(ALIKE.c.created.desc())
    .limit(given("most"))
)
_HAS = Prepared(
    select(ALIKE.c.record).where(ALIKE.c.token == given("token"), ALIKE.c.key == given("key")).limit(1)
)


def rows(db: Connection, record: int) -> dict[Token, int]:
    """What a record is found by → the hybrid time of the record, by which it is sorted."""
    return {Token(row.key, row.token): row.created for row in _OF(db, of=record)}


def put(db: Connection, record: int, tokens: Collection[Token], created: int) -> set[Token]:
    """Replaces a record's rows; returns those that are gone."""
    before, wanted = rows(db, record), dict.fromkeys(tokens, created)
    if before == wanted:
        return set()
    _TAKE_OUT(db, of=record)
    _PUT_IN.many(
        db, [{"record": record, "key": one.key, "token": one.token, "created": created} for one in wanted]
    )
    return before.keys() - wanted.keys()


def find(db: Connection, tokens: Iterable[Token], since: int = 0, most: int = 500) -> list[Match]:
    """Records with one of these values, of each value the newest `most`."""
    return [
        Match(*row)
        for one in tokens
        for row in _WITH(db, token=one.token, key=one.key, since=since, most=most)
    ]


def is_used(db: Connection, token: Token) -> bool:
    return _HAS(db, token=token.token, key=token.key).first() is not None


def clear(db: Connection) -> None:
    db.execute(delete(ALIKE))


def every(db: Connection, matters: Collection[str]) -> list[int]:
    """Record rows of these matters."""
    return [row.record for row in db.execute(select(FOLDED.c.record).where(FOLDED.c.matter.in_(matters)))]
