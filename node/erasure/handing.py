"""Which children have been handed which orders, beyond what their scope brings them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, delete, or_, select

from node.store import chain, settings
from node.store import records as stored
from node.store.prepared import Prepared
from node.store.schema import Setting, table
from node.work import Work
from sync_protocol.messages import ChangeItem, CommitItem

from .destruction import KNOWN, order_of

_SETTING = table(Setting)
PARENT = "parent"  # setting: node id of the parent
_OWED = "erasure owed "  # setting: with the order's short id behind it
_ALL_OWED = Prepared(select(_SETTING.c.name).where(_SETTING.c.name.startswith(_OWED)))
_PASSED = "erasure passed on "  # setting: with the order's short id behind it, the record's id
_NAME = "erasure handed "  # setting: with the peer's row and the order's short id behind it


def is_handed(db: Connection, peer: int, order: bytes) -> bool:
    return settings.get(db, _name(peer, order)) is not None


def note(db: Connection, peer: int, order: bytes, record: bytes) -> None:
    settings.put(db, _name(peer, order), b"1")
    settings.put(db, _PASSED + order.hex(), record)


def forget(db: Connection, peer: int) -> None:
    db.execute(delete(_SETTING).where(_SETTING.c.name.startswith(f"{_NAME}{peer} ")))


def records(db: Connection) -> list[int]:
    """Rows of the records about which an order stands here, or was passed on from here."""
    either = or_(_SETTING.c.name.startswith(KNOWN), _SETTING.c.name.startswith(_PASSED))
    rows = db.execute(select(_SETTING.c.value).where(either)).all()
    found = (stored.row_of(db, row.value) for row in rows if row.value)
    return sorted({row for row in found if row is not None})


# Upwards: a parent that was restored from before an erasure sends what was erased; it is told by whom and why


def owe(work: Work, peer: bytes, change: bytes) -> None:
    """A peer sent a body that was erased here. A child is handed its orders when its link is compared."""
    order = order_of(work.db, change)
    if order is not None and peer == settings.get(work.db, PARENT):
        settings.put(work.db, _OWED + order.hex(), b"1")


def owed(work: Work) -> Iterator[CommitItem]:
    """The orders' commits, to go up with the next request; what is sent in vain is owed anew."""
    for row in _ALL_OWED(work.db):
        work.db.execute(delete(_SETTING).where(_SETTING.c.name == row.name))
        order = bytes.fromhex(row.name.removeprefix(_OWED))
        name = settings.get(work.db, KNOWN + order.hex())
        record = stored.row_of(work.db, name) if name else None
        place = stored.place_of_act(work.db, record, order) if record is not None else None
        if place is not None:
            bodies = stored.bodies(work.db, place[1])
            items = tuple(ChangeItem(at, salt, body) for _, at, _, salt, body in bodies)
            yield CommitItem(chain.raw(work.db, place[1]), items)


def _name(peer: int, order: bytes) -> str:
    return f"{_NAME}{peer} {order.hex()}"
