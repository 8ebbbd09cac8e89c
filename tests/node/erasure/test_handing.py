"""Whoever had the record is told, also when it has left its scope, was away, or was restored."""

from __future__ import annotations

import shutil

import pytest

from node.errors import NotFound
from tests.node.erasure.files import PHONE, calm, erase, has, rolled_back
from tests.node.tree import NARRATIVE, Tree


def test_a_unit_that_has_left_the_scope_erases_too(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="另派")
    calm(tree)
    with pytest.raises(NotFound):
        tree.show("k", record)
    assert has(tree, "k", NARRATIVE)
    told = erase(tree, "p", record, "narrative")
    assert "370000/370200/370211" in told["outstanding"]
    calm(tree)
    assert has(tree, "k", NARRATIVE, PHONE) == []
    assert tree.reader("p").erasures(record)["outstanding"] == []
    assert [tree.reader(node).exceptions("denied").items for node in "pck"] == [[], [], []]
    assert calm(tree) == 0


def test_a_node_from_before_the_erasure_erases_when_it_comes_back(tree: Tree) -> None:
    record = tree.dispatched()
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "before")  # a backup, without the marker
    tree.act("c", "recall", record, unit="370211", text="另派")
    erase(tree, "p", record, "narrative")
    calm(tree)
    assert has(tree, "k", NARRATIVE) == []
    rolled_back(tree, "k", tree.base / "before")
    assert has(tree, "k", NARRATIVE)
    calm(tree)
    assert has(tree, "k", NARRATIVE) == []
    assert has(tree, "c", NARRATIVE) == []


def test_a_parent_from_before_the_erasure_is_told_by_its_children(tree: Tree) -> None:
    record = tree.dispatched()
    calm(tree)
    tree.shut("p")
    shutil.copytree(tree.base / "p", tree.base / "before")
    erase(tree, "p", record)
    calm(tree)
    rolled_back(tree, "p", tree.base / "before")
    assert has(tree, "p", NARRATIVE)
    tree.sync("c", "p", most=20)  # the link is compared first
    calm(tree)
    assert [has(tree, name, NARRATIVE) for name in "pck"] == [[], [], []]
    assert tree.show("p", record)["phase"] == "erased"
