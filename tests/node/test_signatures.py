"""A commit's own signature is what counts in the end."""

from __future__ import annotations

from typing import Any

from node import glance, signatures
from node.commands import status
from tests.node.forge import Forger, badly_signed, give, heads
from tests.node.tree import Tree


def listed(tree: Tree, name: str) -> dict[str, dict[str, Any]]:
    """Reason → item of what is quarantined."""
    return {one["reason"]: one for one in tree.reader(name).exceptions("quarantine", 200).items}


def test_a_badly_signed_commit_that_a_run_covers_is_found_in_idle_time(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    bad = badly_signed(forger, forger.note(record, heads(tree, "k", record), "签名不对的话"))
    good = forger.commit(forger.note(record, heads(tree, "k", record), "好的话"))
    assert give(tree, "c", [bad, good]).new == 2
    assert listed(tree, "c") == {}
    tree.at("c").tick()
    one = listed(tree, "c")["bad_signature"]
    assert tree.reader("c").exception(one["id"])["words"] == {"text": "签名不对的话"}
    told = {line["words"].get("text"): line["verdict"] for line in tree.show("c", record)["timeline"]}
    assert (told["签名不对的话"], told["好的话"]) == ("quarantined", "stands")


def test_a_badly_signed_commit_doesnt_leave_outside_its_run(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "p")
    bad = badly_signed(forger, forger.note(record, heads(tree, "p", record), "签名不对的话"))
    good = forger.commit(forger.note(record, heads(tree, "p", record), "好的话"))
    give(tree, "c", [bad, good])
    moved = tree.sync("k", "c")
    assert "好的话" in str(tree.show("k", record)["timeline"])
    assert "签名不对的话" not in str(tree.show("k", record)["timeline"])
    assert moved.received >= 1 and "bad_signature" in listed(tree, "c")


def test_they_are_checked_in_lots_until_none_is_left_and_status_says_how_far(tree: Tree) -> None:
    for _ in range(4):
        tree.register("k")
    tree.sync("k", "c")
    before = glance.status(tree.base / "c")
    assert before["unverified"] == tree.one("c", "SELECT count(*) FROM commit_ WHERE NOT verified") >= 3
    assert before["commits"] == tree.one("c", "SELECT count(*) FROM commit_")
    done, of = before["commits"] - before["unverified"], before["commits"]
    assert f"已逐条验签 {done:,} / {of:,}" in list(status.lines(before))
    with tree.at("c").work() as work:
        assert signatures.go_on(work, before["unverified"])
    assert not tree.at("c").verify()
    after = glance.status(tree.base / "c")
    assert after["unverified"] == 0 and not any("验签" in line for line in status.lines(after))


def test_good_ones_of_a_run_are_checked_in_idle_time_and_stay(tree: Tree) -> None:
    for _ in range(4):
        tree.register("k")
    tree.sync("k", "c")
    unchecked = tree.one("c", "SELECT count(*) FROM commit_ WHERE NOT verified")
    assert unchecked >= 3
    with tree.at("c").work() as work:
        assert signatures.check(work, 2) == 0
    assert tree.one("c", "SELECT count(*) FROM commit_ WHERE NOT verified") == unchecked - 2
    tree.at("c").tick()
    assert tree.one("c", "SELECT count(*) FROM commit_ WHERE NOT verified") == 0
    assert listed(tree, "c") == {}
