"""What others hold, against a node: exports and receipts as files, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.audit.desk import Desk
from node.errors import Damaged, NotFound, Stale
from tests.node.tree import Tree


@pytest.fixture
def worked(tree: Tree) -> Tree:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    return tree


def export(tree: Tree, name: str) -> Path:
    path = tree.base / f"{name}.qlog"
    Desk(tree.reader(name)).export_log(path)
    return path


def evidence(tree: Tree, name: str) -> Path:
    path = tree.base / f"{name}.receipts"
    assert Desk(tree.reader(name)).evidence(path)["receipts"] > 0
    return path


def test_nodes_at_rest_agree_with_one_another_both_ways(worked: Tree) -> None:
    files = {name: [export(worked, name), evidence(worked, name)] for name in "pckts"}
    for name in "pckts":
        others = [path for other, paths in files.items() if other != name for path in paths]
        found = Desk(worked.reader(name)).verify(against=others)
        assert found["ok"], (name, found["problems"])


def test_what_is_on_its_way_is_counted_and_is_no_fault(worked: Tree) -> None:
    worked.register("k")
    found = Desk(worked.reader("p")).verify(against=[export(worked, "k")])
    assert found["ok"] and found["not_yet"] == 1


def test_two_histories_of_one_node_are_shown_with_both_signed_commits(worked: Tree) -> None:
    before = worked.base / "before"
    worked.shut("k")
    (worked.base / "k").rename(before)
    import shutil

    shutil.copytree(before, worked.base / "k")
    worked.register("k")
    told = export(worked, "k")
    worked.shut("k")
    shutil.rmtree(worked.base / "k")
    before.rename(worked.base / "k")
    worked.register("k", narrative="另一段历史")
    found = [one for one in Desk(worked.reader("k")).verify(against=[told])["problems"]]
    assert {one["code"] for one in found} == {"two_histories"}
    assert {"ours", "theirs", "node", "file"} <= found[0]["evidence"].keys() | {"node"}


def test_a_file_that_proves_nothing_is_refused_by_name(worked: Tree) -> None:
    desk = Desk(worked.reader("c"))
    whole = export(worked, "p")
    for name, content in (("empty", b""), ("cut", whole.read_bytes()[:-40]), ("text", "不是证据".encode() * 9),
                          ("half", evidence(worked, "k").read_bytes()[:-3])):  # fmt: skip
        path = worked.base / name
        path.write_bytes(content)
        with pytest.raises(Damaged) as fault:
            desk.verify(against=[path])
        assert fault.value.code == "bad_evidence" and name in str(fault.value)
    with pytest.raises(NotFound):
        desk.verify(against=[worked.base / "nowhere"])


def test_evidence_is_written_over_nothing(worked: Tree) -> None:
    path = evidence(worked, "k")
    with pytest.raises(Stale):
        Desk(worked.reader("k")).evidence(path)
