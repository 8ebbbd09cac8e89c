"""What goes before its turn while nothing has come in its turn: position 0, which says nothing of a life."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import link
from node.store import links
from tests.node.test_incarnation import Saved
from tests.node.tree import Tree

REGISTRY = (
    'SELECT c."commit" FROM commit_ c JOIN change h ON h."commit" = c.id JOIN record r ON r.id = h.record'
    " WHERE r.matter = 'registry'"
)


def registry(tree: Tree, name: str) -> set[bytes]:
    with tree.sql(name) as db:
        return {row[0] for row in db.execute(REGISTRY)}


def slow(tree: Tree, exchanges: int) -> None:
    """The new county's line is so bad that each message has the one commit which is first before its turn."""
    for _ in range(exchanges):
        with tree.at("n").work() as work:
            links.change(work.db, link.parent(work).id, budget=100)
        _, taken = tree.exchange("n", "c")
        assert taken.reply is not None
        tree.at("n").take_reply(taken.reply)


def enrol(tree: Tree, first: int, count: int) -> None:
    for number in range(first, first + count):
        tree.join("p", f"q{number}", tree.invite("p", f"3718{number:02d}", "某市"))
    tree.sync("c", "p")


@pytest.fixture
def begun(tree: Tree) -> Tree:
    """An office in a lost one's place, which has taken nothing so far."""
    tree.quiet()
    tree.do("c", "registry.revoke", unit="370211", reason="replaced")
    tree.join("c", "n", tree.invite("c", "370211", "黄岛区总工会"))
    tree.act("c", "dispatch", tree.register("c"), lead="370211")
    return tree


def nothing_in_turn(tree: Tree) -> bool:
    query = "SELECT position FROM peer WHERE node = ?"
    return bool(tree.one("c", query, tree.at("n").keys.node) == 0 and tree.one("n", "SELECT early FROM peer"))


def test_a_child_put_back_is_given_what_its_former_life_took_before_its_turn(
    begun: Tree, tmp_path: Path
) -> None:
    saved = Saved(begun, "n", tmp_path / "saved")
    enrol(begun, 0, 8)
    slow(begun, 12)
    assert nothing_in_turn(begun)
    saved.restore(begun)
    begun.sync("n", "c", most=40)
    assert registry(begun, "c") == registry(begun, "n")


def test_what_was_taken_before_its_turn_in_a_life_of_the_parents_counts_in_that_one(
    begun: Tree, tmp_path: Path
) -> None:
    saved = Saved(begun, "c", tmp_path / "saved")
    enrol(begun, 0, 1)
    while not nothing_in_turn(begun) or begun.one("n", "SELECT position FROM peer"):
        slow(begun, 1)
    for _ in range(20):
        before = registry(begun, "n")
        slow(begun, 1)
        if registry(begun, "n") > before:
            break
    assert nothing_in_turn(begun)
    saved.restore(begun)
    begun.sync("n", "c", most=40)
    assert registry(begun, "c") <= registry(begun, "n")
