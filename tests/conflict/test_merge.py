from __future__ import annotations

from typing import Any

from .story import Story, sent


def both(one: dict[str, Any], other: dict[str, Any], **begun: Any) -> tuple[Story, bytes, bytes]:
    """Two amendments that don't know of each other."""
    story = Story("p", **begun)
    heads = story.state().heads
    first = story.does("p/a", "amend", after=heads, **one)
    return story, first, story.does("p", "amend", after=heads, **other)


def test_append_keeps_all_in_order() -> None:
    story, _, _ = both({"remarks": "a"}, {"remarks": "b"})
    assert story.state().every("remarks") == ["a", "b"]
    assert story.rows() == []


def test_union_keeps_all_and_a_removal_removes_what_it_had_seen() -> None:
    story, _, _ = both({"tags": ["new", "old"]}, {"tags-": ["old"]}, tags=["old"])
    assert story.state().every("tags") == ["new", "old"]
    story.does("p", "note", **{"tags-": ["old", "new"]})
    assert story.state().every("tags") == []


def test_last_shows_the_last_in_order_whatever_the_tier_and_lists_the_other() -> None:
    story = Story("p", title="t")
    heads = story.state().heads
    above = story.does("p", "amend", title="province", after=heads)
    below = story.does("p/a/x", "amend", title="county", after=heads)
    assert story.state().shown("title") == "county"
    (row,) = story.rows()
    assert (row.act, row.code, row.winner, row.values) == (above, "field_last", below, ("province", "county"))
    story.does("p/a", "amend", title="city")
    assert [one.open for one in story.rows()] == [False]


def test_ask_keeps_every_value_until_a_write_names_those_that_it_replaces() -> None:
    story, one, other = both({"amount": 200}, {"amount": 300}, amount=100)
    assert [mark.value for mark in story.state().fields["amount"]] == [200, 300]
    more = story.does("p", "amend", amount=400, replaces=[other])
    assert [mark.value for mark in story.state().fields["amount"]] == [200, 400]
    assert [(row.act, row.winner, row.open) for row in story.rows()] == [(one, more, True)]
    story.does("p", "amend", amount=200, replaces=[one, more])
    assert [mark.value for mark in story.state().fields["amount"]] == [200]
    assert not [row for row in story.rows() if row.open]


def test_ask_replaces_what_its_author_saw_standing_alone() -> None:
    story = Story("p", amount=100)
    story.does("p/a", "amend", amount=200)
    assert [mark.value for mark in story.state().fields["amount"]] == [200]


def test_equal_values_are_no_conflict_and_are_replaced_together() -> None:
    story, one, _ = both({"amount": 200}, {"amount": 200}, amount=100)
    assert len(story.state().fields["amount"]) == 2 and story.rows() == []
    story.does("p", "amend", amount=300)
    assert [mark.value for mark in story.state().fields["amount"]] == [300]


def test_words_merge_alike_but_rows_name_only_their_acts() -> None:
    story = Story("p")
    heads = story.state().heads
    one = story.does("p/a", "amend", words={"name": "甲"}, after=heads)
    other = story.does("p", "amend", words={"name": "乙"}, after=heads)
    (row,) = story.rows()
    assert (row.act, row.winner, row.values) == (one, other, ())
    assert story.state().marks[one].data == {}


def test_once_holds_what_the_first_act_said() -> None:
    story = sent()
    story.does("p", "amend", number="2", title="x")
    assert story.state().shown("number") == "1"
    assert story.state().shown("title") == "t", "of a denied act no field stands"
