"""What a receipt says of logs that aren't below a child: what that child said of them, in its present life."""

from __future__ import annotations

from pathlib import Path

from node.incarnation import SUPERSEDED
from node.store import settings
from tests.node.test_incarnation import Saved, logs
from tests.node.tree import Tree

MOVED = "370000/370900/370211"
HELD = "SELECT head_seq FROM log WHERE log = ?"


def _saved(tree: Tree, tmp_path: Path) -> tuple[Saved, bytes]:
    """A city as it was before something that a county wrote, which has been taken from it since, so nobody gives it
    that again; and a request by which it said that it held it."""
    tree.quiet()
    saved = Saved(tree, "c", tmp_path / "backup")
    tree.register("k")
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    tree.sync("c", "p")
    tree.act("p", "dispatch", tree.register(), lead="370200")
    tree.sync("c", "p")
    tree.shut("c")  # what a process says first states where it stands
    request, _ = tree.exchange("c", "p")
    tree.sync("c", "p")
    return saved, request


def _lacks_the_countys(tree: Tree) -> bool:
    (log,) = logs(tree, "k")
    return bool(tree.one("c", HELD, log) < tree.one("p", HELD, log))


def test_a_request_of_a_life_before_says_nothing_of_what_a_child_holds_now(
    tree: Tree, tmp_path: Path
) -> None:
    """It came once more after the child had been put back (seed 780492)."""
    saved, before = _saved(tree, tmp_path)
    saved.restore(tree)
    tree.sync("c", "p", most=40)
    assert _lacks_the_countys(tree)
    tree.sync("c", "p")
    kept = tree.one("p", "SELECT count(*) FROM receipt")
    for _ in range(3):
        tree.at("p").take(before)
    assert tree.one("p", "SELECT count(*) FROM receipt") == kept, "it may come any number of times"
    assert tree.sync("c", "p").sent == 0
    assert tree.verify("c") == []


def test_a_machine_put_back_as_it_ran_gets_no_receipt_for_what_it_had(tree: Tree, tmp_path: Path) -> None:
    """Its process goes on from where it had just heard its parent, and states nothing."""
    saved, _ = _saved(tree, tmp_path)
    saved.restore(tree, marker=True)
    tree.at("c")._heard = True
    tree.sync("c", "p", most=40)
    assert _lacks_the_countys(tree)
    assert tree.verify("c") == []


def test_a_child_that_doesnt_count_yet_sends_what_it_has_once(tree: Tree, tmp_path: Path) -> None:
    """For an hour behind the last log that it began it waits: who runs with its keys may be a copy (seed 800004)."""
    _saved(tree, tmp_path)
    with tree.at("c").work() as work:
        settings.put_number(work.db, SUPERSEDED, work.now_ms)
    with tree.sql("p") as db:
        db.execute("UPDATE peer SET envelope = envelope + 50 WHERE node = ?", [tree.at("c").keys.node])
    tree.register("c")
    assert tree.sync("c", "p").sent > 0
    for _ in range(3):
        assert tree.sync("c", "p").sent == 0
    assert tree.one("p", "SELECT count(*) FROM log WHERE node = ?", tree.at("c").keys.node) == 1, "it waits"
