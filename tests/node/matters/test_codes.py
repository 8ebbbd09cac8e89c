"""Coded lists: what is offered on a day, what is named, what is nearest; and how a list travels."""

from __future__ import annotations

from conflict.state import State
from node.matters import codelist
from node.matters.codes import Code, from_row, made, shipped
from sync_protocol import cbor

from .scene import P, X
from .test_kinds import codes, record

DAY = "2026-11-21"
LIST = made(
    "topic", "主题",
    [
        Code("a", "甲", 2), Code("a/old", "旧", 1, until="2026-11-20"), Code("a/old/x", "旧之下", 1),
        Code("b", "乙", 1), Code("b/next", "新", 1, since="2026-11-22"), Code("b/same", "甲", 3),
    ],
)  # fmt: skip


def test_what_is_over_not_begun_or_below_either_is_not_offered() -> None:
    assert [one.code for one in LIST.offered(DAY)] == ["b", "a", "b/same"]
    assert [one.code for one in LIST.offered("2026-11-20")] == ["a/old", "a/old/x", "b", "a", "b/same"]


def test_a_code_is_named_by_itself_its_path_of_labels_or_a_label_of_its_own() -> None:
    assert [LIST.named(text).code for text in ("b/next", "乙/新", "新")] == ["b/next"] * 3  # type: ignore[union-attr]
    assert LIST.named("甲") is None  # two have it
    assert LIST.named("乙/甲").code == "b/same"  # type: ignore[union-attr]
    assert LIST.named("") is None


def test_the_nearest_is_one_that_is_offered() -> None:
    assert LIST.nearest("b/sam", DAY).code == "b/same"  # type: ignore[union-attr]
    assert LIST.nearest("a/ol", DAY).code == "a"  # type: ignore[union-attr]
    assert LIST.nearest("完全不像", DAY) is None


def test_parents_in_a_circle_end() -> None:
    ring = made("r", "环", [Code("x", "甲", parent="y"), Code("y", "乙", parent="x")])
    assert {one.code for one in ring.offered(DAY)} == {"x", "y"}
    assert len(ring.path_label("x").split("/")) <= 8


def test_a_row_travels_without_what_is_empty_and_comes_back() -> None:
    for one in (Code("a", "甲"), Code("a", "甲", 3), Code("a", "甲", 0, "b", "2026-01-01", "2026-12-31")):
        assert from_row("a", one.row()) == one
    assert Code("a", "甲").row() == ["甲"]


def test_what_is_no_row_is_left_out() -> None:
    assert [from_row("a", row) for row in (None, [], "甲", [1], ["甲", "x"], ["甲", 1, 2], {"a": 1})] == [
        None
    ] * 7


def test_the_shipped_topics_have_four_levels_and_every_parent() -> None:
    topics = shipped()["topic"].codes
    assert len(topics) > 150 and max(code.count("/") for code in topics) == 3
    assert all(one.above in topics for one in topics.values() if one.above)


def test_the_root_s_first_list_is_the_shipped_one_in_under_ten_kilobytes() -> None:
    [data] = codelist.defaults()
    assert codelist.from_states([record("list", (P, "set", data))]) == dict(shipped())
    assert len(cbor.encode(data)) < 10_000


def test_a_change_carries_one_code_and_leaves_the_others() -> None:
    state = record("list", (P, "set", codelist.defaults()[0]), (P, "amend", {"codes": {"legal": ["法", 1]}}))
    found = codelist.from_states([state])["topic"]
    assert (found.codes["legal"].label, len(found.codes)) == ("法", len(shipped()["topic"].codes))


def test_the_root_alone_writes_a_list() -> None:
    data = codelist.defaults()[0]
    assert codes(record("list", (X, "set", data))) == ["root_only"]
    assert codelist.LIST.everywhere


def test_an_odd_list_from_elsewhere_is_read_as_far_as_it_goes() -> None:
    state = record("list", (P, "set", {"number": "topic", "label": "主题", "codes": {"a": ["甲"], "b": 1}}))
    assert list(codelist.from_states([state, State()])["topic"].codes) == ["a"]


def test_a_record_whose_name_has_not_come_is_no_list() -> None:
    """Its name was empty, as that of every field without a list, whose values it then refused (seed 100038)."""
    assert codelist.from_states([State()]) == {}
