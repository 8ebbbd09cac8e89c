from __future__ import annotations

import msgspec

from conflict.state import State

from .story import Story, sent


def test_a_state_comes_back_from_a_blob_as_the_same_value() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a/x", "submit", result=1, after=heads)
    story.does("p", "close", after=heads)
    story.does("p/b", "accept")
    state = story.state()
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State)
    assert again == state and list(again.marks) == list(state.marks)


def test_a_state_answers_for_slots_traces_and_fields() -> None:
    state = sent().state()
    assert state.held("status/p/a/x") == "accepted" and state.held("lead", "none") == "none"
    assert state.of_kind("status") == {"status/p/a": "accepted", "status/p/a/x": "accepted"}
    assign = state.trace("status/p/a/x", "assign")
    assert assign is not None and assign.unit == "p/a" and state.trace("lead", "lead") is None
    assert state.shown("title") == "t" and state.shown("story", "-") == "-"
    holder = state.at("phase")
    assert holder is not None and holder.action == "open"


def test_every_gives_each_element_of_a_union_once() -> None:
    story = Story("p", tags=["a", "b"])
    story.does("p", "note", tags=["b", "c"])
    assert story.state().every("tags") == ["a", "b", "c"]
