from __future__ import annotations

from conflict.settle import adoption, choices, open_rows, replaces, unsettled

from .errand import ERRAND
from .story import Story, sent


def test_naming_all_that_stands_settles_an_ask_field() -> None:
    story = Story("p", amount=100)
    heads = story.state().heads
    for unit, amount in (("p/a", 200), ("p/b", 300), ("p", 400)):
        story.does(unit, "amend", amount=amount, after=heads)
    state = story.state()
    assert unsettled(ERRAND, state) == ["amount"]
    assert [mark.value for mark in choices(state, open_rows(state)[0])] == [200, 300, 400]
    story.does("p", "amend", amount=300, replaces=replaces(state, ["amount"]))
    assert unsettled(ERRAND, story.state()) == [] == open_rows(story.state())


def test_adopting_what_was_overtaken_closes_its_row() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a/x", "submit", result=1, after=heads)
    story.does("p/a", "recall", unit="p/a/x", after=heads)
    (row,) = open_rows(story.state())
    assert [mark.action for mark in choices(story.state(), row)] == ["submit", "recall"]
    story.does("p/a", "adopt", **adoption(row))
    assert open_rows(story.state()) == []
    assert story.state().held("status/p/a/x") == "submitted"


def test_only_conflicts_have_sides_to_choose_from() -> None:
    story = sent()
    story.does("p/a/y", "accept")
    (row,) = open_rows(story.state())
    assert choices(story.state(), row) == []
