"""Stands between real nodes: made hourly at most, told to who may know, kept and bounded, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from node import answering, link, stands
from node.incarnation import SUPERSEDED
from node.store import chain, links, settings
from node.store import stands as store
from sync_protocol import envelope, merkle, messages, stand
from sync_protocol.errors import BadMessage
from sync_protocol.messages import Reply, Request
from sync_protocol.stand import Stand
from tests.node.couriers import carry
from tests.node.tree import Tree

HOUR_MS = stands.HOUR_MS


def exchanged(tree: Tree, child: str, parent: str, *, lose: bool = False) -> tuple[Request, Reply]:
    """One exchange, as it was on the line. `lose`: the reply doesn't arrive."""
    sealed, taken = tree.exchange(child, parent)
    assert taken.reply is not None
    if not lose:
        tree.at(child).take_reply(taken.reply)
    payloads = [
        envelope.open(
            raw, me=tree.at(to).keys.node, open=tree.at(to).keys.open, key_of=lambda _, key=key: key
        ).envelope.payload
        for raw, to, key in (
            (sealed, parent, tree.at(child).keys.sign_key),
            (taken.reply, child, tree.at(parent).keys.sign_key),
        )
    ]
    return messages.parse_request(payloads[0]), messages.parse_reply(payloads[1])


def asking(tree: Tree, child: str) -> Request:
    with tree.at(child).work() as work:
        return link.request(work, 0).request


def kept(tree: Tree, name: str) -> list[Stand]:
    with tree.at(name).work() as work:
        return [stand.parse(row.raw) for row in store.every(work.db)]


def of(tree: Tree, name: str, whose: str) -> list[Stand]:
    """Those of one node that another one keeps, oldest first."""
    return [one for one in kept(tree, name) if one.node == tree.at(whose).keys.node]


def rounds(tree: Tree) -> None:
    """Each link twice, the lower ones first: what a child hears it says that it has."""
    for _ in range(2):
        for each in (("k", "c"), ("s", "t"), ("c", "p"), ("t", "p")):
            exchanged(tree, *each)


def know(tree: Tree, name: str) -> set[str]:
    """Of whom it keeps some."""
    ids = {tree.at(one).keys.node: one for one in "pctks"}
    return {ids[one.node] for one in kept(tree, name) if one.node in ids}


@pytest.fixture
def lived(tree: Tree) -> Tree:
    """An hour later, and something happened everywhere."""
    rounds(tree)
    tree.later(HOUR_MS)
    for name in "kspct":
        tree.register(name)
    rounds(tree)
    rounds(tree)
    return tree


def test_a_stand_is_what_its_node_has(lived: Tree) -> None:
    with lived.at("c").work() as work:
        row = chain.log_row(work.db, work.log)
        ids = [name for _, name in store.ids(work.db, 0, 10_000)]
        assert row is not None
        before = store.newest(work.db, work.node, work.log)
        assert before is not None
    newest = stand.parse(before.raw)
    assert newest.log == row.log and newest.stored is not None
    assert newest.stored.root == merkle.root(map(merkle.leaf, ids[: newest.stored.size]))
    [own] = newest.heads
    assert own.log == row.log and own.seq <= row.head.seq


def test_each_hears_of_those_above_beside_and_below_and_of_nobody_else(lived: Tree) -> None:
    assert know(lived, "p") == set("pctks")
    assert know(lived, "c") == set("cptk"), "not what is below the city beside it"
    assert know(lived, "k") == set("kcp"), "its uncle is nobody that it knows of"


def test_within_an_hour_and_where_nothing_changed_none_is_made(lived: Tree) -> None:
    rounds(lived)
    before = len(of(lived, "k", "k"))
    lived.register("k")
    rounds(lived)
    assert len(of(lived, "k", "k")) == before, "the hour isn't over"
    latest = of(lived, "k", "k")[-1]
    lived.later(HOUR_MS)
    rounds(lived)
    assert of(lived, "k", "k")[-1].time_ms > latest.time_ms
    latest = of(lived, "k", "k")[-1]
    lived.later(HOUR_MS)
    rounds(lived)
    lived.later(HOUR_MS)
    rounds(lived)
    assert of(lived, "k", "k")[-1] == latest, "nothing happened"


