"""What awaits a ruling stands on the list of whoever is to give it, and of nobody else."""

from __future__ import annotations

import pytest

from node import glance
from node.errors import QiaoError
from tests.node.tree import PATHS, Tree

DECLINE = {"reason": "not_our_matter", "text": "不属本区，依据辖区划分"}


def listed(tree: Tree, name: str) -> list[str]:
    """By the list, which its count and the one in `status` agree with."""
    reader = tree.reader(name)
    found = [str(one["record"]) for one in reader.list("ticket", view="ruling").items]
    person = reader.login("a", "password1")
    assert person is not None
    counts = {view.id: view.count for view in reader.views("ticket", person)}
    assert counts["ruling"] == glance.status(tree.base / name)["rulings"] == len(found)
    return found


def refusal(tree: Tree, name: str, verb: str, record: str, **data: object) -> str:
    with pytest.raises(QiaoError) as refused:
        tree.act(name, verb, record, **data)
    return refused.value.code


def walk_in(tree: Tree) -> str:
    """Registered by the county, and declined twice by a department of its own."""
    record = tree.register("k")
    tree.do("k", "invite", "a", unit="dept", name="法律部", role="hosted")
    tree.quiet()
    for _ in range(2):
        tree.act("k", "dispatch", record, lead="dept")
        tree.act("k", "decline", record, behalf="dept", **DECLINE)
    tree.quiet()
    return record


def declined_twice(tree: Tree) -> str:
    record = tree.dispatched()
    tree.act("k", "decline", record, **DECLINE)
    tree.quiet()
    tree.act("c", "dispatch", record, lead="370211")
    tree.quiet()
    tree.act("k", "decline", record, **DECLINE)
    tree.quiet()
    return record


def test_the_province_has_it_on_its_list_and_the_dispatching_city_hasnt(tree: Tree) -> None:
    record = declined_twice(tree)
    assert listed(tree, "p") == [record] and listed(tree, "c") == listed(tree, "k") == []
    assert {tree.show(name, record)["ruling"] for name in ("p", "c")} == {PATHS["p"]}


def test_a_ruling_takes_it_off_the_list_reaches_the_county_and_cant_be_declined_there(tree: Tree) -> None:
    record = declined_twice(tree)
    tree.act("p", "dispatch", record, lead="370211", final=True)
    tree.quiet()
    assert listed(tree, "p") == [] and tree.show("p", record)["ruling"] is None
    for name in ("c", "k"):
        assert refusal(tree, name, "decline", record, **DECLINE) == "final"
    tree.act("k", "accept", record)


def test_the_tier_above_rules_by_saying_that_it_is_final_and_the_ones_beside_and_below_cant(
    tree: Tree,
) -> None:
    record = walk_in(tree)
    assert refusal(tree, "c", "dispatch", record, lead="370211") == "ruling_not_final"
    assert refusal(tree, "t", "dispatch", record, lead="370902", final=True) == "not_found"
    tree.act("c", "dispatch", record, lead="370211", final=True)
    tree.quiet()
    assert listed(tree, "c") == [] and tree.show("k", record)["assignments"]
    assert refusal(tree, "k", "decline", record, **DECLINE) == "final"


def test_what_the_province_itself_dispatched_in_vain_is_its_own_to_rule_on(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370200", co=["370900"])
    tree.quiet()
    for name in ("c", "t"):
        tree.act(name, "decline", record, **DECLINE)
    tree.quiet()
    assert listed(tree, "p") == [record]


def test_where_the_tier_between_has_no_office_any_more_the_next_above_is_to_rule(tree: Tree) -> None:
    record = walk_in(tree)
    assert listed(tree, "c") == [record] and listed(tree, "p") == []
    with tree.sql("p") as db:
        db.execute("DELETE FROM unit WHERE path = ?", (PATHS["c"],))
    assert listed(tree, "p") == [record]
