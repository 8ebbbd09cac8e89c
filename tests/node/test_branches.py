"""A log that forked: nothing beyond the fork counts until the lowest common ancestor has ruled (protocol 3.8)."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from node import answering, branches, intake, lanes
from node.audit.desk import Desk
from node.store import chain, links
from sync_protocol import commit as commits
from sync_protocol import export
from sync_protocol.change import Act
from sync_protocol.errors import BadEnvelope
from sync_protocol.frontier import Position
from sync_protocol.messages import CommitItem, Request
from sync_protocol.roster import Admission
from sync_protocol.run import Head
from sync_protocol.shape import HIGHEST
from tests.node.erasure.files import agreed
from tests.node.forge import Forger, give, heads
from tests.node.test_incarnation import Saved
from tests.node.tree import PATHS, Tree

UNKNOWN = 60  # records of a flood: acts on what nobody has


def verdicts(tree: Tree, name: str, record: str) -> dict[str, str]:
    """Text of each note → its verdict."""
    shown = tree.show(name, record)["timeline"]
    return {str(one["words"].get("text")): one["verdict"] for one in shown if one["action"] == "note"}


def fork(tree: Tree, *records: str) -> tuple[CommitItem, list[CommitItem]]:
    """Two branches of the county's log: one of a commit, the other of one for each record."""
    one, other = Forger(tree, "k"), Forger(tree, "k")
    other.salts = 100
    first = one.commit(one.note(records[0], heads(tree, "k", records[0]), "甲"))
    rest = [
        other.commit(other.note(record, heads(tree, "k", record), f"乙{number}"))
        for number, record in enumerate(records, 1)
    ]
    return first, rest


def kept(tree: Tree, name: str) -> list[bytes]:
    """Commit ids that the rulings known there keep."""
    with tree.at(name).work() as work:
        return [one.keep for entry in work.registry.logs().values() for one in entry.rulings.values()]


def down(tree: Tree) -> None:
    for one in (("c", "p"), ("k", "c"), ("c", "p"), ("t", "p"), ("s", "t")):
        tree.sync(*one)


def name_of(item: CommitItem) -> bytes:
    return commits.parse(item.raw).id


def test_the_branch_that_was_receipted_is_kept_and_the_other_can_be_read(tree: Tree) -> None:
    record = tree.dispatched()
    tree.sync("k", "c")
    first, others = fork(tree, record, record)
    give(tree, "c", others)
    county = tree.at("k").keys.node
    with tree.at("c").work() as work:
        peer = links.peer(work.db, county)
        assert peer is not None
        answering._receipt(work, peer, Request((), bytes(32), 0))
    give(tree, "c", [first])
    assert kept(tree, "c") == [name_of(others[0])]
    assert verdicts(tree, "c", record) == {"甲": "quarantined", "乙1": "stands", "乙2": "stands"}


def test_without_a_receipt_the_lower_id_is_kept_and_all_agree(tree: Tree) -> None:
    record = tree.dispatched()
    tree.sync("k", "c")
    first, others = fork(tree, record, record)
    give(tree, "c", [*others, first])
    assert kept(tree, "c") == [min(name_of(first), name_of(others[0]))]
    tree.sync("c", "p")
    tree.sync("c", "p")
    assert verdicts(tree, "p", record) == verdicts(tree, "c", record)
    assert "quarantined" in verdicts(tree, "c", record).values()


def test_above_the_one_who_is_to_rule_both_branches_wait_in_quarantine(tree: Tree) -> None:
    record = tree.dispatched()
    tree.sync("k", "c")
    tree.sync("c", "p")
    first, others = fork(tree, record, record)
    give(tree, "p", [first])
    assert verdicts(tree, "p", record) == {"甲": "stands"}
    give(tree, "p", others)
    assert set(verdicts(tree, "p", record).values()) == {"quarantined"} and kept(tree, "p") == []
    give(tree, "c", [first, *others])
    tree.sync("c", "p")
    assert "stands" in verdicts(tree, "p", record).values()


