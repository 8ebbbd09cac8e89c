"""Which children have been handed which orders, beyond what their scope brings them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from node.store import records as stored
from node.store import settings
from node.store.schema import Setting, table

from .destruction import KNOWN

_SETTING = table(Setting)
_NAME = "erasure handed "  # setting: with the peer's row and the order's short id behind it


def is_handed(db: Connection, peer: int, order: bytes) -> bool:
    return settings.get(db, _name(peer, order)) is not None


def note(db: Connection, peer: int, order: bytes) -> None:
    settings.put(db, _name(peer, order), b"1")


def forget(db: Connection, peer: int) -> None:
    db.execute(delete(_SETTING).where(_SETTING.c.name.startswith(f"{_NAME}{peer} ")))


def records(db: Connection) -> list[int]:
    """Rows of the records about which an order stands here."""
    rows = db.execute(select(_SETTING.c.value).where(_SETTING.c.name.startswith(KNOWN))).all()
    found = (stored.row_of(db, row.value) for row in rows)
    return sorted({row for row in found if row is not None})


def _name(peer: int, order: bytes) -> str:
    return f"{_NAME}{peer} {order.hex()}"
