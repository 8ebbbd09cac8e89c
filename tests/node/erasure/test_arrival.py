"""What is destroyed doesn't depend on the order in which acts arrive, nor on what was destroyed before they did."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from conflict.erasure import ID
from conflict.state import Standing
from node.store import folded, records
from sync_protocol.change import Act, Change
from sync_protocol.messages import CommitItem
from tests.node.erasure.files import GROUND, calm, has
from tests.node.forge import Forger, give, heads
from tests.node.test_intake import everything_of
from tests.node.tree import NARRATIVE, PATHS, Tree, grown

KNOWING, UNKNOWING = "知道删除以后写的话", "不知道删除时写的话"


def act(forger: Forger, record: str, action: str, after: list[bytes], **data: object) -> Change:
    return forger.made(Act("ticket/1", action, tuple(sorted(after)), data, bytes.fromhex(record)))


def arriving(tree: Tree, record: str, *fields: str) -> dict[str, CommitItem]:
    """By four offices, each of which the city hears from when it may: an order, a receipt for it, what is written on
    top of that, and what is written by one who has never heard of any of it."""
    calm(tree)
    tree.later(1000)
    first = heads(tree, "p", record)
    province, county, sibling, third = (Forger(tree, name) for name in "pkst")
    data = {"ground": GROUND, "changes": []} | ({"fields": list(fields)} if fields else {})
    order = act(province, record, "erase", list(first), **data)
    found = {"order": province.commit([order])}
    tree.later(1000)
    between = act(third, record, "note", list(first), tags=[])
    told = act(county, record, "erased", [order.short], by=order.short, count=1)
    found |= {"between": third.commit([between]), "told": county.commit([told])}
    tree.later(1000)
    found["knowing"] = sibling.commit(sibling.note(record, [told.short], KNOWING))
    found["unknowing"] = third.commit(third.note(record, [between.short], UNKNOWING))
    return found


def left(tree: Tree, record: str) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """At the city: what it has of the words, whatever it tells of others' acts."""
    timeline = tree.show("c", record)["timeline"]
    others = [(one["change"], one["verdict"]) for one in timeline if one["unit"] != PATHS["c"]]
    return has(tree, "c", KNOWING, UNKNOWING, NARRATIVE), tree.verify("c"), sorted(others)


@pytest.mark.parametrize(("fields", "kept"), [([], []), (["text"], [KNOWING, NARRATIVE])])
def test_what_is_left_is_the_same_in_whatever_order_it_arrives(
    tree: Tree, tmp_path: Path, fields: list[str], kept: list[str]
) -> None:
    record = tree.register("c")
    items = arriving(tree, record, *fields)
    tree.close()
    found = set()
    for at, order in enumerate(permutations(items)):
        if at % 11:
            continue
        again = grown(tree.base, tmp_path / f"again{at}", seed=at + 3)
        again.later(10_000)
        for name in order:
            give(again, "c", [items[name]])
        words, problems, others = left(again, record)
        again.close()
        assert (words, problems) == (kept, []), order
        found.add(tuple(others))
    assert len(found) == 1


def test_what_was_signed_while_the_order_was_held_goes_when_its_time_comes(tree: Tree) -> None:
    """Its author knew of a receipt, whose time had come, and through that had seen the order, and not heeded it: held,
    it was none yet."""
    record = tree.register("k")
    calm(tree)
    tree.later(1000)
    twin, other = Forger(tree, "k"), Forger(tree, "s")
    order = act(twin, record, "erase", list(heads(tree, "c", record)), ground=GROUND, changes=[])
    held = twin.commit([order], ahead_ms=20 * 60_000)
    give(tree, "c", [held])
    tree.later(15 * 60_000)
    told = other.commit(
        [act(other, record, "erased", [order.short], by=order.short, count=1)], ahead_ms=360_000
    )
    give(tree, "c", [told])
    tree.act("c", "note", record, text=UNKNOWING)
    tree.later(10 * 60_000)
    written = everything_of(tree, "c")[-1]
    tree.at("c").tick()
    assert has(tree, "c", UNKNOWING, NARRATIVE) == []
    receipts = [one for one in tree.show("c", record)["timeline"] if one["action"] == "erased"]
    assert [one["verdict"] for one in receipts] == ["stands", "stands"]
    give(tree, "p", [written])
    give(tree, "p", [held])
    tree.sync("c", "p")
    give(tree, "p", [told])
    tree.sync("c", "p")
    assert has(tree, "p", UNKNOWING, NARRATIVE) == []
    assert tree.reader("p").digest("370200")["digest"] == tree.reader("c").digest("370200")["digest"]


def test_a_receipt_stands_also_at_who_only_ever_got_the_links_to_its_order(tree: Tree) -> None:
    record = tree.register("c")
    calm(tree)
    tree.later(1000)
    first = list(heads(tree, "p", record))
    province, county, sibling = (Forger(tree, name) for name in "pks")
    some = act(province, record, "erase", first, ground=GROUND, fields=["text"], changes=[])
    ordered = province.commit([some])
    tree.later(1000)
    between = act(sibling, record, "note", [some.short])
    written = sibling.commit([between])
    tree.later(1000)
    told = act(county, record, "erased", [between.short], by=some.short, count=0)
    answered = county.commit([told])
    tree.later(1000)
    item = {ID: between.id, 1: bytes.fromhex(record), 2: "ticket/1", 3: "note", 4: [some.short]}
    whole = act(province, record, "erase", [told.short], ground=GROUND, changes=[item])
    last = province.commit([whole])
    for name, came in (("c", written), ("t", CommitItem(written.raw, ()))):
        give(tree, name, [ordered, came, answered, last])
        with tree.at(name).work() as work:
            row = records.row_of(work.db, bytes.fromhex(record))
            assert row is not None
            state = folded.state(work.db, row)
        assert state is not None and state.verdicts[told.short].standing is Standing.STANDS, name


def test_what_waits_for_its_author_says_nothing_yet_of_what_others_had_seen(tree: Tree) -> None:
    """The fold doesn't know of it: what was destroyed for its sake would still be shown."""
    record = tree.register("c")
    calm(tree)
    tree.later(1000)
    first = list(heads(tree, "p", record))
    province, county, stray = (Forger(tree, name) for name in "pks")
    stray.log = b"L" * 16
    order = act(province, record, "erase", first, ground=GROUND, fields=["text"], changes=[])
    ordered = province.commit([order])
    tree.later(1000)
    between = act(stray, record, "note", first)
    waiting = stray.commit([between])
    tree.later(1000)
    late = county.commit(county.note(record, [between.short], UNKNOWING))
    give(tree, "c", [waiting])
    give(tree, "c", [ordered])
    give(tree, "c", [late])
    assert has(tree, "c", UNKNOWING) == [UNKNOWING]
    assert tree.verify("c") == []
