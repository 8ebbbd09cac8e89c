"""Commits of authors who aren't known yet."""

from __future__ import annotations

from tests.node.forge import Forger, give
from tests.node.tree import Tree


def test_they_wait_in_one_line_a_neighbour_with_their_bound(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    forger.log = b"L" * 16
    forger.head = type(forger.head)(1, b"p" * 32, 0)
    items = [forger.commit(forger.note(record, (), f"第{at}句")) for at in range(3)]
    give(tree, "s", items, peer=tree.at("t").keys.node)
    (one,) = tree.reader("s").exceptions("held").items
    assert (one["reason"], one["commits"], one["bound"]) == ("unknown_author", 3, 16 << 20)
    assert "泰安市总工会" in one["sentence"] and "16.0 MiB" in one["sentence"]
    assert tree.reader("s").exception(one["id"])["commit"] == one["commit"]
    assert tree.reader("s").exceptions("quarantine").items == []
