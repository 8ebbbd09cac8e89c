"""Neighbours: what waits for a child, where each stands, and the receipts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from sync_protocol.names import ZERO

from . import settings
from .prepared import Prepared, given
from .schema import Change, Delivery, Outbox, Peer, Receipt, table

_FILLING = "filling/"  # setting, with the row of the peer
REGISTRY, URGENT = 1, 2  # why a commit goes ahead of what waits
CHANGE = table(Change)
PEER, OUTBOX, DELIVERY, RECEIPT = table(Peer), table(Outbox), table(Delivery), table(Receipt)


@dataclass(frozen=True, slots=True)
class PeerRow:
    id: int
    node: bytes
    incarnation: bytes
    position: int
    position_id: bytes
    next_position: int
    frontier: bytes | None
    envelope: int
    seen_ms: int
    complete_ms: int
    offset_ms: int
    can: str
    reconcile_position: int | None
    reconcile_id: bytes | None
    early: bytes | None
    budget: int


_PEER = Prepared(select(PEER).where(PEER.c.node == given("of")))
_AGAIN = Prepared(select(PEER).where(PEER.c.id == given("row")))
_NEXT = Prepared(select(PEER.c.next_position).where(PEER.c.id == given("peer")))
_MOVE = Prepared(update(PEER).where(PEER.c.id == given("peer")), ["next_position"])
_QUEUE = Prepared(insert(OUTBOX))
_WAITING = Prepared(
    select(OUTBOX.c.position, OUTBOX.c.commit, OUTBOX.c.parting)
    .where(OUTBOX.c.peer == given("peer"), OUTBOX.c.position > given("above"))
    .order_by(OUTBOX.c.position)
    .limit(given("most"))
)
_AHEAD = Prepared(
    select(OUTBOX.c.position, OUTBOX.c.commit, OUTBOX.c.ahead)
    .where(OUTBOX.c.peer == given("peer"), OUTBOX.c.position > given("above"), OUTBOX.c.ahead > 0)
    .order_by(OUTBOX.c.ahead, OUTBOX.c.position)
    .limit(given("most"))
)
_DELIVERED = Prepared(
    select(DELIVERY.c.peer).where(DELIVERY.c.record == given("of"), DELIVERY.c.gone.is_(False))
)
_DELIVER = Prepared(
    (delivering := upsert(DELIVERY)).on_conflict_do_update(
        index_elements=["peer", "record"],
        set_={"gone": delivering.excluded.gone, "withheld": delivering.excluded.withheld},
    ),
    ["peer", "record", "gone", "withheld"],
)
_IS_WITHHELD = Prepared(
    select(DELIVERY.c.record).where(
        DELIVERY.c.peer == given("to"), DELIVERY.c.record == given("of"), DELIVERY.c.withheld.is_(True)
    )
)
_IS_IN_SCOPE = Prepared(
    select(DELIVERY.c.record).where(
        DELIVERY.c.peer == given("to"), DELIVERY.c.record == given("of"), DELIVERY.c.gone.is_(False)
    )
)
_PEERS = Prepared(select(PEER))
_NODES = Prepared(select(PEER.c.node))
_CHANGES: dict[tuple[str, ...], Prepared] = {}  # by the columns that they set
_UNQUEUE = Prepared(delete(OUTBOX).where(OUTBOX.c.peer == given("peer"), OUTBOX.c.position == given("at")))
_LEFT = Prepared(select(DELIVERY.c.peer).where(DELIVERY.c.record == given("of"), DELIVERY.c.gone.is_(True)))
_AT = Prepared(
    select(OUTBOX.c.commit).where(OUTBOX.c.peer == given("peer"), OUTBOX.c.position == given("at"))
)
_UNQUEUE_UNTIL = Prepared(
    delete(OUTBOX).where(OUTBOX.c.peer == given("peer"), OUTBOX.c.position <= given("until"))
)
_ANY_WITHHELD = Prepared(
    select(DELIVERY.c.record).where(DELIVERY.c.peer == given("to"), DELIVERY.c.withheld.is_(True)).limit(1)
)
_RECEIPT = Prepared(insert(RECEIPT), ["peer", "given", "at_ms", "raw"])


def peer(db: Connection, node: bytes) -> PeerRow | None:
    row = _PEER(db, of=node).first()
    return None if row is None else _peer(row)


def _peer(row: Any) -> PeerRow:
    return PeerRow(*row)


def again(db: Connection, peer_id: int) -> PeerRow:
    """A neighbour's row as it has become, by whatever keys it goes now."""
    return _peer(_AGAIN(db, row=peer_id).one())


