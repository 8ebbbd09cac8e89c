"""Bringing a coded list up to date: what differs is signed, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, Usage
from node.matters.codes import shipped
from tests.node.counter import lookup
from tests.node.tree import Tree

OCCUPATIONS = [{"code": "welder", "label": "焊工"}, {"code": "rider", "label": "骑手"}]


def bring(tree: Tree, *rows: dict[str, Any], who: str = "p", name: str = "occupation", **more: Any) -> Any:
    return tree.do(who, "list.import", "a", name=name, rows=list(rows), **more)


def codes(tree: Tree, name: str = "occupation", who: str = "p", every: bool = False) -> list[str]:
    return [one["code"] for one in lookup(tree, who).codes(name, every=every)["items"]]


def test_a_list_reaches_every_node_in_the_order_of_the_file(tree: Tree) -> None:
    assert bring(tree, *OCCUPATIONS, label="职业")["changed"] == 2
    tree.quiet()
    assert codes(tree, who="s") == ["welder", "rider"]
    assert lookup(tree, "s").codes("occupation")["label"] == "职业"
    assert [tree.verify(node) for node in "pcs"] == [[], [], []]


def test_what_is_the_same_signs_nothing(tree: Tree) -> None:
    bring(tree, *OCCUPATIONS)
    before = tree.one("p", "SELECT count(*) FROM commit_")
    assert bring(tree, *OCCUPATIONS)["changed"] == 0
    assert tree.one("p", "SELECT count(*) FROM commit_") == before


def test_what_the_file_does_not_name_stays_unless_it_is_to_be_retired(tree: Tree) -> None:
    bring(tree, *OCCUPATIONS)
    bring(tree, {"code": "cook", "label": "厨师"})
    assert sorted(codes(tree)) == ["cook", "rider", "welder"]
    bring(tree, {"code": "cook", "label": "厨师"}, retire_missing=True)
    assert codes(tree) == ["cook"]
    assert len(codes(tree, every=True)) == 3


def test_a_list_of_more_than_one_act_is_one_transaction(tree: Tree) -> None:
    rows = [{"code": f"o{number}", "label": f"职业{number}"} for number in range(1_100)]
    assert bring(tree, *rows)["changed"] == 1_100
    assert len(codes(tree)) == 1_100
    with pytest.raises(Usage):
        bring(tree, *[{"code": f"p{number}", "label": "多"} for number in range(5_001)])


def test_a_field_whose_list_there_is_not_takes_any_text_and_then_its_codes_alone(tree: Tree) -> None:
    tree.register(occupation="随便写的")
    bring(tree, *OCCUPATIONS)
    with pytest.raises(Usage) as fault:
        tree.register(occupation="焊接工")
    assert fault.value.code == "unknown_code" and "welder" in fault.value.text
    assert lookup(tree).show("ticket", tree.register(occupation="骑手"))["occupation"] == "rider"


@pytest.mark.parametrize(
    "row",
    [{"code": "", "label": "x"}, {"code": "x"}, {"code": "a b", "label": "x"}, {"code": "x", "label": "a\x00"},
     {"code": "x", "label": "x", "parent": "none"}, {"code": "x", "label": "x", "from": "31.12."},
     {"code": "x", "label": "x", "from": "2026-02-01", "until": "2026-01-01"},
     {"code": "x", "label": "x", "order": "first"}, {"code": "welder", "label": "again"}],
)  # fmt: skip
def test_a_row_that_can_not_be_used_publishes_nothing_and_names_its_line(
    tree: Tree, row: dict[str, str]
) -> None:
    with pytest.raises(Usage) as fault:
        bring(tree, *OCCUPATIONS, {**row, "line": 4})
    assert fault.value.code == "bad_code_row" and "4" in fault.value.text
    with pytest.raises(Exception, match="occupation"):
        codes(tree)


@pytest.mark.parametrize("name", ["", "Topic", "../x", "a", "x" * 40])
def test_a_list_has_a_plain_name(tree: Tree, name: str) -> None:
    with pytest.raises(Usage):
        bring(tree, *OCCUPATIONS, name=name)


def test_another_unit_and_nobody_publish_none(tree: Tree) -> None:
    for who, staff in (("c", "a"), ("p", None)):
        with pytest.raises(Forbidden):
            tree.do(who, "list.import", staff, name="occupation", rows=OCCUPATIONS)


def test_the_shipped_topics_serve_before_the_root_s_have_come(tree: Tree) -> None:
    with tree.sql("k") as db:
        db.execute("DELETE FROM folded WHERE matter = 'list'")
    assert codes(tree, "topic", "k") == [one.code for one in shipped()["topic"].offered("2026-09-21")]
    with pytest.raises(Usage):
        tree.register("k", topic="no/such")
