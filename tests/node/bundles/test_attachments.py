"""Attachments by stick: behind the commits, of any size, once the other has said what it lacks."""

from __future__ import annotations

import pytest

from node.bundles import making
from tests.node import couriers
from tests.node.attachments.paper import attach, noise, states
from tests.node.tree import Tree


def test_an_attachment_goes_up_and_down_by_sticks_alone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """In chunks smaller than it is, all of one bundle."""
    monkeypatch.setattr(making, "MAX_CHUNK_BYTES", 20_000)
    record = tree.dispatched()
    attach(tree, "k", record, noise(50_000))
    couriers.both(tree, "k", "c")
    assert states(tree, "c", record) != ["complete"]
    couriers.both(tree, "k", "c")
    assert states(tree, "k", record) == states(tree, "c", record)
    couriers.both(tree, "c", "p")
    couriers.both(tree, "c", "p")
    assert states(tree, "p", record) == states(tree, "k", record)
    attach(tree, "p", record, noise(30_000, 2), "依据.pdf")
    couriers.both(tree, "c", "p")
    couriers.both(tree, "c", "p")
    assert states(tree, "c", record) == states(tree, "p", record)
