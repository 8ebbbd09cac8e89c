"""What an order reaches is destroyed wherever a node keeps it; what its list lies about isn't, and is listed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, text

from conflict.erasure import ID
from node.attachments import upload
from node.erasure import destruction
from sync_protocol.change import Act, Words
from sync_protocol.commit import parse
from sync_protocol.messages import encode_item
from sync_protocol.names import short
from tests.node.erasure.files import GROUND, calm, erase, has, receipted
from tests.node.forge import Forger, give, heads
from tests.node.tree import NARRATIVE, PATHS, Tree


def test_what_was_written_meanwhile_is_gone_the_moment_it_arrives(tree: Tree) -> None:
    record = tree.dispatched()
    erase(tree, "p", record)
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="断线时写的话")
    tree.sync("k", "c")
    assert has(tree, "c", "断线时写的话") == ["断线时写的话"]  # nobody has told it yet
    tree.sync("c", "p")
    calm(tree)
    assert [has(tree, node, "断线时写的话", NARRATIVE) for node in "pck"] == [[], [], []]
    assert tree.reader("p").erasures(record)["outstanding"] == []
    assert [tree.verify(node) for node in "pck"] == [[], [], []]


def test_held_quarantined_and_stray_words_go_too(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    first = heads(tree, "k", record)
    ahead = forger.note(record, first, "来自未来的话")
    apart = forger.made(Words("ticket/1", {"text": "无主的话"}, first[0]))
    stray = Forger(tree, "s")
    stray.log = b"L" * 16
    waiting = stray.commit(stray.note(record, first, "陌生人的话"))
    give(tree, "c", [forger.commit([apart]), forger.commit(ahead, ahead_ms=20 * 60_000), waiting])
    said = ("来自未来的话", "无主的话", "陌生人的话")
    assert has(tree, "c", *said) == list(said)
    erase(tree, "p", record)
    tree.sync("c", "p")
    assert has(tree, "c", *said, NARRATIVE) == []
    assert tree.reader("c").exceptions("quarantine").items == []
    assert (
        len(tree.reader("c").exceptions("held").items) == 1
    )  # the stray's commit waits on, without its words
    assert tree.verify("c") == []


def test_words_that_wait_go_too_where_their_act_is_a_link_alone(tree: Tree) -> None:
    """Kept aside while the author wasn't known; the order came with the commit, whose bodies were destroyed by then."""
    record = tree.dispatched()
    forger = Forger(tree, "k")
    item = forger.commit(forger.note(record, heads(tree, "k", record), "晚来的话"))
    late = forger.commit(forger.note(record, heads(tree, "k", record), "更晚的话"))
    give(tree, "c", [item])
    erase(tree, "p", record)
    tree.sync("c", "p")
    with tree.at("c").work() as work:
        header = parse(item.raw).header
        work.db.execute(
            insert(destruction.STRAY).values(
                peer=b"peer", log=header.log, seq=header.seq, item=encode_item(item)
            )
        )
    assert has(tree, "c", "晚来的话") == ["晚来的话"]
    give(tree, "c", [late])
    assert has(tree, "c", "晚来的话", "更晚的话") == []


@pytest.mark.parametrize("listed", [True, False])
def test_words_whose_act_was_withheld_are_gone_with_their_record(tree: Tree, listed: bool) -> None:
    """Nothing here says of which record they are: neither a list that names them finds them, nor one that doesn't."""
    record = tree.dispatched()
    forger = Forger(tree, "k")
    item = forger.commit(forger.note(record, heads(tree, "k", record), "没有操作的话"))
    give(tree, "c", [replace(item, changes=item.changes[1:])])
    if listed:
        give(tree, "p", [item])
    erase(tree, "p", record)
    calm(tree)
    assert [has(tree, node, "没有操作的话", NARRATIVE) for node in "pc"] == [[], []]
    assert [tree.verify(node) for node in "pc"] == [[], []]


def test_words_that_wait_without_their_act_are_gone_with_their_record(tree: Tree) -> None:
    record = tree.dispatched()
    stranger = Forger(tree, "s")
    stranger.log = b"L" * 16
    item = stranger.commit(stranger.note(record, heads(tree, "k", record), "陌生人的话"))
    give(tree, "c", [replace(item, changes=item.changes[1:])])
    erase(tree, "p", record)
    tree.sync("c", "p")
    assert has(tree, "c", "陌生人的话", NARRATIVE) == []


