"""Attachments by stick alone: what one bundle asks for the next one brings."""

from __future__ import annotations

from tests.node import couriers
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, noise, states
from tests.node.tree import Tree


def test_a_file_goes_up_and_down_by_stick(tree: Tree, record: str) -> None:
    up, down = noise(4_000_000), noise(700, 2)
    attach(tree, "c", record, up, "up.bin")
    attach(tree, "p", record, down, "down.bin")
    couriers.both(tree, "c", "p")
    assert sorted(states(tree, "p", record)) == ["missing", "present"]
    letters = couriers.carry(tree, "c", "p")
    assert letters["commits"] == 0 and states(tree, "p", record) == ["present", "present"]
    couriers.carry(tree, "p", "c")
    assert states(tree, "c", record) == ["present", "present"]
    assert tree.verify("p") == tree.verify("c") == []


def test_an_older_stick_still_brings_what_is_missing(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(5000))
    couriers.both(tree, "c", "p")
    path = couriers.export(tree, "c", "p")
    with tree.at("c").work() as work:
        work.db.exec_driver_sql("DELETE FROM setting WHERE name LIKE 'attachments wanted%'")
    tree.exchange("c", "p")
    assert states(tree, "p", record) == ["missing"]
    couriers.take(tree, "p", path)
    assert states(tree, "p", record) == ["present"] and paper.files(tree, "p").is_sound(content)
