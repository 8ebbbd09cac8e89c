"""What a child says to hold of a record that its parent takes for another's, when their link is compared (3.5)."""

from __future__ import annotations

import pytest

from node import reconciling, scope
from node.store import links, records
from sync_protocol import comparison
from sync_protocol.errors import BadMessage
from sync_protocol.messages import Mark, Reply
from sync_protocol.names import ZERO
from tests.node.tree import Tree


def test_a_child_that_says_what_it_holds_of_a_record_hears_what_took_it_away_by_that(tree: Tree) -> None:
    """And nothing of its past that it has; where it names none of what made the record its own, a guess."""
    record = tree.dispatched()
    tree.act("p", "note", record, text="省里的")
    tree.sync("c", "p")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.act("c", "note", record, text="此后的")
    with tree.at("c").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None
        county = tree.at("k").keys.node
        note, recall, last = [one.change[:16] for one in records.changes_of(work.db, row) if one.of is None][
            -3:
        ]
        acts = records.acts_at(work.db, row)

        def told(lacks: set[bytes]) -> list[tuple[int, int]]:
            return scope.parting_of(work, county, row, holds=acts.keys() - lacks)

        assert told({recall, last}) == [acts[recall]]
        assert told({note, recall, last}) == [acts[note], acts[recall]]
        assert told(set()) == told(set(acts)) == scope.parting_of(work, county, row)
        assert len(told(set())) > 2
        assert acts[last] not in told({recall, last}), "nothing behind what took it away"


def test_a_child_hears_nothing_of_a_record_that_never_was_its_own_whatever_it_says_to_hold(
    tree: Tree,
) -> None:
    record = tree.register("c")
    tree.act("c", "note", record, text="市里自己的")
    tree.quiet()
    with tree.at("c").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None
        county, names = tree.at("k").keys.node, list(records.acts_at(work.db, row))
        for known in (set(), {names[0]}, set(names)):
            assert scope.parting_of(work, county, row, known=False, holds=known) == []


def test_what_a_child_says_to_hold_without_asking_for_it_costs_the_parent_nothing(tree: Tree) -> None:
    """Each record that is looked at costs some hundred folds; so many may be asked for at once, and no more."""
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="另派")
    name = bytes.fromhex(record)
    held = comparison.Wanted(name, (name,))
    with tree.at("c").work() as work:
        peer = links.peer(work.db, tree.at("k").keys.node)
        assert peer is not None
        for asked, told in (((), False), ((comparison.OfRecord(name),), True)):
            ask = comparison.Ask(changes=asked, holds=(held,))
            found = reconciling.answered(work, peer, ask, Reply((), 0, Mark(0, ZERO)), 1 << 20)
            assert bool(found.commits) is told
    many = [[bytes([at % 256, at // 256]) * 8, b""] for at in range(comparison.MAX_RECORDS + 1)]
    with pytest.raises(BadMessage):
        comparison.decode_ask({4: many})
