"""Files carried between the nodes of a tree: bundles, requests to join and their replies."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node import founding
from node.bundles import courier
from sync_protocol.invitation import Invitation
from tests.node.tree import PATHS, Tree

_NAMES = itertools.count(1)


def asking(tree: Tree, who: str) -> courier.Ask:
    return lambda operation, params: tree.do(who, operation, None, **params)


def unit(who: str) -> str:
    return PATHS[who]


def export(tree: Tree, who: str, to: str, path: Path | None = None) -> Path:
    """A bundle of `who` for the neighbour `to`."""
    path = path or tree.base / f"{next(_NAMES)}-{who}-{to}"
    courier.export(asking(tree, who), unit(to), path)
    return path


def take(tree: Tree, who: str, path: Path) -> dict[str, Any]:
    return courier.take(asking(tree, who), path)


def carry(tree: Tree, who: str, to: str) -> dict[str, Any]:
    """One bundle, made and taken."""
    return take(tree, to, export(tree, who, to))


def both(tree: Tree, child: str, parent: str) -> int:
    """A stick there and back; how many commits were new on either side."""
    up = carry(tree, child, parent)
    down = carry(tree, parent, child)
    return int(up["commits"] + down["commits"])


def join_by_files(
    tree: Tree, parent: str, child: str, invitation: Invitation, between: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Request, enrolment and reply; `between` is done while the stick is on its way."""
    founding.found(tree.base / child, invitation, clock=tree.clock(child), entropy=tree.entropy(child))
    asked = tree.do(child, "join.ask", None, invitation=invitation.to_text())
    between()
    replied = tree.do(parent, "enrol", None, request=asked["request"])
    return tree.do(child, "join.take", None, reply=replied["reply"])


# Restoring


def saved(tree: Tree, who: str) -> bytes:
    """A backup: the database alone, as of now."""
    with tree.sql(who) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return (tree.base / who / "node.db").read_bytes()


def restore(tree: Tree, who: str, backup: bytes) -> None:
    """The database of that time, and no marker: whatever was written since is lost here."""
    tree.shut(who)
    for path in (tree.base / who).glob("node.db*"):
        path.unlink()
    (tree.base / who / "marker").unlink(missing_ok=True)
    (tree.base / who / "node.db").write_bytes(backup)


def agree(tree: Tree, child: str, parent: str) -> bool:
    """Whether the parent's digest for the child's unit is the child's own."""
    mine, theirs = tree.reader(child).digest(), tree.reader(parent).digest(unit(child))
    return bool(mine["digest"] == theirs["digest"])
