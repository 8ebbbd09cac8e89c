"""A commit's own signature is what counts in the end (protocol 3.3).

Of a run the newest is checked when it comes. The others are checked in idle time, and before they leave this
node outside their run. A bad one is quarantined, its records folded again, its author's log marked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from node.store import chain, records, settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.prepared import Prepared, given
from node.store.schema import Setting, table
from node.work import Work
from sync_protocol import commit as commits
from sync_protocol.run import verify_alone

CODE = "bad_signature"
MOST = 1000  # a minute: 0.15 s of work
LOT = 300  # at once, beside people's work: 20 ms
_MARK = "bad signature "  # setting: with a commit's id behind it, its log's id
_SETTING = table(Setting)
_IS_DUE = Prepared(select(COMMIT.c.id).where(COMMIT.c.id == given("row"), COMMIT.c.verified.is_(False)))
_ANY = Prepared(
    select(_SETTING.c.name).where(_SETTING.c.name >= _MARK, _SETTING.c.name < _MARK + "g").limit(1)
)
_UNCHECKED = (
    select(COMMIT.c.id, COMMIT.c.commit, COMMIT.c.raw, LOG.c.log, LOG.c.node)
    .join(LOG, COMMIT.c.log == LOG.c.id)
    .where(COMMIT.c.verified.is_(False))
    .order_by(COMMIT.c.id)
)
_OLDEST = Prepared(_UNCHECKED.limit(given("most")))
_THIS = Prepared(_UNCHECKED.where(COMMIT.c.id == given("row")))
_DONE = Prepared(update(COMMIT).where(COMMIT.c.id == given("row")), ["verified"])


def check(work: Work, most: int = MOST) -> int:
    """Checks the oldest commits whose own signature hasn't been. Returns how many were bad."""
    return sum(not _check(work, row) for row in _OLDEST(work.db, most=most))


def go_on(work: Work, most: int = LOT) -> bool:
    """As `check`, of fewer. Whether to go on: others are left, and not only such whose author isn't known."""
    rows = [row for row in _OLDEST(work.db, most=most)]
    known = [row for row in rows if work.registry.key_of(row.node) is not None]
    for row in known:
        _check(work, row)
    return len(rows) == most and bool(known)


def is_sure(work: Work, commit: int) -> bool:
    """Whether a commit may leave outside its run: checked now, where it hasn't been."""
    if _IS_DUE(work.db, row=commit).first() is None:
        return not is_bad(work.db, _id(work.db, commit)) if _any(work.db) else True
    return _check(work, _THIS(work.db, row=commit).one())


def is_bad(db: Connection, commit: bytes) -> bool:
    return settings.get(db, _MARK + commit.hex()) is not None


def bad(db: Connection) -> dict[bytes, bytes]:
    """Commit id → log id of what was found bad: these logs' authors signed what doesn't verify."""
    rows = db.execute(select(_SETTING.c.name, _SETTING.c.value).where(_SETTING.c.name.startswith(_MARK)))
    return {bytes.fromhex(row.name.removeprefix(_MARK)): row.value for row in rows}


def _any(db: Connection) -> bool:
    return _ANY(db).first() is not None


def _id(db: Connection, commit: int) -> bytes:
    return chain.id_of(db, commit)


def _check(work: Work, row: Any) -> bool:
    key = work.registry.key_of(row.node)
    good = key is not None and verify_alone(commits.parse(row.raw), key)
    if good or key is not None:
        _DONE(work.db, row=row.id, verified=True)
    if key is not None and not good:
        _quarantine(work, row)
    return good


def _quarantine(work: Work, row: Any) -> None:
    settings.put(work.db, _MARK + row.commit.hex(), row.log)
    work.db.execute(update(CHANGE).where(CHANGE.c.commit == row.id, CHANGE.c.fault == "").values(fault=CODE))
    touched = records.records_of_commits(work.db, [row.id])
    work.again.update(touched)
    if not touched.isdisjoint(records.rows_of_matter(work.db, "registry")):
        work.registry_changed = True
