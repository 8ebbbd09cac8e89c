"""Which verbs a person is offered now: what the workflow and his roles allow, and nothing else (design 6)."""

from __future__ import annotations

from collections.abc import Sequence

from conflict.act import Act, Key
from conflict.judge import judge
from conflict.state import Standing, State
from node.matters.draft import Kind, Verb
from node.page import Person
from sync_protocol import clock

_PROBE = b"\xff" * 16  # id of an act that is only asked about, never signed


def offered(kind: Kind, state: State | None, unit: str, person: Person, now_ms: int) -> Sequence[Verb]:
    """Without a state, the verbs that begin a record."""
    return [verb for verb in kind.verbs if _is_offered(kind, verb, state, unit, person, now_ms)]


def _is_offered(kind: Kind, verb: Verb, state: State | None, unit: str, person: Person, now_ms: int) -> bool:
    action = kind.matter.action(verb.action)
    if action is None or not action.roles & person.roles or action.first is not (state is None):
        return False
    if state is None:
        return True
    return any(_would_stand(kind, state, act) for act in _probes(kind, verb, state, unit, person, now_ms))


def _would_stand(kind: Kind, state: State, act: Act) -> bool:
    return judge(kind.matter, state, act).standing is Standing.STANDS


def _probes(kind: Kind, verb: Verb, state: State, unit: str, person: Person, now_ms: int) -> list[Act]:
    """The act as it could be signed now, with each set of data that the verb offers."""
    time = clock.next_time(now_ms, state.last[0])
    return [
        Act(
            id=_PROBE,
            key=Key(time, _PROBE, 1, 0),
            unit=unit,
            actor=person.id,
            matter=kind.matter.versioned,
            action=verb.action,
            data=data,
            after=tuple(sorted(state.heads)),
        )
        for data in verb.offers(state, unit)
    ]
