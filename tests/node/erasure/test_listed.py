"""Words of a field, erased: the course of the ticket stays, and all agree."""

from __future__ import annotations

from tests.node.erasure.files import PHONE, agreed, calm, erase, has
from tests.node.tree import NARRATIVE, Tree


def test_words_of_a_field_go_and_the_course_of_the_ticket_stays(tree: Tree) -> None:
    record = tree.dispatched()
    before = tree.show("p", record)
    told = erase(tree, "p", record, "worker_phone")
    tree.act("k", "accept", record)
    tree.act("k", "amend", record, worker_phone="13911112222")
    tree.act("k", "note", record, text="与电话无关")
    calm(tree)
    assert told["listed"] == 1
    for node in "pck":
        assert has(tree, node, PHONE, "13911112222", NARRATIVE, "与电话无关") == ["与电话无关"]
        shown = tree.show(node, record)
        assert (shown["number"], shown["worker_phone"], shown["narrative"]) == (before["number"], None, None)
        assert [one["action"] for one in shown["timeline"]][:2] == ["register", "assign"]
        assert {one["status"] for one in shown["assignments"]} == {"accepted"}
    tree.act("k", "amend", record, worker_phone="13933334444")
    calm(tree)
    assert has(tree, "p", "13933334444")  # written by one who knew
    agreed(tree)
