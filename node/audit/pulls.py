"""Pulls (取数): what an audit node makes sure of each time, and keeps, so that nobody can alter what it holds unseen.

Each signature of what came is verified by itself; then the node's own checkpoint of all that it holds is written into
DIR/audit, with the proof that it grew from the one before. Copied elsewhere, these files tell of any later change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from node import trust
from node.errors import Forbidden
from node.keys import Keys
from node.language import say
from node.private import replace, write
from node.store import settings
from node.store.chain import COMMIT, LOG
from node.work import LOG as OWN_LOG
from node.work import ROOT
from sync_protocol import checkpoint, commit
from sync_protocol.errors import ProtocolError
from sync_protocol.registry import Registry
from sync_protocol.roster import Role

from . import checkpoints

FOLDER = "audit"
CURSOR = "pulled.json"
_NEW = (
    select(COMMIT.c.id, COMMIT.c.commit, COMMIT.c.raw, COMMIT.c.seq, LOG.c.log, LOG.c.node)
    .join(LOG, COMMIT.c.log == LOG.c.id)
    .order_by(COMMIT.c.id)
)


def must_be_auditor(db: Connection) -> None:
    """Raises Forbidden `not_auditor`."""
    node = settings.get(db, "node")
    entry = trust.load(db, settings.get(db, ROOT)).node(node) if node else None
    if entry is None or entry.role != Role.AUDITOR:
        zh, en = "这不是审计节点；机关节点用 qiao sync", "this is no audit node; an office syncs"
        raise Forbidden(say(zh, en), code="not_auditor", hint="qiao sync")


def taken(db: Connection, keys: Keys, directory: Path) -> dict[str, Any]:
    """After the exchange. Gives verified, problems, size, root, checkpoint (the file).

    Raises Damaged `checkpoint_differs` where what is held didn't grow from the last pull's, and `bad_checkpoint`.
    """
    folder = directory / FOLDER
    kept = _kept(folder)
    found, note = checkpoints.write(db, keys, _since(db, keys, kept[-1]) if kept else None)
    verified, last, problems = 0, _cursor(folder), []
    for row, fault in _verified(db, trust.load(db, settings.get(db, ROOT)), last):
        verified, last = verified + 1, row
        problems.extend([fault] if fault else [])
    folder.mkdir(mode=0o700, exist_ok=True)
    # Numbered by what lies there: whatever becomes of the cursor, no checkpoint is written over.
    path = folder / f"{_number(kept[-1]) + 1 if kept else 1:06d}.checkpoint"
    write(path, note.encode())
    replace(folder / CURSOR, json.dumps({"row": last}).encode())
    return {
        "verified": verified, "problems": problems, "size": found.size, "root": found.root.hex(),
        "checkpoint": str(path),
    }  # fmt: skip


def _kept(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(path for path in folder.glob("*.checkpoint") if path.stem.isdecimal())


def _number(path: Path) -> int:
    return int(path.stem)


def _verified(db: Connection, registry: Registry, after: int) -> Iterator[tuple[int, dict[str, str] | None]]:
    for row in db.execution_options(yield_per=5_000).execute(_NEW.where(COMMIT.c.id > after)):
        yield row.id, _fault(row, registry)


def _fault(row: Any, registry: Registry) -> dict[str, str] | None:
    key = registry.key_of(row.node)
    where = f"{row.log.hex()}/{row.seq}"
    if key is None:
        return {"code": "unknown_author", "where": where}
    try:
        found = commit.parse(row.raw)
        found.verify(key)
    except ProtocolError as fault:
        return {"code": fault.code, "where": where}
    same = (found.id, found.header.seq, found.header.log, found.node) == (
        row.commit,
        row.seq,
        row.log,
        row.node,
    )
    return None if same else {"code": "commit_mismatch", "where": where}


def differing(db: Connection, keys: Keys, directory: Path) -> Iterator[dict[str, str]]:
    """The kept checkpoints from which what is held now didn't grow; those of another list, of before a restore or by
    former keys, say nothing."""
    registry = trust.load(db, settings.get(db, ROOT))
    list_of = (keys.node, settings.get(db, OWN_LOG))
    own = []
    for path in _kept(directory / FOLDER):
        try:
            _, _, note = checkpoint.taken_apart(path.read_text("utf-8"))
            found = checkpoint.opened(note, registry.key_of(checkpoint.origin_of(note)[0]) or b"")
        except (ProtocolError, ValueError):
            yield _problem("bad_checkpoint", path)
            continue
        if (found.node, found.log) == list_of:
            own.append((found, path))
    roots = checkpoints.roots(db, {one.size for one, _ in own})
    for one, path in own:
        if roots.get(one.size) != one.root:
            yield _problem("checkpoint_differs", path)


_SENTENCES = {
    "bad_checkpoint": ("这个检查点被改动过", "that checkpoint was altered"),
    "checkpoint_differs": (
        "库中的提交不是从这个检查点长出来的",
        "what is stored didn't grow from that checkpoint",
    ),
}


def _problem(code: str, path: Path) -> dict[str, str]:
    return {"code": code, "sentence": say(*_SENTENCES[code]), "where": str(path)}


def _cursor(folder: Path) -> int:
    """The last commit whose signature was verified, by the order of storing; 0 where that isn't known, and all are
    verified once more."""
    try:
        return int(json.loads((folder / CURSOR).read_text("utf-8"))["row"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0


def _since(db: Connection, keys: Keys, path: Path) -> str | None:
    """The last one, if it is of the present list: after a restore or new keys another begins, and the old ones stay
    for whoever compares. Raises Damaged `bad_checkpoint`."""
    text = path.read_text("utf-8", "replace")
    log = settings.get(db, OWN_LOG) or b""
    return text if checkpoints.origin(text) == (keys.node, log) else None
