"""The tree of units as the matters ask it."""

from __future__ import annotations

import shutil

import pytest

from node.trust import host_path
from node.units import RegistryTree, offices_below
from tests.node.tree import PATHS, Tree


def test_a_unit_is_found_by_code_or_path(tree: Tree) -> None:
    with tree.at("p").work() as work:
        units = RegistryTree(work.registry)
        assert units.path("370211") == units.path(PATHS["k"]) == PATHS["k"]
        assert units.path("999") is None and units.name("x/999") == "999" and units.kind("x") == ""
        assert units.name(PATHS["c"]) == "青岛市总工会" and units.kind(PATHS["c"]) == "place"
        assert units.below(PATHS["c"]) == [PATHS["k"]]


def test_the_nodes_that_dial_a_unit_are_those_directly_below(tree: Tree) -> None:
    with tree.at("p").work() as work:
        assert {one.path for one in offices_below(work.registry, PATHS["p"])} == {PATHS["c"], PATHS["t"]}


def test_a_hosted_unit_knows_its_host(tree: Tree) -> None:
    tree.do("c", "invite", unit="ENT1", name="某企业", role="hosted", kind="enterprise")
    tree.quiet()
    for name in PATHS:
        with tree.at(name).work() as work:
            assert host_path(work.registry, PATHS["c"] + "/ENT1") == PATHS["c"]
            assert RegistryTree(work.registry).host(PATHS["c"]) is None


def test_an_office_on_another_machine_acts_for_the_units_that_the_one_before_hosted(tree: Tree) -> None:
    """It was offered their work, and what it did of that was denied everywhere."""
    tree.do("k", "invite", unit="dept", name="法律部", role="hosted")
    record = tree.register("k")
    tree.act("k", "dispatch", record, lead="dept")
    tree.quiet()
    tree.later(60_000)
    tree.do("c", "registry.revoke", unit="370211", reason="lost")
    tree.shut("k")
    shutil.rmtree(tree.base / "k")
    tree.join("c", "k", tree.invite("c", "370211", "黄岛区总工会"))
    tree.staff("k")
    tree.quiet()
    tree.act("k", "accept", record, behalf="dept")
    tree.quiet()
    for name in "kcp":
        (place,) = tree.show(name, record)["assignments"]
        assert place["unit"] == f"{PATHS['k']}/dept" and place["status"] == "accepted"
        assert tree.verify(name) == []


@pytest.mark.parametrize("renewed", [False, True])
def test_a_hosted_unit_has_what_was_given_to_it_by_a_path_of_before_a_move(tree: Tree, renewed: bool) -> None:
    """The county hadn't heard yet that it was moved: the work was on nobody's list, and nobody could accept it."""
    away = f"{PATHS['t']}/370211"
    tree.do("k", "invite", unit="dept", name="法律部", role="hosted")
    records = [tree.register("k") for _ in range(2)]
    tree.quiet()
    tree.later(60_000)
    tree.do("p", "registry.move", unit="370211", to=away)
    for record in records:
        tree.act("k", "dispatch", record, lead="dept")
    for one in (("c", "p"), ("t", "p"), ("k", "c"), ("k", "t"), ("k", "t")):
        tree.sync(*one)
    tree.later(60_000)
    if renewed:
        tree.do("k", "registry.replace")
        tree.sync("k", "t")
        tree.later(60_000)
    for record, more in zip(records, ({"behalf": "dept"}, {}), strict=True):
        tree.act("k", "accept", record, **more)
    for one in (("k", "t"), ("t", "p")):
        tree.sync(*one)
    for name in "ktp":
        found = [tree.show(name, record)["assignments"][0]["status"] for record in records]
        assert found == ["accepted"] * 2
        assert tree.verify(name) == []
