"""An outbox that is filled as far as its child asks: nothing is missing at the end, whatever happens meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import filling
from node.store import links
from tests.node import couriers
from tests.node.test_reconciling import keep, restore
from tests.node.tree import Tree


@pytest.fixture
def new(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A node `n` in the place of the county's, of which it has nothing yet: 30 tickets, filled three at a time."""
    for _ in range(20):
        tree.register("k")
    for _ in range(10):
        tree.dispatched()
    tree.quiet()
    tree.do("c", "registry.revoke", unit="370211", reason="replaced")
    monkeypatch.setattr(filling, "SCANNED", 3)
    tree.join("c", "n", tree.invite("c", "370211", "黄岛区总工会"))
    return tree


def some(tree: Tree, most: int) -> None:
    """So many exchanges, of more."""
    for _ in range(most):
        _, taken = tree.exchange("n", "c")
        assert taken.reply is not None and tree.at("n").take_reply(taken.reply).more


def left(tree: Tree) -> bool:
    with tree.at("c").work() as work:
        return any(links.filling(work.db, one.id) for one in links.peers(work.db))


def agree(tree: Tree) -> bool:
    mine, above = (tree.reader(name).digest("370211")["digest"] for name in ("n", "c"))
    return bool(mine == above)


def test_it_comes_in_pieces_and_whole(new: Tree) -> None:
    moved = new.sync("n", "c", most=60)
    assert not left(new) and agree(new)
    assert new.one("n", "SELECT count(*) FROM folded WHERE matter = 'ticket'") == 30
    assert moved.rounds > 5


def test_what_is_urgent_is_in_its_first_message(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        tree.dispatched()
    urgent = tree.register("p", urgency="urgent")
    tree.act("p", "dispatch", urgent, lead="370211")
    tree.quiet()
    tree.do("c", "registry.revoke", unit="370211", reason="replaced")
    monkeypatch.setattr(filling, "SCANNED", 2)
    tree.join("c", "n", tree.invite("c", "370211", "黄岛区总工会"))
    some(tree, 1)
    assert [row["record"] for row in tree.reader("n").list("ticket", view="all").items] == [urgent]


def test_what_is_done_meanwhile_is_neither_lost_nor_done_twice(new: Tree) -> None:
    """To what was filled already, to what wasn't, to what leaves, and to what is new."""
    records = [row["record"] for row in new.reader("c").list("ticket", view="all").items]
    some(new, 4)
    assert left(new)
    for record in (records[0], records[len(records) // 2], records[-1]):
        new.act("c", "note", record, text="其间")
    gone = new.one("c", "SELECT lower(hex(r.record)) FROM record r JOIN place p ON p.record = r.id"
                   " JOIN delivery d ON d.record = r.id AND d.gone WHERE p.unit LIKE '%370211' LIMIT 1")  # fmt: skip
    new.act("c", "recall", gone, unit="370211", text="另派")
    made = new.dispatched()
    assert left(new)
    new.sync("n", "c", most=60)
    assert not left(new) and agree(new)
    assert new.reader("n").show("ticket", made)["record"] == made
    noted = "SELECT count(*) FROM change c JOIN record r ON r.id = c.record WHERE lower(hex(r.record)) = ?"
    for record in records:
        if new.one("n", "SELECT count(*) FROM record WHERE lower(hex(record)) = ?", record):
            assert new.one("n", noted, record) <= new.one("c", noted, record)


def test_a_child_that_is_put_back_in_the_middle_of_it_loses_nothing(new: Tree, tmp_path: Path) -> None:
    """Its position doesn't fit any more, and the link is compared: with all that it is to have."""
    some(new, 2)
    kept = keep(new, "n", tmp_path)
    some(new, 3)
    restore(new, "n", kept)
    assert left(new)
    new.sync("n", "c", most=60)
    assert not left(new) and agree(new)
    lists = "SELECT count(*) FROM folded WHERE matter = 'ticket' AND here"
    assert new.one("n", lists) == new.one("k", lists) == 30


def test_a_bundle_holds_all_of_it(new: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(couriers.PATHS, "n", couriers.PATHS["k"])
    for _ in range(2):
        couriers.carry(new, "c", "n")
        couriers.carry(new, "n", "c")
    couriers.carry(new, "c", "n")
    assert not left(new) and agree(new)


def test_until_it_is_filled_the_code_says_that_something_waits(new: Tree) -> None:
    some(new, 3)
    assert left(new) and new.reader("c").digest("370211")["undelivered_down"] > 0


def test_whoever_is_no_child_any_more_isnt_filled_further(new: Tree) -> None:
    some(new, 3)
    new.do("c", "registry.revoke", unit="370211", reason="replaced")
    new.sync("n", "c", most=20)
    assert not left(new)
