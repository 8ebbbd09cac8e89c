"""Restores and copies: noticed at once where the marker says so, at the next exchange where a peer does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from node import glance, lives
from sync_protocol import commit as commits
from tests.node.fakes import identity
from tests.node.forge import give
from tests.node.test_intake import everything_of
from tests.node.tree import TICKET, Tree

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DATABASE = ("node.db", "node.db-wal", "node.db-shm")


class Saved:
    """What a backup has of a node: its database, and with `marker` that too."""

    def __init__(self, tree: Tree, name: str, aside: Path) -> None:
        tree.shut(name)
        self._from, self._aside = tree.base / name, aside
        aside.mkdir()
        for file in (*DATABASE, "marker"):
            if (self._from / file).exists():
                shutil.copy2(self._from / file, aside / file)

    def restore(self, tree: Tree, *, marker: bool = False) -> None:
        tree.shut(self._from.name)
        for file in DATABASE:
            (self._from / file).unlink(missing_ok=True)
        for file in (*DATABASE, *(["marker"] if marker else [])):
            if (self._aside / file).exists():
                shutil.copy2(self._aside / file, self._from / file)


def logs(tree: Tree, name: str) -> list[bytes]:
    """The node's own, in the order begun."""
    with tree.sql(name) as db:
        own = "(SELECT value FROM setting WHERE name = 'node')"
        return [row[0] for row in db.execute(f"SELECT log FROM log WHERE node = {own} ORDER BY id")]


def newest(tree: Tree, name: str) -> bytes:
    found: bytes = tree.one(name, "SELECT value FROM setting WHERE name = 'log'")
    return found


def told(tree: Tree, name: str) -> dict[str, Any]:
    tree.at(name)
    return glance.status(tree.base / name)


def envelopes(tree: Tree) -> int:
    return int(tree.one("k", "SELECT value FROM setting WHERE name = 'envelope'"))


def reasons(tree: Tree, name: str) -> list[str]:
    return [one["reason"] for one in told(tree, name)["lives"]]


def numbers(tree: Tree, name: str) -> dict[tuple[bytes, int], set[bytes]]:
    """(log, seq) → commits held there of a node's own logs: more than one is a fork."""
    found: dict[tuple[bytes, int], set[bytes]] = {}
    with tree.sql(name) as db:
        for (raw,) in db.execute("SELECT raw FROM commit_").fetchall():
            one = commits.parse(raw)
            found.setdefault((one.header.log, one.header.seq), set()).add(one.id)
    return found


def is_unforked(tree: Tree) -> bool:
    everywhere: dict[tuple[bytes, int], set[bytes]] = {}
    for name in ("p", "c", "k"):
        for place, held in numbers(tree, name).items():
            everywhere.setdefault(place, set()).update(held)
    return all(len(held) == 1 for held in everywhere.values())


def quiet(tree: Tree) -> None:
    """The county's link and the city's, until nothing moves."""
    while sum(done.sent + done.received for done in (tree.sync("k", "c"), tree.sync("c", "p"))):
        pass


def agree(tree: Tree) -> None:
    quiet(tree)
    for upper, child, unit in (("p", "c", "370200"), ("c", "k", "370211")):
        assert tree.reader(upper).digest(unit)["digest"] == tree.reader(child).digest()["digest"]
    assert tree.verify("p") == tree.verify("c") == tree.verify("k") == []
    assert [told(tree, name)["pending_up"] for name in "pck"] == [0, 0, 0]
    assert is_unforked(tree)


def test_a_node_that_is_opened_again_goes_on_in_its_log(tree: Tree) -> None:
    before = newest(tree, "k")
    for _ in range(3):
        tree.sync("k", "c")
        tree.shut("k")
    assert (newest(tree, "k"), reasons(tree, "k")) == (before, [])


def test_the_number_of_every_envelope_is_in_the_marker_before_it_leaves(tree: Tree) -> None:
    tree.register("k")
    tree.at("k").request(0)
    found = tree.marker("k").read()
    assert found is not None
    assert found.number == envelopes(tree)
    assert found.seq == tree.one("k", "SELECT head_seq FROM log WHERE log = ?", newest(tree, "k"))


