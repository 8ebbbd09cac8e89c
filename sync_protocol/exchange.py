"""The exchange (交换, protocol 3.5) as one transition table: both sides, every step there is.

It knows neither bytes nor lines: a driver in node/transport does the work and says what happened. Nothing
is kept between two exchanges but what is durable in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .errors import LocalError


class Side(StrEnum):
    CHILD = "child"
    PARENT = "parent"


class State(StrEnum):
    """Where a side stands. The first four are the child's."""

    IDLE = "idle"
    ASKING = "asking"  # a request is on the line, perhaps held there
    TAKING = "taking"  # a reply came and is being made durable
    BACKING_OFF = "backing_off"  # the line or the peer failed; waiting, with jitter
    LISTENING = "listening"
    OPENING = "opening"  # size, seal, signature, shape
    ADMITTING = "admitting"  # commits verified, stored, folded: one transaction
    HOLDING = "holding"  # nothing to say yet: the reply waits
    ANSWERING = "answering"  # the reply is made and sent


class Event(StrEnum):
    """What a driver saw. The first seven are the child's."""

    DUE = "due"  # new work, or the time to ask again
    REPLIED = "replied"  # bytes that are a reply to the open request
    LINE_FAILED = "line_failed"  # no line, cut off, timed out, or not an answer of Qiao's
    REFUSED = "refused"  # what came can't be opened or read, or isn't for us
    TAKEN_MORE = "taken_more"  # durable, and one side has more
    TAKEN_ALL = "taken_all"  # durable, and neither has more
    WAITED = "waited"  # the wait is over, or a person said "now"
    CALLED = "called"  # bytes came
    OPENED = "opened"
    NEWS = "news"  # there is something to answer with
    NOTHING_NEW = "nothing_new"  # durable, and there is nothing to send
    TIME_UP = "time_up"  # the hold is over
    SUPERSEDED = "superseded"  # the same child calls again: one held reply a child
    FAILED = "failed"  # the store failed; nothing was taken
    SENT = "sent"
    CALLER_GONE = "caller_gone"


_S, _E = State, Event

TABLE: Mapping[tuple[State, Event], State] = {
    (_S.IDLE, _E.DUE): _S.ASKING,
    (_S.ASKING, _E.DUE): _S.ASKING,
    (_S.ASKING, _E.REPLIED): _S.TAKING,
    (_S.ASKING, _E.LINE_FAILED): _S.BACKING_OFF,
    (_S.TAKING, _E.TAKEN_MORE): _S.ASKING,
    (_S.TAKING, _E.TAKEN_ALL): _S.IDLE,
    (_S.TAKING, _E.REFUSED): _S.BACKING_OFF,
    (_S.TAKING, _E.FAILED): _S.BACKING_OFF,
    (_S.BACKING_OFF, _E.WAITED): _S.ASKING,
    (_S.LISTENING, _E.CALLED): _S.OPENING,
    (_S.OPENING, _E.OPENED): _S.ADMITTING,
    (_S.OPENING, _E.REFUSED): _S.LISTENING,
    (_S.ADMITTING, _E.NEWS): _S.ANSWERING,
    (_S.ADMITTING, _E.NOTHING_NEW): _S.HOLDING,
    (_S.ADMITTING, _E.FAILED): _S.LISTENING,
    (_S.HOLDING, _E.NEWS): _S.ANSWERING,
    (_S.HOLDING, _E.TIME_UP): _S.ANSWERING,
    (_S.HOLDING, _E.SUPERSEDED): _S.LISTENING,
    (_S.HOLDING, _E.CALLER_GONE): _S.LISTENING,
    (_S.ANSWERING, _E.SENT): _S.LISTENING,
    (_S.ANSWERING, _E.CALLER_GONE): _S.LISTENING,
}

START: Mapping[Side, State] = {Side.CHILD: State.IDLE, Side.PARENT: State.LISTENING}


@dataclass(frozen=True, slots=True)
class Machine:
    """One side of one link. A parent has one for each call."""

    side: Side
    state: State

    @classmethod
    def start(cls, side: Side) -> Machine:
        return cls(side, START[side])

    def step(self, event: Event) -> Machine:
        """Raises LocalError (impossible_step)."""
        return replace(self, state=step(self.state, event))

    @property
    def expects(self) -> frozenset[Event]:
        """The events that may come now."""
        return frozenset(event for state, event in TABLE if state is self.state)


def step(state: State, event: Event) -> State:
    """The next state. Raises LocalError (impossible_step): the driver is wrong, not the peer."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise LocalError(f"{event} while {state}", code="impossible_step") from None


def states_of(side: Side) -> list[State]:
    """In the order of their declaration."""
    reached = {START[side]}
    while more := {to for (at, _), to in TABLE.items() if at in reached} - reached:
        reached |= more
    return [state for state in State if state in reached]


def diagram() -> str:
    """The table as a mermaid diagram, as docs/protocol.md shows it."""
    return "\n".join(["stateDiagram-v2", *_side_lines(Side.CHILD), *_side_lines(Side.PARENT)])


def _side_lines(side: Side) -> list[str]:
    states = states_of(side)
    arrows = [f"        {at} --> {to}: {event}" for (at, event), to in TABLE.items() if at in states]
    return [f"    state {side} {{", f"        [*] --> {START[side]}", *arrows, "    }"]
