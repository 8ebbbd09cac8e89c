"""An erasure through the whole tree: ordered, carried out, receipted, and never undone."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, NotFound, Stale, Usage
from tests.node.erasure.files import GROUND, erase, has
from tests.node.tree import NARRATIVE, Tree

PHONE, NAME = "13800001111", "王小明"


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


def test_what_was_written_meanwhile_is_gone_the_moment_it_arrives(tree: Tree) -> None:
    record = tree.dispatched()
    erase(tree, "p", record)
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="断线时写的话")
    tree.sync("k", "c")
    assert has(tree, "c", "断线时写的话") == ["断线时写的话"]  # nobody has told it yet
    tree.sync("c", "p")
    tree.quiet()
    assert [has(tree, node, "断线时写的话", NARRATIVE) for node in "pck"] == [[], [], []]
    assert tree.reader("p").erasures(record)["outstanding"] == []
    assert [tree.verify(node) for node in "pck"] == [[], [], []]


def test_words_of_a_field_go_and_the_course_of_the_ticket_stays(tree: Tree) -> None:
    record = tree.dispatched()
    before = tree.show("p", record)
    told = erase(tree, "p", record, "worker_phone")
    tree.act("k", "accept", record)
    tree.act("k", "amend", record, worker_phone="13911112222")
    tree.act("k", "note", record, text="与电话无关")
    tree.quiet()
    assert told["listed"] == 1
    for node in "pck":
        assert has(tree, node, PHONE, "13911112222", NARRATIVE, "与电话无关") == ["与电话无关"]
        shown = tree.show(node, record)
        assert (shown["number"], shown["worker_phone"], shown["narrative"]) == (before["number"], None, None)
        assert [one["action"] for one in shown["timeline"]][:2] == ["register", "assign"]
        assert {one["status"] for one in shown["assignments"]} == {"accepted"}
    tree.act("k", "amend", record, worker_phone="13933334444")
    tree.quiet()
    assert has(tree, "p", "13933334444")  # written by one who knew
    agreed(tree)


def agreed(tree: Tree) -> None:
    for child, parent, unit in (("c", "p", "370200"), ("k", "c", "370211")):
        assert tree.reader(child).digest(unit)["digest"] == tree.reader(parent).digest(unit)["digest"]


def test_a_unit_that_has_left_the_scope_erases_too(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.quiet()
    with pytest.raises(NotFound):
        tree.show("k", record)
    assert has(tree, "k", NARRATIVE)
    told = erase(tree, "p", record, "narrative")
    assert "370000/370200/370211" in told["outstanding"]
    tree.quiet()
    assert has(tree, "k", NARRATIVE, PHONE) == []
    assert tree.reader("p").erasures(record)["outstanding"] == []
    assert [tree.reader(node).exceptions("denied").items for node in "pck"] == [[], [], []]
    assert tree.quiet() == 0


def test_only_the_root_or_the_registering_unit_erases_and_only_an_administrator(tree: Tree) -> None:
    record = tree.dispatched()
    with pytest.raises(Forbidden) as below:
        erase(tree, "k", record)
    assert below.value.code == "not_registrar"
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="pass1")
    with pytest.raises(Forbidden) as role:
        tree.do("p", "erase", "b", record=record, ground=GROUND)
    assert role.value.code == "role"
    own = tree.register("k")
    tree.quiet()
    erase(tree, "k", own)
    tree.quiet()
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
