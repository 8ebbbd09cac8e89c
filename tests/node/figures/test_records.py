"""Behind a number stand records, and a list of them has as many."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Usage
from tests.node.tree import PATHS, Tree

DAY = 86_400_000


def listed(tree: Tree, unit: str | None = None, **counted: Any) -> int:
    return len(tree.reader("p").list("ticket", counted=counted, unit=unit, limit=100).items)


@pytest.fixture
def worked(tree: Tree) -> Tree:
    """Two tickets of wages below the city, and one of another topic at the province."""
    tree.dispatched()
    tree.dispatched()
    tree.register("p", topic="legal/labour/contract")
    tree.quiet()
    return tree


@pytest.mark.parametrize("by", ["topic:1", "topic:2", "topic:3", "topic", "channel", "unit"])
def test_each_group_of_a_figure_lists_as_many_records_as_it_counts(worked: Tree, by: str) -> None:
    items = worked.reader("p").stats(by=by, figures=["tickets"])["items"]
    assert items
    for item in items:
        assert listed(worked, figure="tickets", by=by, key=item["key"]) == item["figures"][0]["numerator"]


def test_a_unit_is_meant_with_all_below_it(worked: Tree) -> None:
    assert listed(worked, figure="tickets") == 3
    assert listed(worked, "370200", figure="assignments") == 2
    assert listed(worked, "370200", figure="tickets") == 0


def test_a_unit_s_own_are_told_from_those_below_it(worked: Tree) -> None:
    assert listed(worked, figure="assignments", by="unit", key=PATHS["k"]) == 2
    assert listed(worked, figure="tickets", by="unit", key=PATHS["c"]) == 0


def test_what_is_excluded_stands_in_neither(worked: Tree) -> None:
    record = worked.reader("p").list("ticket", limit=1).items[0]["record"]
    worked.act("p", "exclude", record, text="诉求不合理")
    [found] = worked.reader("p").stats(figures=["tickets"])["figures"]
    assert found["numerator"] == 2 == listed(worked, figure="tickets")


def test_only_the_period_s_records_are_behind_its_number(worked: Tree) -> None:
    day = str(worked.reader("p").stats(figures=["tickets"])["as_of"])[:10]
    assert listed(worked, figure="tickets", period=day) == 3
    assert listed(worked, figure="tickets", period="2001") == 0


def test_what_no_list_can_be_narrowed_by_is_refused_by_name(worked: Tree) -> None:
    for wrong in ({"figure": "ticket"}, {"figure": "tickets", "by": "hour"}, {"figur": "tickets"}):
        with pytest.raises(Usage):
            listed(worked, **wrong)
