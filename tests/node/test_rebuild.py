"""Projections dropped and built again give the same bytes."""

from __future__ import annotations

import pytest

from node import rebuild
from tests.node.tree import Tree, snapshot

DERIVED = ("folded", "place", "due", "card", "fact", "trait", "state", "exception_", "unit")


@pytest.mark.parametrize("name", ["p", "c", "k"])
def test_a_rebuild_gives_the_same_bytes_and_sends_nothing(tree: Tree, name: str) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "amend", record, amount_claimed=1)
    tree.act("c", "amend", record, amount_claimed=2)
    tree.quiet()
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    tables = (*DERIVED, "outbox", "delivery", "commit_", "log")
    before = {table: snapshot(tree, name, table) for table in tables}
    assert all(before[table] for table in ("exception_", "due", "state", "folded"))
    assert bool(before["fact"]) == bool(before["trait"]) == (name != "k")  # it was taken from the county
    with tree.sql(name) as db:
        db.execute("DELETE FROM setting WHERE name = ?", (rebuild.STAMP,))
        db.execute("UPDATE folded SET phase = 'archived', title = 'x'")
        db.execute("DELETE FROM place")
    tree.at(name)
    assert {table: snapshot(tree, name, table) for table in tables} == before
    assert tree.verify(name) == []
    assert tree.quiet() == 0


def test_a_rebuilt_index_finds_the_same(tree: Tree) -> None:
    record = tree.register()
    with tree.at("p").work() as work:
        rebuild.everything(work)
    assert [one["record"] for one in tree.reader("p").search("拖欠").items] == [record]


def test_a_node_of_this_very_program_isnt_rebuilt(tree: Tree) -> None:
    with tree.at("p").work() as work:
        assert rebuild.where_stale(work) is False
