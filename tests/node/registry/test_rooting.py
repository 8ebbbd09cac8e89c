"""A new root by the recovery key (protocol 3.4): the tree goes on under it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from node import glance
from node.errors import DiskTrouble, QiaoError
from node.registry import rooting
from tests.node.test_branches import verdicts
from tests.node.test_reconciling import keep, restore
from tests.node.tree import PATHS, Tree


@pytest.fixture
def paper(planted: Path) -> Path:
    return planted / "p.pem"


def replaced(tree: Tree, paper: Path, following: str = "next.pem", **more: Any) -> dict[str, Any]:
    tree.shut("p")
    return rooting.replace_root(
        tree.base / "p", paper, tree.base / following, clock=tree.clock("p"), entropy=tree.entropy("p2"),
        marker=tree.marker("p"), **more,
    )  # fmt: skip


def sync(tree: Tree, *links: tuple[str, str]) -> None:
    for link in links:
        tree.sync(*link)


def carry(tree: Tree) -> None:
    sync(tree, ("t", "p"), ("k", "c"), ("c", "p"), ("c", "p"))


def agree(tree: Tree) -> None:
    for name, above in (("k", "c"), ("c", "p"), ("t", "p")):
        mine, theirs = (tree.reader(one).digest(PATHS[name]) for one in (name, above))
        assert mine["digest"] == theirs["digest"]


def hand_over(tree: Tree, giver: str, *takers: str) -> None:
    """Its registry as a file."""
    tree.do(giver, "registry.save", None, path=str(tree.base / f"book-{giver}"))
    for name in takers:
        tree.do(name, "registry.load", None, path=str(tree.base / f"book-{giver}"))


def code(tree: Tree, paper: Path) -> str:
    with pytest.raises(QiaoError) as caught:
        replaced(tree, paper)
    return caught.value.code


@pytest.mark.parametrize("lost", [False, True])
def test_the_tree_goes_on_under_a_new_root(tree: Tree, paper: Path, lost: bool) -> None:
    record = tree.dispatched()
    old = tree.at("p").keys.node
    tree.shut("p")
    if lost:
        shutil.rmtree(tree.base / "p" / "keys")
    done = replaced(tree, paper, stolen=not lost)
    assert done["items"][0]["replaces"] == old.hex()
    assert len(done["items"]) == (1 if lost else 2)
    assert (tree.base / "next.pem").stat().st_mode & 0o77 == 0
    tree.act("p", "note", record, text="新根")
    tree.act("k", "accept", record)
    if lost:
        tree.do("p", "registry.save", None, path=str(tree.base / "book"))
        for name in ("c", "t"):
            assert tree.do(name, "registry.load", None, path=str(tree.base / "book"))["commits"] == 1
        carry(tree)
        assert [one["status"] for one in tree.show("p", record)["assignments"]] == ["accepted"] * 2
    else:
        carry(tree)
        assert [one["status"] for one in tree.show("p", record)["assignments"]] == ["accepted"] * 2
        for name in ("c", "t"):
            mine, theirs = (tree.reader(one).digest(PATHS[name]) for one in (name, "p"))
            assert mine["digest"] == theirs["digest"]
        tree.later(86_400_000)
        tree.at("p").tick()
        tree.sync("c", "p")
        assert tree.verify("p") == [] == tree.verify("c")
        (tree.base / "next.pem").unlink()
        assert code(tree, paper) == "not_recovery_key"


def test_another_key_or_file_is_refused_and_changes_nothing(tree: Tree, paper: Path) -> None:
    (tree.base / "not.pem").write_text("nothing")
    assert code(tree, tree.base / "not.pem") == "bad_recovery"
    assert code(tree, tree.base / "none.pem") == "no_file"
    assert code(tree, tree.base / "p" / "keys" / "sign.pem") == "not_recovery_key"
    assert not (tree.base / "next.pem").exists()
    (tree.base / "next.pem").write_text("")
    assert code(tree, paper) == "file_exists"


def test_the_next_recovery_key_stays_where_the_new_root_is_seated_though_something_failed(
    tree: Tree, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tree.at("p").keys.node

    def full(*_: object) -> None:
        raise DiskTrouble("the disk is full")

    monkeypatch.setattr("node.marker.SystemMarker.note", full)
    assert code(tree, paper) == "disk"
    monkeypatch.undo()
    assert tree.at("p").keys.node != old and (tree.base / "next.pem").exists()
    tree.shut("p")
    done = rooting.replace_root(
        tree.base / "p", tree.base / "next.pem", tree.base / "third.pem", clock=tree.clock("p"),
        entropy=tree.entropy("p2"), marker=tree.marker("p"),
    )  # fmt: skip
    assert done["items"][0]["action"] == "enrol"


def test_the_next_recovery_key_goes_where_no_new_root_is_seated(
    tree: Tree, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskTrouble("the disk is full")

    monkeypatch.setattr("node.registry.rooting.replacing.take_over", full)
    assert code(tree, paper) == "disk"
    assert not (tree.base / "next.pem").exists()


def test_a_root_put_back_to_before_it_was_replaced_hears_of_it_from_its_children(
    tree: Tree, paper: Path
) -> None:
    record = tree.dispatched()
    tree.shut("p")
    shutil.copytree(tree.base / "p", tree.base / "backup")
    replaced(tree, paper)
    newest = tree.at("p").keys.node
    carry(tree)
    tree.act("p", "note", record, text="新根")
    carry(tree)
    tree.shut("p")
    for file in ("node.db", "node.db-wal"):
        (tree.base / "p" / file).unlink(missing_ok=True)
        if (tree.base / "backup" / file).exists():
            shutil.copy(tree.base / "backup" / file, tree.base / "p" / file)
    assert tree.at("p").keys.node != newest
    carry(tree)
    assert tree.at("p").keys.node == newest
    carry(tree)
    tree.act("k", "accept", record)
    carry(tree)
    assert len(tree.show("p", record)["timeline"]) == len(tree.show("c", record)["timeline"])
    for name in ("c", "t"):
        mine, theirs = (tree.reader(one).digest(PATHS[name]) for one in (name, "p"))
        assert mine["digest"] == theirs["digest"]
    assert tree.verify("p") == [] == tree.verify("c")


def test_what_a_root_put_back_wrote_before_it_heard_that_it_was_replaced_is_set_aside_everywhere(
    tree: Tree, paper: Path, tmp_path: Path
) -> None:
    """The log that it began is nobody's by the registry; its first change is denied, and says whose it is."""
    record = tree.dispatched()
    kept = keep(tree, "p", tmp_path)
    replaced(tree, paper)
    carry(tree)
    restore(tree, "p", kept)
    tree.later(1000)
    tree.act("p", "note", record, text="旧根所记")
    carry(tree)
    carry(tree)
    agree(tree)
    for name in "pck":
        assert verdicts(tree, name, record) == {"旧根所记": "quarantined"}


