"""New keys (protocol 3.4): the node goes on under another id, whoever has heard of it or not."""

from __future__ import annotations

import shutil

import pytest

from node.errors import NotFound, QiaoError
from sync_protocol.errors import BadEnvelope
from tests.node.tree import PATHS, Tree


def status(tree: Tree, name: str, record: str) -> dict[str, str]:
    return {one["unit"]: one["status"] for one in tree.show(name, record)["assignments"]}


def agree(tree: Tree, child: str, parent: str) -> None:
    mine, theirs = (tree.reader(one).digest(PATHS[child]) for one in (child, parent))
    assert mine["digest"] == theirs["digest"]


def carry(tree: Tree, *links: tuple[str, str]) -> int:
    """Over these links in turn; how many commits moved over the last."""
    return [tree.sync(*one) for one in links][-1].sent


K, C = ("k", "c"), ("c", "p")


def test_a_county_goes_on_with_new_keys_and_its_parent_learns_them_over_the_line(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    old = tree.at("k").keys.node
    done = tree.do("k", "registry.replace")
    assert done["items"][0]["replaces"] == old.hex() and tree.at("k").keys.node != old
    tree.act("k", "submit", record, result="completed", resolved=True, text="已补发")
    with pytest.raises(QiaoError) as caught:
        tree.do("k", "registry.replace")
    assert caught.value.code == "keys_not_delivered"
    moved = tree.sync("k", "c")
    assert moved.sent <= 6 and moved.rounds < 5
    assert status(tree, "c", record)[PATHS["k"]] == "submitted"
    assert carry(tree, C, K, K) == 0
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


def test_a_city_goes_on_with_new_keys_and_its_county_learns_them_over_the_line(tree: Tree) -> None:
    record = tree.dispatched()
    tree.do("c", "registry.replace")
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.act("k", "note", record, text="换过以后")
    assert carry(tree, K, C, K, C) == 0
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)
    tree.do("c", "registry.replace")
    carry(tree, K, C, K)
    agree(tree, *K)


def test_a_county_that_was_away_over_two_changes_of_its_citys_keys_is_still_understood(tree: Tree) -> None:
    record = tree.dispatched()
    for _ in range(2):
        tree.do("c", "registry.replace")
        carry(tree, C, C)
    tree.act("k", "accept", record)
    carry(tree, K, C, K)
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


def test_a_city_put_back_to_before_its_county_had_new_keys_hears_of_them_again(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, C)
    tree.shut("c")
    shutil.copytree(tree.base / "c", tree.base / "backup")
    tree.do("k", "registry.replace")
    carry(tree, K, K)
    tree.act("k", "accept", record)
    tree.shut("c")
    for name in ("node.db", "node.db-wal"):
        (tree.base / "c" / name).unlink(missing_ok=True)
        if (tree.base / "backup" / name).exists():
            shutil.copy(tree.base / "backup" / name, tree.base / "c" / name)
    with pytest.raises(BadEnvelope) as caught:
        tree.exchange("k", "c")
    assert caught.value.code == "unknown_sender"
    tree.at("k").unheard_of()
    carry(tree, K, C, K, C)
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)


def test_the_old_keys_get_nothing_any_more_but_the_registry(tree: Tree) -> None:
    tree.dispatched()
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "stolen")
    tree.do("k", "registry.replace")
    carry(tree, K, K)
    later = tree.dispatched()
    assert tree.sync("stolen", "c").received > 0
    with pytest.raises(NotFound):
        tree.show("stolen", later)
    with tree.at("stolen").work() as work:
        entry = work.registry.node(work.node)
        assert entry is not None and entry.standing == "replaced"
    carry(tree, K)
    agree(tree, *K)


@pytest.mark.parametrize("step", ["made", "signed", "swapping"])
def test_a_change_of_keys_that_is_cut_short_leaves_a_node_that_works(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    record = tree.dispatched()
    folder = tree.base / "k"

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "made":
        monkeypatch.setattr("node.registry.replacing.replace", cut)
    else:
        monkeypatch.setattr("node.writer.keys.swap", cut)
    with pytest.raises(KeyboardInterrupt):
        tree.do("k", "registry.replace")
    monkeypatch.undo()
    tree.shut("k")
    if step == "swapping":
        (folder / "keys").rename(folder / "keys.former")
    tree.act("k", "accept", record)
    carry(tree, K)
    assert status(tree, "c", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
