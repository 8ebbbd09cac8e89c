"""Projections folded again give the same bytes, at once or behind the node's work."""

from __future__ import annotations

import pytest

from node import glance, rebuild
from node.errors import Stale
from node.store import records, stale
from tests.node.tree import Tree, snapshot

DERIVED = ("folded", "place", "due", "card", "fact", "trait", "state", "exception_", "unit")


@pytest.mark.parametrize("name", ["p", "c", "k"])
def test_a_rebuild_gives_the_same_bytes_and_sends_nothing(tree: Tree, name: str) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "amend", record, amount_claimed=1)
    tree.act("c", "amend", record, amount_claimed=2)
    tree.quiet()
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    tables = (*DERIVED, "outbox", "delivery", "commit_", "log")
    before = {table: snapshot(tree, name, table) for table in tables}
    assert all(before[table] for table in ("exception_", "due", "state", "folded"))
    assert bool(before["fact"]) == bool(before["trait"]) == (name != "k")  # it was taken from the county
    with tree.sql(name) as db:
        db.execute("DELETE FROM setting WHERE name = ?", (rebuild.STAMP,))
        db.execute("UPDATE folded SET phase = 'archived', title = 'x'")
        db.execute("DELETE FROM place")
    tree.at(name)
    assert {table: snapshot(tree, name, table) for table in tables} == before
    assert tree.verify(name) == []
    assert tree.quiet() == 0


def test_a_rebuilt_index_finds_the_same(tree: Tree) -> None:
    record = tree.register()
    with tree.at("p").work() as work:
        rebuild.everything(work)
    assert [one["record"] for one in tree.reader("p").search("拖欠").items] == [record]


def test_a_node_of_this_very_program_isnt_rebuilt(tree: Tree) -> None:
    with tree.at("p").work() as work:
        assert rebuild.where_stale(work) is False


# Behind the work


OLD = "原来的标题"


@pytest.fixture
def upgraded(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three tickets at the province as another version of the program left them; nothing but people and policies is
    folded when it opens."""
    records = [tree.dispatched() for _ in range(3)]
    tree.quiet()
    monkeypatch.setattr(rebuild, "AT_ONCE", 2)
    stale_at(tree, "p")
    return records


def stale_at(tree: Tree, name: str) -> None:
    with tree.sql(name) as db:
        db.execute("UPDATE setting SET value = x'00' WHERE name = ?", (rebuild.STAMP,))
        db.execute("UPDATE folded SET title = ? WHERE matter = 'ticket'", (OLD,))


def titles(tree: Tree) -> list[str]:
    return [one["title"] for one in tree.reader("p").list("ticket").items]


def test_until_its_turn_comes_a_record_is_shown_as_it_was(tree: Tree, upgraded: list[str]) -> None:
    assert titles(tree) == [OLD] * 3
    assert tree.at("p").rebuild() is False
    assert OLD not in titles(tree) and tree.verify("p") == []


def test_a_kill_in_between_loses_nothing_of_what_was_done(
    tree: Tree, upgraded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild.some, "__defaults__", (1,))
    assert tree.at("p").rebuild() is True
    tree.shut("p")
    assert titles(tree).count(OLD) == 2
    while tree.at("p").rebuild():
        continue
    assert OLD not in titles(tree)


def test_whatever_is_done_to_a_record_folds_it_first(tree: Tree, upgraded: list[str]) -> None:
    tree.act("p", "note", upgraded[0], text="先办这一件")
    assert titles(tree).count(OLD) == 2
    assert tree.verify("p") == []


def test_what_comes_from_a_peer_folds_its_record_whole(tree: Tree, upgraded: list[str]) -> None:
    tree.act("c", "note", upgraded[1], text="市里已看")
    tree.sync("c", "p")
    assert titles(tree).count(OLD) == 2
    assert tree.verify("p") == []


def test_meanwhile_nothing_is_said_of_agreement_and_what_is_left_is_told(
    tree: Tree, upgraded: list[str]
) -> None:
    reader = tree.reader("p")
    with pytest.raises(Stale) as refused:
        reader.digest()
    assert refused.value.code == "rebuilding"
    left = glance.status(tree.base / "p")["rebuild_left"]
    assert 3 <= left <= glance.status(tree.base / "p")["rebuild_total"]
    assert reader.verify(False)["rebuild_left"] == left
    tree.at("p").rebuild()
    assert tree.reader("p").digest()["digest"] and glance.status(tree.base / "p")["rebuild_left"] == 0


def test_a_state_that_cant_be_read_any_more_says_so_until_it_is_folded(
    tree: Tree, upgraded: list[str]
) -> None:
    tree.at("p")
    with tree.sql("p") as db:
        db.execute("UPDATE state SET state = x'c1' WHERE record IN (SELECT record FROM stale)")
    with pytest.raises(Stale) as refused:
        tree.reader("p").show("ticket", upgraded[0])
    assert refused.value.code == "rebuilding"
    assert len(titles(tree)) == 3, "lists go on"
    tree.act("p", "note", upgraded[0], text="照样能办")
    tree.at("p").rebuild()
    assert tree.reader("p").show("ticket", upgraded[2])["phase"] and tree.verify("p") == []


def test_those_with_an_open_deadline_come_first_and_the_newest_of_them(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = tree.register()
    tree.act("p", "answer", answered, text="试用期最长六个月。")
    open_ones = [tree.dispatched() for _ in range(2)]
    closed = tree.register()
    tree.act("p", "answer", closed, text="可以。")
    monkeypatch.setattr(rebuild, "AT_ONCE", 2)
    stale_at(tree, "p")
    with tree.at("p").work() as work:
        rows = stale.following(work.db, 9)
        named = [records.name_of(work.db, row)[0].hex() for row in rows]
    tickets = [one for one in named if one in {answered, closed, *open_ones}]
    assert tickets == [*reversed(open_ones), closed, answered]


def test_a_person_has_everything_folded_anew_a_step_at_a_time(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        tree.register()
    monkeypatch.setattr(rebuild, "AT_ONCE", 2)
    done = tree.at("p").do("rebuild", {"begin": True}, None)
    steps = 1
    while done["left"]:
        done = tree.at("p").do("rebuild", {"begin": False}, None)
        steps += 1
    assert steps > 1 and done["total"] > 5 and tree.verify("p") == []
