"""The writer: one transaction a call, and a node at rest with its neighbours."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, Usage
from node.operations import _OPERATIONS
from sync_protocol.errors import RemoteError
from tests.node.tree import PATHS, Tree, snapshot


def test_a_ticket_goes_down_the_tree_is_worked_and_comes_back_archived(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="已联系企业")
    tree.act("k", "submit", record, result="completed", resolved=True, text="已支付")
    tree.sync("k", "c")
    tree.act("c", "review", record, unit="370211", outcome="pass")
    tree.sync("c", "p")
    tree.act("p", "review", record, unit="370200", outcome="pass")
    tree.act("p", "follow-up", record, outcome="satisfied", result=5, attitude=5)
    tree.act("p", "quality-check", record, outcome="pass")
    tree.act("p", "archive", record)
    tree.quiet()
    assert {tree.show(name, record)["phase"] for name in "pck"} == {"archived"}
    assert all(tree.verify(name) == [] for name in PATHS)


def test_every_link_agrees_when_nothing_waits(tree: Tree) -> None:
    tree.dispatched()
    tree.quiet()
    for parent, child, unit in (("p", "c", "370200"), ("c", "k", "370211"), ("p", "k", "370211"),
                                ("t", "s", "370902")):  # fmt: skip
        above, below = tree.reader(parent).digest(unit), tree.reader(child).digest(unit)
        assert above["digest"] == below["digest"]
        assert not above["undelivered_down"] and not below["undelivered_up"]


def test_a_second_sync_moves_nothing(tree: Tree) -> None:
    tree.dispatched()
    tree.quiet()
    for child, parent in (("c", "p"), ("k", "c")):
        again = tree.sync(child, parent)
        assert (again.sent, again.received, again.rounds) == (0, 0, 1)


def test_an_operation_that_fails_midway_leaves_registry_facts_and_state_untouched(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = tree.at("p")
    registry, facts = writer._registry, writer._facts
    record = tree.register()
    before = {name: snapshot(tree, "p", name, ()) for name in ("setting", "commit_", "folded", "log")}

    def half_done(work, params, person, config):  # type: ignore[no-untyped-def]
        _OPERATIONS["invite"](work, {"unit": "370300", "name": "淄博", "role": "hosted"}, person, config)
        _OPERATIONS["act"](work, {"matter": "ticket", "verb": "withdraw", "record": record}, person, config)
        raise Usage("midway")

    monkeypatch.setitem(_OPERATIONS, "half", half_done)
    writer = tree.at("p")
    registry, facts = writer._registry, writer._facts
    with pytest.raises(Usage):
        tree.do("p", "half")
    assert writer._registry is registry and writer._facts is facts
    assert {name: snapshot(tree, "p", name, ()) for name in before} == before
    assert tree.act("p", "note", record, text="照常")["record"] == record


def test_a_crash_between_statements_leaves_nothing_half_done(tree: Tree) -> None:
    tables = ("setting", "commit_", "change", "record", "folded", "log", "outbox")
    tree.at("p")
    before = {name: snapshot(tree, "p", name, ()) for name in tables}
    with pytest.raises(KeyboardInterrupt), tree.at("p").work() as work:
        work.db.exec_driver_sql("UPDATE log SET head_seq = 99")
        work.db.exec_driver_sql("DELETE FROM folded")
        raise KeyboardInterrupt
    assert {name: snapshot(tree, "p", name, ()) for name in tables} == before


def test_a_listener_hears_of_it_only_after_the_transaction(tree: Tree) -> None:
    heard = []
    tree.at("p").listeners.append(heard.append)
    record = tree.register()
    with pytest.raises(Forbidden):
        tree.act("p", "archive", record)
    assert len(heard) == 1
    assert heard[0].up and bytes.fromhex(record) in heard[0].records
    tree.act("p", "dispatch", record, lead="370211")
    assert heard[-1].children == {tree.reader("c").id}


def test_a_reply_taken_a_second_time_is_ignored(tree: Tree) -> None:
    tree.dispatched()
    _, taken = tree.exchange("k", "c")
    assert taken.reply is not None
    tree.at("k").take_reply(taken.reply)
    offset = tree.clock("k").offset_ms
    tree.clock("k").advance(4 * 60_000)
    with pytest.raises(RemoteError) as fault:
        tree.at("k").take_reply(taken.reply)
    assert fault.value.code == "not_asked"
    assert tree.clock("k").offset_ms == offset


def test_a_reply_nobody_asked_for_is_refused_and_not_a_crash(tree: Tree) -> None:
    _, taken = tree.exchange("k", "c")
    tree.at("k").request(0)
    assert taken.reply is not None
    with pytest.raises(RemoteError) as fault:
        tree.at("k").take_reply(taken.reply)
    assert fault.value.code == "not_asked"


def test_a_request_played_again_moves_no_position_back(tree: Tree) -> None:
    tree.dispatched()
    old, _ = tree.exchange("k", "c")
    tree.sync("k", "c")
    tree.act("c", "note", tree.reader("c").list("ticket").items[0]["record"], text="请抓紧")
    before = snapshot(tree, "c", "peer"), snapshot(tree, "c", "outbox")
    taken = tree.at("c").take(old)
    assert taken.reply is not None
    assert (snapshot(tree, "c", "peer"), snapshot(tree, "c", "outbox")) == before
    with pytest.raises(RemoteError):
        tree.at("k").take_reply(taken.reply)


@pytest.mark.parametrize("garbage", [b"", b"x", b"\xd2\x84" + b"\0" * 400, b"\xff" * 4096])
def test_garbage_is_refused_and_changes_nothing(tree: Tree, garbage: bytes) -> None:
    tree.at("c")
    before = snapshot(tree, "c", "setting"), snapshot(tree, "c", "peer")
    for take in (lambda raw: tree.at("c").take(raw), lambda raw: tree.at("c").take_join(raw),
                 lambda raw: tree.at("c").take_reply(raw)):  # fmt: skip
        with pytest.raises(RemoteError):
            take(garbage)
    assert (snapshot(tree, "c", "setting"), snapshot(tree, "c", "peer")) == before


def test_an_envelope_with_a_flipped_bit_is_refused(tree: Tree) -> None:
    request = bytearray(tree.at("k").request(0))
    request[-5] ^= 1
    with pytest.raises(RemoteError):
        tree.at("c").take(bytes(request))


def test_an_envelope_for_another_node_is_refused(tree: Tree) -> None:
    with pytest.raises(RemoteError):
        tree.at("p").take(tree.at("k").request(0))


def test_an_idle_request_is_held_and_answered_when_something_waits(tree: Tree) -> None:
    tree.quiet()
    held = tree.at("c").take(tree.at("k").request(60))
    assert held.reply is None and held.wait_s == 60
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    done = tree.at("k").take_reply(tree.at("c").reply(held))
    assert done.received
    assert tree.show("k", record)["phase"] == "dispatched"
