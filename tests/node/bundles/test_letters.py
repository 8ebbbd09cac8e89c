"""Whom a bundle may be for, and how far the letters of each sender have been taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.bundles import courier, letters
from node.errors import NotFound, QiaoError, Usage
from tests.node import couriers
from tests.node.tree import Tree


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [("no such", NotFound, "no_unit"), ("370902", Usage, "not_a_neighbour"),
     ("370900", Usage, "not_a_neighbour"), ("370200", Usage, "not_a_neighbour")],
)  # fmt: skip
def test_a_bundle_is_for_the_parent_or_a_child(tree: Tree, to: str, kind: type, code: str) -> None:
    with pytest.raises(QiaoError) as fault:
        courier.export(couriers.asking(tree, "c"), to, tree.base / "c-x")
    assert isinstance(fault.value, kind) and fault.value.code == code
    assert not list(Path(tree.base).glob("c-*")) and not list(Path(tree.base).glob(".qiao*"))


def test_letters_and_replies_of_the_line_are_counted_together(tree: Tree) -> None:
    with tree.at("k").work() as work:
        parent = letters.neighbour(work, "370200")
        before = letters.highest(work, parent)
    tree.sync("k", "c")
    couriers.carry(tree, "c", "k")
    with tree.at("k").work() as work:
        after = letters.highest(work, parent)
        assert after.log == before.log and after.number > before.number + 1
        assert letters.is_newest(work, parent, after.log, after.number + 1)
        assert not letters.is_newest(work, parent, after.log, after.number)
        assert not letters.is_newest(work, parent, bytes(16), after.number + 1)


def test_new_keys_are_made_known_by_sticks_alone(tree: Tree) -> None:
    """Up and down, with bundles to and by the old ones still on their way."""
    stale = couriers.export(tree, "p", "c")
    tree.do("c", "registry.replace")
    record = tree.register("c", workplace_region=None)
    assert couriers.take(tree, "c", stale)["commits"] == 0
    assert [couriers.carry(tree, *way)["fits"] for way in ("cp", "pc", "ck", "kc")] == [True] * 4
    assert [couriers.both(tree, *link) for link in (("c", "p"), ("k", "c"))] == [0, 0]
    assert couriers.agree(tree, "c", "p") and couriers.agree(tree, "k", "c")
    assert tree.show("p", record)["owner"] == "370000/370200"
    assert tree.verify("c") == tree.verify("p") == []


def test_a_revoked_child_learns_it_by_a_stick_and_nothing_else(tree: Tree) -> None:
    tree.do("p", "registry.revoke", unit="370900", reason="stolen")
    record = tree.register("p", narrative="不给泰安的")
    tree.act("p", "dispatch", record, lead="370902")
    assert couriers.carry(tree, "p", "t")["commits"]
    with tree.at("t").work() as work:
        entry = work.registry.node(work.node)
        assert entry is not None and entry.revoked == "stolen"
    assert "不给泰安的".encode() not in tree.bytes_on_disk("t")
