"""Which attachments are whole here, and how far the others have come: the rows beside the files.

A row follows its file, never the other way about: bytes are durable before a row says so, and a file that
goes takes its row's word back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, select, text, update

from node.store.links import DELIVERY
from node.store.prepared import Prepared, given
from node.store.schema import Attachment, Blob, Fragment, table
from node.work import Work

from .files import Files

BLOB, FRAGMENT, NAMED = table(Blob), table(Fragment), table(Attachment)
MOST_FAULTS = 3  # wrong contents from one peer, and it isn't asked for it again
GAVE = -1  # in place of faults: the peer has given us the whole
STRETCH = 2000  # of what is missing, looked at for one message


class Presence(StrEnum):
    """How an attachment that a record names stands here."""

    PRESENT = "present"
    PARTIAL = "partial"
    MISSING = "missing"
    DAMAGED = "damaged"  # every copy that came was another file


@dataclass(frozen=True, slots=True)
class Part:
    """A partial file: what one peer has given of one content."""

    size: int = 0
    have: int = 0
    faults: int = 0


_COMPLETE = Prepared(select(BLOB.c.size).where(BLOB.c.hash == given("of"), BLOB.c.complete.is_(True)))
_PART = Prepared(
    select(FRAGMENT.c.size, FRAGMENT.c.have, FRAGMENT.c.faults).where(
        FRAGMENT.c.hash == given("of"), FRAGMENT.c.peer == given("peer")
    )
)
_IS_KNOWN = Prepared(select(BLOB.c.hash).where(BLOB.c.hash == given("of")))
_WANT = Prepared(update(BLOB).where(BLOB.c.hash == given("of")), ["wanted"])
_RECORDS = Prepared(select(NAMED.c.record).where(NAMED.c.hash == given("of")))


def files(work: Work) -> Files:
    assert work.config is not None, "the writer hands it in"
    return Files(work.config.directory)


def complete_size(db: Connection, content: bytes) -> int | None:
    """Bytes of what is whole here."""
    found: int | None = _COMPLETE(db, of=content).scalar()
    return found


def records_naming(db: Connection, content: bytes) -> set[int]:
    """Record rows that name it now."""
    return {row.record for row in _RECORDS(db, of=content)}


def is_known(db: Connection, content: bytes) -> bool:
    return _IS_KNOWN(db, of=content).first() is not None


def want(db: Connection, contents: Iterable[tuple[bytes, int]], now_ms: int) -> None:
    """A record names these (hash, size as it says)."""
    for content, size in contents:
        if is_known(db, content):
            _WANT(db, of=content, wanted=True)
        else:
            values = {"hash": content, "size": size, "wanted": True, "created_ms": now_ms}
            db.execute(insert(BLOB).values(complete=False, **values))


def completed(work: Work, content: bytes, size: int, giver: bytes | None = None) -> None:
    """Its file is whole and durable: what was partial of it goes, but that `giver` gave it is kept."""
    values = {"size": size, "complete": True}
    if is_known(work.db, content):
        work.db.execute(update(BLOB).where(BLOB.c.hash == content).values(**values))
    else:
        new = insert(BLOB).values(hash=content, wanted=False, created_ms=work.now_ms, **values)
        work.db.execute(new)
    for peer in [row.peer for row in work.db.execute(select(FRAGMENT).where(FRAGMENT.c.hash == content))]:
        files(work).discard(content, peer)
    work.db.execute(delete(FRAGMENT).where(FRAGMENT.c.hash == content, FRAGMENT.c.faults != GAVE))
    if giver is not None:
        put_part(work.db, content, giver, Part(size, 0, GAVE))


def came_from(db: Connection, content: bytes, peer: bytes) -> bool:
    """Whether this peer gave us the whole of it, once."""
    return part(db, content, peer).faults == GAVE


def lost(work: Work, content: bytes) -> None:
    """Its file is gone or isn't what it was: it is asked for again, of everybody."""
    files(work).remove(content)
    work.db.execute(update(BLOB).where(BLOB.c.hash == content).values(complete=False))
    work.db.execute(delete(FRAGMENT).where(FRAGMENT.c.hash == content, FRAGMENT.c.faults != GAVE))
    work.db.execute(update(FRAGMENT).where(FRAGMENT.c.hash == content).values(have=0))


def forget(work: Work, content: bytes) -> bool:
    """Destroys an attachment that no record names any more (3.11). False where one still does.

    Raises OSError where the file can't be removed: it isn't forgotten then.
    """
    if records_naming(work.db, content):
        return False
    files(work).remove(content)
    work.db.execute(delete(FRAGMENT).where(FRAGMENT.c.hash == content))
    work.db.execute(delete(BLOB).where(BLOB.c.hash == content))
    return True


# Parts


def part(db: Connection, content: bytes, peer: bytes) -> Part:
    row = _PART(db, of=content, peer=peer).first()
    return Part() if row is None else Part(*row)


def put_part(db: Connection, content: bytes, peer: bytes, value: Part) -> None:
    mine = (FRAGMENT.c.hash == content, FRAGMENT.c.peer == peer)
    values = {"size": value.size, "have": value.have, "faults": value.faults}
    if not db.execute(update(FRAGMENT).where(*mine).values(**values)).rowcount:
        db.execute(insert(FRAGMENT).values(hash=content, peer=peer, **values))


# What is missing


def lacking(db: Connection, giver: bytes, child: int | None, *, only: bytes | None = None) -> Iterator[bytes]:
    """What records here name and isn't whole, and `giver` may still be asked for: in the order of the
    records. `child`: its peer row, where only what is in its scope may be spoken of (3.5). `only`: whether
    this one is among them."""
    values = {"giver": giver, "child": child, "only": only}
    known = {name: value for name, value in values.items() if value is not None}
    for row in _lacking(child is not None, only is not None)(db, **known):
        yield row.hash


@cache
def _lacking(in_scope: bool, one: bool) -> Prepared:
    spoilt = exists().where(
        FRAGMENT.c.hash == BLOB.c.hash, FRAGMENT.c.peer == given("giver"), FRAGMENT.c.faults >= MOST_FAULTS
    )
    query = (
        select(BLOB.c.hash)
        .join(NAMED, NAMED.c.hash == BLOB.c.hash)
        .where(text("NOT blob.complete"), ~spoilt)  # as its index says it
        .group_by(BLOB.c.hash)
        .order_by(func.min(NAMED.c.record), BLOB.c.hash)
        .limit(STRETCH)
    )
    if in_scope:
        query = query.where(exists().where(_in_scope(given("child")), DELIVERY.c.record == NAMED.c.record))
    return Prepared(query.where(BLOB.c.hash == given("only")) if one else query)


def delivered(db: Connection, child: int, records: Iterable[int]) -> set[int]:
    """Those of these record rows that are in a child's scope now."""
    query = select(DELIVERY.c.record).where(_in_scope(child), DELIVERY.c.record.in_(list(records)))
    return {row.record for row in db.execute(query)}


def _in_scope(child: Any) -> ColumnElement[bool]:
    return and_(DELIVERY.c.peer == child, DELIVERY.c.gone.is_(False))


def presence(db: Connection, content: bytes) -> tuple[Presence, int]:
    """How it stands here, and how many bytes are."""
    size = complete_size(db, content)
    if size is not None:
        return Presence.PRESENT, size
    parts = list(db.execute(select(FRAGMENT).where(FRAGMENT.c.hash == content)))
    have = max((row.have for row in parts), default=0)
    if any(row.faults >= MOST_FAULTS for row in parts):
        return Presence.DAMAGED, have
    return (Presence.PARTIAL if have else Presence.MISSING), have
