"""Scope: who holds a copy of a record, and that nobody else ever sees a byte of it."""

from __future__ import annotations

import pytest

from node.errors import NotFound
from sync_protocol import envelope
from tests.node.tree import LINKS, NARRATIVE, TICKET, Tree

SECRETS = [NARRATIVE.encode(), b"13800001111", "王小明".encode()]


def opened(tree: Tree, name: str, sealed: bytes) -> bytes:
    """What is in an envelope to this node, decompressed."""
    writer = tree.at(name)
    with writer.work() as work:
        found = envelope.open(
            sealed, me=work.node, open=writer.keys.open, key_of=lambda node: writer._key(work, node)
        )
    return found.envelope.payload


def test_a_record_enters_a_childs_scope_with_its_whole_history(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "note", record, text="先记一笔")
    tree.act("p", "amend", record, amount_claimed=100)
    tree.quiet()
    with pytest.raises(NotFound):
        tree.show("c", record)
    tree.act("p", "dispatch", record, lead="370200")
    tree.quiet()
    seen = [one["action"] for one in tree.show("c", record)["timeline"]]
    assert seen[:4] == ["register", "note", "amend", "assign"] or seen[:3] == ["register", "note", "amend"]
    assert tree.show("c", record)["narrative"] == NARRATIVE
    assert not tree.show("c", record)["incomplete"]


def test_siblings_get_nothing_of_a_record_on_disk_or_on_the_wire(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text=NARRATIVE)
    envelopes: dict[str, list[bytes]] = {}
    for _ in range(3):
        for child, parent in LINKS:
            moved = tree.sync(child, parent)
            envelopes.setdefault(child, []).extend(opened(tree, child, one) for one in moved.down)
            envelopes.setdefault(parent, []).extend(opened(tree, parent, one) for one in moved.up)
            assert not any(secret in one for secret in SECRETS for one in (*moved.up, *moved.down))
    wanted = [*SECRETS, bytes.fromhex(record)]
    for sibling in "ts":
        assert not any(secret in one for secret in wanted for one in envelopes[sibling])
        tree.shut(sibling)
        assert not any(secret in tree.bytes_on_disk(sibling) for secret in wanted)
    tree.shut("k")
    assert all(secret in tree.bytes_on_disk("k") for secret in wanted)


def test_a_unit_that_leaves_gets_the_act_that_says_so_and_no_words(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="另派他处的机密理由")
    tree.act("c", "note", record, text="走后的备注")
    tree.quiet()
    with pytest.raises(NotFound):
        tree.show("k", record)
    assert tree.one("k", "SELECT count(*) FROM folded WHERE here = 0") == 1
    disk = tree.bytes_on_disk("k")
    assert "另派他处的机密理由".encode() not in disk and "走后的备注".encode() not in disk
    assert NARRATIVE.encode() in disk
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_unit_is_told_it_left_by_an_act_that_stands_before_what_it_overtakes(tree: Tree) -> None:
    """The province withdrew the ticket before the city, whose line was down, passed it on."""
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    tree.clock("c").advance(300_000)
    _, taken = tree.exchange("c", "p")
    assert taken.reply is not None
    tree.at("c").take_reply(taken.reply)
    tree.sync("k", "c")
    assert any(one["record"] == record for one in tree.reader("k").list("ticket").items)
    tree.act("p", "withdraw", record, text="职工撤诉")
    tree.quiet()
    assert not any(one["record"] == record for one in tree.reader("k").list("ticket").items)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_what_was_queued_while_it_was_in_scope_isnt_sent_once_the_unit_has_left(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "note", record, text="排队时还在范围内的话")
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    assert "排队时还在范围内的话".encode() not in tree.bytes_on_disk("k")
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_record_left_behind_is_in_no_list_view_count_or_search(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    reader = tree.reader("k")
    person = reader.login("a", "password1")
    tree.later(400 * 24 * 3600 * 1000)
    reader = tree.reader("k")
    assert reader.list("ticket").items == []
    for view in reader.views("ticket", person):
        assert view.count == 0, view.id
        assert reader.list("ticket", view=view.id, person=person).items == [], view.id
    assert reader.search("拖欠").items == []
    assert reader.list("ticket", text="拖欠").items == []
    assert reader.list("ticket", overdue=True).items == []


def test_a_record_that_comes_back_comes_whole(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="先收回")
    tree.act("c", "note", record, text="其间的备注")
    tree.quiet()
    tree.act("c", "dispatch", record, lead="370211")
    tree.quiet()
    shown = tree.show("k", record)
    assert not shown["incomplete"]
    assert "其间的备注" in str(shown["timeline"])
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_what_a_child_wrote_is_not_sent_back_to_it(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    for number in range(5):
        tree.act("k", "note", record, text=f"第{number}条")
    moved = [tree.sync("k", "c"), tree.sync("c", "p"), tree.sync("k", "c"), tree.sync("c", "p")]
    assert sum(one.received for one in moved) == 0
    assert tree.one("c", "SELECT count(*) FROM outbox") == tree.one("p", "SELECT count(*) FROM outbox") == 0
    for one in moved[0].down:
        assert b"note" not in opened(tree, "k", one)


def test_the_staff_of_a_unit_stay_within_its_line(tree: Tree) -> None:
    tree.do("k", "staff.add", id="k9", name="张县人", roles=["handler"], password="password1")
    tree.quiet()
    for sibling in "ts":
        tree.shut(sibling)
        assert "张县人".encode() not in tree.bytes_on_disk(sibling)


def test_policies_and_calendars_are_everywhere(tree: Tree) -> None:
    for matter in ("policy", "calendar"):
        counts = {tree.one(name, "SELECT count(*) FROM folded WHERE matter = ?", matter) for name in "pckts"}
        assert len(counts) == 1 and counts != {0}


def test_a_registration_below_is_seen_above_and_not_beside(tree: Tree) -> None:
    record = tree.register("k", narrative="县里直接登记的事")
    tree.quiet()
    assert tree.show("p", record)["owner"] == "370000/370200/370211"
    with pytest.raises(NotFound):
        tree.show("t", record)
    assert TICKET["worker_name"] not in str(tree.show("p", record))
