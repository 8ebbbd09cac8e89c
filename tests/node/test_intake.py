"""Taking in what others signed: a place for everything that a good signature covers, and for nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from node import intake
from sync_protocol import commit as commits
from sync_protocol.change import Act, Words
from sync_protocol.commit import parse
from sync_protocol.messages import CommitItem, parse_item
from sync_protocol.names import short
from tests.node.forge import Forger, give, heads
from tests.node.tree import Tree, snapshot

DAY_MS = 24 * 3600 * 1000


def everything_of(tree: Tree, name: str, log: bytes | None = None) -> list[CommitItem]:
    """What a node holds (of one log), as it would travel."""
    from node.store import records
    from sync_protocol.messages import ChangeItem

    found = []
    with tree.at(name).work() as work:
        for row in work.db.exec_driver_sql(
            "SELECT c.id, c.raw, l.log FROM commit_ c JOIN log l ON l.id = c.log ORDER BY c.id"
        ).fetchall():
            if log in (None, row[2]):
                bodies = records.bodies(work.db, row[0])
                found.append(CommitItem(row[1], tuple(ChangeItem(b[1], b[3], b[4]) for b in bodies)))
    return found


def noted(tree: Tree, count: int = 3) -> tuple[str, list[CommitItem]]:
    """A ticket at city and county, and so many notes of the county's that only its forger knows."""
    record = tree.dispatched()
    tree.quiet()
    forger = Forger(tree, "k")
    after = heads(tree, "k", record)
    items = []
    for _ in range(count):
        changes = forger.note(record, after)
        items.append(forger.commit(changes))
        after = (changes[0].short,)
    return record, items


def notes(tree: Tree, name: str, record: str) -> list[str]:
    return [one["verdict"] for one in tree.show(name, record)["timeline"] if one["action"] == "note"]


def test_a_run_is_taken_in_as_a_whole(tree: Tree) -> None:
    record, items = noted(tree)
    taken = give(tree, "c", items)
    assert (taken.new, taken.notes) == (3, [])
    assert notes(tree, "c", record) == ["stands"] * 3
    assert tree.verify("c") == []


def test_what_is_here_already_counts_once(tree: Tree) -> None:
    _, items = noted(tree)
    give(tree, "c", items)
    before = snapshot(tree, "c", "folded"), snapshot(tree, "c", "commit_")
    assert give(tree, "c", items).new == 0
    assert (snapshot(tree, "c", "folded"), snapshot(tree, "c", "commit_")) == before


def test_a_commit_that_arrives_alone_is_taken_by_its_own_signature_and_the_gap_closes(tree: Tree) -> None:
    record, items = noted(tree)
    assert give(tree, "c", [items[2]]).new == 1
    head = tree.one(
        "c", "SELECT max(head_seq) FROM log l JOIN unit u ON u.node = l.node WHERE path LIKE '%/370211'"
    )
    assert give(tree, "c", items[:2]).new == 2
    assert notes(tree, "c", record) == ["stands"] * 3
    now = tree.one(
        "c", "SELECT max(head_seq) FROM log l JOIN unit u ON u.node = l.node WHERE path LIKE '%/370211'"
    )
    assert now == head + 3
    assert tree.verify("c") == []


def test_a_bad_signature_takes_no_place_and_stops_no_other_log(tree: Tree) -> None:
    record, items = noted(tree, 2)
    broken = bytearray(items[1].raw)
    broken[-1] ^= 1
    other = Forger(tree, "c").commit(Forger(tree, "c").note(record, heads(tree, "c", record)))
    taken = give(tree, "p", [*items[:1], CommitItem(bytes(broken), items[1].changes), other])
    assert taken.new == 2 and taken.notes == ["bad_signature"]
    assert give(tree, "p", [items[1]]).new == 1


def test_garbage_among_commits_is_told_and_the_rest_is_taken(tree: Tree) -> None:
    _, items = noted(tree, 1)
    taken = give(tree, "c", [CommitItem(b"\xff\x00"), *items, CommitItem(b"")])
    assert taken.new == 1 and len(taken.notes) == 2


