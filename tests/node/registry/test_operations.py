"""Revoking, moving, retiring (design 4, `registry`): what an administrator may do below his own unit."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, NotFound, QiaoError
from tests.node.tree import NARRATIVE, PATHS, Tree

MOVED = "370000/370900/370211"


def status(tree: Tree, name: str, record: str) -> dict[str, str]:
    return {one["unit"]: one["status"] for one in tree.show(name, record)["assignments"]}


def refused(tree: Tree, name: str, operation: str, **params: object) -> str:
    with pytest.raises(QiaoError) as caught:
        tree.do(name, operation, **params)
    return caught.value.code


def test_only_an_administrator_and_only_below(tree: Tree) -> None:
    tree.do("p", "staff.add", "a", id="b", name="乙", roles=["dispatcher"], password="password1")
    with pytest.raises(Forbidden) as caught:
        tree.do("p", "registry.revoke", "b", unit="370200", reason="lost")
    assert caught.value.code == "role"
    assert refused(tree, "c", "registry.revoke", unit="370902", reason="lost") == "outside_subtree"
    assert refused(tree, "c", "registry.revoke", unit="370200", reason="lost") == "outside_subtree"
    assert refused(tree, "c", "registry.revoke", unit="370211", reason="tired") == "bad_value"
    assert refused(tree, "c", "registry.revoke", unit="999", reason="lost") == "unknown_unit"
    assert (
        refused(tree, "c", "registry.revoke", unit="370211", reason="lost", keep=[{"log": 1}]) == "bad_value"
    )
    assert refused(tree, "c", "registry.move", unit="370211", to=MOVED) == "outside_subtree"
    assert refused(tree, "p", "registry.move", unit="370211", to="370000/370900/370902") == "unit_taken"
    assert refused(tree, "p", "registry.retire", unit="370200", successor="370900") == "has_units_below"
    assert refused(tree, "p", "registry.retire", unit="370211", successor="370211") == "outside_subtree"
    tree.clock("c").advance(-60_000)
    assert refused(tree, "c", "registry.revoke", unit="370211", reason="lost") == "clock_behind"


def test_what_a_revoked_node_had_delivered_stays_and_what_comes_later_is_quarantined(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.act("k", "submit", record, result="completed", resolved=True, text="已补发")
    done = tree.do("c", "registry.revoke", unit="370211", reason="stolen")
    assert done["items"][0]["keep"] and done["items"][0]["action"] == "revoke"
    moved = tree.sync("k", "c")
    assert moved.sent > 0
    assert status(tree, "c", record)[PATHS["k"]] == "accepted"
    assert [one["reason"] for one in tree.reader("c").exceptions("quarantine").items]
    assert status(tree, "k", record)[PATHS["k"]] == "accepted", "it was told, and judges itself alike"
    later = tree.register("c")
    tree.act("c", "dispatch", later, lead="370211")
    tree.sync("k", "c")
    assert not any(later == one["record"] for one in tree.reader("k").list("ticket").items)


def test_a_county_moves_to_another_city_with_its_open_work(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.sync("c", "p")
    own = tree.register("k")
    tree.sync("k", "c")
    tree.act("k", "note", record, text="路上")
    tree.act("k", "submit", record, result="completed", resolved=True, text="已补发")
    done = tree.do("p", "registry.move", unit="370211", to=MOVED)
    acts = [one["action"] for one in done["items"]]
    assert acts == ["move", "reassign", "reassign"]
    for link in (
        ("c", "p"),
        ("t", "p"),
        ("k", "c"),
        ("k", "t"),
        ("t", "p"),
        ("c", "p"),
        ("t", "p"),
        ("k", "t"),
    ):
        tree.sync(*link)
    assert tree.reader("k").unit == MOVED
    for name in ("p", "t", "k"):
        assert status(tree, name, record) == {"370000/370900": "accepted", MOVED: "submitted"}, name
    assert tree.show("t", own)["owner"] == MOVED
    tree.act("t", "review", record, unit="370211", outcome="pass")
    tree.sync("t", "p")
    tree.sync("k", "t")
    assert status(tree, "p", record) == {"370000/370900": "submitted", MOVED: "completed"}
    tree.act("p", "review", record, unit="370900", outcome="pass")
    assert tree.show("p", record)["phase"] == "follow_up"
    tree.act("k", "answer", own, text="已答复")
    tree.sync("k", "t")
    tree.sync("t", "p")
    tree.sync("k", "t")
    assert tree.show("p", own)["phase"] == "closed"
    for name, path in (("t", "370000/370900"), ("k", MOVED)):
        upper = tree.reader({"t": "p", "k": "t"}[name]).digest(path)
        assert tree.reader(name).digest(path)["digest"] == upper["digest"]
    with pytest.raises(NotFound):
        tree.show("c", own)


def test_a_retired_unit_leaves_its_work_to_its_successor(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370902")
    tree.sync("t", "p")
    done = tree.do("p", "registry.retire", unit="370902", successor="370900")
    assert [one["action"] for one in done["items"]] == ["revoke", "reassign"]
    tree.sync("t", "p")
    found = {one["unit"]: one for one in tree.show("t", record)["assignments"]}
    assert len(found) == 2
    tree.act("t", "accept", record)


def test_a_city_that_hears_late_of_a_move_is_receipted_for_what_it_brings_up_meanwhile(tree: Tree) -> None:
    """The province's clock is ahead, so the city holds the order back until its time comes."""
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.clock("p").advance(20 * 60_000)
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    tree.sync("c", "p")
    assert tree.sync("c", "p").sent == 0
    assert status(tree, "p", record)[MOVED] == "accepted"


