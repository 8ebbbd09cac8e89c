"""Urgent records go first, over a line that carries a backlog in pieces (protocol 3.5)."""

from __future__ import annotations

import pytest

from node import link
from node.store import links
from tests.node.tree import Row, Tree

BACKLOG = 50
PIECE = 64 * 1024  # uncompressed bytes of a batch: what the worst line is given
EXCHANGES = 2  # within which an urgent record has to be there


def _behind_a_backlog(tree: Tree, author: str, record: str, mark: Row) -> str:
    """An urgent ticket for the county, registered by `author` behind a backlog."""
    for turn in range(BACKLOG):
        tree.act(author, "note", record, text=f"第{turn}条" + "。" * 2000)
    urgent = tree.register(author, **mark)
    tree.act(author, "dispatch", urgent, lead="370211")
    return urgent


def _narrowed(tree: Tree, child: str) -> None:
    """As after many cuts."""
    with tree.at(child).work() as work:
        links.change(work.db, link.parent(work).id, budget=PIECE)


def _is_there(tree: Tree, name: str, record: str) -> bool:
    return record in {one["record"] for one in tree.reader(name).list("ticket").items}


@pytest.mark.parametrize("mark", [{"urgency": "urgent"}, {"sensitive": True}], ids=["urgent", "sensitive"])
@pytest.mark.parametrize(("author", "other"), [("k", "c"), ("c", "k")])
def test_what_is_urgent_overtakes_a_backlog(tree: Tree, author: str, other: str, mark: Row) -> None:
    record = tree.dispatched()
    urgent = _behind_a_backlog(tree, author, record, mark)
    _narrowed(tree, "k")
    moved = 0
    for _ in range(EXCHANGES):
        _, taken = tree.exchange("k", "c")
        assert taken.reply is not None
        done = tree.at("k").take_reply(taken.reply)
        moved += done.sent + done.received
    assert _is_there(tree, other, urgent)
    assert 0 < moved < BACKLOG
    tree.sync("k", "c", most=40)
    assert tree.verify("k") == tree.verify("c") == []
    assert len(tree.show(other, record)["timeline"]) == len(tree.show(author, record)["timeline"])
