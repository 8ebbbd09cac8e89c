"""Tickets that are one matter: linked on both records in one commit, completed together, and unlinked again."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, NotFound, Usage
from tests.node.tree import Row, Tree

DONE = {"result": "completed", "resolved": True, "text": "已办"}


def linked(tree: Tree) -> tuple[str, str]:
    """Two tickets with the county, linked by the province, known to all."""
    first, second = tree.dispatched(), tree.dispatched()
    tree.act("p", "link", first, **{"with": [second]})
    tree.quiet()
    return first, second


def commit_of_link(shown: Row) -> str:
    [commit] = [one["commit"] for one in shown["timeline"] if one["action"] == "link"]
    return str(commit)


def finished(tree: Tree, record: str) -> None:
    """Everything that the county and the tiers above do until the ticket's last branch is completed."""
    tree.act("k", "accept", record)
    tree.act("k", "submit", record, **DONE)
    tree.sync("k", "c")
    tree.act("c", "review", record, unit="370211", outcome="pass")
    tree.sync("c", "p")
    tree.act("p", "review", record, unit="370200", outcome="pass")
    tree.quiet()


def test_each_of_two_linked_tickets_names_the_other_and_both_are_in_one_commit(tree: Tree) -> None:
    first, second = linked(tree)
    one, other = tree.show("k", first), tree.show("k", second)
    assert (one["links"], other["links"]) == ([second], [first])
    assert commit_of_link(one) == commit_of_link(other)
    assert tree.verify("p") == tree.verify("k") == []


def test_a_group_is_completed_when_no_branch_of_any_member_is_open(tree: Tree) -> None:
    first, second = linked(tree)
    finished(tree, first)
    assert tree.show("p", first)["phase"] == "dispatched", "the other's branch is open"
    finished(tree, second)
    assert {tree.show("p", one)["phase"] for one in (first, second)} == {"follow_up"}


def test_unlinking_undoes_it_and_what_was_done_goes_on(tree: Tree) -> None:
    first, second = linked(tree)
    finished(tree, first)
    tree.act("p", "unlink", first, **{"with": [second]})
    tree.quiet()
    assert tree.show("p", first)["links"] == tree.show("k", second)["links"] == []
    assert tree.show("p", first)["phase"] == "follow_up"


def test_a_ticket_may_be_named_by_its_number(tree: Tree) -> None:
    first, second = tree.register(), tree.register()
    tree.act("p", "link", first, **{"with": [tree.show("p", second)["number"]]})
    assert tree.show("p", second)["links"] == [first]


def test_a_ticket_that_isn_t_here_or_is_the_same_one_isn_t_linked(tree: Tree) -> None:
    first = tree.register()
    with pytest.raises(NotFound):
        tree.act("p", "link", first, **{"with": ["0" * 32]})
    with pytest.raises(Forbidden) as caught:
        tree.act("p", "link", first, **{"with": [first]})
    assert caught.value.code == "links_itself"
    with pytest.raises(Usage):
        tree.act("p", "link", first)


def test_nothing_is_half_linked_where_one_of_them_has_ended(tree: Tree) -> None:
    first, second = tree.register(), tree.register()
    tree.act("p", "withdraw", second, text="撤诉")
    with pytest.raises(Forbidden):
        tree.act("p", "link", first, **{"with": [second]})
    assert tree.show("p", first)["links"] == []