def test_a_ruling_by_keys_that_had_been_replaced_is_given_again_by_the_newer_ones(
    tree: Tree, tmp_path: Path
) -> None:
    """The city was put back to before it changed them: what it signed until it heard of that counts no more."""
    record = tree.dispatched()
    for one in (("k", "c"), ("c", "p")):
        tree.sync(*one)
    first, others = fork(tree, record, record)
    saved = Saved(tree, "c", tmp_path / "backup")
    tree.do("c", "registry.replace")
    tree.sync("c", "p")
    newer = tree.at("c").keys.node
    saved.restore(tree)
    give(tree, "c", [first, *others])
    assert tree.at("c").keys.node != newer and kept(tree, "c"), "it ruled by the keys of before"
    for one in (("c", "p"), ("c", "p"), ("k", "c"), ("c", "p")):
        tree.sync(*one)
    assert tree.at("c").keys.node == newer
    assert kept(tree, "c") == kept(tree, "p") == [min(name_of(first), name_of(others[0]))]
    assert verdicts(tree, "p", record) == verdicts(tree, "c", record)
    assert "stands" in verdicts(tree, "c", record).values()


def test_who_holds_a_branch_in_pieces_is_told_its_headers_and_judges_alike(tree: Tree) -> None:
    shared = tree.register()
    tree.act("p", "dispatch", shared, lead="370211", co=["370902"])
    own = tree.register("k")
    down(tree)
    first, others = fork(tree, own, shared)
    give(tree, "c", others)
    down(tree)
    assert verdicts(tree, "s", shared) == {"乙2": "stands"}
    give(tree, "c", [first])
    down(tree)
    found = {name: verdicts(tree, name, shared)["乙2"] for name in PATHS}
    assert set(found.values()) in ({"stands"}, {"quarantined"}), found
    assert found["s"] == ("stands" if kept(tree, "c") == [name_of(others[0])] else "quarantined")


def parted(tree: Tree, *records: str) -> tuple[list[CommitItem], list[CommitItem]]:
    """Two branches of a commit for each record, of which the first one's last has the lower id."""
    for salts in count(0, 10):
        one, other = Forger(tree, "k"), Forger(tree, "k")
        one.salts, other.salts = salts, 10**6
        first, second = (
            [
                who.commit(who.note(record, heads(tree, "k", record), f"{name}{at}"))
                for at, record in enumerate(records)
            ]
            for who, name in ((one, "甲"), (other, "乙"))
        )
        if name_of(first[-1]) < name_of(second[-1]):
            return first, second
    raise AssertionError("one of them is lower")


def test_a_ruling_that_keeps_a_branch_of_which_the_end_alone_is_here_turns_what_stands_beside_it_below(
    tree: Tree,
) -> None:
    """What the commit kept names, and isn't here, has the number of the newest commit that isn't held twice. That one
    was left as it had been (seed 200299)."""
    record, other = tree.dispatched(), tree.dispatched()
    tree.sync("k", "c")
    first, others = parted(tree, record, other)
    give(tree, "c", first[1:])
    give(tree, "c", others)
    assert kept(tree, "c") == [name_of(first[-1])]
    assert verdicts(tree, "c", record) == {"乙0": "quarantined"}
    assert verdicts(tree, "c", other) == {"甲1": "stands", "乙1": "quarantined"}
    assert tree.verify("c") == []


def test_the_end_of_a_closed_log_says_what_stands_beside_it_however_late_it_comes(tree: Tree) -> None:
    """No number is held twice: the log hasn't forked yet, as far as one can see."""
    record, other = tree.dispatched(), tree.dispatched()
    tree.sync("k", "c")
    first, others = parted(tree, record, other)
    give(tree, "c", others[:1])
    end = commits.parse(first[-1].raw)
    place = {"log": end.header.log.hex(), "seq": end.header.seq, "id": end.id.hex()}
    tree.do("c", "registry.revoke", unit="370211", reason="stolen", keep=[place])
    assert verdicts(tree, "c", record) == {"乙0": "stands"}
    give(tree, "c", first[1:])
    assert verdicts(tree, "c", record) == {"乙0": "quarantined"}
    assert verdicts(tree, "c", other) == {"甲1": "stands"}
    assert tree.verify("c") == []


def test_what_is_quarantined_by_a_ruling_can_be_admitted(tree: Tree) -> None:
    record = tree.dispatched()
    tree.sync("k", "c")
    first, others = fork(tree, record, record)
    give(tree, "c", [first, *others])
    lost = [text for text, verdict in verdicts(tree, "c", record).items() if verdict == "quarantined"]
    rows = tree.reader("c").exceptions("quarantine").items
    assert len(rows) == len(lost)
    for row in rows:
        tree.do("c", "admit", id=row["id"])
    assert set(verdicts(tree, "c", record).values()) == {"stands"}
    tree.sync("c", "p")
    assert set(verdicts(tree, "p", record).values()) == {"stands"}


