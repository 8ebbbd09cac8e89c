"""What is left in a node's files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from node import answering
from node.store import links
from sync_protocol.messages import Request
from tests.node.tree import Tree

GROUND = "《个人信息保护法》第四十七条"

PHONE, NAME = "13800001111", "王小明"


def erase(tree: Tree, who: str, record: str, *fields: str, ground: str = GROUND) -> dict[str, Any]:
    return tree.do(who, "erase", record=record, ground=ground, fields=list(fields))


def has(tree: Tree, name: str, *texts: str) -> list[str]:
    """Those of the texts that are in some file of the node, as it runs: its write-ahead log, too."""
    files = b"".join(path.read_bytes() for path in sorted((tree.base / name).rglob("*")) if path.is_file())
    return [text for text in texts if text.encode() in files]


def agreed(tree: Tree) -> None:
    """City and county, each against the office above."""
    for child, parent, unit in (("c", "p", "370200"), ("k", "c", "370211")):
        assert tree.reader(child).digest(unit)["digest"] == tree.reader(parent).digest(unit)["digest"]


def calm(tree: Tree) -> int:
    """The county's and the city's links until nothing moves on them. Returns how many commits moved."""
    total = 0
    while moved := sum(
        one.sent + one.received for one in [tree.sync("k", "c"), tree.sync("c", "p"), tree.sync("k", "c")]
    ):
        total += moved
    return total


def receipted(tree: Tree, name: str, child: str) -> None:
    """What a parent holds of a child's log it has receipted: so this branch will be kept."""
    with tree.at(name).work() as work:
        peer = links.ensure(work.db, tree.at(child).keys.node, bytes(16))
        answering._receipt(work, peer, Request((), bytes(32), 0))


def rolled_back(tree: Tree, name: str, backup: Path) -> None:
    """The database as it was, beside the marker of today."""
    tree.shut(name)
    for file in ("node.db", "node.db-wal"):
        (tree.base / name / file).unlink(missing_ok=True)
        if (backup / file).exists():
            shutil.copy2(backup / file, tree.base / name / file)
