from __future__ import annotations

from dataclasses import replace

import msgspec

from conflict.act import Presence
from conflict.state import Mark, State

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


def test_the_timeline_can_be_read_with_an_adopt_of_what_was_held_as_what_it_stands_for() -> None:
    story = sent()
    heads = story.state().heads
    held = story.does("p/a/x", "submit", result=2, also={"presence": Presence.HELD})
    adopted = story.does("p/a/x", "adopt", acts=[held], after=heads)
    marks = {one.id: one for one in story.state().meant()}
    assert (marks[adopted].action, marks[adopted].data) == ("submit", {"result": 2})
    assert marks[adopted].time == story.state().marks[adopted].time
    at = next(at for at, act in enumerate(story.acts) if act.id == held)
    late = story.acts[at].key._replace(time=story.acts[-1].key.time * 9)
    story.acts[at] = replace(story.acts[at], presence=Presence.PRESENT, key=late)
    assert [one.action for one in story.state().meant() if one.id == adopted] == ["submit"]


def test_an_adopt_of_what_was_overtaken_is_read_as_itself() -> None:
    story = sent()
    heads = story.state().heads
    lost = story.does("p/a/x", "submit", result=1, after=heads)
    story.does("p", "recall", unit="p/a/x", after=heads)
    adopted = story.does("p", "adopt", acts=[lost])
    assert story.standing(adopted)[0] == "stands"
    assert [one.action for one in story.state().meant() if one.id == adopted] == ["adopt"]


def test_of_several_who_stand_on_a_slot_the_last_holds_it() -> None:
    first, last = (Mark(bytes([one]), one, "p", "w", "accept", f"by {one}") for one in (1, 2))
    state = State(slots={"status/p/a": [first, last]})
    assert state.at("status/p/a") == last
    assert (state.held("status/p/a"), state.of_kind("status")) == ("by 2", {"status/p/a": "by 2"})
