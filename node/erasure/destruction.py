"""Destroying what an order reaches, wherever this node keeps it (protocol 3.11).

It goes in one transaction with the fold that says so. The projections follow by being saved anew; what is
left in free pages, the search index and the write-ahead log goes right behind the transaction (scrub.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from conflict import erasure
from conflict.act import Act, Key, Presence, Text
from conflict.erasure import ERASE
from conflict.state import Standing, State
from node.attachments import store as attachments
from node.store import records, settings
from node.store.chain import CHANGE
from node.store.prepared import Prepared, given
from node.store.records import RECORD
from node.store.schema import Erased, Stray, table
from node.work import Work
from sync_protocol import commit as commits
from sync_protocol import messages
from sync_protocol.change import Act as ActBody
from sync_protocol.change import Body, Words, parse_body
from sync_protocol.errors import BadChange
from sync_protocol.messages import CommitItem
from sync_protocol.names import short

from . import links

ERASED, STRAY = table(Erased), table(Stray)
KNOWN = "erasure of "  # setting: with the order's short id in hex behind it, the record's id
SCRUB = "scrub"  # setting: something was destroyed whose traces in the files are still to go
LEFT = "erasure left "  # setting: with a content's hash behind it: an attachment still to be removed
_ANY = "erased anything"  # fact: whether this node ever destroyed something
_IS = Prepared(select(ERASED.c.by).where(ERASED.c.change == given("named")))
_FIRST = Prepared(select(ERASED.c.change).limit(1))
_PUT = Prepared(insert(ERASED).prefix_with("OR IGNORE"))
_EMPTY = Prepared(update(CHANGE).where(CHANGE.c.id == given("row")), ["salt", "body"])


def is_erased(work: Work, change: bytes) -> bool:
    """Whether this body (its short id) was destroyed here: it is refused when it comes back."""
    if _ANY not in work.facts:
        work.facts[_ANY] = _FIRST(work.db).first() is not None
    return bool(work.facts[_ANY]) and _IS(work.db, named=change).first() is not None


def order_of(db: Connection, change: bytes) -> bytes | None:
    """Short id of the order that destroyed a change (its short id) here."""
    found: bytes | None = _IS(db, named=change).scalar()
    return found


def count(db: Connection, order: bytes) -> int:
    """How many bodies an order (short id) has destroyed here."""
    query = select(func.count()).select_from(ERASED).where(ERASED.c.by == order)
    return int(db.execute(query).scalar_one())


def last_ms(db: Connection, order: bytes) -> int | None:
    """When an order (short id) last destroyed something here."""
    found: int | None = db.execute(select(func.max(ERASED.c.at_ms)).where(ERASED.c.by == order)).scalar()
    return found


def carry_out(work: Work, record: int, name: bytes, acts: Sequence[Act]) -> bool:
    """Destroys what the orders among a record's acts reach, and says whether that was anything. Nothing is
    looked at where there is no order."""
    if not any(act.action == ERASE for act in acts):
        return False
    links.await_first(work, name, acts)
    apart, strays = list(_apart(work.db)), list(_strays(work.db, name))
    words = [(one.of, one.text) for one in apart]
    found = erasure.reach(_joined(acts, words))
    gone = {**found.acts, **found.texts}
    for act in acts:
        if act.action == ERASE and act.id not in found.orders:
            _lift(work, act.id, gone)
    for order in found.orders:
        settings.put(work.db, KNOWN + order.hex(), name)
    destroyed = [*_rows(work.db, record), *((one.row, one.text.id) for one in apart)]
    for row, change in destroyed:
        if change in gone:
            _EMPTY(work.db, row=row, salt=None, body=None)
            _PUT(work.db, change=change, by=gone[change], at_ms=work.now_ms)
    work.again.update(one.record for one in apart if one.text.id in gone)
    aside = _aside(acts, words, [act for _, act in strays]) if strays else gone
    waiting = {row for row, act in strays if _is_in(act, aside)}
    for row in waiting:
        _strip(work.db, row, aside)
    if not waiting and not any(change in gone for _, change in destroyed):
        return False
    work.facts[_ANY] = True
    settings.put(work.db, SCRUB, b"1")
    work.scrub = True
    return True


def _lift(work: Work, order: bytes, gone: Mapping[bytes, bytes]) -> None:
    """An order that stood counts no more: its author was revoked, or was a copy. What it destroyed here, and no
    other order does, may come back from whoever has it yet."""
    if not settings.get(work.db, KNOWN + order.hex()):
        return
    settings.put(work.db, KNOWN + order.hex(), b"")
    for row in work.db.execute(select(ERASED.c.change).where(ERASED.c.by == order)).all():
        change = row.change
        work.db.execute(delete(ERASED).where(ERASED.c.change == change))
        if change in gone:
            _PUT(work.db, change=change, by=gone[change], at_ms=work.now_ms)
        else:
            work.compare = True


def comes_back(db: Connection, record: int, state: State, commits: Collection[int]) -> bool:
    """Whether these commits brought something older than an order that doesn't count. A neighbour who carried it out
    may lack it, though it be his own, and may have been compared with us when we hadn't it either."""
    void = [mark.time for one, mark in state.marks.items()
            if mark.action == ERASE and state.verdicts[one].standing is Standing.QUARANTINED]  # fmt: skip
    if not void or not commits:
        return False
    return any(one.time < max(void) for one in records.changes_of(db, record, commits))


