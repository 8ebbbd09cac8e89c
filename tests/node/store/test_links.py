"""The outbox: positions rise and never come again."""

from __future__ import annotations

from node.store import links
from tests.node.tree import Tree


def test_positions_rise_and_are_never_given_twice(tree: Tree) -> None:
    with tree.at("p").work() as work:
        peer = links.ensure(work.db, b"n" * 16, b"i" * 16)
        links.enqueue(work.db, peer.id, [1, 2, 3], 7)
        assert [one[:2] for one in links.waiting(work.db, peer.id, 0, 10)] == [(1, 1), (2, 2), (3, 3)]
        assert links.commit_at(work.db, peer.id, 2) == 2
        links.acknowledge(work.db, peer.id, 2, b"c" * 32)
        assert links.count_waiting(work.db, peer.id) == (1, 7)
        links.clear(work.db, peer.id)
        links.enqueue(work.db, peer.id, [9], 8)
        assert links.waiting(work.db, peer.id, 0, 10)[0][:2] == (4, 9)
        found = links.peer(work.db, b"n" * 16)
        assert found is not None and (found.position, found.position_id) == (2, b"c" * 32)


def test_registry_changes_are_found_ahead_of_what_waits(tree: Tree) -> None:
    with tree.at("p").work() as work:
        peer = links.ensure(work.db, b"n" * 16, b"i" * 16)
        links.enqueue(work.db, peer.id, [1, 2], 7)
        links.enqueue(work.db, peer.id, [3], 7, ahead=links.REGISTRY)
        assert links.waiting_ahead(work.db, peer.id, 0, 9) == [(3, 3, links.REGISTRY)]
        assert links.waiting_ahead(work.db, peer.id, 3, 9) == []


def test_scope_is_remembered_and_withdrawn(tree: Tree) -> None:
    with tree.at("p").work() as work:
        peer = links.ensure(work.db, b"n" * 16, b"i" * 16)
        links.deliver(work.db, peer.id, 5)
        assert links.in_scope(work.db, peer.id, [5, 6]) == {5}
        assert peer.id in links.delivered_to(work.db, 5)
        links.withdraw(work.db, peer.id, 5)
        assert links.in_scope(work.db, peer.id, [5, 6]) == set()