def test_a_crash_between_the_database_and_the_marker_is_benign(tree: Tree, tmp_path: Path) -> None:
    shutil.copy2(tree.base / "k" / "marker", tmp_path / "before")
    tree.sync("k", "c")
    before = newest(tree, "k")
    (tree.base / "k" / "marker").write_bytes((tmp_path / "before").read_bytes())
    assert (newest(tree, "k"), reasons(tree, "k")) == (before, [])


def test_a_restored_database_with_its_marker_goes_on_in_a_new_log_offline(tree: Tree, tmp_path: Path) -> None:
    record = tree.dispatched()
    saved = Saved(tree, "k", tmp_path / "backup")
    tree.act("k", "accept", record)
    first = tree.act("k", "register", **TICKET)
    tree.sync("k", "c")
    before, count = newest(tree, "k"), envelopes(tree)
    saved.restore(tree)
    second = tree.act("k", "register", **TICKET)
    assert first["number"] != second["number"]
    assert newest(tree, "k") != before and reasons(tree, "k") == ["restored"]
    assert tree.one("k", "SELECT head_seq FROM log WHERE log = ?", newest(tree, "k")) >= 2
    assert envelopes(tree) >= count, "envelope numbers never fall"
    assert told(tree, "k")["lost"], "until it has spoken with its parent"
    agree(tree)
    assert tree.show("k", record)["assignments"][0]["status"] == "accepted"
    assert tree.show("k", first["record"])["number"] == first["number"]
    assert told(tree, "k")["lost"] == []


def test_a_restore_that_brings_the_old_marker_along_in_another_file_is_noticed(
    tree: Tree, tmp_path: Path
) -> None:
    saved = Saved(tree, "k", tmp_path / "backup")
    tree.register("k")
    tree.sync("k", "c")
    saved.restore(tree, marker=True)
    tree.identities["k"] = identity(inode=8)
    assert reasons(tree, "k") == ["copied"]
    tree.register("k")
    agree(tree)


def test_a_database_without_its_marker_was_restored(tree: Tree) -> None:
    (tree.base / "k" / "marker").unlink()
    assert reasons(tree, "k") == ["restored"]
    tree.shut("k")
    assert reasons(tree, "k") == ["restored"]
    agree(tree)


def test_a_backup_of_before_the_first_envelope_without_its_marker_was_restored_too(
    bare: Tree, tmp_path: Path
) -> None:
    """It counts nothing as sent; what was, was sent since."""
    bare.found()
    bare.staff("p")
    bare.join("p", "c", bare.invite("p", "370200", "青岛市总工会"))
    bare.staff("c")
    saved = Saved(bare, "c", tmp_path / "backup")
    bare.register("c")
    bare.sync("c", "p")
    before = newest(bare, "c")
    saved.restore(bare)
    (bare.base / "c" / "marker").unlink()
    bare.register("c")
    assert reasons(bare, "c") == ["restored"] and newest(bare, "c") != before


def test_a_directory_of_0_1_0_never_had_a_marker_and_gets_one(tree: Tree) -> None:
    (tree.base / "k" / "marker").unlink()
    with tree.sql("k") as db:
        db.execute("DELETE FROM setting WHERE name = 'marked'")
    before = newest(tree, "k")
    assert (reasons(tree, "k"), newest(tree, "k")) == ([], before)
    assert tree.marker("k").read() is not None
    tree.shut("k")
    (tree.base / "k" / "marker").unlink()
    assert reasons(tree, "k") == ["restored"]


def test_a_node_that_was_never_enrolled_keeps_its_log(bare: Tree) -> None:
    bare.found()
    bare.staff("p")
    from node import founding

    founding.init(
        bare.base / "c", "370200", "青岛市总工会", clock=bare.clock("c"), entropy=bare.entropy("c"),
        marker=bare.marker("c"),
    )  # fmt: skip
    bare.staff("c")
    before = newest(bare, "c")
    bare.shut("c")
    bare.identities["c"] = identity("another")
    record = bare.register("c")
    assert newest(bare, "c") == before
    bare.join("p", "c", bare.invite("p", "370200", "青岛市总工会"))
    bare.sync("c", "p")
    assert bare.show("p", record)["owner"] == "370000/370200"