def test_what_a_root_wrote_that_was_put_back_and_replaced_by_the_same_keys_again_is_set_aside_everywhere(
    tree: Tree, paper: Path, tmp_path: Path
) -> None:
    """The keys lay beside the database that was put back. By the first enrolment they are the root's; the log in
    which they went on by the second is their own all the same, though nothing in it counts (seed 70009)."""
    record = tree.dispatched()
    kept = keep(tree, "p", tmp_path)
    replaced(tree, paper)
    root = tree.at("p").keys.node
    carry(tree)
    restore(tree, "p", kept)
    tree.later(1000)
    replaced(tree, paper, "third.pem", stolen=True)
    assert tree.at("p").keys.node == root, "the same keys"
    tree.act("p", "note", record, text="再换根后所记")
    carry(tree)
    carry(tree)
    agree(tree)
    for name in "pck":
        assert verdicts(tree, name, record) == {"再换根后所记": "quarantined"}


@pytest.mark.parametrize("lost", [False, True])
def test_a_root_put_back_and_replaced_twice_by_other_papers_goes_on_as_whom_everybody_holds_to_be_it(
    tree: Tree, paper: Path, tmp_path: Path, lost: bool
) -> None:
    """The recovery key of the second replacement is nobody's, as that one doesn't stand; what it enrolled is known all
    the same, and quarantined everywhere (seed 720090). Without the keys of the first it says that it isn't the root."""
    record = tree.dispatched()
    tree.quiet()
    kept = keep(tree, "p", tmp_path)
    replaced(tree, paper, "first.pem")
    root = tree.at("p").keys.node
    carry(tree)
    tree.shut("p")
    if lost:
        shutil.rmtree(tree.base / "p" / "keys")
    restore(tree, "p", kept)
    tree.later(1000)
    replaced(tree, paper, "second.pem")
    replaced(tree, tree.base / "second.pem", "third.pem")
    tree.act("p", "note", record, text="三次换根后所记")
    if lost:
        hand_over(tree, "c", "p")
    else:
        carry(tree)
        carry(tree)
        agree(tree)
        assert verdicts(tree, "k", record) == {"三次换根后所记": "quarantined"}
    assert (tree.at("p").keys.node == root) is not lost
    assert (glance.status(tree.base / "p")["standing"] == "denied") is lost
    assert code(tree, tree.base / "third.pem") == "not_recovery_key"
    replaced(tree, tree.base / "first.pem", "fourth.pem")
    assert glance.status(tree.base / "p")["standing"] == "active"
    tree.act("p", "note", record, text="四次换根后所记")
    if lost:
        hand_over(tree, "p", "c", "t")
    carry(tree)
    carry(tree)
    agree(tree)
    for name in "pck":
        found = verdicts(tree, name, record)
        assert found == {"三次换根后所记": "quarantined", "四次换根后所记": "stands"}


