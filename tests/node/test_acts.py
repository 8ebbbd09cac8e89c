"""Stored changes as the fold gets them; and one record can't be filled without end."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from conflict.act import Presence
from node import acts, refold
from node.store import records
from sync_protocol.change import Act
from sync_protocol.messages import CommitItem
from tests.node.forge import Forger, give, heads
from tests.node.tree import Tree

MOST = 600  # CBOR items of a record, for these tests


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MAX_RECORD_ITEMS", MOST)
    monkeypatch.setattr(refold, "MAX_RECORD_ITEMS", MOST)


def flood(tree: Tree, record: str, count: int) -> list[CommitItem]:
    """The county's notes, a hundred items each."""
    forger = Forger(tree, "k")
    seen = heads(tree, "k", record)
    made = []
    for _ in range(count):
        note = Act("ticket/1", "note", seen, {"what": [[]] * 100}, bytes.fromhex(record))
        made.append(forger.commit([forger.made(note)]))
    return made


def folded(tree: Tree, name: str, record: str) -> tuple[bytes, Counter[str]]:
    """A record's digest, and for how many acts each reason is why they don't count."""
    with tree.at(name).work() as work:
        row = records.ensure(work.db, bytes.fromhex(record), "ticket")
        found = acts.acts(work, bytes.fromhex(record), records.changes_of(work.db, row))
    digest = tree.one(name, "SELECT digest FROM folded WHERE record = ?", row)
    return digest, Counter(one.reason for one in found if one.presence is Presence.QUARANTINED)


@pytest.mark.usefixtures("small")
def test_acts_past_what_a_record_may_hold_are_quarantined_the_same_ones_everywhere(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    made = flood(tree, record, 9)
    give(tree, "c", made)
    shuffled = made[:]
    random.Random(1).shuffle(shuffled)
    for one in shuffled:
        give(tree, "p", [one])
    digest, reasons = folded(tree, "c", record)
    assert (digest, reasons) == folded(tree, "p", record)
    assert reasons.keys() == {"too_large"} and 3 <= reasons["too_large"] <= 6
    assert tree.show("c", record)["phase"] == tree.show("k", record)["phase"]


@pytest.mark.usefixtures("small")
def test_what_comes_on_top_of_a_full_record_is_judged_as_in_a_fold_anew(tree: Tree) -> None:
    record = tree.dispatched()
    for one in flood(tree, record, 9):
        give(tree, "c", [one])
    before = folded(tree, "c", record)
    with tree.at("c").work() as work:
        work.again.add(records.ensure(work.db, bytes.fromhex(record), "ticket"))
    assert folded(tree, "c", record) == before
    found = tree.reader("c").verify(True)["problems"]  # a long list of codes is past the small bound as well
    assert record not in {one["where"] for one in found}


def test_an_ordinary_record_is_nowhere_near_it(tree: Tree) -> None:
    record = tree.dispatched()
    with tree.at("c").work() as work:
        row = records.ensure(work.db, bytes.fromhex(record), "ticket")
        assert 0 < records.size_of(work.db, row) < acts.MAX_RECORD_ITEMS // 100
