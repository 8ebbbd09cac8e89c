"""Whole bundles between the writer and a file: killed, doubled, changed on the way."""

from __future__ import annotations

from typing import Any

import pytest

from node import lanes
from node.bundles import courier
from node.errors import QiaoError
from tests.node import couriers
from tests.node.tree import Tree


def test_a_large_bundle_goes_into_several_letters(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [tree.register("c", workplace_region=None) for _ in range(5)]
    monkeypatch.setattr(lanes, "ROOM", 1000)
    told: list[tuple[int, int]] = []
    path = tree.base / "many"
    made = courier.export(couriers.asking(tree, "c"), "370000", path, lambda *at: told.append(at))
    assert made["envelopes"] == len(told) >= 5
    assert couriers.take(tree, "p", path)["commits"] == 5
    down = couriers.carry(tree, "p", "c")
    assert down["fits"] and couriers.carry(tree, "c", "p")["commits"] == 0
    assert [tree.show("p", one)["owner"] for one in records] == ["370000/370200"] * 5


def test_a_taking_that_was_killed_is_begun_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "ROOM", 1000)
    for _ in range(4):
        tree.register("c", workplace_region=None)
    path = couriers.export(tree, "c", "p")
    ask, done = couriers.asking(tree, "p"), 0

    def killed(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        nonlocal done
        done += operation == "bundle.take"
        if done == 3:
            raise KeyboardInterrupt
        return ask(operation, params)

    with pytest.raises(KeyboardInterrupt):
        courier.take(killed, path)
    again = couriers.take(tree, "p", path)
    assert 0 < again["commits"] < 4 and again["age"] == "new"
    couriers.carry(tree, "p", "c")
    assert couriers.agree(tree, "c", "p")


def test_two_takings_at_once_take_each_commit_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "ROOM", 1000)
    for _ in range(4):
        tree.register("c", workplace_region=None)
    path = couriers.export(tree, "c", "p")
    ask, inner = couriers.asking(tree, "p"), []

    def two(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if operation == "bundle.take" and not inner:
            inner.append(None)
            inner.append(couriers.take(tree, "p", path)["commits"])
        return ask(operation, params)

    outer = courier.take(two, path)
    assert (inner[1], outer["commits"]) == (4, 0)
    couriers.carry(tree, "p", "c")
    assert couriers.agree(tree, "c", "p")


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


def test_a_file_that_changes_between_the_passes_is_told(tree: Tree) -> None:
    small = couriers.export(tree, "k", "c")
    tree.register("k", workplace_region=None)
    other = couriers.export(tree, "k", "c").read_bytes()
    ask = couriers.asking(tree, "c")

    def swapping(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        said = ask(operation, params)
        if operation == "bundle.look" and said["trailer"]:
            small.write_bytes(other)
        return said

    with pytest.raises(QiaoError) as fault:
        courier.take(swapping, small)
    assert fault.value.code == "bundle_damaged"
