"""The table is whole, and the documentation shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_protocol import exchange
from sync_protocol.errors import LocalError
from sync_protocol.exchange import TABLE, Event, Machine, Side, State

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def walk(side: Side, *events: Event) -> list[State]:
    machine = Machine.start(side)
    states = []
    for event in events:
        machine = machine.step(event)
        states.append(machine.state)
    return states


def test_a_child_asks_until_neither_side_has_more() -> None:
    events = (Event.DUE, Event.REPLIED, Event.TAKEN_MORE, Event.REPLIED, Event.TAKEN_ALL)
    assert walk(Side.CHILD, *events) == ["asking", "taking", "asking", "taking", "idle"]


def test_a_child_backs_off_from_a_line_that_fails_and_asks_again() -> None:
    assert walk(Side.CHILD, Event.DUE, Event.LINE_FAILED, Event.WAITED)[1:] == ["backing_off", "asking"]


def test_a_reply_that_cant_be_read_takes_nothing() -> None:
    assert walk(Side.CHILD, Event.DUE, Event.REPLIED, Event.REFUSED)[-1] == "backing_off"


def test_a_parent_holds_a_reply_until_there_is_something_to_say() -> None:
    events = (Event.CALLED, Event.OPENED, Event.NOTHING_NEW, Event.NEWS, Event.SENT)
    assert walk(Side.PARENT, *events)[-3:] == ["holding", "answering", "listening"]


def test_a_parent_that_opened_garbage_listens_on() -> None:
    assert walk(Side.PARENT, Event.CALLED, Event.REFUSED)[-1] == "listening"


def test_an_impossible_step_is_the_drivers_fault() -> None:
    for state in State:
        for event in Event:
            if (state, event) in TABLE:
                assert exchange.step(state, event) is TABLE[state, event]
                continue
            with pytest.raises(LocalError) as caught:
                exchange.step(state, event)
            assert caught.value.code == "impossible_step"


def test_every_state_belongs_to_one_side_and_leads_back_to_its_start() -> None:
    sides = [set(exchange.states_of(side)) for side in Side]
    assert sides[0] | sides[1] == set(State) and not sides[0] & sides[1]
    for side in Side:
        for state in exchange.states_of(side):
            assert exchange.START[side] in reached(state)


def reached(state: State) -> set[State]:
    found = {state}
    while more := {to for (at, _), to in TABLE.items() if at in found} - found:
        found |= more
    return found


def test_every_event_is_expected_somewhere() -> None:
    assert {event for _, event in TABLE} == set(Event)
    assert Machine.start(Side.CHILD).expects == {Event.DUE}


def test_the_documentation_shows_the_table() -> None:
    part = PROTOCOL.read_text("utf-8").partition("<!-- part:exchange -->")[2]
    part = part.partition("<!-- /part:exchange -->")[0]
    assert f"```mermaid\n{exchange.diagram()}\n```" in part
