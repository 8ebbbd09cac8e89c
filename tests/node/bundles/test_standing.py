"""Restored on either side, and mended by sticks alone, or by sticks and the line in any order."""

from __future__ import annotations

import random

import pytest

from tests.node import couriers
from tests.node.tree import LINKS, Tree


def lost_work(tree: Tree, who: str) -> str:
    """A backup of `who`, behind which a ticket goes through all three tiers; then `who` is set back to it."""
    tree.quiet()
    backup = couriers.saved(tree, who)
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="已联系")
    own = tree.register(who, workplace_region=None)
    tree.quiet()
    couriers.restore(tree, who, backup)
    tree.register(who, workplace_region=None)
    tree.lost = (record, own)  # type: ignore[attr-defined]
    return record


def by_sticks(tree: Tree, most: int = 5) -> int:
    """How many rounds of sticks over every link until nothing new moves."""
    for passes in range(1, most + 1):
        if not sum(couriers.both(tree, *link) for link in LINKS):
            return passes
    raise AssertionError("never quiet")


def check(tree: Tree) -> None:
    assert [link for link in LINKS if not couriers.agree(tree, *link)] == []
    assert [tree.verify(name) for name in "pck"] == [[], [], []]


@pytest.mark.parametrize("who", ["k", "c"])
def test_a_restored_node_is_mended_by_sticks_alone(tree: Tree, who: str) -> None:
    """The city is child and parent at once."""
    record = lost_work(tree, who)
    by_sticks(tree)
    check(tree)
    assert "已联系" in str(tree.show(who, record)["timeline"])
    assert by_sticks(tree, 1) == 1
    assert tree.sync("k", "c").rounds <= 2


def test_a_root_set_back_gets_its_own_commits_from_its_children_by_sticks(tree: Tree) -> None:
    record = lost_work(tree, "p")
    by_sticks(tree)
    check(tree)
    assert tree.show("p", record)["phase"] == tree.show("k", record)["phase"]


def test_both_sides_set_back_are_mended_by_sticks(tree: Tree) -> None:
    tree.quiet()
    backups = {who: couriers.saved(tree, who) for who in "ck"}
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    for who, backup in backups.items():
        couriers.restore(tree, who, backup)
    by_sticks(tree)
    check(tree)
    assert tree.show("k", record)["phase"] == "dispatched"


def test_what_a_stick_began_the_line_ends_and_the_other_way_round(tree: Tree) -> None:
    record = lost_work(tree, "c")
    couriers.carry(tree, "c", "p")
    couriers.carry(tree, "p", "c")
    tree.quiet()
    check(tree)
    assert "已联系" in str(tree.show("c", record)["timeline"])
    record = lost_work(tree, "c")
    tree.exchange("c", "p")
    tree.exchange("k", "c")
    by_sticks(tree)
    check(tree)
    assert "已联系" in str(tree.show("c", record)["timeline"])


@pytest.mark.parametrize("seed", [1, 2])
def test_sticks_and_lines_in_any_mixture_end_in_agreement(tree: Tree, seed: int) -> None:
    """Old ones, repeated, out of their order, both ways, with work in between."""
    chance = random.Random(seed)
    records = [tree.dispatched()]
    tree.quiet()
    sticks = []
    for _ in range(25):
        child, parent = chance.choice(LINKS)
        ends = chance.choice([(child, parent), (parent, child)])
        what = chance.choice(["act", "act", "export", "export", "take", "take", "take", "sync"])
        if what == "act":
            records.append(tree.register(chance.choice("pckts"), workplace_region=None))
            tree.act("p", "note", records[0], text=f"记 {len(records)}")
        elif what == "export":
            sticks.append((ends[1], couriers.export(tree, *ends)))
        elif what == "take" and sticks:
            couriers.take(tree, *chance.choice(sticks))
        elif what == "sync":
            tree.sync(child, parent)
    by_sticks(tree, 6)
    check(tree)
