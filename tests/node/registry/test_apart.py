"""Registry changes that don't simply apply stand in the one list of exceptions, with who, what and why."""

from __future__ import annotations

from typing import Any

import pytest

from node import glance
from node.errors import NotFound, QiaoError
from tests.node.tree import PATHS, Tree

MINUTE = 60_000
DEPT = PATHS["k"] + "/dept"


def listed(tree: Tree, name: str) -> list[dict[str, Any]]:
    found = [one for one in tree.reader(name).exceptions().items if one["matter"] == "registry"]
    assert glance.status(tree.base / name)["exceptions"] == len(tree.reader(name).exceptions(limit=500).items)
    return found


def hosted(tree: Tree, name: str, unit: str, called: str) -> None:
    tree.do(name, "invite", "a", unit=unit, name=called, role="hosted")


def refusal(tree: Tree, name: str, operation: str, **params: object) -> str:
    with pytest.raises(QiaoError) as refused:
        tree.do(name, operation, **params)
    return refused.value.code


def revoked_county_enrols(tree: Tree) -> None:
    """It hadn't heard yet that it was revoked."""
    hosted(tree, "k", "dept", "法律部")
    tree.do("c", "registry.revoke", unit="370211", reason="stolen")
    tree.sync("k", "c")
    tree.quiet()


def test_nothing_is_listed_of_a_registry_in_which_everything_stands(tree: Tree) -> None:
    hosted(tree, "c", "370299", "保税区总工会")
    tree.quiet()
    assert all(listed(tree, name) == [] for name in "pck")


def test_what_a_revoked_county_enrolled_is_listed_above_it_and_at_itself_alone(tree: Tree) -> None:
    revoked_county_enrols(tree)
    for name in "pck":
        [one] = [one for one in listed(tree, name) if one["by"]["action"] == "enrol"]
        assert (one["kind"], one["reason"], one["by"]["unit"]) == ("quarantine", "revoked", PATHS["k"])
        assert "登记节点" in one["sentence"] and "已被" in one["sentence"] and "dept" in one["sentence"]
        shown = tree.reader(name).exception(one["id"])
        assert shown["data"]["unit"] == DEPT and len(shown["commit"]) == 64
    assert listed(tree, "t") == listed(tree, "s") == []


def test_it_is_told_in_english_too(tree: Tree) -> None:
    revoked_county_enrols(tree)
    [one, *_] = [one for one in tree.reader("c", "en").exceptions().items if one["matter"] == "registry"]
    assert "is quarantined" in one["sentence"]


def test_an_administrator_above_admits_it_and_then_it_is_listed_no_more(tree: Tree) -> None:
    """The city revoked its county when it was revoked itself, and hadn't heard."""
    tree.do("c", "registry.revoke", unit="370211", reason="lost")
    tree.do("p", "registry.revoke", unit="370200", reason="stolen")
    tree.sync("c", "p")
    [one] = [one for one in listed(tree, "p") if one["by"]["action"] == "revoke"]
    assert refusal(tree, "p", "adopt", id=one["id"]) == "registry_change"
    assert refusal(tree, "p", "settle", id=one["id"], value=1) == "registry_change"
    assert refusal(tree, "c", "admit", id=one["id"]) == "revoked"
    tree.do("p", "admit", id=one["id"])
    with pytest.raises(NotFound):
        tree.reader("p").exception(one["id"])
    assert "lost" in [row["reason"] for row in tree.reader("p").registry() if row["unit"] == PATHS["k"]]


def test_what_counts_no_more_once_it_was_admitted_says_why(tree: Tree) -> None:
    revoked_county_enrols(tree)
    [one] = [one for one in listed(tree, "c") if one["by"]["action"] == "enrol"]
    tree.do("c", "admit", id=one["id"])
    [left] = [row for row in listed(tree, "c") if row["act"] == one["act"]]
    assert (left["kind"], left["reason"]) == ("denied", "unknown_node")


def test_a_denied_move_is_closed_by_the_next_one_that_stands(tree: Tree) -> None:
    """Province and city move the same county without knowing of each other; then the province once more."""
    hosted(tree, "c", "370212", "崂山区总工会")
    hosted(tree, "c", "370299", "保税区总工会")
    tree.quiet()
    tree.do("p", "registry.move", unit="370212", to=PATHS["t"] + "/370212")
    tree.later(MINUTE)
    tree.do("c", "registry.move", unit="370212", to=PATHS["c"] + "/370299/370212")
    tree.quiet()
    denied = [one for one in listed(tree, "p") if one["by"]["action"] == "move"]
    assert [one["kind"] for one in denied] == ["denied"] and "不被允许" in denied[0]["sentence"]
    assert [one["kind"] for one in listed(tree, "c")] == ["denied"] and listed(tree, "s") == []
    tree.do("p", "registry.move", unit="370212", to=PATHS["p"] + "/370212")
    tree.quiet()
    assert [one for one in listed(tree, "p") if one["by"]["action"] == "move"] == []
    assert tree.reader("p").exception(denied[0]["id"])["open"] is False


def test_one_that_is_ahead_of_its_time_is_listed_as_held_until_it_has_come(tree: Tree) -> None:
    tree.clock("c").advance(20 * MINUTE)
    hosted(tree, "c", "370299", "保税区总工会")
    tree.exchange("c", "p")
    [one] = [one for one in listed(tree, "p") if one["by"]["action"] == "enrol"]
    assert (one["kind"], one["reason"]) == ("held", "ahead")
    tree.clock("p").advance(30 * MINUTE)
    tree.at("p").tick()
    assert listed(tree, "p") == []
    assert PATHS["c"] + "/370299" in {unit["path"] for unit in tree.reader("p").units()}


def test_the_list_is_the_same_when_every_projection_is_built_anew(tree: Tree) -> None:
    revoked_county_enrols(tree)
    before = listed(tree, "c")
    with tree.sql("c") as db:
        db.execute("UPDATE setting SET value = x'00' WHERE name = 'projection'")
    assert listed(tree, "c") == before != []
