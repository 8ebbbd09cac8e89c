"""Who may erase, what an order must say, and what it may not."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, Stale, Usage
from tests.node.erasure.files import GROUND, NAME, agreed, calm, erase, has
from tests.node.tree import NARRATIVE, Tree


def test_only_the_root_or_the_registering_unit_erases_and_only_an_administrator(tree: Tree) -> None:
    record = tree.dispatched()
    with pytest.raises(Forbidden) as below:
        erase(tree, "k", record)
    assert below.value.code == "not_registrar"
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    with pytest.raises(Forbidden) as role:
        tree.do("p", "erase", "b", record=record, ground=GROUND)
    assert role.value.code == "role"
    own = tree.register("k")
    calm(tree)
    erase(tree, "k", own)
    calm(tree)
    assert [has(tree, node, NARRATIVE) for node in "pck"] == [[NARRATIVE]] * 3  # the other ticket's
    assert tree.show("k", own)["phase"] == "erased" == tree.show("p", own)["phase"]
    agreed(tree)


@pytest.mark.parametrize(
    ("ground", "fields", "code"),
    [
        ("", [], "bad_ground"),
        ("据" * 501, [], "bad_ground"),
        (f"应{NAME}本人要求", [], "bad_ground"),
        ("依\u0007法", [], "bad_text"),
        (GROUND, ["number"], "not_words"),
        (GROUND, ["nothing"], "not_words"),
    ],
    ids=["empty", "long", "name", "control", "coded", "unknown"],
)
def test_an_order_that_says_too_little_or_too_much_is_refused(
    tree: Tree, ground: str, fields: list[str], code: str
) -> None:
    record = tree.register()
    with pytest.raises(Usage) as fault:
        erase(tree, "p", record, *fields, ground=ground)
    assert fault.value.code == code
    assert has(tree, "p", NARRATIVE)


def test_what_was_erased_cant_be_erased_again_nor_worked_on(tree: Tree) -> None:
    record = tree.register()
    erase(tree, "p", record, "worker_id_number", "narrative")
    with pytest.raises(Stale) as nothing:
        erase(tree, "p", record, "worker_phone")
    assert nothing.value.code == "nothing_to_erase"
    erase(tree, "p", record)
    with pytest.raises(Stale) as again:
        erase(tree, "p", record)
    assert again.value.code == "not_erasable"
    with pytest.raises(Forbidden) as late:
        tree.act("p", "note", record, text="再说一句")
    assert late.value.code == "erased"
    assert tree.reader("p").erasures()["outstanding"] == []
