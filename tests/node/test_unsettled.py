"""What an office sees of what it did and what didn't take effect, also of records that have left it."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import NotFound
from node.unsettled import LEFT_MS
from tests.node.tree import Tree


@pytest.fixture
def recalled(tree: Tree) -> Tree:
    """The county accepts a ticket while its city takes it back."""
    tree.record = tree.dispatched()  # type: ignore[attr-defined]
    tree.act("k", "accept", tree.record)  # type: ignore[attr-defined]
    tree.act("c", "recall", tree.record, unit="370211")  # type: ignore[attr-defined]
    tree.quiet()
    return tree


def only(tree: Tree, name: str, kind: str | None = None) -> dict[str, Any]:
    [found] = tree.reader(name).exceptions(kind).items
    return dict(found)


def test_an_office_is_told_what_became_of_what_it_did_in_a_record_that_has_left_it(recalled: Tree) -> None:
    with pytest.raises(NotFound):
        recalled.show("k", recalled.record)  # type: ignore[attr-defined]
    one = only(recalled, "k", "left")
    assert one["number"] and one["by"]["action"] == "accept" and one["against"]["action"] == "recall"
    assert one["sentence"].endswith("它已不在本单位；是否采纳，由上级决定。") and one["remedy"] == ""
    assert recalled.reader("k").exception(one["id"])["sentence"] == one["sentence"]


def test_another_offices_acts_in_records_that_have_left_arent_told(recalled: Tree) -> None:
    assert recalled.reader("s").exceptions().items == []
    assert recalled.reader("k").exceptions("conflict").items == []


def test_it_is_told_for_thirty_days(recalled: Tree) -> None:
    recalled.later(LEFT_MS - 60_000)
    assert only(recalled, "k")["kind"] == "left"
    recalled.later(120_000)
    assert recalled.reader("k").exceptions().items == []


def test_who_may_restore_it_is_told_so_and_the_record_comes_back_with_it(recalled: Tree) -> None:
    one = only(recalled, "c")
    assert (one["kind"], one["remedy"]) == ("conflict", "adopt")
    assert recalled.show("c", recalled.record)["exceptions"][0]["remedy"] == "adopt"  # type: ignore[attr-defined]
    recalled.do("c", "adopt", id=one["id"])
    recalled.quiet()
    assert recalled.reader("k").exceptions().items == recalled.reader("c").exceptions().items == []
    status = {one["unit_name"]: one["status"] for one in recalled.show("k", recalled.record)["assignments"]}  # type: ignore[attr-defined]
    assert "accepted" in status.values()


def test_values_that_stand_side_by_side_are_to_be_settled(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "amend", record, amount_claimed=100)
    tree.act("c", "amend", record, amount_claimed=200)
    tree.quiet()
    assert only(tree, "c")["remedy"] == only(tree, "k")["remedy"] == "settle"


def test_a_record_names_the_units_and_records_that_its_acts_name(tree: Tree) -> None:
    first, second = tree.dispatched(), tree.register()
    tree.act("p", "link", first, **{"with": [second]})
    shown = tree.show("p", first)
    assert shown["names"][second] == tree.show("p", second)["number"]
    assert shown["names"]["370000/370200/370211"] not in ("", "370000/370200/370211")
    assert {one["unit_name"] for one in shown["deadlines"]} >= {shown["owner_name"]}