def test_another_nodes_commit_in_this_log_is_refused(tree: Tree) -> None:
    record, _ = noted(tree, 0)
    forger = Forger(tree, "k")
    forger.keys = tree.at("s").keys
    taken = give(tree, "c", [forger.commit(forger.note(record, heads(tree, "k", record)))])
    assert taken.new == 0 and taken.notes == ["wrong_node"]


def test_a_body_that_does_not_match_is_left_out_and_may_come_later(tree: Tree) -> None:
    record, [item] = noted(tree, 1)
    wrong = replace(item.changes[1], body=item.changes[1].body + b"\0")
    taken = give(tree, "c", [replace(item, changes=(item.changes[0], wrong))])
    assert taken.new == 1 and taken.notes == ["body_mismatch"]
    assert [one for one in tree.show("c", record)["timeline"] if one["action"] == "note"][0]["words"] == {}
    assert give(tree, "c", [item]).notes == []
    assert [one for one in tree.show("c", record)["timeline"] if one["action"] == "note"][0]["words"]
    assert tree.verify("c") == []


def test_bodies_that_arrive_later_join_their_commit(tree: Tree) -> None:
    record, items = noted(tree)
    assert give(tree, "c", [replace(one, changes=()) for one in items]).new == 3
    assert notes(tree, "c", record) == []
    assert give(tree, "c", list(reversed(items))).new == 0
    assert notes(tree, "c", record) == ["stands"] * 3
    tree.quiet()
    assert tree.verify("c") == []


def test_a_commit_named_twice_in_one_message_brings_all_its_bodies(tree: Tree) -> None:
    record, [item] = noted(tree, 1)
    act, words = item.changes
    twice = [replace(item, changes=(act,)), replace(item, changes=(words,)), replace(item, changes=())]
    assert give(tree, "c", twice).new == 1
    [note] = [one for one in tree.show("c", record)["timeline"] if one["action"] == "note"]
    assert (note["verdict"], note["words"]) == ("stands", {"text": "一条备注"})


def test_words_whose_act_was_withheld_are_left_out_and_come_with_it(tree: Tree) -> None:
    record, [item] = noted(tree, 1)
    taken = give(tree, "c", [replace(item, changes=item.changes[1:])])
    assert (taken.new, taken.bodies, taken.notes) == (1, 0, ["words_without_act"])
    assert tree.reader("c").exceptions().items == []
    give(tree, "c", [item])
    [note] = [one for one in tree.show("c", record)["timeline"] if one["action"] == "note"]
    assert note["words"] == {"text": "一条备注"}
    assert tree.verify("c") == []


def test_words_that_a_former_version_kept_without_their_act_find_it_when_it_comes(tree: Tree) -> None:
    record, [item] = noted(tree, 1)
    give(tree, "c", [replace(item, changes=())])
    act, words = parse(item.raw).header.changes
    with tree.sql("c") as db:
        (commit,) = db.execute("SELECT max(id) FROM commit_").fetchone()
        own = db.execute("INSERT INTO record (record, matter) VALUES (?, '')", (short(words),)).lastrowid
        db.execute('INSERT INTO change ("commit", place, change, record, of, salt, body, fault)'
                   " VALUES (?, 1, ?, ?, ?, ?, ?, 'words_without_act')",
                   (commit, words, own, short(act), item.changes[1].salt, item.changes[1].body))  # fmt: skip
    give(tree, "c", [item])
    [note] = [one for one in tree.show("c", record)["timeline"] if one["action"] == "note"]
    assert note["words"] == {"text": "一条备注"}
    assert tree.verify("c") == []


def test_words_without_an_act_are_quarantined_and_listed(tree: Tree) -> None:
    forger = Forger(tree, "k")
    stray = forger.made(Words("ticket/1", {"text": "无主"}, b"\1" * 16))
    give(tree, "c", [forger.commit([stray])])
    [row] = tree.reader("c").exceptions("quarantine").items
    assert row["reason"] == "words_without_act" and "words_without_act" not in row["sentence"]
    assert row["commit"]


