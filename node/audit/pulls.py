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
from node.proof.problems import Problem, problem
from node.store import settings
from node.store.chain import COMMIT, LOG
from node.work import LOG as OWN_LOG
from node.work import ROOT
from sync_protocol import checkpoint, commit
from sync_protocol.checkpoint import Checkpoint
from sync_protocol.errors import ProtocolError
from sync_protocol.merkle import Tree
from sync_protocol.registry import Registry
from sync_protocol.roster import Role

from . import checkpoints, held
from .checkpoints import Known

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
    """After the exchange. Gives verified, problems, size, root, checkpoint (the file), standing (of this node).

    Raises Damaged `checkpoint_differs` where what is held didn't grow from the last pull's, and `bad_checkpoint`.
    """
    folder = directory / FOLDER
    kept = _kept(folder)
    last, last_body, known = _cursor(folder)
    bodies, last_body = held.since(db, last_body)
    since = _since(db, keys, kept[-1]) if kept else None
    tree, note = checkpoints.grown(db, keys, since, known, (held.line(bodies),))
    verified, problems = 0, []
    for row, fault in _verified(db, trust.load(db, settings.get(db, ROOT)), last):
        verified, last = verified + 1, row
        problems.extend([fault] if fault else [])
    folder.mkdir(mode=0o700, exist_ok=True)
    # Numbered by what lies there: whatever becomes of the cursor, no checkpoint is written over.
    path = folder / f"{_number(kept[-1]) + 1 if kept else 1:06d}.checkpoint"
    held.write(path, bodies)
    write(path, note.encode())
    peaks = [one.hex() for one in tree.peaks]
    cursor = {"row": last, "body": last_body, "size": tree.size, "peaks": peaks}
    replace(folder / CURSOR, json.dumps(cursor).encode())
    return {
        "verified": verified, "problems": problems, "size": tree.size, "root": tree.root().hex(),
        "checkpoint": str(path), "standing": settings.text(db, trust.STANDING) or "active",
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


def differing(db: Connection, keys: Keys, directory: Path) -> Iterator[Problem]:
    """The kept checkpoints from which what is held now didn't grow, and the bodies that pulls held and that are gone.
    Those of another list, of before a restore or by former keys, say nothing of the order of commits."""
    registry = trust.load(db, settings.get(db, ROOT))
    list_of = (keys.node, settings.get(db, OWN_LOG))
    every: list[tuple[Path, Checkpoint]] = []
    for path in _kept(directory / FOLDER):
        try:
            _, _, note = checkpoint.taken_apart(path.read_text("utf-8"))
            every.append(
                (path, checkpoint.opened(note, registry.key_of(checkpoint.origin_of(note)[0]) or b""))
            )
        except (ProtocolError, ValueError):
            yield problem("bad_checkpoint", str(path))
    own = [(path, one) for path, one in every if (one.node, one.log) == list_of]
    roots = checkpoints.roots(db, {one.size for _, one in own})
    for path, one in own:
        if roots.get(one.size) != one.root:
            yield problem("checkpoint_differs", str(path))
    yield from held.missing(db, every)


def _cursor(folder: Path) -> tuple[int, int, Known | None]:
    """The last commit whose signature was verified, by the order of storing, the last body told, and the tree of the
    commits up to there; 0 and None where that isn't known, and all are verified, told and hashed once more."""
    try:
        found = json.loads((folder / CURSOR).read_text("utf-8"))
        row, body = int(found["row"]), int(found.get("body", 0))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return 0, 0, None
    try:
        return row, body, Known(row, Tree(int(found["size"]), map(bytes.fromhex, found["peaks"])))
    except (ValueError, KeyError, TypeError):  # one of before has no tree
        return row, body, None


def _since(db: Connection, keys: Keys, path: Path) -> str | None:
    """The last one, if it is of the present list: after a restore or new keys another begins, and the old ones stay
    for whoever compares. Raises Damaged `bad_checkpoint`."""
    text = path.read_text("utf-8", "replace")
    log = settings.get(db, OWN_LOG) or b""
    return text if checkpoints.origin(text) == (keys.node, log) else None
