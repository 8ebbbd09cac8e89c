"""Restored on either side, and mended by sticks alone, or by sticks and the line in any order."""

from __future__ import annotations

import random

import pytest

from tests.node import couriers
from tests.node.tree import Tree

SPINE = (("k", "c"), ("c", "p"))  # child, parent


def rest(tree: Tree) -> None:
    while sum(done.sent + done.received for done in [tree.sync(*link) for link in SPINE]):
        pass


def lost_work(tree: Tree, *who: str) -> str:
    """Backups, behind which a ticket goes through all three tiers; then these nodes are set back to them."""
    backups = {one: couriers.saved(tree, one) for one in who}
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="已联系")
    rest(tree)
    for one, backup in backups.items():
        couriers.restore(tree, one, backup)
        tree.register(one, workplace_region=None)
    return record


def by_sticks(tree: Tree, most: int = 5, links: tuple[tuple[str, str], ...] = SPINE) -> None:
    """Sticks there and back on each link until nothing new moves."""
    for _ in range(most):
        if not sum(couriers.both(tree, *link) for link in links):
            return
    raise AssertionError("never quiet")


def check(tree: Tree, record: str) -> None:
    assert [link for link in SPINE if not couriers.agree(tree, *link)] == []
    assert [tree.verify(name) for name in "pck"] == [[], [], []]
    assert ["已联系" in str(tree.show(name, record)["timeline"]) for name in "pck"] == [True] * 3


def test_a_restored_city_child_and_parent_at_once_is_mended_by_sticks_alone(tree: Tree) -> None:
    record = lost_work(tree, "c")
    by_sticks(tree)
    check(tree, record)
    by_sticks(tree, 1)
    assert [tree.sync(*link).received for link in SPINE] == [0, 0]


def test_a_root_set_back_gets_its_own_commits_from_its_children_by_sticks(tree: Tree) -> None:
    record = lost_work(tree, "p")
    by_sticks(tree)
    check(tree, record)


def test_both_sides_set_back_are_mended_by_sticks_and_the_line_in_turn(tree: Tree) -> None:
    record = lost_work(tree, "c", "p")
    couriers.carry(tree, "c", "p")
    couriers.carry(tree, "p", "c")
    tree.exchange("k", "c")
    by_sticks(tree, links=(("k", "c"),))
    rest(tree)
    check(tree, record)


@pytest.mark.parametrize("seed", [2])
def test_sticks_and_lines_in_any_mixture_end_in_agreement(tree: Tree, seed: int) -> None:
    """Old ones, repeated, out of their order, both ways, with work in between."""
    chance = random.Random(seed)
    records = [tree.dispatched()]
    tree.act("p", "note", records[0], text="已联系")
    sticks = []
    for _ in range(20):
        child, parent = chance.choice(SPINE)
        ends = chance.choice([(child, parent), (parent, child)])
        what = chance.choice(["act", "act", "export", "export", "take", "take", "take", "sync"])
        if what == "act":
            records.append(tree.register(chance.choice("pck"), workplace_region=None))
            tree.act("p", "note", records[0], text=f"记 {len(records)}")
        elif what == "export":
            sticks.append((ends[1], couriers.export(tree, *ends)))
        elif what == "take" and sticks:
            couriers.take(tree, *chance.choice(sticks))
        elif what == "sync":
            tree.sync(child, parent)
    by_sticks(tree, 6)
    check(tree, records[0])