def test_what_was_told_once_is_told_no_more(lived: Tree) -> None:
    for _ in range(3):
        rounds(lived)
    for child, parent in (("k", "c"), ("c", "p")):
        asked, told = exchanged(lived, child, parent)
        assert (asked.stands, asked.stood, told.stands, told.stood) == ((), 0, (), 0)


def test_a_reply_that_was_lost_is_told_again(tree: Tree) -> None:
    tree.quiet()
    tree.later(HOUR_MS)
    tree.register("p")
    _, first = exchanged(tree, "c", "p", lose=True)
    _, again = exchanged(tree, "c", "p", lose=True)
    assert first.stands and first.stands == again.stands
    _, taken = exchanged(tree, "c", "p")
    asked, after = exchanged(tree, "c", "p")
    assert taken.stands == first.stands and asked.stood == taken.stood and not after.stands


def test_a_request_without_an_answer_is_told_again(tree: Tree) -> None:
    tree.quiet()
    tree.later(HOUR_MS)
    tree.register("c")
    first, _ = exchanged(tree, "c", "p", lose=True)
    second, _ = exchanged(tree, "c", "p")
    third, _ = exchanged(tree, "c", "p")
    assert first.stands and first.stands == second.stands and not third.stands


def test_a_clock_that_goes_back_never_makes_an_earlier_one(tree: Tree) -> None:
    rounds(tree)
    first = of(tree, "k", "k")[-1]
    tree.register("k")
    tree.clock("k").advance(-5 * HOUR_MS)
    tree.sync("k", "c")
    assert of(tree, "k", "k")[-1].time_ms == first.time_ms + 1


def test_after_a_restore_the_old_log_is_named_beside_the_new_one(lived: Tree) -> None:
    with lived.at("k").work() as work:
        old = work.log
    lived.shut("k")
    (lived.base / "k" / "marker").unlink()
    lived.later(HOUR_MS)
    rounds(lived)
    newest = max(of(lived, "p", "k"), key=lambda one: one.time_ms)
    assert newest.log != old and old in {one.log for one in newest.heads}


def test_by_new_keys_a_node_says_where_its_new_log_stands(lived: Tree) -> None:
    former = lived.at("k").keys.node
    lived.do("k", "registry.replace")
    lived.quiet()
    lived.later(HOUR_MS)
    lived.register("k")
    rounds(lived)
    rounds(lived)
    assert lived.at("k").keys.node != former and of(lived, "p", "k")


# Bundles


def test_a_bundle_carries_them_both_ways(tree: Tree) -> None:
    tree.quiet()
    tree.later(HOUR_MS)
    for name in "kc":
        tree.register(name)
    carry(tree, "k", "c")
    carry(tree, "c", "k")
    assert {"k", "c"} <= know(tree, "c") & know(tree, "k")


# What others send


def forged(tree: Tree, whose: str, *, time_ms: int = 0, log: bytes | None = None, signer: str = "") -> bytes:
    """A stand that says it is of one node, signed by another where `signer` says so."""
    keys = tree.at(whose).keys
    with tree.at(whose).work() as work:
        heads = [stand.Head(row.log, row.head_seq, row.head_id) for row in store.heads(work.db, keys.node)]
        made = stand.make(
            log=log or work.log, time_ms=time_ms or work.now_ms, heads=heads, frontier=bytes(32), stored=None,
            kid=keys.node, signer=tree.at(signer or whose).keys.sign,
        )  # fmt: skip
    return made.signed.raw


def taken(tree: Tree, name: str, *raws: bytes) -> list[str]:
    with tree.at(name).work() as work:
        return stands.take(work, raws, tree.at("c").keys.node)


