"""A move folds again what names a unit that stands elsewhere now, and gives what a fold of everything gives."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from node import intake
from node.link import PARENT
from node.store import settings
from sync_protocol.change import Act
from tests.node.forge import Forger, heads
from tests.node.tree import PATHS, Tree

DAY_MS = 24 * 3_600_000
AWAY = f"{PATHS['t']}/370211"
BACK = f"{PATHS['c']}/370211"


def folded(tree: Tree, who: str, operation: str, **params: Any) -> set[str]:
    """Ids of the records that it folded."""
    told: list[Any] = []
    tree.at(who).listeners.append(told.append)
    tree.do(who, operation, **params)
    return {one.hex() for each in told for one in each.records}


def test_a_move_turns_the_records_that_name_the_unit_and_no_others(tree: Tree) -> None:
    """A flood of thousands was folded again at every office with each move, an enemy's and anybody's (seed 100026)."""
    own, given = tree.register("k"), tree.dispatched()
    others = {tree.register("p"), tree.register("c"), tree.register("s")}
    tree.quiet()
    forger, draw = Forger(tree, "k"), Random(1)
    notes = [forger.made(Act("ticket/1", "note", (), {}, draw.randbytes(16))) for _ in range(20)]
    with tree.at("p").work() as work:
        intake.take(work, [forger.commit([one]) for one in notes], peer=b"peer")
    found = folded(tree, "p", "registry.move", unit="370211", to=AWAY)
    assert {own, given} <= found
    assert found.isdisjoint(others) and len(found) < 10
    assert tree.verify("p") == []


def test_a_held_registry_change_folds_nothing_again_that_it_doesnt_turn(tree: Tree) -> None:
    """A child that signs one minutes ahead, every time, had each office above fold all that it has."""
    record = tree.register("p")
    tree.clock("c").advance(DAY_MS)
    tree.do("c", "invite", unit="ENT9", name="某企业", role="hosted", kind="enterprise")
    tree.clock("c").advance(-DAY_MS)
    tree.exchange("c", "p")
    tree.later(DAY_MS)
    told: list[Any] = []
    tree.at("p").listeners.append(told.append)
    tree.at("p").tick()
    assert "ENT9" in {one["code"] for one in tree.reader("p").units()}
    assert bytes.fromhex(record) not in set().union(*(one.records for one in told))
    assert tree.verify("p") == []


def above(tree: Tree) -> str:
    """Whom the county calls."""
    with tree.at("k").work() as work:
        parent = work.registry.node(settings.get(work.db, PARENT) or b"")
        assert parent is not None
        return "c" if parent.path == PATHS["c"] else "t"


@pytest.mark.parametrize("seed", range(2))
def test_moves_there_and_back_give_what_a_fold_of_everything_gives(tree: Tree, seed: int) -> None:
    """Wherever the news comes first: of the move, or of what was signed by the new path."""
    draw = Random(seed)
    records = [tree.dispatched(), tree.register("k"), *(tree.register(one) for one in "cts")]
    tree.quiet()
    for to in (AWAY, BACK, AWAY):
        tree.do("p", "registry.move", unit="370211", to=to)
        for step in range(9):
            child = draw.choice("cktsk")
            tree.sync(child, above(tree) if child == "k" else {"s": "t"}.get(child, "p"))
            tree.act("k", "note", draw.choice(records[:2]), text="走到哪里记到哪里")
            if step % 3 == 2:  # what is wrong stays so: nothing of it is folded again
                assert [tree.verify(one) for one in PATHS] == [[]] * len(PATHS)


def test_what_was_signed_by_a_new_path_is_judged_again_once_the_move_is_known(tree: Tree) -> None:
    """Its record names neither place: the province's own, on which the county has nothing to say anyway."""
    record = tree.register("p")
    tree.later(1000)
    forger = Forger(tree, "k")
    forger.unit = AWAY
    with tree.at("p").work() as work:
        intake.take(work, [forger.commit(forger.note(record, heads(tree, "p", record)))], peer=b"peer")
    assert [one["reason"] for one in tree.reader("p").exceptions("denied").items] == ["not_given"]
    tree.do("p", "registry.move", unit="370211", to=AWAY)
    assert [one["reason"] for one in tree.reader("p").exceptions("denied").items] == ["scope"]
    assert tree.verify("p") == []
