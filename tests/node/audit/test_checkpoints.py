"""Checkpoints of a real node: a later one grows from each earlier one, and whoever kept one finds what was dropped."""

from __future__ import annotations

import pytest

from node.audit import checkpoints
from node.audit.desk import Desk
from node.errors import Damaged, NotFound, Stale
from tests.node.tree import Tree


def note(tree: Tree, since: str | None = None) -> str:
    return Desk(tree.reader("p")).checkpoint(since)[1]


def key(tree: Tree) -> bytes:
    return bytes.fromhex(Desk(tree.reader("p")).checkpoint(None)[0]["key"])


def test_a_later_checkpoint_proves_that_it_grew_from_an_earlier_one(tree: Tree) -> None:
    first = note(tree)
    tree.register("p")
    second = note(tree, first)
    tree.register("p")
    third = note(tree, second)
    own = key(tree)
    for old, new in ((first, second), (second, third)):
        assert checkpoints.compared(old, new, own)["ok"]
    with pytest.raises(Stale) as fault:
        checkpoints.compared(first, third, own)
    assert fault.value.code == "checkpoint_unproved", "it proves the step from the second alone"
    assert Desk(tree.reader("k")).key_of(checkpoints.origin(first)[0]) == own, "every office knows the key"


def test_with_nothing_stored_meanwhile_it_has_grown_by_nothing(tree: Tree) -> None:
    first = note(tree)
    found = checkpoints.compared(first, note(tree, first), key(tree))
    assert found["ok"] and found["old"] == found["new"]


@pytest.mark.parametrize("statement", [
    "DELETE FROM commit_ WHERE id = (SELECT max(id) FROM commit_)",
    "DELETE FROM commit_ WHERE id = (SELECT min(id) FROM commit_)",
    'UPDATE commit_ SET "commit" = zeroblob(32) WHERE id = 2',
    "UPDATE commit_ SET id = 0 WHERE id = 2",
])  # fmt: skip
def test_a_node_that_drops_alters_or_reorders_what_it_had_cant_prove_its_growth(
    tree: Tree, statement: str
) -> None:
    first = note(tree)
    with tree.sql("p") as db:
        db.execute(statement)
    with pytest.raises(Damaged) as fault:
        note(tree, first)
    assert fault.value.code == "checkpoint_differs"
    tree.register("p")
    assert not checkpoints.compared(first, f"old {size(first)}\n\n{note(tree)}", key(tree))["ok"]


def size(text: str) -> str:
    return text.split("\n")[1]


def test_after_a_restore_another_list_begins(tree: Tree) -> None:
    first = note(tree)
    tree.shut("p")
    (tree.base / "p" / "marker").unlink()
    tree.at("p")
    with pytest.raises(Stale) as fault:
        note(tree, first)
    assert fault.value.code == "checkpoint_of_another"
    with pytest.raises(Stale) as fault:
        checkpoints.compared(first, note(tree), key(tree))
    assert fault.value.code == "checkpoint_of_another"


def test_an_altered_note_is_none_and_a_stranger_has_no_key(tree: Tree) -> None:
    first = note(tree)
    with pytest.raises(Damaged) as fault:
        checkpoints.compared(first.replace(size(first), "7"), first, key(tree))
    assert fault.value.code == "bad_checkpoint"
    with pytest.raises(Damaged):
        checkpoints.origin("no note")
    with pytest.raises(NotFound):
        Desk(tree.reader("p")).key_of(b"x" * 16)
