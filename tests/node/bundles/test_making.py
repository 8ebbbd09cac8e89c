"""What a bundle carries: what the other lacks for all we know, and nothing moves by making it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node import lanes
from node.bundles import courier
from node.errors import NotFound, QiaoError, Usage
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


def test_a_large_bundle_goes_into_several_letters(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [tree.register("c", workplace_region=None) for _ in range(5)]
    monkeypatch.setattr(lanes, "ROOM", 1000)
    told: list[tuple[int, int]] = []
    path = tree.base / "many"
    made = courier.export(couriers.asking(tree, "c"), "370000", path, lambda *at: told.append(at))
    assert made["envelopes"] == len(told) >= 5
    assert couriers.take(tree, "p", path)["commits"] == 5
    down = couriers.take(tree, "c", couriers.export(tree, "p", "c"))
    assert down["fits"] and report(tree, "c", "370000")["commits"] == 0
    assert [tree.show("p", one)["owner"] for one in records] == ["370000/370200"] * 5


def test_what_is_written_while_a_bundle_is_made_does_not_break_it(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "ROOM", 1000)
    for _ in range(4):
        tree.register("c", workplace_region=None)
    ask, path = couriers.asking(tree, "c"), tree.base / "busy"

    def busy(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        tree.register("c", workplace_region=None)
        return ask(operation, params)

    courier.export(busy, "370000", path)
    assert couriers.take(tree, "p", path)["commits"] >= 4
    tree.sync("c", "p")
    assert couriers.agree(tree, "c", "p")


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [("no such", NotFound, "no_unit"), ("370902", Usage, "not_a_neighbour"),
     ("370900", Usage, "not_a_neighbour"), ("370200", Usage, "not_a_neighbour")],
)  # fmt: skip
def test_a_bundle_is_for_the_parent_or_a_child(tree: Tree, to: str, kind: type, code: str) -> None:
    with pytest.raises(QiaoError) as fault:
        report(tree, "c", to)
    assert isinstance(fault.value, kind) and fault.value.code == code
    assert not list(Path(tree.base).glob("c-*")) and not list(Path(tree.base).glob(".qiao*"))
