"""The columns of a list: by name or label, masked."""

from __future__ import annotations

import pytest

from node.errors import Usage
from node.matters import KINDS
from node.tables import columns
from tests.node.tree import Tree


def test_columns_are_chosen_by_name_or_label_each_once() -> None:
    chosen = columns.chosen(KINDS["ticket"], ["number", "用人单位", "编号", "employer_name", "due"])
    assert [one.name for one in chosen] == ["number", "employer_name", "due"]


def test_without_any_it_is_what_a_list_shows() -> None:
    assert [one.name for one in columns.chosen(KINDS["ticket"], [])] == list(columns.SHOWN)


def test_an_unknown_one_is_told_with_the_nearest() -> None:
    with pytest.raises(Usage, match="worker_phone"):
        columns.chosen(KINDS["ticket"], ["worker_fone"])


@pytest.mark.parametrize("name", list(KINDS))
def test_every_matter_has_columns_from_its_declaration(name: str) -> None:
    kind = KINDS[name]
    known = columns.every(kind)
    assert {one.name for one in columns.exported(kind)} <= set(known)
    assert all(column.label for column in known.values())


def test_a_list_with_columns_has_them_masked(tree: Tree) -> None:
    tree.register()
    [item] = tree.reader("p").list("ticket", columns=["worker_phone", "channel", "tags"]).items
    assert (item["worker_phone"], item["channel"], item["tags"]) == ("138****1111", "phone", [])


def test_a_text_s_own_names_and_numbers_are_masked_as_on_the_screen(tree: Tree) -> None:
    record = tree.register(narrative="王小明说老板欠他工钱，电话13800001111")
    [item] = tree.reader("p").list("ticket", columns=["narrative"]).items
    assert item["narrative"] == tree.show("p", record)["narrative"] == "王*明说老板欠他工钱，电话138****1111"


def test_a_person_reads_labels_and_a_program_codes(tree: Tree) -> None:
    tree.register()
    kind = KINDS["ticket"]
    chosen = columns.chosen(kind, ["channel", "phase", "owner"])
    [(codes, spoken)] = list(tree.reader("p").table("ticket", chosen))
    assert list(codes) == ["phone", "registered", "370000"] and spoken[:2] == ["电话", "已登记"]