@pytest.mark.parametrize("raw", [b"\xff", b"", b"\xa0", b"\xa1\x02\x01", b"hello"])
def test_a_body_that_is_no_act_keeps_its_place_and_is_listed(tree: Tree, raw: bytes) -> None:
    record, [item] = noted(tree, 1)
    forger = Forger(tree, "k")
    give(tree, "c", [item])
    forger.head = type(forger.head)(*_head(item))
    taken = give(tree, "c", [forger.commit([forger.body(raw)])])
    assert taken.new == 1
    [row] = tree.reader("c").exceptions("quarantine").items
    assert row["reason"] and row["sentence"] and row["commit"]
    assert tree.reader("c").exception(row["id"])["id"] == row["id"]
    assert notes(tree, "c", record) == ["stands"]
    assert tree.verify("c") == []


def _head(item: CommitItem) -> tuple[int, bytes, int]:
    found = commits.parse(item.raw)
    return found.header.seq, found.id, found.header.time


@pytest.mark.parametrize("action", ["assign", "accept", "decline", "submit", "review", "amend", "note", "recall",
                                    "rework", "follow_up", "quality_check", "advance", "register", "lead",
                                    "receive", "adopt", "withdraw", "archive", "ask", "answer"])  # fmt: skip
@pytest.mark.parametrize("value", [None, 7, -1, "x", b"\1\2", [], [1, "a"], {"a": 1}, True, "370000/370200"])
def test_hostile_data_never_stops_an_exchange(
    hostile: tuple[Tree, str, Forger], action: str, value: Any
) -> None:
    tree, record, forger = hostile
    names = ("unit", "round", "to", "result", "resolved", "from", "onward", "acts", "replaces", "reason", "lead",
             "submission", "outcome", "final", "tags", "amount_claimed", "topic", "class", "number", "co", "urgency",
             "satisfaction_result", "days", "for", "by")  # fmt: skip
    first = None if action == "register" else bytes.fromhex(record)
    after = () if first is None else heads(tree, "c", record)
    act = forger.made(Act("ticket/1", action, after, dict.fromkeys(names, value), first))
    words = forger.made(
        Words("ticket/1", {"text": value, "narrative": value, "worker_name": value}, act.short)
    )
    assert give(tree, "c", [forger.commit([act, words])]).new == 1