def test_what_a_unit_did_by_a_move_that_ends_with_a_stolen_root_goes_where_the_unit_is_below_again(
    tree: Tree, paper: Path, tmp_path: Path
) -> None:
    """A restored root got the order back, and not what it had signed just before. Its log is closed in front of that
    gap, which who has the stolen keys could fill; the new root gives the order again."""
    above, away, words = ("k", "t"), f"{PATHS['t']}/370211", "在新上级之下登记"
    tree.quiet()
    kept = keep(tree, "p", tmp_path)
    tree.register("p", workplace_region=None)
    tree.do("p", "registry.move", unit=PATHS["k"], to=away)
    sync(tree, ("c", "p"), ("k", "c"), above)
    restore(tree, "p", kept)
    sync(tree, ("t", "p"), ("c", "p"))
    mine = tree.register("k", narrative=words)
    sync(tree, above, ("t", "p"), ("c", "p"))
    assert words.encode() not in tree.bytes_on_disk("c")
    replaced(tree, paper, stolen=True)
    sync(tree, ("t", "p"), above, ("c", "p"), ("k", "c"), ("c", "p"))
    assert tree.reader("k").unit == PATHS["k"]
    for name in "kcp":
        (act,) = tree.show(name, mine)["timeline"]
        assert (act["verdict"], act["reason"], act["words"]["narrative"]) == ("denied", "not_given", words)
        assert [one["reason"] for one in tree.reader(name).exceptions("denied").items] == ["not_given"]
    tree.do("p", "registry.move", unit=PATHS["k"], to=away)
    sync(tree, ("c", "p"), ("t", "p"), ("k", "c"), above, ("t", "p"))
    for name in "ktp":
        assert [one["verdict"] for one in tree.show(name, mine)["timeline"]] == ["stands"]
    assert len({tree.reader(name).digest(away)["digest"] for name in "ktp"}) == 1
