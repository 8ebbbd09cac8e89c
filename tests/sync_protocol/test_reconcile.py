"""Reconciliation: whatever two sides hold, both end with all of it; it costs little when nothing differs; and it
ends, whatever a parent tells.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, comparison, reconcile
from sync_protocol.comparison import ChangePage, RecordPage, Told
from sync_protocol.errors import BadMessage
from sync_protocol.reconcile import Plan
from tests.sync_protocol.holding import Held, Parent, copy, many

RECORDS = [bytes([first, last]) * 8 for first in (0, 1, 255) for last in (1, 2, 3)]
IDS = [bytes([at]) * 16 for at in range(12)]

holdings = st.dictionaries(st.sampled_from(RECORDS), st.sets(st.sampled_from(IDS), min_size=1))


@given(holdings, holdings, st.frozensets(st.sampled_from(RECORDS)), st.sampled_from([0, 100, 1000]),
       st.sampled_from([1, 3, 100]))  # fmt: skip
def test_both_sides_end_with_what_either_held(
    ours: Any, theirs: Any, registry: frozenset[bytes], told_room: int, most: int
) -> None:
    child, parent = Held(ours, registry), Parent(Held(theirs, registry), told_room, most)
    records = {*ours, *theirs}
    union = {record: ours.get(record, set()) | theirs.get(record, set()) for record in records}
    differ = sum(len(ours.get(one, set()) ^ theirs.get(one, set())) for one in records)
    plan = parent.reconcile(child)
    assert child.ids == parent.held.ids == union
    assert (plan.equal, plan.differed, plan.left) == (True, differ, 0)


def test_equal_holdings_cost_one_ask_and_one_answer_of_three_kilobytes() -> None:
    child = many(2000, 1)
    parent = Parent(copy(child))
    plan = parent.reconcile(child)
    assert plan.equal and plan.differed == 0
    assert len(parent.asks) == 1 and len(parent.asks[0]) + len(parent.tolds[0]) < 3100


@pytest.mark.parametrize("lost_by", ["child", "parent", "both"])
def test_a_restored_side_is_repaired(lost_by: str) -> None:
    whole = many(1500, 2)
    child, parent = copy(whole), Parent(copy(whole))
    for side, name in ((child, "child"), (parent.held, "parent")):
        if lost_by in (name, "both"):
            for record in random.Random(name).sample(sorted(side.ids), 800):
                del side.ids[record]
    plan = parent.reconcile(child, 200)
    assert child.ids == parent.held.ids and plan.equal


def test_the_registry_is_repaired_before_anything_else_is_asked() -> None:
    whole = many(600, 3)
    whole.registry = frozenset(sorted(whole.ids)[-20:])
    child, parent = Held({}, whole.registry), Parent(copy(whole))
    plan = Plan(child)
    while not whole.registry <= set(child.ids):
        assert set(child.ids) <= whole.registry
        parent.exchange(plan, child)
    while not plan.done:
        parent.exchange(plan, child)
    assert child.ids == whole.ids


def test_a_record_too_large_for_one_answer_is_compared_page_by_page() -> None:
    ids = set(many(20_000, 4, each=0).ids)
    record = RECORDS[0]
    child = Held({record: set(sorted(ids)[::2])})
    parent = Parent(Held({record: set(sorted(ids)[:17_000])}), most=20_000)
    plan = parent.reconcile(child, 60)
    assert child.ids == parent.held.ids and plan.equal and plan.left == 0


def test_when_it_is_done_nothing_is_asked_any_more() -> None:
    plan = Plan(many(3, 1))
    plan.take(Told())
    assert plan.done and plan.ask() == comparison.Ask()
    plan.take(Told(differs=(1,)))
    assert plan.equal


def test_a_lost_reply_changes_nothing() -> None:
    child, parent = many(300, 5), Parent(many(300, 6))
    plan = Plan(child)
    while not plan.done:
        parent.most = 1000
        before = plan.ask()
        comparison.answer(before, parent.held)
        assert plan.ask() == before
        parent.exchange(plan, child)
    assert child.ids == parent.held.ids


def test_what_is_written_meanwhile_doesnt_keep_it_from_ending() -> None:
    child, parent = many(50, 7), Parent(many(50, 8))
    plan, draw = Plan(child), random.Random(9)
    while not plan.done:
        for held in (child, parent.held):
            held.add(draw.choice(sorted(held.ids)), {draw.randbytes(16)})
        parent.exchange(plan, child)
        assert len(parent.asks) < 100
    assert parent.reconcile(child).equal


# Parents that don't do as they should


@given(holdings, holdings)
def test_what_a_parent_names_and_never_brings_is_given_up_and_counted(ours: Any, theirs: Any) -> None:
    child, parent = Held(ours), Held(theirs)
    plan = Plan(child)
    lack = sum(len(ids - ours.get(record, set())) for record, ids in theirs.items())
    for _ in range(500):
        if plan.done:
            break
        for record, ids in plan.send():
            parent.add(record, ids)
        plan.take(comparison.answer(plan.ask(), parent))
    assert plan.done and plan.equal == (lack == 0)
    assert plan.left == lack
    for record, ids in ours.items():
        assert ids <= parent.ids[record], "the parent got everything all the same"


@given(holdings, holdings)
def test_what_a_parent_never_takes_is_given_up_and_counted(ours: Any, theirs: Any) -> None:
    child, parent = Held(ours), Held(theirs)
    plan = Plan(child)
    kept = sum(len(ids - theirs.get(record, set())) for record, ids in ours.items())
    for _ in range(500):
        if plan.done:
            break
        ask = plan.ask()
        told = comparison.answer(ask, parent)
        for record, ids in ask.wants:
            child.add(record, ids)
        plan.take(told)
    assert plan.done and plan.left == kept


@pytest.mark.parametrize(("told_room", "most"), [(0, 1), (100, 1), (1000, 100)])
def test_a_parent_is_told_of_a_record_that_has_left_the_child(told_room: int, most: int) -> None:
    """It holds all of it but the acts that say so; the child names it as little as any that it never had."""
    by, rest = set(IDS[4:6]), set(IDS[:4]) | set(IDS[6:])
    others = {record: set(IDS[:3]) for record in RECORDS[1:]}
    child = Held(dict(others), gone={RECORDS[0]: by})
    parent = Parent(Held({RECORDS[0]: rest, **others}, gone={RECORDS[0]: by}), told_room, most)
    plan = parent.reconcile(child)
    assert RECORDS[0] not in parent.held.ids and plan.equal
    assert plan.differed >= len(by) and plan.left == 0


def test_a_parent_that_isnt_to_be_told_so_or_takes_nothing_of_it_holds_nothing_up() -> None:
    child = Held({RECORDS[1]: set(IDS)}, gone={RECORDS[0]: {IDS[0]}})
    parent = Parent(Held({RECORDS[0]: {IDS[0]}, RECORDS[1]: {IDS[1]}}))
    parent.reconcile(child)
    assert parent.held.ids[RECORDS[1]] == set(IDS), "it knows of the act by which the first left"
    child.gone[RECORDS[0]], plan = {IDS[2]}, Plan(child)
    while not plan.done:
        assert plan.partings() in ([], [(RECORDS[0], (IDS[2],))])
        plan.take(comparison.answer(plan.ask(), parent.held))
    assert not plan.equal and plan.left > 0


@pytest.mark.parametrize("most", [1, 100])
def test_a_parent_by_which_a_record_isnt_the_childs_is_told_what_the_child_holds_of_it(most: int) -> None:
    """Of several acts that take a record away together, a guess may name one that the child has (seed 1011)."""
    by, rest = {IDS[4], IDS[5]}, set(IDS[:4]) | set(IDS[6:])
    child = Held({RECORDS[0]: set(rest), RECORDS[1]: set(IDS[:3])}, gone={RECORDS[0]: by})
    parent = Parent(copy(Held({RECORDS[1]: set(IDS[:3])})), most=most, others={RECORDS[0]: rest | by})
    plan = parent.reconcile(child)
    assert RECORDS[0] not in child.ids and plan.equal
    held = [comparison.decode_ask(cbor.decode(one)).holds for one in parent.asks]
    ((told,),) = [one for one in held if one]
    assert told.record == RECORDS[0] and set(told.ids) == rest


def test_what_the_parent_takes_is_never_told_so() -> None:
    child, parent = many(30, 5), Parent(many(20, 6))
    parent.reconcile(child)
    assert not any(comparison.decode_ask(cbor.decode(one)).holds for one in parent.asks)


def test_one_bad_change_among_many_holds_up_none_of_them() -> None:
    whole = many(40, 10)
    child, parent = Held(), copy(whole)
    bad = {min(ids) for ids in whole.ids.values()}
    plan = Plan(child)
    while not plan.done:
        ask = plan.ask()
        told = comparison.answer(ask, parent)
        for record, ids in [(one.record, one.ids) for one in ask.wants][:2]:
            child.add(record, set(ids) - bad)
        plan.take(told)
    assert plan.left == len(bad)
    assert child.ids == {record: ids - bad for record, ids in whole.ids.items()}


def stuck(plan: Plan, told: Told | None) -> None:
    with pytest.raises(BadMessage) as caught:
        plan.take(told)
    assert caught.value.code == "reconcile_stuck"


def test_an_answer_to_something_else_is_refused() -> None:
    stuck(Plan(Held()), None)
    at_records = Plan(Held())
    at_records.take(Told(differs=(3,)))
    record = bytes([3]) * 16
    for wrong in (
        Told(),
        Told(records=(RecordPage(4, True, ()),)),
        Told(records=(RecordPage(3, True, ()), RecordPage(4, True, ()))),
        Told(changes=(ChangePage(record, True, ()),)),
    ):
        stuck(at_records, wrong)
    at_records.take(Told(records=(RecordPage(3, False, ((record, bytes(12)),)),)))
    stuck(at_records, Told())
    stuck(at_records, Told(changes=(ChangePage(bytes(16), True, ()),)))
    at_records.take(Told(changes=(ChangePage(record, False, (IDS[3],)),)))
    stuck(at_records, Told(changes=(ChangePage(record, True, ()),)))


def test_a_page_that_goes_back_is_refused() -> None:
    plan = Plan(Held())
    plan.take(Told(differs=(3,)))
    record = bytes([3]) * 16
    plan.take(Told(records=(RecordPage(3, False, ((record, bytes(12)),)),)))
    plan.take(Told(changes=(ChangePage(record, True, ()),)))
    stuck(plan, Told(records=(RecordPage(3, True, ((record, bytes(12)),)),)))


class Liar:
    """Tells ever new records and changes that don't exist, within the form."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def tell(self, ask: comparison.Ask) -> Told:
        records = [self._records(one.bucket, one.above) for one in ask.records]
        changes = [self._changes(one.record, one.above) for one in ask.changes]
        share = self.draw.randint(1, 9)
        return Told((0, 7, 256) if ask.buckets else (), tuple(records[:share]), tuple(changes[:share]))

    def _records(self, bucket: int, above: bytes) -> RecordPage:
        found = sorted({self._above(above) for _ in range(self.draw.randint(1, 4))})
        return RecordPage(bucket, self.draw.random() < 0.1, tuple((one, bytes(12)) for one in found))

    def _changes(self, record: bytes, above: bytes) -> ChangePage:
        found = sorted({self._above(above) for _ in range(self.draw.randint(1, 4))})
        return ChangePage(record, self.draw.random() < 0.5, tuple(found))

    def _above(self, above: bytes) -> bytes:
        lowest = int.from_bytes(above or bytes(16), "big") + 1
        return self.draw.randrange(lowest, min(lowest + 2**100, 2**128)).to_bytes(16, "big")


@pytest.mark.parametrize("seed", range(4))
def test_a_parent_that_goes_on_lying_is_refused_in_the_end(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "MAX_VAIN", 200)
    liar, plan = Liar(seed), Plan(many(50, seed))
    with pytest.raises(BadMessage) as caught:
        for _ in range(3000):
            plan.take(liar.tell(plan.ask()))
            if plan.done:
                plan = Plan(many(50, seed))
    assert caught.value.code == "reconcile_stuck"
