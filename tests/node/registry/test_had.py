"""What a node that goes on in a new log says of the logs of its former keys (protocol 2.2)."""

from __future__ import annotations

import shutil

from tests.node.registry.test_replacing import C, K, carry, put_back
from tests.node.tree import Tree


def test_who_goes_on_by_newer_keys_after_a_restore_says_how_far_it_has_the_logs_of_the_older(
    tree: Tree,
) -> None:
    """Behind that it may have lost what comparing records doesn't show (seed 501035)."""
    tree.dispatched()
    carry(tree, C)
    tree.shut("c")
    shutil.copytree(tree.base / "c", tree.base / "backup")
    with tree.at("c").work() as work:
        before, log = work.node, work.log
    head = tree.one("c", "SELECT head_seq FROM log WHERE log = ?", log)
    tree.register("c")
    tree.do("c", "registry.replace")
    carry(tree, C, K)
    put_back(tree, "c")
    carry(tree, K, K, K, C, K)
    for name in "kcp":
        with tree.at(name).work() as work:
            entry = work.registry.node(before)
            assert entry is not None and entry.replaced_by == tree.at("c").keys.node
            assert work.registry.left(entry) == {log: head}, name