def test_a_copy_on_another_machine_writes_into_a_log_of_its_own(tree: Tree, tmp_path: Path) -> None:
    tree.shut("k")
    twin = Tree(tmp_path / "twin", seed=3)
    shutil.copytree(tree.base / "k", twin.base / "k")
    twin.identities["k"] = identity("another")
    mine, theirs = tree.register("k", worker_name="甲"), twin.register("k", worker_name="乙")
    assert newest(twin, "k") != newest(tree, "k")
    tree.sync("k", "c")
    request = twin.at("k").request(0)
    tree.at("c").take(request)
    for record in (mine, theirs):
        assert tree.show("c", record)["owner"].endswith("370211")
    twin.close()
    assert is_unforked(tree)


def test_a_snapshot_of_the_whole_machine_is_noticed_by_what_the_parent_holds(
    tree: Tree, tmp_path: Path
) -> None:
    record = tree.dispatched()
    saved = Saved(tree, "k", tmp_path / "backup")
    tree.act("k", "accept", record)
    quiet(tree)
    before = newest(tree, "k")
    saved.restore(tree, marker=True)
    assert newest(tree, "k") == before
    tree.sync("k", "c")
    assert reasons(tree, "k") == ["shown"] and newest(tree, "k") != before
    agree(tree)
    assert {one["verdict"] for one in tree.show("k", record)["timeline"]} == {"stands"}


def test_what_a_snapshot_took_of_the_outbox_is_not_taken_to_have_come(tree: Tree, tmp_path: Path) -> None:
    """It runs with the same log, numbers and marker, and has called since: the other's envelopes don't count."""
    record = tree.dispatched()
    quiet(tree)
    saved = Saved(tree, "k", tmp_path / "the-other")
    tree.act("c", "note", record, text="市里催办")
    for _ in range(3):
        tree.sync("k", "c")
    saved.restore(tree, marker=True)
    before = newest(tree, "k")
    assert "市里催办" not in str(tree.show("k", record)["timeline"])
    agree(tree)
    assert "市里催办" in str(tree.show("k", record)["timeline"])
    assert reasons(tree, "k") == ["superseded"] and newest(tree, "k") != before


def test_a_restored_parent_gets_its_own_back_from_its_children(tree: Tree, tmp_path: Path) -> None:
    record = tree.dispatched()
    saved = Saved(tree, "c", tmp_path / "backup")
    tree.act("c", "note", record, text="市里催办")
    tree.sync("k", "c")
    assert "市里催办" in str(tree.show("k", record)["timeline"])
    saved.restore(tree)
    assert reasons(tree, "c") == ["restored"]
    agree(tree)
    assert "市里催办" in str(tree.show("c", record)["timeline"])
    assert "市里催办" in str(tree.show("p", record)["timeline"])


def test_what_a_restored_node_took_last_and_is_no_more_to_have_isnt_missing(
    tree: Tree, tmp_path: Path
) -> None:
    """Whose it was has been moved below another office since."""
    quiet(tree)
    saved = Saved(tree, "c", tmp_path / "backup")
    tree.register("k")
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.do("p", "registry.move", unit="370211", to="370000/370900/370211")
    tree.sync("c", "p")
    saved.restore(tree)
    tree.sync("c", "p", most=40)
    assert tree.verify("c") == []


def test_two_restores_in_a_row_lose_nothing(tree: Tree, tmp_path: Path) -> None:
    record = tree.dispatched()
    saved = Saved(tree, "k", tmp_path / "backup")
    tree.act("k", "accept", record)
    quiet(tree)
    for word in ("第一次恢复后", "第二次恢复后"):
        saved.restore(tree)
        tree.later(HOUR_MS)
        tree.sync("k", "c")
        tree.act("k", "note", record, text=word)
        quiet(tree)
    agree(tree)
    text = str(tree.show("p", record)["timeline"])
    assert "第一次恢复后" in text and "第二次恢复后" in text
    assert len(logs(tree, "k")) == 3


