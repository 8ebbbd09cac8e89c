"""`audit export --format log`: everything this node holds, for an outsider to verify (protocol 3.9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from node import signatures, trust
from node.branches import Places
from node.errors import DiskTrouble, NotFound, Stale
from node.keys import Keys
from node.language import say
from node.store import settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.work import ROOT
from sync_protocol import commit as commits
from sync_protocol import export
from sync_protocol.change import Change
from sync_protocol.commit import Commit, Header
from sync_protocol.export import Absence, Absent, Entry, Link, Reason, Root
from sync_protocol.registry import Registry
from sync_protocol.roster import Admission
from sync_protocol.run import verify_alone
from sync_protocol.shape import HIGHEST

_REASONS = {
    Admission.REVOKED: Reason.REVOKED,
    Admission.REPLACED: Reason.REVOKED,
    Admission.FORKED: Reason.FORKED,
    Admission.UNKNOWN_AUTHOR: Reason.UNKNOWN_AUTHOR,
}
_COMMITS = select(
    COMMIT.c.id,
    COMMIT.c.commit,
    COMMIT.c.raw,
    COMMIT.c.held,
    COMMIT.c.seq,
    COMMIT.c.verified,
    LOG.c.log,
    LOG.c.node,
).join(LOG, COMMIT.c.log == LOG.c.id)


def write(db: Connection, keys: Keys, path: Path) -> dict[str, Any]:
    """Under its final name only when whole. Raises Stale where the file exists, DiskTrouble, NotFound
    before this node knows its root."""
    registry = trust.load(db, settings.get(db, ROOT))
    anchor = registry.anchor
    if anchor is None:
        raise NotFound(
            say("本节点还没有加入任何一棵树", "this node has joined no tree"),
            code="no_root",
            hint="qiao join INVITATION",
        )
    if path.exists():
        raise Stale(say(f"{path} 已存在", f"{path} exists"), code="file_exists", hint=f"rm {path}")
    found = _Export(db, registry)
    chunks = export.write(
        Root(anchor.node, anchor.sign), found.entries(), found.links, exporter=keys.node, signer=keys.sign
    )
    return {"path": str(path), **_whole(path, chunks)}


def _whole(path: Path, chunks: Iterator[bytes]) -> dict[str, int]:
    aside = path.with_name(path.name + ".part")
    items = size = 0
    try:
        with aside.open("wb") as file:
            for chunk in chunks:
                size += file.write(chunk)
                items += 1
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as fault:
        aside.unlink(missing_ok=True)
        raise DiskTrouble(
            say(f"写不了 {path}：{fault.strerror}", f"{path} can't be written"), hint="df -h ."
        ) from fault
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return {"items": items, "bytes": size}


class _Export:
    """What becomes of each commit: an item of its own, or part of a link (3.9)."""

    def __init__(self, db: Connection, registry: Registry) -> None:
        self._db = db
        self._registry = registry
        self._places = Places(db, registry)
        self._bad = signatures.bad(db)
        self._newest: dict[bytes, bytes] = {}  # log → its last item
        self.links: list[
            Link
        ] = []  # of commits that no commit of the file follows; complete once `entries` ends

    def entries(self) -> Iterator[Entry]:
        for row in self._db.execute(_COMMITS.order_by(COMMIT.c.time, LOG.c.log, COMMIT.c.seq)):
            found = commits.parse(row.raw)
            reason = self._reason(row, found)
            entry = self._registry.log(row.log)
            if reason is None and entry is not None:
                yield Entry(found, self._changes(row, found), entry.admitted_by, self._link(row, found))
                self._newest[row.log] = row.commit
            elif not self._is_followed(row):
                self.links.append(Link(row.log, row.seq, row.commit, reason or Reason.UNKNOWN_AUTHOR))

    def _reason(self, row: Any, found: Commit) -> Reason | None:
        """Why a commit is no item; None for one that counts by its place and its own signature."""
        place = self._places.admission(row.log, row.seq, row.commit, row.node)
        if place is not Admission.OK:
            return _REASONS[place]
        return None if self._is_signed(row, found) else Reason.LOST

    def _is_signed(self, row: Any, found: Commit) -> bool:
        """What was taken as part of a run, and not looked at since, is looked at before it leaves."""
        if row.commit in self._bad:
            return False
        key = None if row.verified else self._registry.key_of(row.node)
        return key is None or verify_alone(found, key)

    def _link(self, row: Any, found: Commit) -> Link | None:
        """Stands for the predecessor where that is no item."""
        header = found.header
        if header.seq == 1 or self._newest.get(header.log) == header.prev:
            return None
        query = _COMMITS.where(LOG.c.log == row.log, COMMIT.c.seq == header.seq - 1)
        before = self._db.execute(query.where(COMMIT.c.commit == header.prev)).first()
        reason = self._missing(header) if before is None else self._reason(before, commits.parse(before.raw))
        return None if reason is None else Link(header.log, header.seq - 1, header.prev, reason)

    def _missing(self, header: Header) -> Reason:
        """Numbers behind the place at which its node left a log, restored, are lost; others never came here."""
        entry = self._registry.log(header.log)
        left = entry is not None and entry.closed is not None and header.seq - 1 > entry.closed.seq
        return Reason.LOST if left else Reason.OUT_OF_SCOPE

    def _is_followed(self, row: Any) -> bool:
        """Whether a commit that is here names this one: then a link before it, or its own, stands for both."""
        if row.seq == HIGHEST:
            return False
        after = self._db.execute(_COMMITS.where(LOG.c.log == row.log, COMMIT.c.seq == row.seq + 1))
        return any(commits.parse(one.raw).header.prev == row.commit for one in after)

    def _changes(self, row: Any, found: Commit) -> list[Change | Absent]:
        stored = {one.place: one for one in self._db.execute(select(CHANGE).where(CHANGE.c.commit == row.id))}
        return [
            _change(name, stored.get(place), held=row.held) for place, name in enumerate(found.header.changes)
        ]


def _change(name: bytes, stored: Any, *, held: bool) -> Change | Absent:
    if stored is None:
        return Absent(name, Absence.WITHHELD)
    if stored.body is None:
        return Absent(name, Absence.ERASED)
    if stored.fault:
        return Absent(name, Absence.QUARANTINED)
    return Absent(name, Absence.HELD) if held else Change(name, stored.salt, stored.body)
