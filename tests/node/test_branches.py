"""A log that forked: nothing beyond the fork counts until the lowest common ancestor has ruled (protocol 3.8)."""

from __future__ import annotations

import pytest

from node import branches
from sync_protocol import commit as commits
from sync_protocol.messages import CommitItem
from sync_protocol.roster import Admission
from tests.node.forge import Forger, give, heads
from tests.node.tree import Tree


def verdicts(tree: Tree, name: str, record: str) -> dict[str, str]:
    """Text of each note → its verdict."""
    shown = tree.show(name, record)["timeline"]
    return {str(one["words"].get("text")): one["verdict"] for one in shown if one["action"] == "note"}


def fork(tree: Tree, record: str) -> tuple[CommitItem, list[CommitItem]]:
    """Two branches of the county's log: one of a commit, the other of two."""
    after = heads(tree, "k", record)
    one, other = Forger(tree, "k"), Forger(tree, "k")
    other.salts = 100
    first = one.commit(one.note(record, after, "甲一"))
    return first, [other.commit(other.note(record, after, text)) for text in ("乙一", "乙二")]


def ruling(tree: Tree, name: str) -> list[tuple[int, bytes]]:
    with tree.at(name).work() as work:
        log = work.registry.log(Forger(tree, "k").log) if False else None
        assert log is None
        return [
            (number, one.keep)
            for entry in work.registry.logs().values()
            for number, one in entry.rulings.items()
        ]


def test_the_branch_that_was_receipted_is_kept_and_the_other_can_be_read(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    first, others = fork(tree, record)
    give(tree, "c", others)
    with tree.at("c").work() as work:
        county = next(one for one in work.registry.nodes() if one.path.endswith("370211"))
        from node import link
        from node.store import links

        peer = links.peer(work.db, county.node)
        assert peer is not None
        link._receipt(work, peer)
    give(tree, "c", [first])
    assert [keep for _, keep in ruling(tree, "c")] == [commits.parse(others[0].raw).id]
    assert verdicts(tree, "c", record) == {"甲一": "quarantined", "乙一": "stands", "乙二": "stands"}


def test_without_a_receipt_the_lower_id_is_kept_wherever_they_came_first(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    first, others = fork(tree, record)
    give(tree, "c", [*others, first])
    lower = min(commits.parse(one.raw).id for one in (first, others[0]))
    assert [keep for _, keep in ruling(tree, "c")] == [lower]
    tree.sync("c", "p")
    tree.sync("c", "p")
    assert verdicts(tree, "p", record) == verdicts(tree, "c", record)
    assert sorted(verdicts(tree, "c", record).values()).count("quarantined") in (1, 2)


def test_above_the_one_who_is_to_rule_both_branches_wait_in_quarantine(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    first, others = fork(tree, record)
    give(tree, "p", [first])
    assert verdicts(tree, "p", record) == {"甲一": "stands"}
    give(tree, "p", others)
    assert set(verdicts(tree, "p", record).values()) == {"quarantined"}
    assert ruling(tree, "p") == []
    give(tree, "c", [first, *others])
    tree.sync("c", "p")
    assert "stands" in verdicts(tree, "p", record).values()


def test_what_is_quarantined_by_a_ruling_can_be_admitted(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    first, others = fork(tree, record)
    give(tree, "c", [first, *others])
    lost = [text for text, verdict in verdicts(tree, "c", record).items() if verdict == "quarantined"]
    rows = [one for one in tree.reader("c").exceptions("quarantine").items]
    assert len(rows) == len(lost)
    for row in rows:
        tree.do("c", "admit", id=row["id"])
    assert set(verdicts(tree, "c", record).values()) == {"stands"}
    tree.sync("c", "p")
    assert set(verdicts(tree, "p", record).values()) == {"stands"}


def test_a_node_judges_its_own_commits_alike(tree: Tree) -> None:
    record = tree.dispatched()
    tree.quiet()
    tree.act("k", "note", record, text="自己的")
    tree.sync("k", "c")
    with tree.at("k").work() as work:
        log, node = work.log, work.node
    tree.do("c", "registry.revoke", unit="370211", reason="stolen", keep=[])
    tree.sync("k", "c")
    assert verdicts(tree, "k", record) == {"自己的": "quarantined"}
    with tree.at("k").work() as work:
        assert branches.admission(work, log, 1, bytes(32), node) is Admission.REVOKED


@pytest.mark.parametrize("number", [1])
def test_a_log_without_a_fork_costs_one_look_up(tree: Tree, number: int) -> None:
    with tree.at("c").work() as work:
        places = branches.Places(work.db, work.registry)
        assert places.admission(work.log, number, bytes(32), work.node) is Admission.OK
        assert places._doubts == {work.log: None}
