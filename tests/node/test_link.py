"""A link both ways: receipts, positions, replays, clocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import link
from node.incarnation import SUPERSEDED
from node.store import links, settings
from sync_protocol import receipt
from sync_protocol.names import ZERO
from tests.node.test_reconciling import keep, restore
from tests.node.tree import Tree

MINUTE_MS = 60_000


def again(tree: Tree) -> int:
    """Bytes that the county gets of the city when it has everything already."""
    moved = tree.sync("k", "c")
    assert moved.received == 0
    return sum(map(len, moved.down))


def test_receipts_are_kept_on_both_sides_and_verify(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    city, county = tree.at("c").keys, tree.at("k").keys
    given = tree.one("c", "SELECT raw FROM receipt WHERE given ORDER BY id DESC")
    got = tree.one("k", "SELECT raw FROM receipt WHERE NOT given ORDER BY id DESC")
    for raw in (given, got):
        assert receipt.verify(raw, city.sign_key, child=county.node).frontier
    assert (
        receipt.verify(given, city.sign_key, child=county.node).frontier
        == receipt.verify(got, city.sign_key, child=county.node).frontier
    )
    assert tree.one("k", "SELECT peer FROM receipt WHERE NOT given") == city.node


def test_idle_exchanges_pile_up_no_receipts(tree: Tree) -> None:
    tree.quiet()
    before = [tree.one(name, "SELECT count(*) FROM receipt") for name in "ck"]
    for _ in range(5):
        tree.sync("k", "c")
    assert [tree.one(name, "SELECT count(*) FROM receipt") for name in "ck"] == before


@pytest.mark.parametrize(
    "change",
    [
        "position = position + 1000",
        "incarnation = x'00112233445566778899aabbccddeeff'",
        f"position_id = x'{'ab' * 32}'",
        "position = position - 1",
        "position = 0",
    ],
)
def test_a_position_that_does_not_fit_has_the_link_compared(tree: Tree, change: str) -> None:
    tree.dispatched()
    tree.quiet()
    usual = again(tree)
    with tree.sql("k") as db:
        db.execute(f"UPDATE peer SET {change} WHERE node = (SELECT value FROM setting WHERE name = 'parent')")
    assert again(tree) < usual + 6000
    assert again(tree) <= usual + 200
    assert tree.verify("k") == tree.verify("c") == []
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_an_envelope_that_doesnt_count_is_answered_with_nothing_of_the_outbox(tree: Tree) -> None:
    """Another life of the county's node has called since, and has taken what waited."""
    record = tree.dispatched()
    tree.quiet()
    tree.act("c", "note", record, text="市里催办")
    county = tree.at("k").keys.node
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET envelope = envelope + 50, position = next_position - 1, position_id = "
                   "(SELECT c.\"commit\" FROM outbox o JOIN commit_ c ON c.id = o.\"commit\" WHERE o.peer = peer.id "
                   "ORDER BY o.position DESC LIMIT 1) WHERE node = ?", [county])  # fmt: skip
    place = "SELECT position FROM peer WHERE node = (SELECT value FROM setting WHERE name = 'parent')"
    before = tree.one("k", place)
    _, taken = tree.exchange("k", "c")
    assert taken.reply is not None
    assert tree.at("k").take_reply(taken.reply).received == 0 and tree.one("k", place) == before
    tree.quiet()
    assert "市里催办" in str(tree.show("k", record)["timeline"])


def test_a_parent_put_back_to_before_its_child_was_gets_its_own_back_though_the_childs_first_envelope_doesnt_count(
    tree: Tree, tmp_path: Path
) -> None:
    """It answers from the beginning of this life. The child stands in the other one all the same (seed 780593)."""
    record = tree.dispatched()
    tree.quiet()
    backup = keep(tree, "c", tmp_path)
    tree.act("c", "note", record, text="市里催办")
    tree.sync("k", "c")
    restore(tree, "c", backup)
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET envelope = envelope + 50, position = 0, next_position = 1 WHERE node = ?",
                   [tree.at("k").keys.node])  # fmt: skip
        db.execute("DELETE FROM outbox")
    tree.sync("k", "c")
    assert "市里催办" in str(tree.show("c", record)["timeline"])


