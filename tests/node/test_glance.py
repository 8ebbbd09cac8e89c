"""Status: both directions, honestly."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import glance
from node.errors import Damaged, NotFound
from tests.node.tree import PATHS, Tree


def test_a_directory_without_a_node_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as fault:
        glance.status(tmp_path)
    assert fault.value.code == "no_node"


def test_a_damaged_database_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(Damaged):
        glance.status(tmp_path)


def test_what_waits_is_counted_both_ways(tree: Tree) -> None:
    tree.quiet()
    assert glance.status(tree.base / "c")["pending_up"] == 0
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    told = glance.status(tree.base / "c")
    assert told["pending_up"] >= 2 and told["oldest_unsent"]
    assert told["pending_down"][PATHS["k"]]["commits"] >= 2
    assert told["unit"] == PATHS["c"] and told["database"]["ok"]
    tree.quiet()
    told = glance.status(tree.base / "c")
    assert told["pending_up"] == 0 and told["pending_down"][PATHS["k"]]["commits"] == 0
    assert told["oldest_unsent"] is None and told["last_sync_up"]
