"""The words of a confidential ticket that a moved office wrote where its new parent isn't to see them: they come to it
once they are its to have."""

from __future__ import annotations

from tests.node.tree import PATHS, Tree

AT_T = f"{PATHS['t']}/370211"
LATER = "搬走以后补记的机密"


def sync_moved(tree: Tree) -> None:
    for link in (("c", "p"), ("t", "p"), ("k", "t"), ("t", "p"), ("k", "t"), ("t", "p")):
        tree.sync(*link, most=20)


def written_elsewhere(tree: Tree) -> str:
    """Registered by the county, taken by the province; the county is moved below another city, and adds to what it
    registered where it stood before."""
    record = tree.register("k", confidential=True)
    tree.quiet()
    tree.act("p", "escalate", record, text="省里直接办理")
    tree.quiet()
    tree.do("p", "registry.move", unit="370211", to=AT_T)
    tree.sync("c", "p")
    tree.sync("k", "c")
    sync_moved(tree)
    tree.act("k", "note", record, text=LATER)
    sync_moved(tree)
    assert not holds(tree, "t"), "it neither registered the ticket nor handles it"
    return record


def holds(tree: Tree, where: str) -> bool:
    return LATER.encode() in tree.bytes_on_disk(where)


def agree(tree: Tree) -> None:
    for above, below, unit in (("t", "k", AT_T), ("p", "t", PATHS["t"])):
        digests = {tree.reader(one).digest(unit)["digest"] for one in (above, below)}
        assert len(digests) == 1, unit


def test_they_come_when_nobody_above_handles_it_any_more(tree: Tree) -> None:
    """As seed 500002 had it: each of the two judged alike, and only the county had the words."""
    record = written_elsewhere(tree)
    tree.act("p", "recall", record, unit="370000", text="退回登记单位")
    tree.sync("t", "p")
    tree.act("k", "note", record, text=f"{LATER}，还不知道退回")
    sync_moved(tree)
    for where in ("t", "p"):
        assert holds(tree, where), where
        assert "还不知道退回".encode() in tree.bytes_on_disk(where), where
    agree(tree)


def test_they_come_when_the_new_parent_is_to_handle_it(tree: Tree) -> None:
    """The county itself is given no words any more, so comparing records doesn't show them."""
    record = written_elsewhere(tree)
    tree.act("p", "dispatch", record, lead="370900")
    sync_moved(tree)
    for where in ("t", "p"):
        assert holds(tree, where), where
    agree(tree)
