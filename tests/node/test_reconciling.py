"""A link after a restore, and compared when asked: nothing that had left a node is lost, and equal costs little."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from node import reconciling, scope
from node.store import records
from tests.node import couriers
from tests.node.forge import Forger, give, heads
from tests.node.test_branches import kept as rulings
from tests.node.test_branches import verdicts
from tests.node.tree import PATHS, Tree

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def keep(tree: Tree, name: str, tmp_path: Path) -> Path:
    """A copy of a node's database, as a backup has it; its marker isn't in it."""
    tree.shut(name)
    kept = tmp_path / f"backup-{name}-{len(list(tmp_path.iterdir()))}"
    kept.mkdir()
    for file in (tree.base / name).glob("node.db*"):
        shutil.copy2(file, kept / file.name)
    return kept


def restore(tree: Tree, name: str, kept: Path) -> None:
    tree.shut(name)
    for file in (tree.base / name).glob("node.db*"):
        file.unlink()
    for file in kept.iterdir():
        shutil.copy2(file, tree.base / name / file.name)


def busy(tree: Tree, record: str) -> list[str]:
    """Work everywhere; ids of acts, all of which have left their nodes."""
    found = [tree.act("k", "note", record, text=f"县里第{number}次")["change"] for number in range(3)]
    found.append(tree.act("c", "note", record, text="市里催办")["change"])
    other = tree.register("p", workplace_region=None)
    found.append(tree.act("p", "dispatch", other, lead="370200")["change"])
    mine = tree.register("k")
    found.append(tree.act("k", "note", mine, text="自己登记的")["change"])
    tree.quiet()
    return found


def assert_nothing_lost(tree: Tree, acts: list[str]) -> None:
    tree.quiet()
    for upper, lower, unit in (("p", "c", "370200"), ("c", "k", "370211")):
        above, below = tree.reader(upper).digest(unit), tree.reader(lower).digest(unit)
        assert above["undelivered_down"] == below["undelivered_up"] == 0
        assert above["digest"] == below["digest"]
    for name in "pck":
        assert tree.verify(name) == []
        with tree.sql(name) as db:
            held = {row[0].hex() for row in db.execute("SELECT change FROM change")}
        if name != "k":
            assert set(acts) <= held


@pytest.mark.parametrize("who", ["k", "c", "p", "kc", "cp", "kcp"])
def test_a_restored_node_loses_nothing_that_had_left_it(tree: Tree, tmp_path: Path, who: str) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    kept = {name: keep(tree, name, tmp_path) for name in who}
    acts = busy(tree, record)
    spared = acts if len(who) == 1 else []
    for name in who:
        restore(tree, name, kept[name])
    for name in who:
        tree.act(name, "note", record, text=f"{name} 恢复后立即可用")
    assert_nothing_lost(tree, spared)
    assert f"{who[0]} 恢复后立即可用" in str(tree.show("p", record)["timeline"])


def test_a_child_restored_from_before_a_fork_elsewhere_hears_of_it_again(tree: Tree, tmp_path: Path) -> None:
    """Of the other branch only the header concerns it: no record that is compared has it, and nobody rules on the
    root's own log."""
    shared, other = tree.dispatched(), tree.register("c")
    tree.quiet()
    tree.later(1000)
    one, two = Forger(tree, "p"), Forger(tree, "p")
    two.salts = 100
    give(tree, "c", [one.commit(one.note(shared, heads(tree, "c", shared), "甲"))])
    tree.sync("k", "c")
    kept = keep(tree, "k", tmp_path)
    assert verdicts(tree, "k", shared) == {"甲": "stands"}
    give(tree, "c", [two.commit(two.note(other, heads(tree, "c", other), "乙"))])
    tree.sync("k", "c")
    assert verdicts(tree, "k", shared) == verdicts(tree, "c", shared) == {"甲": "quarantined"}
    restore(tree, "k", kept)
    tree.sync("k", "c")
    tree.sync("k", "c")
    assert verdicts(tree, "k", shared) == {"甲": "quarantined"}
    assert tree.reader("k").digest("370211")["digest"] == tree.reader("c").digest("370211")["digest"]