def ensure(db: Connection, node: bytes, incarnation: bytes) -> PeerRow:
    found = peer(db, node)
    if found is not None:
        return found
    db.execute(insert(PEER).values(node=node, incarnation=incarnation, position_id=ZERO))
    made = peer(db, node)
    assert made is not None
    return made


def change(db: Connection, peer_id: int, **values: Any) -> None:
    """`values`: columns of its row."""
    names = tuple(sorted(values))
    if names not in _CHANGES:
        _CHANGES[names] = Prepared(update(PEER).where(PEER.c.id == given("row")), names)
    _CHANGES[names](db, row=peer_id, **values)


def nodes(db: Connection) -> set[bytes]:
    """Node ids of all who have a link."""
    return {row.node for row in _NODES(db)}


def peers(db: Connection) -> list[PeerRow]:
    return [PeerRow(*row) for row in _PEERS(db)]


def enqueue(
    db: Connection,
    peer_id: int,
    commits: Iterable[int],
    now_ms: int,
    *,
    parting: int | None = None,
    ahead: int = 0,
) -> None:
    """Puts commits at the end of a child's outbox; those that go `ahead` of what waits (REGISTRY, URGENT) are
    marked."""
    found = list(commits)
    if not found:
        return
    first = _NEXT(db, peer=peer_id).scalar_one()
    rows = [
        {
            "peer": peer_id,
            "position": first + at,
            "commit": one,
            "parting": parting,
            "ahead": ahead,
            "queued_ms": now_ms,
        }
        for at, one in enumerate(found)
    ]
    _QUEUE.many(db, rows)
    _MOVE(db, peer=peer_id, next_position=first + len(found))


def waiting(db: Connection, peer_id: int, above: int, limit: int) -> list[tuple[int, int, int | None]]:
    """(position, commit row, parting change row) of what a child hasn't acknowledged."""
    rows = _WAITING(db, peer=peer_id, above=above, most=limit)
    return [(row.position, row.commit, row.parting) for row in rows]


def waiting_ahead(db: Connection, peer_id: int, above: int, limit: int) -> list[tuple[int, int, int]]:
    """(position, commit row, REGISTRY or URGENT) of what a child is to have before its turn, in that order."""
    return [
        (row.position, row.commit, row.ahead) for row in _AHEAD(db, peer=peer_id, above=above, most=limit)
    ]


def taken_early(db: Connection, peer_id: int, positions: Iterable[int]) -> None:
    """The child has these already: they needn't come in their turn."""
    for one in positions:
        _UNQUEUE(db, peer=peer_id, at=one)


def commits_waiting(db: Connection, peer_id: int, record: int) -> set[int]:
    """Commit rows in a child's outbox that name a record."""
    query = (
        select(OUTBOX.c.commit)
        .join(CHANGE, CHANGE.c.commit == OUTBOX.c.commit)
        .where(OUTBOX.c.peer == peer_id, CHANGE.c.record == record)
    )
    return {row.commit for row in db.execute(query)}


def count_waiting(db: Connection, peer_id: int) -> tuple[int, int]:
    """(how many wait, when the oldest was queued)."""
    row = db.execute(
        select(func.count(), func.coalesce(func.min(OUTBOX.c.queued_ms), 0)).where(OUTBOX.c.peer == peer_id)
    ).one()
    return row[0], row[1]


def commit_at(db: Connection, peer_id: int, position: int) -> int | None:
    """The commit row that waits at a position of a child's outbox."""
    found: int | None = _AT(db, peer=peer_id, at=position).scalar()
    return found