def test_what_is_no_stand_of_a_known_node_is_refused_by_code_and_stops_nothing_else(tree: Tree) -> None:
    stranger = stand.make(
        log=bytes(16), time_ms=1, heads=(), frontier=bytes(32), stored=None, kid=b"x" * 16,
        signer=tree.at("k").keys.sign,
    )  # fmt: skip
    good = forged(tree, "k")
    found = taken(
        tree, "p", b"", bytes(5000), stranger.signed.raw, forged(tree, "k", log=b"y" * 16),
        forged(tree, "k", signer="c"), good,
    )  # fmt: skip
    assert found == ["bad_stand", "bad_stand", "unknown_author", "foreign_log", "bad_signature"]
    assert [one.signed.raw for one in of(tree, "p", "k")][-1] == good


def test_a_childs_bad_stand_is_noted_to_it_and_its_commits_are_taken(tree: Tree) -> None:
    tree.quiet()
    record = tree.register("k")
    with tree.at("c").work() as work:
        node = tree.at("k").keys.node
        peer = links.peer(work.db, node)
        assert peer is not None
        asked = replace(asking(tree, "k"), stands=(b"nonsense",))
        heard = answering.take_request(work, node, peer.incarnation, peer.envelope + 1, asked)
    assert "bad_stand" in heard.notes and tree.show("c", record)["record"] == record


def test_more_of_them_than_a_message_may_hold_is_no_message(tree: Tree) -> None:
    asked = replace(asking(tree, "k"), stands=(b"x",) * (messages.MAX_STANDS + 1))
    with pytest.raises(BadMessage):
        messages.parse_request(messages.encode(asked))


def test_a_peer_without_the_feature_is_told_nothing_and_reads_nothing(lived: Tree) -> None:
    lived.later(HOUR_MS)
    lived.register("p")
    with lived.at("p").work() as work:
        peer = links.peer(work.db, lived.at("c").keys.node)
        assert peer is not None
        assert stands.down(work, peer, ("reconcile", "early", "blobs")) == ((), 0)
    with lived.at("c").work() as work:
        peer = link.parent(work)
        links.change(work.db, peer.id, can="reconcile early blobs")
        assert (
            stands.up(work, link.parent(work)) == ()
            and stands.for_bundle(work, link.parent(work), upwards=True) == ()
        )


def test_a_mark_that_was_never_told_moves_nothing(lived: Tree) -> None:
    """A parent that was put back to a backup told less than its child remembers."""
    with lived.at("p").work() as work:
        peer = links.peer(work.db, lived.at("c").keys.node)
        assert peer is not None
        before = settings.get(work.db, f"stands/{peer.node.hex()}")
        stands.heard(work, peer, replace(asking(lived, "c"), stood=10_000))
        assert settings.get(work.db, f"stands/{peer.node.hex()}") == before


