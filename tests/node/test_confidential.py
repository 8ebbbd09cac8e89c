"""A confidential ticket's words go to those who handle it and above them; the rest of its scope gets the acts alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.audit.desk import Desk
from node.errors import Stale
from tests.node.attachments.paper import attach, noise, path, states
from tests.node.test_reconciling import keep, restore
from tests.node.tree import Tree

OWN, SECRET, MORE = "本县登记时所写的话", "市里才可以看的话", "再补充的机密情况"


def escalated(tree: Tree, **more: Any) -> str:
    """Registered by the county, taken by the city: the county neither handles it nor is above who does."""
    record = tree.register("k", narrative=OWN, confidential=True, **more)
    tree.quiet()
    tree.act("c", "escalate", record, text=SECRET)
    tree.act("c", "note", record, text=MORE)
    tree.quiet()
    return record


def holds(tree: Tree, where: str, words: str) -> bool:
    return words.encode() in tree.bytes_on_disk(where)


def agree(tree: Tree) -> None:
    for above, below, unit in (("c", "k", "370211"), ("p", "c", "370200")):
        digests = {tree.reader(one).digest(unit)["digest"] for one in (above, below)}
        assert len(digests) == 1, unit


def amend(tree: Tree, where: str, record: str, secret: bool) -> None:
    tree.act(where, "amend", record, confidential=secret)
    tree.quiet()


def test_who_registered_it_and_doesnt_handle_it_gets_the_acts_without_words(tree: Tree) -> None:
    record = escalated(tree)
    assert holds(tree, "c", SECRET) and holds(tree, "p", MORE)
    assert not holds(tree, "k", SECRET) and not holds(tree, "k", MORE)
    shown = tree.reader("k").show("ticket", record)
    assert {"escalate", "note"} <= {line["action"] for line in shown["timeline"]}
    assert shown["timeline"][-1]["words"] == {} and shown["narrative"] == OWN
    assert holds(tree, "k", OWN), "what was written there stays"
    assert tree.reader("k").verify(True)["ok"]
    agree(tree)


def test_words_that_were_withheld_come_when_it_is_confidential_no_more(tree: Tree) -> None:
    record = escalated(tree)
    amend(tree, "c", record, secret=False)
    for words in (SECRET, MORE):
        assert holds(tree, "k", words)
    assert {"text": MORE} in [one["words"] for one in tree.reader("k").show("ticket", record)["timeline"]]
    agree(tree)


def test_what_was_given_before_it_became_confidential_stays_and_no_more_comes(tree: Tree) -> None:
    record = tree.register("k", narrative=OWN)
    tree.quiet()
    tree.act("c", "escalate", record, text=SECRET)
    tree.quiet()
    assert holds(tree, "k", SECRET)
    amend(tree, "c", record, secret=True)
    tree.act("c", "note", record, text=MORE)
    tree.quiet()
    assert holds(tree, "k", SECRET) and not holds(tree, "k", MORE)
    agree(tree)


def test_a_unit_that_is_given_the_work_gets_the_words_of_before(tree: Tree) -> None:
    record = escalated(tree)
    tree.act("c", "dispatch", record, lead="370211")
    tree.quiet()
    assert holds(tree, "k", SECRET) and holds(tree, "k", MORE)
    agree(tree)


def test_what_waited_when_it_became_confidential_goes_without_words(tree: Tree) -> None:
    record = tree.register("k", narrative=OWN)
    tree.quiet()
    tree.act("c", "escalate", record)
    tree.act("c", "note", record, text=SECRET)
    tree.act("c", "amend", record, confidential=True)
    tree.quiet()
    assert not holds(tree, "k", SECRET)
    agree(tree)


def test_what_the_county_writes_itself_goes_up_whole(tree: Tree) -> None:
    record = escalated(tree)
    tree.act("k", "note", record, text="县里补记的话")
    tree.quiet()
    assert holds(tree, "c", "县里补记的话") and holds(tree, "p", "县里补记的话")
    agree(tree)


@pytest.mark.parametrize("secret", [True, False])
def test_comparing_the_link_finds_nothing_and_brings_nothing(tree: Tree, secret: bool) -> None:
    record = escalated(tree)
    tree.act("k", "note", record, text="县里补记的话")
    amend(tree, "c", record, secret=secret)
    writer = tree.at("k")
    writer.compare()
    tree.sync("k", "c")
    found = writer.compared
    assert found is not None and (found.equal, found.differed, found.left) == (True, 0, 0)
    assert holds(tree, "k", SECRET) is not secret
    agree(tree)


def test_while_nobody_handles_it_a_unit_above_who_registered_it_has_the_words(tree: Tree) -> None:
    record = tree.register("k", narrative=OWN, confidential=True)
    tree.quiet()
    for where in "cp":
        assert tree.reader(where).show("ticket", record)["narrative"] == OWN
    agree(tree)


def test_what_is_withheld_cant_be_revealed_and_is_named_as_such_in_an_export(tree: Tree) -> None:
    record = escalated(tree)
    with pytest.raises(Stale) as fault:
        tree.do("k", "reveal", record=record, field="text", reason="查看")
    assert fault.value.code == "nothing_to_reveal"
    Desk(tree.reader("k")).export_log(tree.base / "k.log")
    assert b"withheld" in (tree.base / "k.log").read_bytes()


def test_an_attachment_goes_where_its_words_go_and_comes_from_whoever_named_it(tree: Tree) -> None:
    record = escalated(tree)
    theirs = attach(tree, "c", record, noise(3000, 1), "判决书.pdf")
    own = attach(tree, "k", record, noise(3000, 2), "工资条.pdf")
    tree.quiet()
    assert states(tree, "c", record) == ["present", "present"]
    assert states(tree, "p", record) == ["present", "present"]
    assert states(tree, "k", record) == ["present"]
    assert not path(tree, "k", theirs).exists() and path(tree, "k", own).exists()
    assert theirs not in tree.bytes_on_disk("k"), "its hash is words too"
    amend(tree, "c", record, secret=False)
    assert sorted(states(tree, "k", record)) == ["present", "present"]


@pytest.mark.parametrize("who", ["k", "c", "p", "kc"])
def test_a_restored_node_gets_back_what_is_its_to_have_and_no_more(
    tree: Tree, tmp_path: Path, who: str
) -> None:
    record = escalated(tree)
    kept = {name: keep(tree, name, tmp_path) for name in who}
    tree.act("k", "note", record, text="县里补记的话")
    tree.act("c", "note", record, text="市里补记的话")
    tree.quiet()
    for name, backup in kept.items():
        restore(tree, name, backup)
    tree.quiet()
    for name in "cp":
        assert holds(tree, name, "市里补记的话") and holds(tree, name, "县里补记的话"), name
    assert holds(tree, "k", "县里补记的话") and not holds(tree, "k", "市里补记的话")
    agree(tree)
    amend(tree, "c", record, secret=False)
    assert holds(tree, "k", "市里补记的话")
    agree(tree)