def test_a_node_judges_its_own_commits_alike(tree: Tree) -> None:
    record = tree.dispatched()
    tree.sync("k", "c")
    tree.act("k", "note", record, text="自己的")
    tree.sync("k", "c")
    with tree.at("k").work() as work:
        log, node = work.log, work.node
    tree.do("c", "registry.revoke", unit="370211", reason="stolen", keep=[])
    tree.sync("k", "c")
    assert verdicts(tree, "k", record) == {"自己的": "quarantined"}
    with tree.at("k").work() as work:
        assert branches.admission(work, log, 1, bytes(32), node) is Admission.REVOKED


def test_who_brings_what_undoes_his_own_enrolment_is_refused_until_that_is_ruled(tree: Tree) -> None:
    """Seed 140002: whoever has the city's keys forges its log past the county's enrolment, and gives that to the county
    alone. The county brings it to the city, which then knows nobody by the county's keys, and has to answer."""
    city, county = tree.at("c").keys, tree.at("k").keys
    tree.quiet()
    forger = Forger(tree, "c")
    with tree.at("c").work() as work:
        entry = work.registry.node(county.node)
        assert entry is not None
        log = chain.log_row(work.db, work.log)
        assert log is not None
        every = [commits.parse(raw) for _, raw in chain.raws(work.db, log.id, 1, log.head.seq)]
    at = next(one.header for one in every if one.id == entry.commit)
    forger.head = Head(at.seq - 1, at.prev, at.time - 1)
    forged = forger.commit([forger.body(b"\xa0")])
    give(tree, "k", [forged], peer=city.node)
    tree.at("k").compare()
    with pytest.raises(BadEnvelope) as caught:
        tree.sync("k", "c")
    assert caught.value.code == "unknown_sender"
    for link in (("c", "p"), ("c", "p"), ("k", "c"), ("k", "c")):
        tree.sync(*link)
    assert [kept(tree, name) for name in "pck"] == [[entry.commit]] * 3
    assert tree.dispatched()
    tree.quiet()
    agreed(tree)


def test_a_log_without_a_fork_costs_one_look_up(tree: Tree) -> None:
    with tree.at("c").work() as work:
        places = branches.Places(work.db, work.registry)
        assert places.admission(work.log, 1, bytes(32), work.node) is Admission.OK
        assert places._doubts == {work.log: None}


def flood(forger: Forger, count: int, seed: int = 1) -> list[CommitItem]:
    """Acts on records that nobody has, each on another one."""
    named = Random(seed)
    acts = (Act("ticket/1", "note", (), {}, named.randbytes(16)) for _ in range(count))
    return [forger.commit([forger.made(act)]) for act in acts]


def take(tree: Tree, name: str, items: list[CommitItem]) -> set[bytes]:
    """Record ids that were folded for it."""
    with tree.at(name).work() as work:
        intake.take(work, items, peer=b"peer")
    return work.touched


def branch(forger: Forger) -> Forger:
    """Another who goes on from there."""
    other = object.__new__(Forger)
    other.__dict__.update(forger.__dict__, salts=forger.salts + 1000)
    return other


def test_a_fork_at_the_end_of_a_log_turns_nothing_below_it(tree: Tree) -> None:
    """Whoever has an office's keys forks its log once more, every time: three times all of it was folded again by the
    office above, and all that was anybody else's once (seed 100026)."""
    others = [tree.register("c") for _ in range(5)]
    tree.sync("k", "c")
    one = Forger(tree, "k")
    other = branch(one)
    take(tree, "c", [*flood(one, 1), *flood(other, 1, 2)])
    assert len(kept(tree, "c")) == 1
    if kept(tree, "c") == [other.head.id]:
        one, other = other, one
    take(tree, "c", flood(one, UNKNOWN, 3))
    other = branch(one)
    folded = take(tree, "c", [*flood(one, 1, 4), *flood(other, 1, 5)])
    assert len(kept(tree, "c")) == 2
    assert len(folded) == 3  # one on each branch, and the county's own in the registry
    assert folded.isdisjoint(bytes.fromhex(one) for one in others)
    assert tree.verify("c") == []


