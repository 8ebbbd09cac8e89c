"""What the tests of intake share: a desk of the tree, and what it looks up."""

from __future__ import annotations

from typing import Any

from node.lookup import Lookup
from tests.node.fakes import FakeClock
from tests.node.tree import Row, Tree

PHONE, OTHER = "13800001111", "13900002222"


def call(tree: Tree, who: str = "p", verb: str = "register", record: str | None = None, **data: Any) -> Row:
    data = {"channel": "phone", **data} if verb == "register" else data
    return tree.do(who, "act", matter="call", verb=verb, record=record, data=data)


def lookup(tree: Tree, who: str = "p", language: str = "zh") -> Lookup:
    """Closed with the tree."""
    tree.at(who)
    found = Lookup(tree.base / who, language)
    found.clock = FakeClock(tree.clock(who).own_ms())  # type: ignore[assignment]
    tree._readers.append(found)
    return found


def records(page: Any) -> list[str]:
    return [one["record"] for one in page.items]
