"""What a parent is told that takes a record for its child's which has left it: it was given it by an office that was
put back to before that."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import scope
from node.store import records
from node.transport.round import PATIENCE
from tests.node import couriers
from tests.node.test_reconciling import keep, lists, restore
from tests.node.tree import PATHS, Tree

MINUTE_MS = 60_000


@pytest.mark.parametrize("by", ["c", "p"])
def test_a_new_parent_that_is_given_a_record_which_left_the_unit_is_told_that_it_did(
    tree: Tree, tmp_path: Path, by: str
) -> None:
    """The city hands the ticket back, or loses it, and is moved below another city, to which that act goes bare or not
    at all. Then the province is put back to before the act: by what it knows the ticket is the city's, and so its new
    parent's; and the act is nobody's but the city's (seed 400077)."""
    record = tree.register("p", workplace_region=None)
    tree.act("p", "dispatch", record, lead="370200")
    tree.quiet()
    kept = keep(tree, "p", tmp_path)
    if by == "c":
        tree.act("c", "decline", record, reason="not_our_region", text="不归本市管")
    else:
        tree.act("p", "recall", record, unit="370200", text="不归本市管")
    tree.sync("c", "p")
    assert not lists(tree, "c", record)
    tree.do("p", "registry.move", unit="370200", to=f"{PATHS['t']}/370200")
    for link in (("c", "p"), ("t", "p"), ("c", "t"), ("t", "p")):
        tree.sync(*link)
    restore(tree, "p", kept)
    for link in (("t", "p"), ("c", "t"), ("t", "p"), ("c", "t")):
        tree.sync(*link, most=20)
    assert tree.reader("c").unit == f"{PATHS['t']}/370200"
    for child, parent in (("c", "t"), ("t", "p")):
        at = tree.reader(child).unit
        assert tree.reader(child).digest(at)["digest"] == tree.reader(parent).digest(at)["digest"]
    assert not lists(tree, "t", record) and not lists(tree, "c", record)
    assert "不归本市管".encode() not in tree.bytes_on_disk("t"), "its words aren't for it to see"
    assert tree.reader("p").show("ticket", record)["assignments"][0]["status"] in ("declined", "recalled")


def test_what_a_bundle_brings_anew_has_the_link_compared_too(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, and the first of the new parent's outbox comes by stick: the lines after it bring nothing anew."""
    record = tree.register("p", workplace_region=None)
    tree.act("p", "dispatch", record, lead="370200")
    tree.quiet()
    kept = keep(tree, "p", tmp_path)
    tree.act("c", "decline", record, reason="not_our_region", text="不归本市管")
    tree.sync("c", "p")
    tree.do("p", "registry.move", unit="370200", to=f"{PATHS['t']}/370200")
    for link in (("c", "p"), ("t", "p"), ("c", "t"), ("t", "p")):
        tree.sync(*link)
    restore(tree, "p", kept)
    tree.sync("t", "p", most=20)
    monkeypatch.setitem(couriers.PATHS, "c", f"{PATHS['t']}/370200")
    couriers.carry(tree, "t", "c")
    for link in (("c", "t"), ("t", "p"), ("c", "t")):
        tree.sync(*link, most=20)
    for child, parent in (("c", "t"), ("t", "p")):
        at = tree.reader(child).unit
        assert tree.reader(child).digest(at)["digest"] == tree.reader(parent).digest(at)["digest"]
    assert not lists(tree, "t", record) and not lists(tree, "c", record)


def test_a_parent_hears_only_that_a_record_which_it_knows_to_be_ours_left_us(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="市里另派")
    tree.sync("k", "c")
    tree.act("c", "note", record, text="县里不知道的")
    with tree.at("k").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None
        acts = {one: place for one, place in records.acts_at(work.db, row).items()}
        recall = records.changes_of(work.db, row)[-1].change[:16]
        before = set(acts) - {recall}
        assert scope.unheard_of_parting(work, row, before) == [acts[recall]]
        assert not scope.unheard_of_parting(work, row, acts)
        assert not scope.unheard_of_parting(work, row, {bytes.fromhex(record)}), "by that it never was ours"
        assert not scope.unheard_of_parting(work, row, set())


def test_what_the_parent_gives_back_of_a_unit_that_isnt_ours_by_our_clock_ends(tree: Tree) -> None:
    """A county is moved below a city whose clock is behind, so that the city holds the move. The province takes the
    county's log for one that the city has lost, and gives it with each reply; it began a ticket that the city had, and
    lost again. That says nothing of what the province knows of the ticket (seed 501040)."""
    record = tree.register("k")
    tree.quiet()
    tree.act("p", "dispatch", record, lead="370900", final=True)
    tree.quiet()
    tree.act("p", "recall", record, unit="370900", text="另派")
    tree.quiet()
    assert not lists(tree, "t", record)
    tree.clock("t").advance(-20 * MINUTE_MS)
    tree.do("p", "registry.move", unit="370211", to=f"{PATHS['t']}/370211")
    empty = 0
    for _ in range(20):
        _, taken = tree.exchange("t", "p")
        assert taken.reply is not None
        done = tree.at("t").take_reply(taken.reply)
        empty = 0 if done.moved else empty + 1
        if not done.more or empty == PATIENCE:
            return
    raise AssertionError("they compare without an end")
