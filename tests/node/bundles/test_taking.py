"""Taking a bundle in: whole or not at all, in whatever order, as often as one likes, and each named for what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.errors import QiaoError
from tests.node import couriers
from tests.node.tree import Tree, snapshot

TABLES = ("commit_", "change", "peer", "outbox", "folded")


def state(tree: Tree, who: str) -> list[Any]:
    return [snapshot(tree, who, table) for table in TABLES]


def refusal(tree: Tree, who: str, path: Path) -> QiaoError:
    with pytest.raises(QiaoError) as fault:
        couriers.take(tree, who, path)
    return fault.value


@pytest.fixture
def small(tree: Tree) -> Path:
    """A bundle of the county's with one act, in two letters and a trailer."""
    tree.register("k", workplace_region=None)
    return couriers.export(tree, "k", "c")


def test_a_bundle_cut_or_changed_anywhere_is_damage_and_nothing_is_taken(tree: Tree, small: Path) -> None:
    raw, before = small.read_bytes(), state(tree, "c")
    cuts = [raw[:at] for at in (0, 5, 8, 11, 12, 60, len(raw) // 2, len(raw) - 200, len(raw) - 1)]
    flips = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in (0, 7, 9, 14, 20, 300, len(raw) - 9)]
    for wrong in (*cuts, *flips, raw + b"\0", raw + raw[8:]):
        small.write_bytes(wrong)
        fault = refusal(tree, "c", small)
        assert fault.exit == 7, fault
        assert fault.code in ("not_a_bundle", "bundle_cut", "bundle_damaged", "bundle_mixed")
    assert state(tree, "c") == before
    small.write_bytes(raw)
    assert couriers.take(tree, "c", small)["commits"] == 1


def test_a_bundle_for_another_node_is_exit_3_and_nothing_is_taken(tree: Tree, small: Path) -> None:
    for who in ("t", "p", "k"):
        fault = refusal(tree, who, small)
        assert (fault.exit, fault.code) == (3, "not_for_us")


def test_the_same_bundle_again_is_told_as_such(tree: Tree, small: Path) -> None:
    assert couriers.take(tree, "c", small)["age"] == "new"
    before = state(tree, "c")
    again = couriers.take(tree, "c", small)
    assert (again["commits"], again["age"], "以前导入过" in again["sentence"]) == (0, "repeated", True)
    assert state(tree, "c") == before


def test_an_older_bundle_behind_a_newer_one_is_told_as_such(tree: Tree, small: Path) -> None:
    newer = couriers.export(tree, "k", "c")
    couriers.take(tree, "c", newer)
    older = couriers.take(tree, "c", small)
    assert (older["commits"], older["age"], "旧" in older["sentence"]) == (0, "older", True)


def test_an_older_bundle_counts_for_its_commits_alone(tree: Tree) -> None:
    """Between the two the county's newer bundle was lost: it wouldn't be asked for what is older."""
    record = tree.dispatched()
    older = couriers.export(tree, "c", "k")
    tree.act("c", "note", record, text="第一")
    newer = couriers.export(tree, "c", "k")
    couriers.take(tree, "k", newer)
    at = tree.one("k", "SELECT position FROM peer")
    assert couriers.take(tree, "k", older)["age"] == "older"
    assert tree.one("k", "SELECT position FROM peer") == at
    tree.act("c", "note", record, text="第二")
    tree.sync("k", "c")
    stale = couriers.take(tree, "k", newer)
    assert (stale["age"], stale["commits"]) == ("older", 0)
    assert tree.one("k", "SELECT position FROM peer") > at
    assert tree.sync("k", "c").received == 0


def test_a_bundle_of_before_its_senders_restore_is_told_as_such(tree: Tree, small: Path) -> None:
    backup = couriers.saved(tree, "k")
    couriers.restore(tree, "k", backup)
    couriers.carry(tree, "k", "c")
    past = couriers.take(tree, "c", small)
    assert (past["age"], "恢复" in past["sentence"]) == ("past_life", True)


def test_a_bundle_behind_one_that_was_lost_moves_no_position(tree: Tree) -> None:
    """The city believes that the county has it: the county was set back since."""
    record = tree.dispatched()
    tree.quiet()
    backup = couriers.saved(tree, "k")
    tree.act("c", "note", record, text="甲")
    tree.quiet()
    couriers.restore(tree, "k", backup)
    tree.act("c", "note", record, text="乙")
    got = couriers.carry(tree, "c", "k")
    assert not got["fits"] and "缺一段" in got["sentence"]
    couriers.carry(tree, "k", "c")
    got = couriers.carry(tree, "c", "k")
    assert got["fits"] and couriers.agree(tree, "k", "c")
    assert "甲" in str(tree.show("k", record)["timeline"])


def test_the_clock_in_a_bundle_disciplines_nobody(tree: Tree) -> None:
    path = couriers.export(tree, "c", "k")
    up = couriers.export(tree, "k", "c")
    tree.later(3 * 24 * 3600 * 1000)
    couriers.take(tree, "k", path)
    couriers.take(tree, "c", up)
    assert tree.clock("k").offset_ms == 0
    assert tree.one("c", "SELECT max(abs(offset_ms)) FROM peer") == 0
