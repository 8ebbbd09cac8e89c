"""What a bundle carries: what the other lacks for all we know, and nothing moves by making it."""

from __future__ import annotations

from typing import Any

from node.bundles import courier
from tests.node import couriers
from tests.node.tree import Tree, snapshot

KEPT = ("outbox", "delivery", "commit_", "folded")


def report(tree: Tree, who: str, to: str) -> dict[str, Any]:
    path = tree.base / f"{who}-{to[-6:]}"
    path.unlink(missing_ok=True)
    return courier.export(couriers.asking(tree, who), to, path)


def test_making_a_bundle_moves_nothing_and_may_be_done_again(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "note", record, text="请抓紧")
    before = [snapshot(tree, "c", table) for table in KEPT]
    positions = tree.one("c", "SELECT group_concat(position || ' ' || next_position) FROM peer")
    first = [report(tree, "c", to) for to in ("370000", "370211")]
    second = [report(tree, "c", to) for to in ("370000", "370211")]
    assert [one["commits"] for one in first] == [one["commits"] for one in second] != [0, 0]
    assert [snapshot(tree, "c", table) for table in KEPT] == before
    assert tree.one("c", "SELECT group_concat(position || ' ' || next_position) FROM peer") == positions


def test_a_bundle_up_carries_what_no_receipt_covers(tree: Tree) -> None:
    assert report(tree, "c", "370000")["commits"] == 0
    record = tree.register("c", workplace_region=None)
    assert report(tree, "c", "370000")["commits"] == 1
    couriers.carry(tree, "c", "p")
    assert report(tree, "c", "370000")["commits"] == 1
    couriers.carry(tree, "p", "c")
    assert report(tree, "c", "370000")["commits"] == 0
    assert tree.show("p", record)["owner"] == "370000/370200"


def test_what_a_unit_that_was_moved_out_had_given_is_receipted_by_bundle_too(tree: Tree) -> None:
    """It isn't below the city any more; the city's bundles would bring it to the province without an end."""
    tree.act("k", "accept", tree.dispatched())
    tree.quiet()
    tree.do("p", "registry.move", unit="370211", to="370000/370900/370211")
    for link in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t"), ("t", "p")):
        tree.sync(*link)
    couriers.both(tree, "c", "p")
    assert report(tree, "c", "370000")["commits"] == 0
    assert tree.sync("c", "p").sent == 0
    couriers.both(tree, "c", "p")
    assert report(tree, "c", "370000")["commits"] == 0


def test_a_bundle_down_carries_what_is_not_acknowledged(tree: Tree) -> None:
    record = tree.register("p")
    tree.act("p", "dispatch", record, lead="370200")
    assert report(tree, "p", "370000/370200")["commits"] == 2
    couriers.carry(tree, "p", "c")
    assert report(tree, "p", "370000/370200")["commits"] == 2
    couriers.carry(tree, "c", "p")
    assert report(tree, "p", "370000/370200")["commits"] == 0


def test_a_bundle_down_has_no_byte_of_what_is_out_of_scope(tree: Tree) -> None:
    tree.register("p", narrative="只给泰安看的话")
    path = couriers.export(tree, "p", "c")
    assert couriers.take(tree, "c", path)["commits"] == 0
    assert "只给泰安看的话".encode() not in tree.bytes_on_disk("c")
