"""A tree with enough in it to be tampered with at ten places, and what its other nodes hold: exports and receipts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from node import rebuild
from node.audit.desk import Desk
from tests.node.tree import PATHS, Tree, plant

TICKETS = 12
DAY_MS = 86_400_000
TOUCHED = "c"  # a city: with a parent and a child who know better


@dataclass(slots=True)
class Scene:
    tree: Tree
    witnesses: list[Path]

    @contextmanager
    def copy(self, folder: Path, name: str = TOUCHED) -> Iterator[Tree]:
        """The node alone, to be touched; the others' files are as they were."""
        shutil.copytree(self.tree.base / name, folder / name)
        found = Tree(folder, seed=77)
        found.clocks = {**self.tree.clocks}
        try:
            yield found
        finally:
            found.close()
            shutil.rmtree(folder / name)

    def problems(self, tree: Tree, name: str = TOUCHED) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = Desk(tree.reader(name)).verify(against=self.witnesses)["problems"]
        return found


def scene(base: Path, seed: int = 1) -> Scene:
    plant(base)
    tree = Tree(base, seed=seed + 10)
    tree.join("p", "a", tree.invite("p", "SJ01", "省总审计", role="auditor"))
    _work(tree, Random(seed))
    for name in (*PATHS, "a"):
        tree.shut(name)
    witnesses = [path for name in PATHS if name != TOUCHED for path in _words_of(tree, name)]
    tree.close()
    return Scene(tree, witnesses)


def _work(tree: Tree, random: Random) -> None:
    records = [_dispatched(tree, at) for at in range(TICKETS)]
    _everywhere(tree)
    for record in records:
        tree.act("k", "accept", record)
        tree.act("k", "note", record, text=f"已联系企业，约定周{random.choice('一二三四五')}面谈")
    _everywhere(tree)
    for at, record in enumerate(records):  # two at once, of whom neither has heard of the other
        tree.act("k", "amend", record, amount_claimed=100_000 + at)
        tree.act("c", "amend", record, amount_claimed=200_000 + at)
    _everywhere(tree)
    for at in range(TICKETS):
        tree.at("k").do("act", {"matter": "call", "verb": "register", "record": None,
                                "data": {"channel": "phone", "narrative": f"问最低工资标准{at}"}}, "a")  # fmt: skip
    tree.later(20 * DAY_MS)
    for name in PATHS:
        tree.at(name).tick()
    for record in records[: random.randrange(2, TICKETS)]:
        tree.act("k", "submit", record, result="completed", resolved=True, text="余款结清，职工签字。")
    _everywhere(tree)


def _dispatched(tree: Tree, at: int) -> str:
    record = tree.register("p", narrative=f"保温工人被拖欠工钱，第{at}起", worker_phone=f"138000{at:05d}")
    tree.act("p", "dispatch", record, lead="370211")
    return record


def _everywhere(tree: Tree) -> None:
    tree.quiet()
    tree.sync("a", "p")
    tree.quiet()


def _words_of(tree: Tree, name: str) -> Iterator[Path]:
    desk = Desk(tree.reader(name))
    export, receipts = tree.base / f"{name}.qlog", tree.base / f"{name}.receipts"
    desk.export_log(export)
    desk.evidence(receipts)
    yield from (export, receipts)


def rebuilt(tree: Tree, name: str = TOUCHED) -> None:
    """Whoever tampers has the node agree with itself again."""
    with tree.at(name).work() as work:
        rebuild.everything(work)
    tree.shut(name)