def test_a_life_that_finds_a_later_one_goes_past_it(tree: Tree, tmp_path: Path) -> None:
    """The clock went back between two restores, so the older life's log is the newest by its time."""
    saved = Saved(tree, "k", tmp_path / "backup")
    tree.sync("k", "c")
    tree.clock("k").advance(5 * MINUTE_MS)
    saved.restore(tree)
    tree.sync("k", "c")
    tree.clock("k").advance(-5 * MINUTE_MS)
    saved.restore(tree)
    tree.sync("k", "c")
    assert reasons(tree, "k") == ["restored", "superseded"]
    with tree.at("k").work() as work:
        entry = work.registry.node(work.node)
        assert entry is not None and entry.newest_log == work.log
    agree(tree)


def test_two_copies_that_both_run_begin_no_logs_without_end(tree: Tree, tmp_path: Path) -> None:
    tree.shut("k")
    twin = Tree(tmp_path / "twin", seed=3)
    shutil.copytree(tree.base / "k", twin.base / "k")
    twin.identities["k"] = identity("another")
    for _ in range(3):
        tree.sync("k", "c")
        taken = tree.at("c").take(twin.at("k").request(0))
        assert taken.reply is not None
        twin.at("k").take_reply(taken.reply)
    assert len(reasons(twin, "k")) + len(reasons(tree, "k")) <= 4
    twin.close()
    assert is_unforked(tree)


def test_a_new_logs_first_act_closes_the_old_one_where_it_was_left(tree: Tree) -> None:
    tree.register("k")
    quiet(tree)
    with tree.sql("k") as db:
        own = "(SELECT value FROM setting WHERE name = 'log')"
        old, seq, head = db.execute(f"SELECT log, head_seq, head_id FROM log WHERE log = {own}").fetchone()
    (tree.base / "k" / "marker").unlink()
    quiet(tree)
    for name in ("k", "c", "p"):
        with tree.at(name).work() as work:
            entry = work.registry.log(old)
            assert entry is not None and entry.closed is not None
            assert (entry.closed.seq, entry.closed.id) == (seq, head)


def test_numbers_that_left_and_never_came_back_are_listed(tree: Tree, tmp_path: Path) -> None:
    saved = Saved(tree, "k", tmp_path / "backup")
    old = newest(tree, "k")
    first = 1 + tree.one("k", "SELECT head_seq FROM log WHERE log = ?", old)
    tree.register("k")
    tree.register("k")
    tree.at("k").request(0)
    last = tree.one("k", "SELECT head_seq FROM log WHERE log = ?", old)
    saved.restore(tree)
    found = told(tree, "k")
    assert found["lost"] == [{"log": old.hex(), "first": first, "last": last}]
    with tree.sql("k") as db:
        assert lives.lost(db) == [(old, first, last)]
    tree.at("k")
    assert tree.reader("k").verify(True)["lost"] == found["lost"]
    assert tree.verify("k") == []


def test_status_says_in_one_sentence_what_happened(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree.base / "k" / "marker").unlink()
    for language, words in (("zh", "从备份恢复"), ("en", "restored from a backup")):
        monkeypatch.setattr("node.language._used", language)
        (life,) = told(tree, "k")["lives"]
        assert words in life["sentence"] and json.dumps(life)
        assert life["log"] == newest(tree, "k").hex()


def test_a_log_that_comes_before_the_one_it_follows_counts_once_that_one_is_here(tree: Tree) -> None:
    record = tree.dispatched()
    quiet(tree)
    for _ in range(2):
        tree.shut("k")
        (tree.base / "k" / "marker").unlink()
        tree.at("k")
    tree.act("k", "note", record, text="恢复了两次以后")
    _, second, third = logs(tree, "k")
    verdicts = []
    for log in (third, second):
        give(tree, "c", everything_of(tree, "k", log))
        timeline = tree.show("c", record)["timeline"]
        verdicts.append([one["verdict"] for one in timeline if one["action"] == "note"])
    assert verdicts[1] == ["stands"]
    assert tree.verify("c") == []
