"""What is left of acts that were erased with their record."""

from __future__ import annotations

from sqlalchemy import text

from sync_protocol.messages import CommitItem
from tests.node.erasure.files import calm, erase, receipted
from tests.node.forge import Forger, give, heads
from tests.node.test_intake import everything_of
from tests.node.tree import Tree


def test_a_new_child_agrees_about_a_record_of_which_it_only_ever_gets_the_links(tree: Tree) -> None:
    own = tree.register("k")
    erase(tree, "k", own)
    calm(tree)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]
    assert tree.reader("p").digest("370200")["digest"] == tree.reader("c").digest("370200")["digest"]
    with tree.at("p").work() as work:
        work.db.execute(text("DELETE FROM change WHERE body IS NULL"))
        work.again.update(row.id for row in work.db.execute(text("SELECT id FROM record")))
    assert tree.show("p", own)["owner"] == "370000/370200/370211"
    assert tree.show("p", own)["incomplete"] is False
    assert tree.reader("p").digest("370200")["digest"] == tree.reader("c").digest("370200")["digest"]


def test_an_order_that_comes_before_the_commit_the_record_began_with_waits_for_it(tree: Tree) -> None:
    own = tree.register("k")
    begun = everything_of(tree, "k")[-1]
    erase(tree, "k", own)
    ordered = [one for one in everything_of(tree, "k")[-2:] if one.raw != begun.raw]
    give(tree, "c", ordered)
    give(tree, "c", [CommitItem(begun.raw, ())])
    assert tree.show("c", own)["owner"] == "370000/370200/370211"
    calm(tree)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_where_a_record_began_is_known_by_an_order_that_doesnt_count(tree: Tree) -> None:
    """A copy's, on the branch that isn't kept: what it destroyed nobody else ever had."""
    other = tree.register("k")
    calm(tree)
    tree.later(1000)
    twin = Forger(tree, "k")
    kept = twin.commit(twin.note(other, heads(tree, "k", other), "另一台机器上写的"))
    own = tree.register("k")
    erase(tree, "k", own)
    give(tree, "c", [kept])
    receipted(tree, "c", "k")
    calm(tree)
    tree.later(3_600_000)
    calm(tree)
    assert {one["verdict"] for one in tree.show("c", own)["timeline"]} == {"quarantined"}
    assert tree.show("c", own)["owner"] == tree.show("k", own)["owner"] == "370000/370200/370211"
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]
