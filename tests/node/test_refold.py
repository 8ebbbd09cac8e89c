"""On top and folded again: the same, byte for byte, after every act."""

from __future__ import annotations

from conflict import fold as folding
from node.acts import acts
from node.matters import KINDS
from node.store import folded, records
from tests.node.tree import Tree


def refolded(tree: Tree, name: str) -> None:
    """Every stored state equals a fresh fold."""
    with tree.at(name).work() as work:
        for matter, kind in KINDS.items():
            for row in folded.open_records(work.db, matter):
                record, _ = records.name_of(work.db, row)
                fresh = folding.fold(kind.matter, acts(work, record, records.changes_of(work.db, row)))
                assert folded.encode(fresh) == folded.encode(folded.state(work.db, row) or fresh)
                assert folded.state(work.db, row) is not None


def test_an_act_on_top_gives_what_a_fold_anew_gives(tree: Tree) -> None:
    record = tree.dispatched()
    refolded(tree, "k")
    for verb, data in (("accept", {}), ("note", {"text": "一"}), ("amend", {"amount_claimed": 5}),
                       ("submit", {"result": "completed", "resolved": True, "text": "已付"})):  # fmt: skip
        tree.act("k", verb, record, **data)
        refolded(tree, "k")
    tree.act("c", "amend", record, amount_claimed=6)
    tree.quiet()
    for name in "pck":
        refolded(tree, name)


def test_a_state_survives_its_blob(tree: Tree) -> None:
    tree.dispatched()
    with tree.at("c").work() as work:
        for row in folded.open_records(work.db, "ticket"):
            state = folded.state(work.db, row)
            assert state is not None and folded.decode(folded.encode(state)) == state


def test_an_urgent_record_is_told_as_urgent(tree: Tree) -> None:
    record = tree.register(urgency="urgent")
    assert tree.show("p", record)["urgency"] == "urgent"
    assert tree.reader("p").list("ticket").items[0]["urgency"] == "urgent"