def test_a_body_that_comes_back_is_refused_and_the_peer_is_told(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    item = forger.commit(forger.note(record, heads(tree, "k", record), "寄来两次的话"))
    give(tree, "c", [item])
    erase(tree, "p", record)
    tree.sync("c", "p")
    taken = give(tree, "c", [item])
    assert taken.notes == ["erased", "erased"]
    assert has(tree, "c", "寄来两次的话") == []


def test_a_list_that_lies_about_a_body_spares_it_and_is_listed(tree: Tree) -> None:
    record = tree.dispatched()
    calm(tree)
    tree.later(1000)
    forger = Forger(tree, "p")
    with tree.at("p").work() as work:
        rows = work.db.execute(text("SELECT change, body FROM change JOIN record r ON r.id = change.record"
                                    " WHERE r.matter = 'ticket' AND of IS NOT NULL")).all()  # fmt: skip
    words = rows[0].change
    item = {ID: words, 2: "ticket/1", 6: b"?" * 16}
    data = {"ground": GROUND, "fields": ["narrative"], "changes": [item]}
    order = forger.made(Act("ticket/1", "erase", heads(tree, "p", record), data, bytes.fromhex(record)))
    give(tree, "c", [forger.commit([order])])
    (one,) = tree.reader("c").exceptions("denied").items
    assert one["reason"] == "list_lies" and one["values"] == [short(words).hex()]
    assert "未删除" in one["sentence"]
    assert has(tree, "c", NARRATIVE)
    with tree.at("c").work() as work:
        assert not destruction.is_erased(work, short(words))


def test_an_order_by_somebody_who_may_not_erases_nothing(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    data = {"ground": GROUND, "changes": []}
    order = forger.made(Act("ticket/1", "erase", heads(tree, "k", record), data, bytes.fromhex(record)))
    give(tree, "c", [forger.commit([order])])
    assert [one["reason"] for one in tree.reader("c").exceptions("denied").items] == ["not_registrar"]
    assert has(tree, "c", NARRATIVE)


@pytest.mark.parametrize("of", [None, "narrative"])
def test_an_attachment_goes_with_the_words_that_name_it(tree: Tree, of: str | None) -> None:
    record = tree.register()
    paper = tree.base / "paper.txt"
    paper.write_text("欠条的扫描件")
    data = {"attachments": [str(paper)]}
    params = {"matter": "ticket", "verb": "attach", "record": record, "data": data}
    brought = upload.brought(tree.base / "p", 1 << 20, params)
    tree.at("p").do("act", brought, "a")
    paper.unlink()
    assert has(tree, "p", "欠条的扫描件")
    erase(tree, "p", record, *([of] if of else []))
    assert bool(has(tree, "p", "欠条的扫描件")) == bool(of)
    if of:
        erase(tree, "p", record, "attachments")
        assert has(tree, "p", "欠条的扫描件", "paper.txt") == []


def test_what_a_copy_ordered_on_the_branch_that_isnt_kept_comes_back(tree: Tree) -> None:
    """The order counted on the machine that signed it, until the ruling was known there."""
    other = tree.register("k")
    calm(tree)
    tree.later(1000)
    twin = Forger(tree, "k")
    kept = twin.commit(twin.note(other, heads(tree, "k", other), "另一台机器上写的"))
    erase(tree, "k", other)
    assert not has(tree, "k", NARRATIVE) and tree.show("k", other)["phase"] == "erased"
    give(tree, "c", [kept])
    receipted(tree, "c", "k")
    calm(tree)
    tree.later(3_600_000)
    calm(tree)
    calm(tree)
    assert tree.show("k", other)["narrative"] == tree.show("c", other)["narrative"] == NARRATIVE
    assert {one["verdict"] for one in tree.show("c", other)["timeline"] if one["action"] == "erase"} == {
        "quarantined"
    }
    assert tree.reader("k").digest("370211")["digest"] == tree.reader("c").digest("370211")["digest"]


def test_what_a_moved_unit_destroyed_by_an_order_that_counts_no_more_comes_back_through_its_new_parent(
    tree: Tree,
) -> None:
    """It had compared its link with the new parent already, who got the words of their common ancestor afterwards, and
    sends nobody back what he wrote."""
    own, other = tree.register("k"), tree.register("k")
    calm(tree)
    tree.later(1000)
    twin = Forger(tree, "k")
    kept = twin.commit(twin.note(other, heads(tree, "k", other), "另一台机器上写的"))
    erase(tree, "k", own)
    moved = f"{PATHS['t']}/370211"
    tree.do("p", "registry.move", unit="370211", to=moved)
    tree.sync("c", "p")
    tree.sync("k", "c")
    give(tree, "t", [kept])
    receipted(tree, "t", "k")
    tree.sync("k", "t")
    tree.later(3_600_000)
    tree.sync("k", "t", most=20)
    assert tree.show("k", own)["narrative"] is None
    tree.sync("t", "p", most=20)
    tree.sync("k", "t", most=20)
    assert tree.show("k", own)["narrative"] == tree.show("t", own)["narrative"] == NARRATIVE
    assert tree.reader("k").digest(moved)["digest"] == tree.reader("t").digest(moved)["digest"]


def test_what_a_node_ordered_before_it_was_heard_that_it_is_revoked_comes_back(tree: Tree) -> None:
    """The city had carried it out already; the province, which had not heard of the order, has the words yet."""
    own = tree.register("k")
    calm(tree)
    tree.later(1000)
    erase(tree, "k", own)
    tree.sync("k", "c")
    assert not has(tree, "c", NARRATIVE)
    tree.do("p", "registry.revoke", "a", unit="370211", reason="stolen")
    tree.sync("c", "p", most=30)
    tree.sync("c", "p", most=30)
    assert tree.show("c", own)["narrative"] == tree.show("p", own)["narrative"] == NARRATIVE
    assert tree.reader("c").digest("370200")["digest"] == tree.reader("p").digest("370200")["digest"]
