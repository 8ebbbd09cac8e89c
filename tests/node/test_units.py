"""The tree of units as the matters ask it."""

from __future__ import annotations

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