def test_a_child_to_whom_nothing_is_to_be_sent_compares_when_its_parent_begins(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("p", "note", record, text="省里催办")
    tree.quiet()
    with tree.sql("k") as db:
        db.execute("DELETE FROM change WHERE [commit] = (SELECT max(id) FROM commit_)")
    with tree.at("c").work() as work:
        reconciling.again(work)
    tree.sync("k", "c")
    assert "省里催办" in str(tree.show("k", record)["timeline"])


def lists(tree: Tree, name: str, record: str) -> bool:
    return any(one["record"] == record for one in tree.reader(name).list("ticket").items)


def test_a_record_that_an_old_letter_brings_back_after_it_left_is_taken_off_again(
    tree: Tree, tmp_path: Path
) -> None:
    """The unit was restored from before; what said that the record left it isn't on the stick."""
    tree.quiet()
    kept = keep(tree, "k", tmp_path)
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    tree.sync("c", "p")
    stick = couriers.export(tree, "c", "k")
    tree.sync("k", "c")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.sync("k", "c")
    restore(tree, "k", kept)
    tree.sync("k", "c", most=20)
    couriers.take(tree, "k", stick)
    assert lists(tree, "k", record)
    tree.sync("k", "c", most=20)
    assert not lists(tree, "k", record)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_record_that_was_held_while_the_link_was_compared_is_compared_when_its_time_comes(
    tree: Tree, tmp_path: Path
) -> None:
    tree.later(HOUR_MS)
    tree.clock("k").advance(-HOUR_MS)  # and nobody confirms that it is to be put right
    record = tree.dispatched()
    kept = keep(tree, "k", tmp_path)
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.sync("k", "c")
    restore(tree, "k", kept)
    tree.sync("k", "c", most=20)
    tree.clock("k").advance(HOUR_MS)
    tree.at("k").tick()
    with tree.at("k").work() as work:
        assert reconciling.is_due(work), (
            "not only where an answer to what it signs by itself happens to bring it"
        )
    tree.sync("k", "c", most=20)
    assert not lists(tree, "k", record)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_parent_that_never_gave_a_record_in_this_life_says_that_it_left(tree: Tree, tmp_path: Path) -> None:
    """It was restored, and hears of the whole course at once: in its eyes the record never was the child's."""
    tree.quiet()
    kept = keep(tree, "c", tmp_path)
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.act("p", "recall", record, unit="370211", text="另派")
    restore(tree, "c", kept)
    tree.sync("c", "p", most=20)
    assert lists(tree, "k", record)
    tree.sync("k", "c", most=20)
    assert not lists(tree, "k", record)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_child_hears_nothing_of_a_record_that_never_was_its_own(tree: Tree) -> None:
    """Whatever it asks for in a comparison."""
    record = tree.register("c")
    tree.act("c", "note", record, text="市里自己的")
    tree.quiet()
    with tree.at("c").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None
        county = tree.at("k").keys.node
        assert scope.parting_of(work, county, row, known=False) == []


def test_a_fork_of_the_parents_log_that_only_its_child_knows_of_goes_up_when_the_link_is_compared(
    tree: Tree,
) -> None:
    """Of the other branch nothing is compared: its record isn't the child's. Without a word of it the two would differ
    for good."""
    shared, other = tree.dispatched(), tree.register("c")
    tree.quiet()
    forger = Forger(tree, "c")
    tree.act("c", "note", shared, text="真")
    tree.sync("k", "c")
    give(tree, "k", [forger.commit(forger.note(other, heads(tree, "c", other), "假"))])
    assert verdicts(tree, "k", shared) == {"真": "quarantined"} and verdicts(tree, "c", shared) == {
        "真": "stands"
    }
    tree.at("k").compare()
    tree.quiet()
    assert len(rulings(tree, "p")) == 1 and rulings(tree, "p") == rulings(tree, "c") == rulings(tree, "k")
    assert verdicts(tree, "k", shared) == verdicts(tree, "c", shared)
    assert tree.reader("k").digest("370211")["digest"] == tree.reader("c").digest("370211")["digest"]


def test_once_a_fork_is_ruled_on_the_link_is_compared(tree: Tree) -> None:
    """What was set aside meanwhile hid records that are in scope again, from whatever comparison there was."""
    record = tree.dispatched()
    tree.sync("k", "c")
    one, two = Forger(tree, "c"), Forger(tree, "c")
    two.salts = 100
    for forger in (one, two):
        give(tree, "k", [forger.commit(forger.note(record, heads(tree, "c", record)))])
    assert not is_due(tree, "k")
    tree.at("k").compare()
    tree.sync("k", "c")
    tree.sync("c", "p")
    assert rulings(tree, "c") and not rulings(tree, "k") and not is_due(tree, "k")
    _asked, given = tree.exchange("k", "c")
    assert given.reply is not None
    tree.at("k").take_reply(given.reply)
    assert rulings(tree, "k") and is_due(tree, "k")
    tree.quiet()
    assert not is_due(tree, "k")
    assert tree.reader("k").digest("370211")["digest"] == tree.reader("c").digest("370211")["digest"]


def is_due(tree: Tree, name: str) -> bool:
    with tree.at(name).work() as work:
        return reconciling.is_due(work)


def test_a_node_restored_twice_in_a_row_loses_nothing(tree: Tree, tmp_path: Path) -> None:
    record = tree.dispatched()
    kept = keep(tree, "k", tmp_path)
    acts = busy(tree, record)
    for _ in range(2):
        restore(tree, "k", kept)
        acts.append(tree.act("k", "note", record, text="又恢复一次")["change"])
        tree.quiet()
    assert_nothing_lost(tree, acts)


def test_comparing_an_equal_link_costs_little_and_says_so(tree: Tree) -> None:
    record = tree.dispatched()
    busy(tree, record)
    tree.at("k").compare()
    moved = tree.sync("k", "c")
    assert moved.sent == moved.received == 0
    assert sum(map(len, moved.up + moved.down)) < 6 * 1024
    found = tree.at("k").compared
    assert found is not None and found.equal and found.differed == 0


def test_comparing_repairs_what_was_lost_on_either_side(tree: Tree) -> None:
    record = tree.dispatched()
    busy(tree, record)
    theirs = (
        'SELECT h.id FROM change h JOIN commit_ c ON c.id = h."commit" JOIN log l ON l.id = c.log'
        " JOIN record r ON r.id = h.record WHERE r.matter = 'ticket' AND c.unit = ? ORDER BY h.id DESC LIMIT 2"
    )
    for name, unit in (("k", "370000/370200"), ("c", "370000/370200/370211")):
        with tree.sql(name) as db:
            for row in db.execute(theirs, (unit,)).fetchall():
                db.execute("DELETE FROM change WHERE id = ?", row)
    tree.at("k").compare()
    tree.sync("k", "c")
    found = tree.at("k").compared
    assert found is not None and found.equal and found.differed > 0 and found.left == 0
    tree.at("k").compare()
    tree.sync("k", "c")
    assert tree.at("k").compared.differed == 0  # type: ignore[union-attr]


def test_a_restored_parent_gets_back_what_it_wrote_about_records_that_have_left_its_child(
    tree: Tree, tmp_path: Path
) -> None:
    record = tree.dispatched()
    tree.quiet()
    kept = keep(tree, "c", tmp_path)
    tree.act("c", "note", record, text="市里的话")
    tree.act("c", "recall", record, unit="370211")
    tree.sync("k", "c")
    mine = tree.one("k", "SELECT count(*) FROM commit_ c JOIN log l ON l.id = c.log WHERE l.node = ?",
                    tree.at("c").keys.node)  # fmt: skip
    restore(tree, "c", kept)
    tree.sync("k", "c")
    theirs = "SELECT count(*) FROM commit_ c JOIN log l ON l.id = c.log WHERE l.node = ?"
    with tree.sql("k") as db:
        held = {row[0] for row in db.execute('SELECT "commit" FROM commit_')}
    with tree.sql("c") as db:
        assert held <= {row[0] for row in db.execute('SELECT "commit" FROM commit_')}
    assert mine and tree.one("c", theirs, tree.at("c").keys.node) >= mine
    assert tree.verify("c") == tree.verify("k") == []


def written_by(tree: Tree, author: str, holder: str) -> set[bytes]:
    """Ids of the commits of one node that another one holds."""
    node = tree.at(author).keys.node
    with tree.sql(holder) as db:
        rows = db.execute(
            'SELECT c."commit" FROM commit_ c JOIN log l ON l.id = c.log WHERE l.node = ?', (node,)
        )
        return {row[0] for row in rows}


def phase(tree: Tree, name: str, record: str) -> str:
    found = tree.one(name, "SELECT f.phase FROM folded f JOIN record r ON r.id = f.record WHERE r.record = ?",
                     bytes.fromhex(record))  # fmt: skip
    return str(found)


@pytest.mark.parametrize("early", [True, False])
def test_what_only_a_grandchild_has_goes_up_to_its_author(tree: Tree, tmp_path: Path, early: bool) -> None:
    """The province and the city were restored; they may have compared their own link before the county calls."""
    record, other = tree.dispatched(), tree.dispatched()
    tree.quiet()
    kept = {name: keep(tree, name, tmp_path) for name in "pc"}
    tree.act("p", "note", record, text="省里的话")
    tree.act("p", "note", other, text="省里催办")
    tree.sync("c", "p")
    tree.sync("k", "c")
    tree.act("c", "recall", other, unit="370211", text="另派")
    tree.quiet()
    for name in "pc":
        restore(tree, name, kept[name])
    if early:
        tree.sync("c", "p", most=20)
    tree.sync("k", "c", most=20)
    tree.quiet()
    for name in "pc":
        assert written_by(tree, "p", "k") <= written_by(tree, "p", name)
        assert "省里的话" in str(tree.show(name, record)["timeline"])
        assert "省里催办" in str(tree.show(name, other)["timeline"]), "it has left the county"


@pytest.mark.parametrize("who", ["p", "k"])
def test_an_order_to_erase_and_what_it_emptied_go_up_to_who_lost_them(
    tree: Tree, tmp_path: Path, who: str
) -> None:
    """The county alone has them, and nothing of the record is compared any more."""
    tree.quiet()
    kept = {name: keep(tree, name, tmp_path) for name in "pc"}
    record = tree.dispatched() if who == "p" else tree.register("k")
    tree.quiet()
    tree.act("p", "note", record, text="省里的话")
    tree.quiet()
    tree.do(who, "erase", matter="ticket", record=record, ground="《个人信息保护法》第四十七条", fields=[])
    tree.quiet()
    for name in "pc":
        restore(tree, name, kept[name])
    tree.sync("c", "p", most=20)
    tree.sync("k", "c", most=20)
    tree.quiet()
    for name in "pc":
        assert written_by(tree, "p", "k") <= written_by(tree, "p", name)
        assert phase(tree, name, record) == "erased"


def test_who_holds_nothing_that_another_one_lost_compares_nothing(tree: Tree, tmp_path: Path) -> None:
    tree.dispatched("370902")
    tree.quiet()
    restore(tree, "s", keep(tree, "s", tmp_path))
    for link in (("s", "t"), ("t", "p"), ("c", "p")):
        tree.sync(*link, most=20)
        assert not is_due(tree, "c")


def test_a_moved_unit_gives_back_nothing_that_isnt_for_its_new_parent_to_see(
    tree: Tree, tmp_path: Path
) -> None:
    """What the root lost is about a ticket that the county had, and left, below its former parent."""
    record = tree.dispatched()
    tree.quiet()
    kept = keep(tree, "p", tmp_path)
    tree.act("p", "note", record, text="省里的话")
    tree.sync("c", "p")
    tree.sync("k", "c")
    lost = written_by(tree, "p", "k")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.sync("k", "c")
    restore(tree, "p", kept)
    for link in (("c", "p"), ("t", "p"), ("k", "c")):
        tree.sync(*link, most=20)
    lost -= written_by(tree, "p", "t")
    tree.do("p", "registry.move", unit="370211", to=f"{PATHS['t']}/370211")
    for link in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t")):
        tree.sync(*link, most=20)
    tree.at("k").compare()
    tree.sync("k", "t", most=20)
    assert tree.reader("k").unit == f"{PATHS['t']}/370211" and tree.at("k").compared is not None
    assert lost and lost.isdisjoint(written_by(tree, "p", "t"))
    assert "省里的话".encode() in tree.bytes_on_disk("k")
    assert "省里的话".encode() not in tree.bytes_on_disk("t")


def test_work_that_comes_between_a_lost_question_and_its_answer_ends_no_comparison(
    tree: Tree, tmp_path: Path
) -> None:
    record = tree.dispatched()
    kept = keep(tree, "k", tmp_path)
    acts = busy(tree, record)
    restore(tree, "k", kept)
    for _ in range(12):
        request, taken = tree.exchange("k", "c")  # its reply is lost each second time
        tree.act("k", "note", record, text="线路又断了")
        request, taken = tree.exchange("k", "c")
        assert request and taken.reply is not None
        tree.at("k").take_reply(taken.reply)
    assert_nothing_lost(tree, acts)


def test_words_that_no_child_could_give_back_come_when_their_record_is_in_scope_again(
    tree: Tree, tmp_path: Path
) -> None:
    """The city was restored, and the county gives it back the act by which the ticket left the county, without its
    words. The province has them, but thinks that the city has, too; and when the city asks, the ticket isn't its."""
    record = tree.dispatched()
    tree.quiet()
    kept = keep(tree, "c", tmp_path)
    tree.act("c", "recall", record, unit="370211", text="市里另派")
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.act("p", "recall", record, unit="370200", text="省里另派")
    restore(tree, "c", kept)
    tree.sync("k", "c", most=20)
    tree.sync("c", "p", most=20)
    assert not lists(tree, "c", record) and not is_due(tree, "c")
    tree.act("p", "dispatch", record, lead="370200")
    tree.sync("c", "p", most=20)
    assert lists(tree, "c", record)
    assert "市里另派" in str(tree.show("c", record)["timeline"])
    assert tree.reader("c").digest("370200")["digest"] == tree.reader("p").digest("370200")["digest"]


def test_a_link_is_compared_once_with_a_parent_whose_new_keys_are_held_here(
    tree: Tree, tmp_path: Path
) -> None:
    """The clocks above are far ahead, so the county holds back both changes of the city's keys and goes on speaking to
    the first ones: what it acknowledges it took in a log of before."""
    record = tree.dispatched()
    tree.quiet()
    kept = keep(tree, "k", tmp_path)
    tree.act("c", "note", record, text="市里的话")
    tree.sync("k", "c")
    for name in "cp":
        tree.clock(name).advance(3 * HOUR_MS)
    for _ in range(2):
        tree.do("c", "registry.replace")
        tree.sync("c", "p")
        tree.sync("c", "p")
    restore(tree, "k", kept)
    tree.sync("k", "c", most=20)
    assert not is_due(tree, "k")
    assert "市里的话" in str(tree.show("k", record)["timeline"])