def test_an_office_is_told_of_so_many_an_hour_and_an_auditor_of_all(
    lived: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived.clock("a").advance(lived.clock("p").now_ms() - lived.clock("a").now_ms())
    lived.join("p", "a", lived.invite("p", "SJ01", "省总审计", role="auditor"))
    lived.sync("a", "p")
    lived.sync("a", "p")
    assert know(lived, "a") == set("pctks")
    monkeypatch.setattr(stands, "HOURLY", 1)
    lived.later(HOUR_MS)
    for name in "pct":
        lived.register(name)
    for each in (("t", "p"), ("c", "p"), ("c", "p"), ("c", "p")):
        lived.sync(*each)
    with lived.at("c").work() as work:
        fresh = [row for row in store.every(work.db) if work.now_ms - row.received_ms < HOUR_MS]
    assert len([row for row in fresh if row.node != lived.at("c").keys.node]) == 1
    lived.later(HOUR_MS)
    lived.sync("c", "p")
    assert len(of(lived, "c", "t")) > 0


# Kept


def received(tree: Tree) -> list[tuple[int, bool]]:
    """(when, whether it is evidence) of the county's at the province, in the order of their coming."""
    with tree.at("p").work() as work:
        rows = [row for row in store.every(work.db) if row.node == tree.at("k").keys.node]
    return [(row.received_ms, row.evidence) for row in sorted(rows, key=lambda row: row.id)]


def keep(tree: Tree, raw: bytes) -> None:
    assert taken(tree, "p", raw) == []


def test_the_first_of_each_day_and_the_newest_are_kept_and_old_days_go(tree: Tree) -> None:
    start = tree.clock("p").now_ms()
    for at in range(1, 4 * 24):
        tree.clock("p").advance(HOUR_MS)
        keep(tree, forged(tree, "k", time_ms=start + at))
    days = [(at + store.EAST_MS) // store.DAY_MS for at, _ in received(tree)]
    *each, newest = days
    assert each == sorted(set(each)) and len(each) >= 4 and newest == each[-1]
    tree.clock("p").advance(store.KEPT_MS + store.DAY_MS)
    keep(tree, forged(tree, "k", time_ms=start + 1000))
    assert len(received(tree)) == 1


def test_an_older_one_that_comes_late_says_nothing_new(tree: Tree) -> None:
    start = tree.clock("p").now_ms()
    for at in (9, 8, 9):
        keep(tree, forged(tree, "k", time_ms=start + at))
    assert [one.time_ms - start for one in of(tree, "p", "k")][1:] == [9]


def test_what_contradicts_is_kept_whatever_comes_and_is_bounded(tree: Tree) -> None:
    """A liar doesn't fill a disk by lying."""
    for at in range(40):
        keep(tree, headed(tree, tree.clock("p").now_ms() + at + 1, 50 - at))
    found = received(tree)
    assert sum(evidence for _, evidence in found) <= store.MOST_EVIDENCE + 1
    assert len(found) <= store.MOST_EVIDENCE + 2


def headed(tree: Tree, time_ms: int, seq: int) -> bytes:
    keys = tree.at("k").keys
    with tree.at("k").work() as work:
        head = stand.Head(work.log, seq, seq.to_bytes(32, "big"))
        made = stand.make(
            log=work.log, time_ms=time_ms, heads=[head], frontier=bytes(32), stored=None, kid=keys.node,
            signer=keys.sign,
        )  # fmt: skip
    return made.signed.raw


# The tree of what is stored


def test_the_tree_grows_by_some_at_a_time_and_is_named_once_it_has_all(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade a million commits are hashed in pieces, so that the desk's work isn't kept waiting."""
    tree.quiet()
    with tree.at("p").work() as work:
        settings.put(work.db, stands.TREE, b"")
    monkeypatch.setattr(stands, "LEAVES", 3)
    tree.later(HOUR_MS)
    tree.register("p")
    tree.sync("c", "p")
    assert of(tree, "p", "p")[-1].stored is None
    for _ in range(20):
        tree.at("p").tick()
    tree.later(HOUR_MS)
    tree.register("p")
    tree.sync("c", "p")
    found: Any = of(tree, "p", "p")[-1].stored
    assert found is not None and found.size > 3


def test_what_a_parent_is_to_see_is_shown_until_a_request_counts(lived: Tree) -> None:
    """A copy of the county's has called since, and for an hour it waits before it begins a log."""
    tree, city = lived, lived.at("c").keys.node
    [before] = of(tree, "k", "c")[-1:]
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET envelope = envelope + 50 WHERE node = ?", [tree.at("k").keys.node])
    with tree.at("k").work() as work:
        settings.put_number(work.db, SUPERSEDED, work.now_ms)
        settings.put(work.db, stands.SHOWN + city.hex(), before.signed.raw)
    tree.sync("k", "c")
    with tree.at("k").work() as work:
        assert stands.has_to_show(work, city)
    tree.later(HOUR_MS)
    tree.sync("k", "c")
    with tree.at("k").work() as work:
        assert not stands.has_to_show(work, city)