def test_what_is_said_of_one_log_turns_nothing_of_any_other(tree: Tree) -> None:
    others = [tree.register("c") for _ in range(5)]
    own = tree.register("k")
    tree.sync("k", "c")
    told: list[Any] = []
    tree.at("c").listeners.append(told.append)
    tree.do("c", "registry.revoke", unit="370211", reason="stolen", keep=[])
    folded = set().union(*(one.records for one in told))
    assert bytes.fromhex(own) in folded
    assert folded.isdisjoint(bytes.fromhex(one) for one in others)
    assert tree.verify("c") == []


def test_a_log_of_many_forks_is_looked_through_once_for_a_message(tree: Tree) -> None:
    """Each branch had all of them read (seed 12)."""
    tree.sync("k", "c")
    one = Forger(tree, "k")
    for at in range(8):
        other = branch(one)
        take(tree, "c", [*flood(one, 1, 100 + at), *flood(other, 1, 200 + at)])
    asked: list[str] = []
    with tree.at("c").work() as work:
        lacked = lanes.gap(work, lanes.ours(work), {})
        assert sum(map(len, lacked.lacks.values())) > 8
        driver: Any = work.db.connection.driver_connection
        driver.set_trace_callback(asked.append)
        items, more = lanes.by_frontier(work, lacked, 10**6, work.path)
        driver.set_trace_callback(None)
    assert len(items) > 16 and not more
    assert sum("NOT chained" in one for one in asked) == len(lacked.lacks)


def test_whatever_turns_only_what_it_says_gives_what_a_fold_of_everything_gives(tree: Tree) -> None:
    """Branches on branches, in pieces and out of their turn, revoked in between and let in again."""
    draw = Random(7)
    records = [tree.dispatched() for _ in range(3)]
    tree.sync("k", "c")
    ends, later = [Forger(tree, "k")], list[CommitItem]()
    for step in range(40):
        parent = draw.choice(ends)
        child = branch(parent) if draw.random() < 0.5 else parent
        child.salts += 10_000 * (step + 1)
        record = draw.choice(records)
        made = [child.commit(child.note(record, heads(tree, "k", record), f"{step}"))]
        made += flood(child, draw.randrange(3), step)
        ends.append(child)
        later += made
        draw.shuffle(later)
        now, later = later[: draw.randrange(len(later) + 1)], later[draw.randrange(3) :]
        take(tree, "c", now)
        if step in (12, 25):
            rows = tree.reader("c").exceptions("quarantine").items
            if rows:
                tree.do("c", "admit", id=draw.choice(rows)["id"])
        if step == 20:
            tree.do("c", "registry.revoke", unit="370211", reason="stolen", keep=[])
        assert tree.verify("c") == [], step
    take(tree, "c", later)
    assert tree.verify("c") == []
    assert len(kept(tree, "c")) > 2


def test_what_the_peer_cant_have_of_any_log_goes_before_what_it_may_have(tree: Tree) -> None:
    """Each batch was filled with what it had already, where a commit unknown here hid that it did."""
    tree.sync("k", "c")
    one = Forger(tree, "k")
    take(tree, "c", flood(one, 2))
    with tree.at("c").work() as work:
        own = chain.log_row(work.db, work.log)
        assert own is not None and own.head.seq > 1
        lacked = lanes.gap(work, lanes.ours(work), {work.log: (Position(own.head.seq, bytes(32)),)})
        items, more = lanes.by_frontier(work, lacked, 10**6, work.path)
    headers = [commits.parse(item.raw).header for item in items]
    hidden = [one.log == own.log and one.seq < own.head.seq for one in headers]
    assert hidden == sorted(hidden) and True in hidden and False in hidden[1:] and not more


def test_the_highest_number_of_all_is_a_number_as_any_other(tree: Tree) -> None:
    """Signed by an enemy in a log that has forked: behind it there is nothing, and nothing is looked for."""
    record = tree.dispatched()
    tree.sync("k", "c")
    first, others = fork(tree, record, record)
    give(tree, "c", [*others, first])
    forger = Forger(tree, "k")
    last = forger.commit(forger.note(record, heads(tree, "k", record), "末"), seq=HIGHEST)
    give(tree, "c", [last])
    tree.sync("c", "p")
    path = tree.base / "c.log"
    Desk(tree.reader("c")).export_log(path)
    with path.open("rb") as file:
        assert export.verify(iter(lambda: file.read(1 << 20), b"")).ok
    assert tree.verify("c") == tree.verify("p") == []
