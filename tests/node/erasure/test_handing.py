"""Whoever had the record is told, also when it has left its scope, was away, or was restored."""

from __future__ import annotations

import shutil

import pytest

from node.errors import NotFound
from tests.node.erasure.files import PHONE, calm, erase, has, rolled_back
from tests.node.tree import NARRATIVE, PATHS, TICKET, Tree


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


MOVED = f"{PATHS['t']}/370211"


def moved_away(tree: Tree) -> None:
    """The county goes to the other city, and all have heard of it."""
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    for link in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t"), ("t", "p"), ("k", "t")):
        tree.sync(*link)
    assert tree.reader("k").unit == MOVED


def recalled(tree: Tree) -> str:
    """A ticket that the county had and has no more. The other city never had it."""
    record = tree.dispatched()
    tree.sync("k", "c")
    tree.act("c", "recall", record, unit="370211", text="另派")
    for link in (("k", "c"), ("c", "p"), ("k", "c")):
        tree.sync(*link)
    assert has(tree, "k", NARRATIVE)
    return record


def test_a_unit_that_left_the_scope_and_was_moved_since_erases_too(tree: Tree) -> None:
    """Its new parent never gave it the record, and the other city never had it: the order says who did."""
    record = recalled(tree)
    moved_away(tree)
    erase(tree, "p", record, "narrative")
    tree.sync("t", "p")
    tree.sync("k", "t")
    assert has(tree, "k", NARRATIVE, PHONE) == []
    assert [tree.reader(node).exceptions("denied").items for node in "ptk"] == [[], [], []]


def test_a_unit_that_is_moved_after_an_erasure_of_which_it_had_not_heard_erases_too(tree: Tree) -> None:
    record = recalled(tree)
    erase(tree, "p", record, "narrative")
    tree.sync("c", "p")
    moved_away(tree)
    assert has(tree, "k", NARRATIVE) == []


def test_an_order_that_was_only_passed_on_is_told_again_to_who_was_restored(tree: Tree) -> None:
    record = recalled(tree)
    moved_away(tree)
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "before")
    erase(tree, "p", record, "narrative")
    tree.sync("t", "p")
    tree.sync("k", "t")
    rolled_back(tree, "k", tree.base / "before")
    assert has(tree, "k", NARRATIVE)
    tree.sync("k", "t", most=20)
    tree.sync("k", "t", most=20)
    assert has(tree, "k", NARRATIVE) == []


@pytest.mark.parametrize("who", ["p", "k"])
@pytest.mark.parametrize("links", [(), (("c", "p"),)], ids=["by the other city", "by its own"])
def test_an_office_below_which_a_unit_once_stood_erases_its_records_too(
    tree: Tree, who: str, links: tuple[tuple[str, str], ...]
) -> None:
    """Seed 100023. The county was below the other city for a while, and gave it what it had; by the time that went
    further up, the county had been moved back: nobody above ever gave the other city the record, no act names it."""
    record = str(tree.act("k", "register", **TICKET)["record"])
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    for link in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370211", to=PATHS["k"])
    for link in (*links, ("t", "p"), ("k", "t"), ("c", "p"), ("k", "c")):
        tree.sync(*link)
    calm(tree)
    assert tree.reader("k").unit == PATHS["k"]
    assert has(tree, "t", NARRATIVE)
    erase(tree, who, record)
    calm(tree)
    tree.sync("t", "p")
    assert [has(tree, name, NARRATIVE, PHONE) for name in "pckt"] == [[], [], [], []]
    assert [tree.reader(node).exceptions("denied").items for node in "pckt"] == [[], [], [], []]
    calm(tree)
    assert tree.sync("t", "p").received + calm(tree) == 0


def test_a_unit_that_wrote_on_a_record_before_whoever_erased_it_heard_of_that_erases_too(tree: Tree) -> None:
    """The city gave it to the county and took it back, and both were moved below the other city, the county directly:
    who heard of the order had never given the county the record, and the order doesn't name it (seed 200395)."""
    record = str(tree.act("c", "register", **TICKET)["record"])
    tree.sync("c", "p")
    tree.act("c", "dispatch", record, lead="370211")
    tree.sync("k", "c")
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.sync("k", "c")
    erase(tree, "p", record)
    tree.do("p", "registry.move", unit="370200", to=f"{PATHS['t']}/370200")
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    for link in (("t", "p"), ("c", "p"), ("k", "c")):
        tree.sync(*link)
    assert tree.reader("k").unit == MOVED and has(tree, "k", NARRATIVE)
    for _ in range(2):
        tree.sync("k", "t", most=20)
    assert [has(tree, name, NARRATIVE, PHONE) for name in "ptk"] == [[], [], []]
    assert tree.sync("k", "t").received == 0
