"""What those above lost, and a child has: it comes back by whoever it went by, though none of them is to see more of it
since."""

from __future__ import annotations

from pathlib import Path

from node import lanes, scope
from node.store import links, records
from tests.node.erasure.files import erase
from tests.node.test_reconciling import keep, restore
from tests.node.tree import PATHS, Tree

IS_THERE = 'SELECT count(*) FROM commit_ WHERE "commit" = ?'


def test_what_a_province_wrote_before_the_city_declined_comes_back_from_the_county(
    tree: Tree, tmp_path: Path
) -> None:
    """Province and city were both put back to before it was written; the county alone has it (seed 750034)."""
    record = tree.dispatched()
    tree.quiet()
    kept = {name: keep(tree, name, tmp_path) for name in "pc"}
    noted = bytes.fromhex(tree.act("p", "note", record, text="请尽快")["commit"])
    tree.sync("c", "p")
    tree.act("c", "decline", record, reason="not_our_region", text="不归我市")
    tree.sync("c", "p")
    tree.sync("k", "c")
    assert tree.one("k", IS_THERE, noted) == 1 and not tree.one(
        "k", "SELECT here FROM folded WHERE matter = 'ticket'"
    )
    for name, folder in kept.items():
        restore(tree, name, folder)
    with tree.at("k").work() as work:
        row = work.db.exec_driver_sql('SELECT id FROM commit_ WHERE "commit" = ?', (noted,)).scalar()
        rows = {one for one, *_ in records.bodies(work.db, row)}
        assert not any(lanes.bodies(work, row, PATHS["c"])), "it is to see no more of the record"
        assert rows <= scope.seen_then(work, PATHS["c"], row), "and was to see that when it was written"
        assert scope.seen_then(work, PATHS["t"], row) == set(), "as nobody else was"
    assert not tree.one("p", IS_THERE, noted) and not tree.one("c", IS_THERE, noted)
    for _ in range(3):
        tree.sync("c", "p", most=40)
        tree.sync("k", "c", most=40)
    assert tree.one("p", IS_THERE, noted) == 1


def test_an_order_goes_with_what_says_whether_it_counts(tree: Tree) -> None:
    """A child that has left a record may lack what it began with, and with it who may order its erasure
    (seed 750214)."""
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    tree.sync("k", "c")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.sync("k", "c")
    erase(tree, "c", record)
    with tree.at("c").work() as work:
        peer = links.peer(work.db, tree.at("k").keys.node)
        row = records.row_of(work.db, bytes.fromhex(record))
        assert peer is not None and row is not None
        begun = records.place_of_act(work.db, row, bytes.fromhex(record))
        down = lanes.outbox(work, peer, lanes.start(peer), lanes.ROOM)
        assert begun is not None
        raw = work.db.exec_driver_sql("SELECT raw FROM commit_ WHERE id = ?", (begun[1],)).scalar()
    assert [len(one.changes) for one in down.items if one.raw == raw] == [0], (
        "its commit, and nothing of its body"
    )
    tree.sync("k", "c")