def acknowledge(db: Connection, peer_id: int, position: int, commit: bytes) -> None:
    """The child has everything up to a position, at which this commit (its id) stood."""
    _UNQUEUE_UNTIL(db, peer=peer_id, until=position)
    change(db, peer_id, position=position, position_id=commit)


def begin(db: Connection, peer_id: int) -> None:
    """A link from nothing: where either side stood was said of another one, on which child and parent may have been
    the other way round."""
    change(
        db, peer_id, position=0, position_id=ZERO, frontier=None, early=None, reconcile_position=None,
        reconcile_id=None,
    )  # fmt: skip


def clear(db: Connection, peer_id: int) -> None:
    """A child's outbox from nothing. What it once had in scope is remembered as left until given again."""
    filled(db, peer_id)
    db.execute(delete(OUTBOX).where(OUTBOX.c.peer == peer_id))
    db.execute(update(DELIVERY).where(DELIVERY.c.peer == peer_id).values(gone=True))


def filling(db: Connection, peer_id: int) -> tuple[str, int] | None:
    """(matter, record row) up to which a child's outbox is filled, while it is filled from nothing."""
    found = settings.text(db, f"{_FILLING}{peer_id}")
    row, _, matter = found.partition(" ")
    return (matter, int(row)) if found else None


def fill_from(db: Connection, peer_id: int, matter: str, record: int) -> None:
    """What lies behind that record is still to be put into it."""
    settings.put(db, f"{_FILLING}{peer_id}", f"{record} {matter}".encode())


def filled(db: Connection, peer_id: int) -> None:
    settings.drop(db, f"{_FILLING}{peer_id}")


def drop_until(db: Connection, peer_id: int, position: int) -> None:
    """What waits up to a position needn't be sent: the link is compared instead."""
    _UNQUEUE_UNTIL(db, peer=peer_id, until=position)


def delivered_to(db: Connection, record: int) -> set[int]:
    """Children in whose outbox the record's history has been put."""
    return {row.peer for row in _DELIVERED(db, of=record)}


def deliver(db: Connection, peer_id: int, record: int, *, withheld: bool = False) -> None:
    """`withheld`: the record's acts alone, without words."""
    _DELIVER(db, peer=peer_id, record=record, gone=False, withheld=withheld)


def withdraw(db: Connection, peer_id: int, record: int) -> None:
    """It left the child's scope; that the child had it is remembered."""
    _DELIVER(db, peer=peer_id, record=record, gone=True, withheld=False)


def has_left(db: Connection, record: int) -> set[int]:
    """Children that once had a record, and have it in scope no more."""
    return {row.peer for row in _LEFT(db, of=record)}


def delivered(db: Connection, peer_id: int) -> list[int]:
    """Rows of the records in a child's scope, as far as its outbox has been told."""
    query = select(DELIVERY.c.record).where(DELIVERY.c.peer == peer_id, DELIVERY.c.gone.is_(False))
    return [row.record for row in db.execute(query)]


def in_scope(db: Connection, peer_id: int, records: Iterable[int]) -> set[int]:
    wanted = set(records)
    return {one for one in wanted if _IS_IN_SCOPE(db, to=peer_id, of=one).first() is not None}


def withheld(db: Connection, peer_id: int, records: Iterable[int]) -> set[int]:
    """Those of these records that a child is given without their words."""
    wanted = set(records)
    return {one for one in wanted if _IS_WITHHELD(db, to=peer_id, of=one).first() is not None}


def withholds(db: Connection, peer_id: int) -> bool:
    """Whether anything is given to a child without its words."""
    return _ANY_WITHHELD(db, to=peer_id).first() is not None


def keep_receipt(db: Connection, node: bytes, raw: bytes, at_ms: int, *, ours: bool) -> None:
    """`ours`: given by this node to a child; else got from the parent."""
    _RECEIPT(db, peer=node, given=ours, at_ms=at_ms, raw=raw)
