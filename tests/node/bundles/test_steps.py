"""Steps are walked in batches of any size, and leave nothing out and nothing twice."""

from __future__ import annotations

import pytest

from node.bundles import letters, steps
from node.bundles.steps import Side
from node.store import links
from sync_protocol.messages import CommitItem
from tests.node.tree import Tree


def walked(tree: Tree, who: str, child: str | None, room: int) -> list[CommitItem]:
    """Everything that `who` has for a child, or upwards."""
    with tree.at(who).work() as work:
        peer = links.peer(work.db, letters.neighbour(work, child).node) if child else None
        side = Side.up(work, work.node) if peer is None else Side.down(work, peer)
        left, found = steps.everything(work, side), []
        while left:
            items, left = steps.batch(work, side, left, room)
            found += items
        return found


@pytest.mark.parametrize(("who", "child"), [("c", None), ("c", "370211"), ("p", "370200")])
def test_batches_of_any_size_carry_the_same(tree: Tree, who: str, child: str | None) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    whole = walked(tree, who, child, 1 << 30)
    assert walked(tree, who, child, 1) == whole
    assert walked(tree, who, child, 2000) == whole


def test_everything_for_a_child_has_its_own_and_nothing_out_of_its_scope(tree: Tree) -> None:
    own = tree.register("k", narrative="县里自己的", workplace_region=None)
    tree.register("c", narrative="只是市里的", workplace_region=None)
    tree.quiet()
    found = b"".join(one.body for item in walked(tree, "c", "370211", 1 << 30) for one in item.changes)
    assert "县里自己的".encode() in found and "只是市里的".encode() not in found
    assert tree.show("k", own)


def test_the_registry_goes_before_everything_else(tree: Tree) -> None:
    tree.dispatched()
    tree.quiet()
    first, *_rest = walked(tree, "c", "370211", 1)
    assert b"enrol" in first.changes[0].body