def test_a_county_that_was_moved_away_twice_is_told_so_by_the_city_that_heard_of_both_at_once(
    tree: Tree,
) -> None:
    for to in (MOVED, PATHS["k"]):
        tree.do("p", "registry.move", unit="370211", to=to)
        tree.sync("t", "p")
        if to == MOVED:
            tree.sync("c", "p")
            tree.sync("k", "c")
    tree.sync("k", "t")
    assert tree.reader("k").unit == PATHS["k"]
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    tree.sync("c", "p")
    tree.sync("k", "c")
    assert tree.reader("k").unit == MOVED


def test_what_a_county_wrote_before_it_was_moved_comes_to_its_new_city_with_the_ticket(tree: Tree) -> None:
    """The ticket had left them both: the county brought its commits up to the new city without their bodies."""
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="搬走之前写的话")
    tree.sync("k", "c")
    tree.sync("c", "p")
    tree.act("p", "recall", record, unit="370200")
    for link in (("c", "p"), ("k", "c")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370211", to=MOVED)
    for link in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t"), ("t", "p")):
        tree.sync(*link)
    with pytest.raises(NotFound):
        tree.show("t", record)
    tree.act("p", "dispatch", record, lead="370900")
    tree.sync("t", "p")
    assert "搬走之前写的话" in str(tree.show("t", record)["timeline"])
    assert tree.reader("t").digest("370900")["digest"] == tree.reader("p").digest("370900")["digest"]


def test_an_office_that_comes_below_its_former_child_hears_all_that_is_said_since(tree: Tree) -> None:
    tree.dispatched()
    county, city = "370000/370211", "370000/370211/370200"
    tree.do("p", "registry.move", unit="370211", to=county)
    for link in (("c", "p"), ("k", "c"), ("k", "p"), ("c", "p")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370200", to=city)
    for link in (("k", "p"), ("c", "p"), ("c", "k"), ("k", "p"), ("c", "k")):
        tree.sync(*link)
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370200")
    for link in (("k", "p"), ("c", "k"), ("c", "k"), ("k", "p")):
        tree.sync(*link)
    assert status(tree, "p", record)[city] == "received"
    assert tree.reader("c").digest(city)["digest"] == tree.reader("k").digest(city)["digest"]


def test_an_office_that_hears_at_once_of_two_moves_that_put_its_parent_below_it_serves_it_as_a_child(
    tree: Tree,
) -> None:
    """How much it had taken of its parent isn't how much that one has taken of it: nothing more went down."""
    city = f"{PATHS['k']}/370900"
    tree.do("p", "registry.move", unit="370900", to=city)
    for link in (("t", "p"), ("c", "p"), ("k", "c"), ("t", "k"), ("k", "c"), ("c", "p")):
        tree.sync(*link)
    assert tree.reader("t").unit == city
    record = tree.dispatched("370900")
    for number in range(30):
        tree.act("p", "note", record, text=f"第{number}次")
    for link in (("c", "p"), ("k", "c"), ("t", "k")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370900", to=PATHS["t"])
    tree.do("p", "registry.move", unit="370211", to=f"{PATHS['t']}/370211")
    for link in (("c", "p"), ("k", "c"), ("t", "k"), ("t", "p"), ("k", "t"), ("t", "p")):
        tree.sync(*link)
    county = f"{PATHS['t']}/370211"
    assert tree.reader("k").unit == county
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    for link in (("t", "p"), ("k", "t"), ("k", "t"), ("t", "p")):
        tree.sync(*link)
    assert status(tree, "p", record)[county] == "received"
    assert tree.reader("k").digest(county)["digest"] == tree.reader("t").digest(county)["digest"]


def test_nothing_is_dispatched_to_a_unit_that_was_retired_but_to_one_that_lost_its_computer(
    tree: Tree,
) -> None:
    record = tree.register()
    tree.do("p", "registry.retire", unit="370902", successor="370900")
    with pytest.raises(QiaoError) as caught:
        tree.act("p", "dispatch", record, lead="370902")
    assert caught.value.code == "unit_retired" and "泰山区总工会" in str(caught.value)
    assert tree.show("p", record)["assignments"] == []
    tree.do("c", "registry.revoke", unit="370211", reason="stolen")
    tree.sync("c", "p")
    tree.act("p", "dispatch", record, lead="370211")


def test_what_came_bare_by_the_former_parent_comes_up_whole_from_the_new_one(tree: Tree) -> None:
    """The county writes for a city that isn't to see it any more, and is moved below an office above that city: those
    above had it bare from the city, and looked whole by its numbers."""
    deep = f"{PATHS['s']}/370200"
    tree.do("p", "registry.move", unit="370200", to=deep)
    for link in (("c", "p"), ("t", "p"), ("s", "t"), ("c", "s")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370211", to="370000/370211")
    for link in (("t", "p"), ("s", "t"), ("c", "s")):
        tree.sync(*link)
    record = tree.register("k")
    for link in (("k", "c"), ("c", "s")):
        tree.sync(*link)
    tree.do("p", "registry.move", unit="370211", to=f"{PATHS['s']}/370211")
    for link in (("k", "p"), ("s", "t"), ("t", "p"), ("s", "t"), ("k", "s"), ("s", "t"), ("t", "p")):
        tree.sync(*link)
    assert tree.reader("k").unit == f"{PATHS['s']}/370211"
    assert [tree.show(name, record)["narrative"] for name in "kstp"] == [NARRATIVE] * 4
    for child, parent in (("s", "t"), ("t", "p")):
        at = PATHS[child]
        assert tree.reader(child).digest(at)["digest"] == tree.reader(parent).digest(at)["digest"]


def test_who_calls_an_office_that_stands_below_him_by_now_comes_to_rest(tree: Tree) -> None:
    """He hasn't heard of it. What is his own by the other's registry isn't by his: he looked for it without an end."""
    tree.do("p", "registry.move", unit="370211", to=f"{PATHS['s']}/370211")
    for link in (("c", "p"), ("t", "p"), ("s", "t"), ("k", "c"), ("k", "s")):
        tree.sync(*link)
    tree.register("s")
    tree.do("p", "registry.move", unit="370211", to="370000/370211")
    tree.do("p", "registry.move", unit="370902", to="370000/370211/370902")
    for link in (("t", "p"), ("s", "t")):
        tree.sync(*link)
    assert tree.sync("k", "s").rounds < 4
