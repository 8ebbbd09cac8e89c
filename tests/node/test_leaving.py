"""Which act tells a unit that a record is its no more: one that takes it from whoever has what the unit has."""

from __future__ import annotations

from conflict.act import Act, Key
from conflict.state import State
from node.leaving import Lost
from node.matters import KINDS
from tests.node.tree import PATHS

TICKET = KINDS["ticket"].matter
LOGS = {"p": b"p" * 16, "c": b"c" * 16, "k": b"k" * 16}


class Story:
    """Acts on one ticket, each with a time, a node and what it has seen."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def act(
        self, who: str, time: int, action: str, *after: Act, origin: Act | None = None, **data: object
    ) -> Act:
        name = f"{who}{time}{action}".encode().ljust(16, b"-")[:16]
        record = self.acts[0].id if self.acts else name
        seen = tuple(sorted(one.id for one in after))
        if origin is not None:
            data["from"] = origin.id
        key = Key(time, LOGS[who], time, 0)
        found = Act(name, key, PATHS[who], "a", "ticket/1", action, data, seen, record=record)
        self.acts.append(found)
        self.acts.sort(key=lambda one: one.key)
        return found


def wants(state: State) -> bool:
    return PATHS["k"] in set(TICKET.scope(state))


def dispatched() -> tuple[Story, Act]:
    """The city passes a ticket of the province's on to the county."""
    story = Story()
    first = story.act("p", 1, "register", channel="phone", **{"class": "enquiry", "topic": "other"})
    to_city = story.act("p", 2, "assign", first, round=1, unit=PATHS["c"])
    to_county = story.act("c", 30, "assign", to_city, round=1, unit=PATHS["k"], origin=to_city)
    return story, to_county


def test_an_act_that_stands_before_what_it_overtakes_is_the_one() -> None:
    """The province withdrew it before the city, which didn't know, passed it on."""
    story, _ = dispatched()
    received = story.act("k", 40, "receive", story.acts[-1], round=1)
    taken = story.act("p", 20, "withdraw", story.acts[1], round=1)
    lost = Lost(TICKET, wants)
    assert wants_all_but(story, taken) and not lost._is_his(story.acts)
    assert lost.by_what_is_new(story.acts, [taken]) == [taken]
    assert lost.by_one(story.acts) == [taken]
    assert received in story.acts


def test_of_two_that_take_it_one_after_the_other_the_newest_is_told() -> None:
    story, to_county = dispatched()
    first = story.act("c", 50, "recall", to_county, round=1, unit=PATHS["k"])
    again = story.act("c", 60, "assign", first, round=1, unit=PATHS["k"], origin=story.acts[1])
    last = story.act("c", 70, "recall", again, round=1, unit=PATHS["k"])
    lost = Lost(TICKET, wants)
    assert lost.by_one(story.acts) == [last]
    assert lost.by_what_is_new(story.acts, [first, again, last]) == [first]


def test_of_two_that_each_take_it_by_themselves_one_is_told_to_who_has_seen_neither() -> None:
    """The province had withdrawn it, which the city didn't know, and the city took it back: without either one it
    wasn't the county's, and nothing was told (seed 200474)."""
    story, to_county = dispatched()
    received = story.act("k", 40, "receive", to_county, round=1)
    taken = story.act("p", 20, "withdraw", story.acts[1], round=1)
    story.act("c", 50, "recall", received, round=1, unit=PATHS["k"])
    lost = Lost(TICKET, wants)
    assert lost.by_one(story.acts) == lost.by_the_order(story.acts) == []
    assert lost.by_a_past(story.acts) == [taken]


def test_nothing_is_told_of_what_a_unit_never_had() -> None:
    story = Story()
    story.act("p", 1, "register", channel="phone", **{"class": "enquiry", "topic": "other"})
    lost = Lost(TICKET, wants)
    assert (
        lost.by_what_is_new(story.acts, story.acts)
        == lost.by_one(story.acts)
        == lost.by_the_order(story.acts)
        == lost.by_a_past(story.acts)
        == []
    )


def wants_all_but(story: Story, act: Act) -> bool:
    return Lost(TICKET, wants)._is_his([one for one in story.acts if one is not act])