def _rows(db: Connection, record: int) -> list[tuple[int, bytes]]:
    """(change row, short id) of what has a body."""
    query = select(CHANGE.c.id, CHANGE.c.change)
    rows = db.execute(query.where(CHANGE.c.record == record, CHANGE.c.body.is_not(None)))
    return [(row.id, short(row.change)) for row in rows]


def _is_in(act: Act, gone: Mapping[bytes, bytes]) -> bool:
    return act.id in gone or any(text.id in gone for text in act.texts)


# Words that are quarantined because they don't stand behind the act that they name


class Apart(NamedTuple):
    row: int
    record: int  # a row of their own
    of: bytes
    text: Text


def _apart(db: Connection) -> Iterator[Apart]:
    query = (
        select(CHANGE.c.id, CHANGE.c.change, CHANGE.c.record, CHANGE.c.of, CHANGE.c.body)
        .join(RECORD, CHANGE.c.record == RECORD.c.id)
        .where(RECORD.c.matter == "", CHANGE.c.of.is_not(None), CHANGE.c.body.is_not(None))
    )
    for row in db.execute(query).all():
        body = _parsed(row.body)
        if isinstance(body, Words):
            yield Apart(row.id, row.record, row.of, Text(short(row.change), body.matter, body.data))


def _joined(acts: Iterable[Act], words: Iterable[tuple[bytes, Text]]) -> Iterator[Act]:
    """The acts with words that are kept elsewhere: of an act that is a link alone, its only ones."""
    of: dict[bytes, list[Text]] = {}
    for name, text in words:
        of.setdefault(name, []).append(text)
    for act in acts:
        yield replace(act, texts=(*act.texts, *of[act.id])) if act.id in of else act


def _parsed(body: bytes) -> Body | None:
    try:
        return parse_body(body)
    except BadChange:
        return None


# Commits of authors who aren't known yet


def _strays(db: Connection, record: bytes) -> Iterator[tuple[int, Act]]:
    """(stray row, act) of the record's acts that wait there, words and all; what they say never counts."""
    for row in db.execute(select(STRAY.c.id, STRAY.c.item)).all():
        item = messages.parse_item(row.item)
        header = commits.parse(item.raw).header
        bodies = {short(header.changes[one.index]): (one.index, _parsed(one.body))
                  for one in item.changes if one.index < len(header.changes)}  # fmt: skip
        for name, (index, body) in bodies.items():
            if (
                isinstance(body, ActBody)
                and body.action not in erasure.ACTIONS
                and record in (body.record, name)
            ):
                texts = tuple(Text(one, words.matter, words.data) for one, (_, words) in bodies.items()
                              if isinstance(words, Words) and words.of == name)  # fmt: skip
                key = Key(header.time, header.log, header.seq, index)
                yield row.id, Act(name, key, header.unit, header.actor, body.matter, body.action, body.data,
                                  body.after, texts=texts, presence=Presence.HELD, record=record)  # fmt: skip


def _aside(
    acts: Sequence[Act], words: Iterable[tuple[bytes, Text]], strays: Sequence[Act]
) -> dict[bytes, bytes]:
    """Short id → order, of what is destroyed if these count as links too. For themselves alone they do: the fold knows
    nothing of them, and would still show what was destroyed for their sake."""
    behind = ((act.id, text) for act in strays for text in act.texts)
    found = erasure.reach([*_joined(acts, [*words, *behind]), *strays])
    return {**found.acts, **found.texts}


def _strip(db: Connection, row: int, gone: Mapping[bytes, bytes]) -> None:
    """The commit goes on waiting; the bodies are destroyed."""
    item = messages.parse_item(db.execute(select(STRAY.c.item).where(STRAY.c.id == row)).scalar_one())
    header = commits.parse(item.raw).header
    left = tuple(one for one in item.changes
                 if one.index >= len(header.changes) or short(header.changes[one.index]) not in gone)  # fmt: skip
    packed = messages.encode_item(CommitItem(item.raw, left))
    db.execute(update(STRAY).where(STRAY.c.id == row).values(item=packed))


# Attachments


def named(db: Connection, record: int) -> set[bytes]:
    """Contents that a record names now."""
    rows = db.execute(select(attachments.NAMED.c.hash).where(attachments.NAMED.c.record == record))
    return {row.hash for row in rows}


def forget(work: Work, contents: Iterable[bytes]) -> None:
    """Destroys attachments that nothing names any more. A file that can't be removed now is tried again."""
    for content in contents:
        try:
            attachments.forget(work, content)
        except OSError:
            settings.put(work.db, LEFT + content.hex(), content)