def test_a_position_taken_in_another_life_of_the_parent_counts_for_nothing(tree: Tree) -> None:
    """Its number and its commit may fit by chance: what lies between them needn't have come."""
    record = tree.dispatched()
    tree.quiet()
    tree.act("c", "note", record, text="还在排队")
    with tree.sql("c") as db:
        query = 'SELECT position, "commit" FROM outbox WHERE peer = ? ORDER BY position DESC'
        county = db.execute("SELECT id FROM peer WHERE node = ?", [tree.at("k").keys.node]).fetchone()[0]
        position, row = db.execute(query, [county]).fetchone()
        [name] = db.execute('SELECT "commit" FROM commit_ WHERE id = ?', [row]).fetchone()
    with tree.sql("k") as db:
        values = [position, name, bytes(16), tree.at("c").keys.node]
        db.execute("UPDATE peer SET position = ?, position_id = ?, incarnation = ? WHERE node = ?", values)
    tree.sync("k", "c")
    assert "还在排队" in str(tree.show("k", record)["timeline"])


def test_a_parent_that_lost_its_outbox_is_compared(tree: Tree) -> None:
    tree.dispatched()
    tree.quiet()
    usual = again(tree)
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET position = 0, next_position = 1")
        db.execute("DELETE FROM outbox")
    assert again(tree) < usual + 6000
    assert tree.one("c", "SELECT count(*) FROM peer WHERE reconcile_position IS NOT NULL") == 0


