"""A child that lost what it wrote itself gets it back by its parent's next bundle."""

from __future__ import annotations

from node.bundles import owing
from tests.node import couriers
from tests.node.tree import Tree


def test_what_a_child_wrote_and_lost_comes_back(tree: Tree) -> None:
    """Nothing had come down meanwhile, so its position fits."""
    backup = couriers.saved(tree, "k")
    record = tree.register("k", workplace_region=None)
    couriers.carry(tree, "k", "c")
    couriers.restore(tree, "k", backup)
    couriers.carry(tree, "k", "c")
    got = couriers.carry(tree, "c", "k")
    assert got["fits"] and tree.show("k", record)["owner"].endswith("370211")
    assert couriers.agree(tree, "k", "c")
    couriers.carry(tree, "k", "c")
    assert couriers.carry(tree, "c", "k")["commits"] == 0


def test_a_child_that_lost_nothing_is_owed_nothing(tree: Tree) -> None:
    tree.register("k", workplace_region=None)
    couriers.both(tree, "k", "c")
    tree.register("k", workplace_region=None)
    couriers.carry(tree, "k", "c")
    with tree.at("c").work() as work:
        assert owing.to(work, tree.at("k").keys.node) == []
