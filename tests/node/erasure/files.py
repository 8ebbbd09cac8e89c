"""What is left in a node's files."""

from __future__ import annotations

from typing import Any

from tests.node.tree import Tree

GROUND = "《个人信息保护法》第四十七条"


def erase(tree: Tree, who: str, record: str, *fields: str, ground: str = GROUND) -> dict[str, Any]:
    return tree.do(who, "erase", record=record, ground=ground, fields=list(fields))


def has(tree: Tree, name: str, *texts: str) -> list[str]:
    """Those of the texts that are in some file of the node."""
    tree.shut(name)
    files = b"".join(path.read_bytes() for path in sorted((tree.base / name).rglob("*")) if path.is_file())
    return [text for text in texts if text.encode() in files]
