"""Which verbs a person is offered now, and what ends an exception: what the workflow and his roles allow, and nothing
else (design 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conflict.act import Act, Key
from conflict.judge import judge
from conflict.order import ADOPT
from conflict.settle import adoption
from conflict.state import Row, Standing, State
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
    return [
        _probe(kind, state, unit, verb.action, data, person.id, now_ms) for data in verb.offers(state, unit)
    ]


def _probe(
    kind: Kind, state: State, unit: str, action: str, data: Mapping[str, Any], actor: str, now_ms: int
) -> Act:
    return Act(
        id=_PROBE,
        key=Key(clock.next_time(now_ms, state.last[0]), _PROBE, 1, 0),
        unit=unit,
        actor=actor,
        matter=kind.matter.versioned,
        action=action,
        data=data,
        after=tuple(sorted(state.heads)),
    )


def remedy(kind: Kind, state: State, row: Row, unit: str, now_ms: int) -> str:
    """How this unit can end an open row: `settle` a field's values, `adopt` what didn't stand; empty where it can't,
    or has nothing to do."""
    if not row.open or row.kind not in ("conflict", "denied", "held"):
        return ""
    if row.kind == "conflict" and kind.matter.field(row.place) is not None:
        return "settle"
    act = _probe(kind, state, unit, ADOPT, adoption(row), "", now_ms)
    return "adopt" if _would_stand(kind, state, act) else ""
