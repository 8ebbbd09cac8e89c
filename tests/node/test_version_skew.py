"""A peer of a later version (protocol 3.5): what isn't known here is stored, passed on, shown as such, and folded after
the upgrade."""

from __future__ import annotations

from typing import Any

import pytest

from node import rebuild
from node.matters import KINDS
from sync_protocol import messages
from sync_protocol.change import Act, Words
from tests.node.forge import Forger, give, heads
from tests.node.tree import Tree


def actions(tree: Tree, name: str, record: str) -> list[tuple[str, str]]:
    return [(one["action"], one["verdict"]) for one in tree.show(name, record)["timeline"]]


def projected(tree: Tree, name: str, record: str) -> Any:
    """Its title as projected; None where nothing of it is here."""
    query = "SELECT title FROM folded JOIN record ON record.id = folded.record WHERE record.record = ?"
    return tree.one(name, query, bytes.fromhex(record))


def test_an_unknown_action_is_shown_passed_on_and_changes_nothing(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    before = tree.show("p", record)
    later = Forger(tree, "k")
    act = later.made(
        Act("ticket/2", "teleport", heads(tree, "k", record), {"where": "月球"}, bytes.fromhex(record))
    )
    words = later.made(Words("ticket/2", {"why": "以后才有的说法"}, act.short))
    assert give(tree, "c", [later.commit([act, words])]).notes == []
    tree.sync("c", "p")
    for name in ("c", "p"):
        action, verdict = actions(tree, name, record)[-1]
        assert (action, verdict) == ("teleport", "unknown")
        assert tree.verify(name) == []
    shown = tree.show("p", record)
    assert (shown["phase"], shown["assignments"]) == (before["phase"], before["assignments"])
    tree.act("p", "note", record, text="照常办理")
    assert actions(tree, "p", record)[-1] == ("note", "stands")


def test_an_unknown_field_is_kept_and_the_known_ones_are_written(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    later = Forger(tree, "k")
    data = {"amount_claimed": 4200, "colour_of_hope": "green"}
    act = later.made(Act("ticket/1", "amend", heads(tree, "k", record), data, bytes.fromhex(record)))
    give(tree, "c", [later.commit([act])])
    tree.sync("c", "p")
    assert tree.show("p", record)["amount_claimed"] == 4200
    assert tree.verify("p") == tree.verify("c") == []


def test_a_matter_that_isnt_known_yet_travels_is_listed_as_such_and_is_folded_after_the_upgrade(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The offices above don't know calls here; then they do."""
    call = tree.at("k").do(
        "act",
        {"matter": "call", "verb": "register", "record": None,
         "data": {"channel": "visit", "class": "enquiry", "topic": "legal/labour/wages/arrears"}},
        "a",
    )["record"]  # fmt: skip
    with monkeypatch.context() as older:
        older.delitem(KINDS, "call")
        tree.sync("k", "c")
        tree.sync("c", "p")
        assert projected(tree, "p", call) == "call", "it is there, by the name of its matter"
        assert tree.quiet() == 0 and tree.verify("p") == []
    for name in ("c", "p"):
        with tree.at(name).work() as work:
            rebuild.everything(work)
        assert tree.verify(name) == []
    assert tree.reader("p").show("call", call)["record"] == call
    city = "370000/370200"
    assert tree.reader("p").digest(city)["digest"] == tree.reader("c").digest(city)["digest"]


def test_a_peer_that_speaks_more_and_says_more_is_answered(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tree.register("k")
    head = messages._request_head

    def later(message: Any) -> dict[int, Any]:
        return {**head(message), 99: {"later": [1, 2, 3]}, 3: [*message.understands, "oracle/7", "ticket/9"]}

    assert head.__name__ == "_request_head"
    monkeypatch.setattr(messages, "_request_head", later)
    tree.sync("k", "c")
    assert tree.show("c", record)["record"] == record
