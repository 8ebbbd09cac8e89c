"""`audit export --format log`: everything this node holds, for an outsider to verify (protocol 3.9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from node import trust
from node.branches import Places
from node.errors import DiskTrouble, NotFound, Stale
from node.keys import Keys
from node.language import say
from node.store import chain, settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.work import ROOT
from sync_protocol import commit as commits
from sync_protocol import export
from sync_protocol.change import Change
from sync_protocol.export import Absence, Absent, Entry, Link, Reason, Root
from sync_protocol.registry import Registry
from sync_protocol.roster import Admission


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
    chunks = export.write(
        Root(anchor.node, anchor.sign), _entries(db, registry), (), exporter=keys.node, signer=keys.sign
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


def _entries(db: Connection, registry: Registry) -> Iterator[Entry]:
    rows = db.execute(
        select(COMMIT.c.id, COMMIT.c.raw, COMMIT.c.held, COMMIT.c.seq, LOG.c.id.label("row"), LOG.c.log,
               LOG.c.node)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .order_by(COMMIT.c.time, LOG.c.log, COMMIT.c.seq)
    )  # fmt: skip
    places = Places(db, registry)
    for row in rows:
        found = commits.parse(row.raw)
        entry = registry.log(row.log)
        yield Entry(
            found,
            _changes(db, places, row, found),
            entry.admitted_by if entry is not None else None,
            _link(db, row, found),
        )


def _link(db: Connection, row: Any, found: commits.Commit) -> Link | None:
    """Stands for the predecessor that isn't here."""
    header = found.header
    if header.seq == 1 or chain.has(db, row.row, header.seq - 1, header.prev) is not None:
        return None
    return Link(header.log, header.seq - 1, header.prev, Reason.OUT_OF_SCOPE)


def _changes(db: Connection, places: Places, row: Any, found: commits.Commit) -> list[Change | Absent]:
    stored = {one.place: one for one in db.execute(select(CHANGE).where(CHANGE.c.commit == row.id))}
    aside = _aside(places, row, found)
    changes: list[Change | Absent] = []
    for place, name in enumerate(found.header.changes):
        one = stored.get(place)
        if one is None:
            changes.append(Absent(name, Absence.WITHHELD))
        elif one.body is None:
            changes.append(Absent(name, Absence.ERASED))
        elif aside is not None or one.fault:
            changes.append(Absent(name, aside or Absence.QUARANTINED))
        else:
            changes.append(Change(name, one.salt, one.body))
    return changes


def _aside(places: Places, row: Any, found: commits.Commit) -> Absence | None:
    if row.held:
        return Absence.HELD
    admission = places.admission(found.header.log, found.header.seq, found.id, row.node)
    return None if admission is Admission.OK else Absence.QUARANTINED
