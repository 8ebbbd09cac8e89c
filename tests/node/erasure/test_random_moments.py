"""An erasure at a random moment, while three offices work on: nobody is left with a byte of it, and all agree."""

from __future__ import annotations

from random import Random

import pytest

from node.errors import QiaoError
from tests.node.erasure.files import calm, erase, has
from tests.node.tree import NARRATIVE, Tree

LINKS = (("c", "p"), ("k", "c"))


def knows(tree: Tree, name: str, record: str) -> bool:
    """Whether that node has heard of the erasure."""
    row = tree.at(name)
    with row.work() as work:
        found = work.db.exec_driver_sql("SELECT 1 FROM setting WHERE name LIKE 'erasure of %'").first()
    return found is not None


@pytest.mark.parametrize(("seed", "fields"), [(1, []), (2, ["text"])])
def test_nothing_is_left_whenever_it_came(tree: Tree, seed: int, fields: list[str]) -> None:
    random = Random(seed)
    record = tree.dispatched()
    tree.act("k", "accept", record)
    gone: list[str] = []
    kept: list[str] = []
    moment = random.randrange(2, 10)
    for step in range(14):
        tree.later(random.randrange(1, 5000))
        if step == moment:
            erase(tree, "p", record, *fields)
        who, words = random.choice("pck"), f"第{seed}世第{step}步说的话"
        try:
            knew = knows(tree, who, record)
            tree.act(who, "note", record, text=words)
            (kept if knew else gone).append(words)
        except QiaoError as fault:
            assert fault.code in ("erased", "not_found")
        if random.random() < 0.4:
            tree.sync(*random.choice(LINKS))
    calm(tree)
    assert gone and (fields or not kept)
    for name in "pck":
        assert has(tree, name, *gone, *([] if fields else [NARRATIVE])) == []
        assert has(tree, name, *kept) == kept
        assert tree.verify(name) == []
    for child, parent, unit in (("c", "p", "370200"), ("k", "c", "370211")):
        assert tree.reader(child).digest(unit)["digest"] == tree.reader(parent).digest(unit)["digest"]
    assert tree.reader("p").erasures()["outstanding"] == []