def test_what_waited_for_a_child_comes_after_a_lost_reply(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    tree.act("c", "note", record, text="请抓紧")
    tree.exchange("k", "c")
    tree.exchange("k", "c")
    assert tree.sync("k", "c").received == 1
    assert "请抓紧" in str(tree.show("k", record)["timeline"])


def test_what_goes_up_twice_counts_once(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    tree.act("k", "note", record, text="已联系")
    tree.exchange("k", "c")
    count = tree.one("c", "SELECT count(*) FROM commit_")
    assert tree.sync("k", "c").sent == 1
    assert tree.one("c", "SELECT count(*) FROM commit_") == count
    assert tree.reader("k").digest()["undelivered_up"] == 0


def test_a_large_backlog_comes_in_several_batches_and_whole(tree: Tree) -> None:
    for number in range(16):
        tree.register("p", narrative=f"第{number}件：" + "工资没有发，" * 9000, workplace_region=None)
    records = [one["record"] for one in tree.reader("p").list("ticket").items]
    for record in records:
        tree.act("p", "dispatch", record, lead="370200")
    moved = tree.sync("c", "p")
    assert moved.rounds >= 2
    assert len(tree.reader("c").list("ticket").items) == 16
    assert tree.sync("c", "p").received == 0


def test_a_child_follows_its_parents_clock(tree: Tree) -> None:
    tree.clock("k").advance(-3 * MINUTE_MS)
    tree.sync("k", "c")
    assert tree.clock("k").offset_ms == 3 * MINUTE_MS
    assert tree.clock("k").now_ms() == tree.clock("c").now_ms()
    tree.shut("k")
    tree.clocks["k"].discipline(0)
    assert tree.at("k").clock.offset_ms == 3 * MINUTE_MS


def test_the_trees_time_comes_from_the_root(tree: Tree) -> None:
    tree.clock("c").advance(5 * MINUTE_MS)
    tree.sync("c", "p")
    tree.sync("k", "c")
    assert tree.clock("c").now_ms() == tree.clock("k").now_ms() == tree.clock("p").now_ms()
    assert tree.clock("k").offset_ms == 0


def test_an_offset_over_ten_minutes_is_asked_about_and_work_goes_on(tree: Tree) -> None:
    tree.clock("k").advance(-11 * MINUTE_MS)
    tree.sync("k", "c")
    assert tree.clock("k").offset_ms == 0
    assert (
        tree.one("k", "SELECT value FROM setting WHERE name = 'clock_asked'") == str(11 * MINUTE_MS).encode()
    )
    assert tree.register("k")
    assert tree.sync("k", "c").sent


def test_a_clock_that_goes_back_only_advances_the_counter(tree: Tree) -> None:
    first = tree.register("k")
    tree.clock("k").advance(-90 * MINUTE_MS)
    second = tree.register("k")
    times = [tree.one("k", "SELECT created FROM folded f JOIN record r ON r.id = f.record WHERE r.record = ?",
                      bytes.fromhex(one)) for one in (first, second)]  # fmt: skip
    assert times[1] == times[0] + 1
    assert int(tree.one("k", "SELECT value FROM setting WHERE name = 'high_water'")) == times[1]
    assert tree.verify("k") == []
    tree.sync("k", "c")
    assert tree.show("c", second)["owner"].endswith("370211")


def test_nothing_is_lost_in_thirty_days_without_a_line(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    for _ in range(30):
        tree.later(24 * 3600 * 1000)
        tree.act("k", "note", record, text="每日一记")
        tree.at("p").tick()
    own = tree.register("k")
    tree.act("k", "accept", record)
    tree.act("k", "submit", record, result="completed", resolved=True, text="已付")
    tree.quiet()
    assert tree.show("p", own)["phase"] == "registered"
    verdicts = {one["verdict"] for one in tree.show("p", record)["timeline"]}
    assert verdicts == {"stands"}
    assert tree.reader("p").digest("370211")["digest"] == tree.reader("k").digest()["digest"]


def test_a_link_begins_with_nothing_taken(tree: Tree) -> None:
    with tree.at("c").work() as work:
        made = links.ensure(work.db, b"n" * 16, b"i" * 16)
        assert (made.position, made.position_id, made.next_position) == (0, ZERO, 1)
        assert links.ensure(work.db, b"n" * 16, b"other") == made


def test_a_new_node_gets_the_calendars_before_the_tickets_that_its_unit_had(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was folded without them would be folded once more when they come."""
    for _ in range(60):
        tree.register("k")
    tree.quiet()
    tree.do("c", "registry.revoke", unit="370211", reason="replaced")
    monkeypatch.setattr(link, "START", 30_000)
    tree.join("c", "n", tree.invite("c", "370211", "黄岛区总工会"))
    asked, reply = tree.exchange("n", "c")
    assert reply.reply is not None and tree.at("n").take_reply(reply.reply).more
    counted = "SELECT count(*) FROM folded WHERE matter = ?"
    assert tree.one("n", counted, "calendar") == tree.one("c", counted, "calendar") > 0
    assert tree.one("n", counted, "ticket") == 0
    tree.sync("n", "c", 60)
    assert tree.one("n", counted, "ticket") == 60
    mine, above = (tree.reader(name).digest("370211")["digest"] for name in ("n", "c"))
    assert mine == above


def test_a_batch_is_as_large_as_half_a_second_takes_in(tree: Tree) -> None:
    def budget(**how: int) -> int:
        with tree.at("k").work() as work:
            link.fitted(work, full=True, **how)
            return link.parent(work).budget or 0

    begun = budget(taking_ms=link.LONGEST_MS)
    assert budget(taking_ms=link.LONGEST_MS) == begun, "neither more nor less"
    assert budget(taking_ms=link.LONGEST_MS // 2) == 2 * (begun or link.START)
    assert budget(taking_ms=link.LONGEST_MS + 1) == (begun or link.START)
    for _ in range(12):
        least = budget(taking_ms=10 * link.LONGEST_MS)
    assert least == link.SMALLEST


def test_an_exchange_that_didnt_count_leaves_no_link_complete(tree: Tree) -> None:
    """Nothing of the outbox came: `status` doesn't say that everything has."""
    tree.act("c", "note", tree.dispatched(), text="市里催办")
    tree.quiet()
    tree.later(MINUTE_MS)
    with tree.at("k").work() as work:
        settings.put_number(work.db, SUPERSEDED, work.now_ms)
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET envelope = envelope + 50 WHERE node = ?", [tree.at("k").keys.node])
    when = "SELECT complete_ms FROM peer WHERE node = (SELECT value FROM setting WHERE name = 'parent')"
    before = tree.one("k", when)
    tree.sync("k", "c")
    assert tree.one("k", when) == before
