"""A log that forked: nothing beyond the fork counts until the lowest common ancestor has ruled (protocol 3.8)."""

from __future__ import annotations

import pytest

from node import answering, branches
from node.store import chain, links
from sync_protocol import commit as commits
from sync_protocol.errors import BadEnvelope
from sync_protocol.messages import CommitItem, Request
from sync_protocol.roster import Admission
from sync_protocol.run import Head
from tests.node.erasure.files import agreed
from tests.node.forge import Forger, give, heads
from tests.node.tree import PATHS, Tree


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
