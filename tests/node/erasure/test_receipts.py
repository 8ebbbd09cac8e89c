"""Who has erased, and who still has to."""

from __future__ import annotations

import pytest

from node.errors import NotFound
from tests.node.erasure.files import NAME, PHONE, erase, has
from tests.node.tree import NARRATIVE, PATHS, Tree


def test_a_whole_record_is_gone_everywhere_and_everybody_says_so(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="秘密的办理经过")
    tree.quiet()
    secrets = (NARRATIVE, PHONE, NAME, "秘密的办理经过")
    assert all(has(tree, node, *secrets) for node in "pck")
    told = erase(tree, "p", record)
    assert told["outstanding"] == ["370000/370200", "370000/370200/370211"]
    tree.quiet()
    assert [has(tree, node, *secrets) for node in "pckts"] == [[]] * 5
    told = tree.reader("p").erasures(record)
    assert told["outstanding"] == []
    assert sorted(one["unit"] for one in told["receipts"]) == [
        "370000", "370000/370200", "370000/370200/370211",
    ]  # fmt: skip
    assert all(one["destroyed"] > 3 for one in told["receipts"])
    assert tree.show("p", record)["phase"] == "erased"
    with pytest.raises(NotFound):
        tree.show("k", record)
    assert tree.reader("p").search("保温工人").items == []
    assert [tree.verify(node) for node in "pck"] == [[], [], []]
    assert tree.quiet() == 0


@pytest.mark.parametrize("receipted", [True, False])
def test_a_unit_that_was_moved_since_owes_its_receipt_or_has_given_it(tree: Tree, receipted: bool) -> None:
    """The order, and the receipt, name it by the path that it had."""
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    erase(tree, "p", record)
    if receipted:
        tree.quiet()
    moved = f"{PATHS['t']}/370211"
    tree.do("p", "registry.move", unit="370211", to=moved)
    tree.sync("c", "p")
    tree.sync("t", "p")
    assert (moved in tree.reader("p").erasures(record)["outstanding"]) is not receipted
    for link in (("k", "c"), ("k", "t"), ("t", "p"), ("c", "p")):
        tree.sync(*link)
    assert tree.reader("p").erasures(record)["outstanding"] == []
    assert moved not in tree.reader("c").erasures(record)["outstanding"] or not receipted
