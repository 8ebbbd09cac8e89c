"""Which records name which attachment: a projection, kept by the fold of each record."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from conflict.declaration import Matter
from conflict.state import State
from node.store.prepared import Prepared, given
from node.work import Work

from . import reference, store
from .store import NAMED

_OF = Prepared(select(NAMED.c.hash).where(NAMED.c.record == given("of")))
_NONE = Prepared(delete(NAMED).where(NAMED.c.record == given("of")))
_ADD = Prepared(insert(NAMED))


def save(work: Work, record: int, matter: Matter, state: State) -> None:
    """Brings the projection of one record to what its state says."""
    if not reference.fields(matter):
        return
    named = reference.named(matter, state)
    wanted = {one.hash for one in named}
    if wanted == {row.hash for row in _OF(work.db, of=record)}:
        return
    _NONE(work.db, of=record)
    _ADD.many(work.db, [{"record": record, "hash": one} for one in sorted(wanted)])
    store.want(work.db, [(one.hash, one.size) for one in named], work.now_ms)