@pytest.fixture(scope="module")
def hostile(planted: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One tree for all of them: what piles up is part of the trial."""
    from tests.node.tree import grown

    tree = grown(planted, tmp_path_factory.mktemp("hostile"))
    record = tree.dispatched()
    yield tree, record, Forger(tree, "k")
    assert tree.reader("c").list("ticket", limit=1000).items
    assert tree.show("c", record)["timeline"]
    assert tree.reader("c").exceptions(limit=1000).items
    assert tree.verify("c") == []
    tree.close()


def test_a_fork_is_noted_and_both_branches_are_kept_and_set_aside(tree: Tree) -> None:
    record, _ = noted(tree, 0)
    one, other = Forger(tree, "k"), Forger(tree, "k")
    after = heads(tree, "k", record)
    assert give(tree, "c", [one.commit(one.note(record, after, "一"))]).new == 1
    taken = give(
        tree, "c", [other.commit(other.note(record, after, "二")), other.commit(other.note(record, after))]
    )
    assert taken.new == 2 and "forked" in taken.notes
    aside = "SELECT count(*) FROM commit_ c JOIN log l ON l.id = c.log WHERE l.forked AND NOT c.chained"
    assert tree.one("c", aside) == 2
    assert tree.verify("c") == []


def test_a_fork_is_noted_when_one_branch_came_before_its_turn(tree: Tree) -> None:
    """An urgent commit goes first, and lies loose; the numbers before it, and its own, come of the other branch."""
    record, _ = noted(tree, 0)
    one, other = Forger(tree, "k"), Forger(tree, "k")
    after, other.salts = heads(tree, "k", record), 100
    other.commit(other.note(record, after, "不来"))
    assert give(tree, "c", [other.commit(other.note(record, after, "早"))]).notes == []
    taken = give(tree, "c", [one.commit(one.note(record, after, text)) for text in ("甲", "乙")])
    assert taken.new == 2 and "forked" in taken.notes
    fork = tree.one("c", f"SELECT forked FROM log WHERE log = x'{one.log.hex()}'")
    assert fork == one.head.seq
    assert tree.verify("c") == []


def test_a_fork_is_noted_when_both_branches_come_in_one_message(tree: Tree) -> None:
    """What was loose before is looked for at once; the message itself brings something loose, in front of its twin."""
    record, _ = noted(tree, 0)
    one, other = Forger(tree, "k"), Forger(tree, "k")
    after, other.salts = heads(tree, "k", record), 100
    other.commit(other.note(record, after, "不来"))
    early = other.commit(other.note(record, after, "早"))
    first, second = (one.commit(one.note(record, after, text)) for text in ("甲", "乙"))
    give(tree, "c", [first])
    taken = give(tree, "c", [early, second])
    assert taken.new == 2 and "forked" in taken.notes
    fork = tree.one("c", f"SELECT forked FROM log WHERE log = x'{one.log.hex()}'")
    assert fork == one.head.seq
    assert tree.verify("c") == []


def test_an_unknown_author_waits_and_is_taken_in_once_enrolled(tree: Tree) -> None:
    """The province hears of the county's work before it hears of the county."""
    invitation = tree.invite("c", "370212", "崂山区总工会")
    tree.join("c", "new", invitation)
    tree.staff("new")
    tree.sync("new", "c")
    log = next(one["log"] for one in tree.reader("c").heads() if one["unit"].endswith("370212"))
    theirs = everything_of(tree, "c", bytes.fromhex(log))
    taken = give(tree, "p", theirs)
    assert taken.new == 0 and set(taken.notes) == {"unknown_author"}
    assert tree.one("p", "SELECT count(*) FROM stray") == len(theirs)
    give(tree, "p", theirs)
    assert tree.one("p", "SELECT count(*) FROM stray") == len(theirs)
    give(tree, "p", everything_of(tree, "c"))
    give(tree, "p", [])
    assert tree.one("p", "SELECT count(*) FROM stray") == 0
    assert log in {one["log"] for one in tree.reader("p").heads()}
    tree.sync("c", "p")
    assert tree.verify("p") == []


def test_what_unknown_authors_send_is_bounded_a_peer(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    forger = Forger(tree, "k")
    forger.log = b"\7" * 16
    forger.head = type(forger.head)(0, bytes(32), 0)
    items = [forger.commit([forger.body(b"x" * 1000)]) for _ in range(6)]
    monkeypatch.setattr(intake, "MAX_WAITING", 4000)
    give(tree, "c", items, b"one")
    kept = tree.one("c", "SELECT count(*) FROM stray WHERE peer = ?", b"one")
    assert 0 < kept < 6
    give(tree, "c", items, b"one")
    assert tree.one("c", "SELECT count(*) FROM stray") == kept


def test_what_waits_for_its_author_waits_with_the_act_of_its_words_or_without_them(tree: Tree) -> None:
    record, _ = noted(tree, 0)
    forger = Forger(tree, "k")
    forger.log = b"\7" * 16
    forger.head = type(forger.head)(0, bytes(32), 0)
    item = forger.commit(forger.note(record, heads(tree, "k", record)))
    act, words = item.changes
    for sent in ((words,), (replace(act, body=words.body), words), (act,), (act, words)):
        give(tree, "c", [replace(item, changes=sent)])
    with tree.sql("c") as db:
        kept = [parse_item(row[0]).changes for row in db.execute("SELECT item FROM stray ORDER BY id")]
    assert kept == [(), (act,), (act, words)]


def test_a_commit_far_ahead_is_held_listed_and_released_when_its_time_comes(tree: Tree) -> None:
    record, _ = noted(tree, 0)
    forger = Forger(tree, "k")
    item = forger.commit(forger.note(record, heads(tree, "k", record)), ahead_ms=DAY_MS)
    assert give(tree, "c", [item]).new == 1
    [row] = tree.reader("c").exceptions("held").items
    assert row["reason"] == "ahead" and tree.reader("c").exception(row["id"])["words"] == {"text": "一条备注"}
    assert notes(tree, "c", record) == ["held"]
    done = tree.act("c", "note", record, text="照常")
    assert done["record"] == record
    tree.later(DAY_MS)
    tree.at("c").tick()
    assert tree.reader("c").exceptions("held").items == []
    assert notes(tree, "c", record) == ["stands", "stands"]
    assert tree.verify("c") == []


def test_a_held_registry_change_counts_once_its_time_has_come(tree: Tree) -> None:
    tree.clock("c").advance(DAY_MS)
    tree.do("c", "invite", unit="ENT9", name="某企业", role="hosted", kind="enterprise")
    tree.clock("c").advance(-DAY_MS)
    tree.exchange("c", "p")  # the city doesn't hear that it is ahead
    assert "ENT9" not in {one["code"] for one in tree.reader("p").units()}
    tree.later(DAY_MS)
    tree.at("p").tick()
    assert "ENT9" in {one["code"] for one in tree.reader("p").units()}
    tree.sync("c", "p")
    assert tree.reader("p").digest("370200")["digest"] == tree.reader("c").digest("370200")["digest"]
    assert tree.verify("p") == []


def test_a_time_that_goes_back_within_a_log_is_quarantined(tree: Tree) -> None:
    record, _ = noted(tree, 0)
    forger = Forger(tree, "k")
    after = heads(tree, "k", record)
    items = [
        forger.commit(forger.note(record, after)),
        forger.commit(forger.note(record, after), time=1000 << 16),
    ]
    assert give(tree, "c", items).new == 2
    assert sorted(notes(tree, "c", record)) == ["quarantined", "stands"]
    assert [row["reason"] for row in tree.reader("c").exceptions("quarantine").items] == ["clock"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_commit_goes_back_behind_the_highest_time_of_its_log_in_whatever_batches_it_comes(
    tree: Tree, size: int
) -> None:
    """One that is quarantined for its time opens no way back for those behind it."""
    record, _ = noted(tree, 0)
    after = heads(tree, "k", record)
    tree.later(1000)
    forger = Forger(tree, "k")
    first = forger.commit(forger.note(record, after))
    then = forger.time
    items = [first, *(forger.commit(forger.note(record, after), time=then - back) for back in (9, 5))]
    for at in range(0, 3, size):
        give(tree, "c", items[at : at + size])
    assert sorted(notes(tree, "c", record)) == ["quarantined", "quarantined", "stands"]


@pytest.mark.parametrize("seed", range(6))
def test_the_same_commits_in_any_order_and_batches_give_the_same_digest(tree: Tree, seed: int) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "submit", record, result="completed", resolved=True, text="已付")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.act("c", "amend", record, amount_claimed=5)
    tree.act("p", "amend", record, amount_claimed=7)
    tree.quiet()
    items = everything_of(tree, "p")
    told = tree.reader("p").digest("370000/370200")
    chance = random.Random(seed)
    rest = items[:]
    chance.shuffle(rest)
    while rest:
        size = chance.randint(1, 9)
        give(tree, "t", rest[:size])
        if chance.random() < 0.3:
            rest.append(chance.choice(items))
        rest = rest[size:]
    give(tree, "t", [])
    assert tree.reader("t").digest("370000/370200")["digest"] == told["digest"]
    assert tree.verify("t") == []


def test_no_commit_is_lost_between_two_that_name_it(tree: Tree) -> None:
    record, items = noted(tree)
    give(tree, "c", [items[2]])
    assert tree.show("c", record)["incomplete"]
    give(tree, "c", items[:2])
    assert not tree.show("c", record)["incomplete"]
