"""Pieces for matters without a workflow: fields that are set, and changed by whoever set them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.act import Act
from conflict.state import State
from node import masking
from sync_protocol.names import is_above

from .draft import Desk, Draft

EXPIRED = "《个人信息保护法》第四十七条第一款第二项：保存期限已届满"
TITLE = 40  # characters of a narrative that lists show


def everything(act: Act) -> Mapping[str, Any]:
    """Coded data and words; what isn't a field of the record is left out by the engine."""
    return {**act.data, **act.words}


def owner(state: State, act: Act) -> bool:
    return act.unit == state.owner


def above_owner(state: State, act: Act) -> bool:
    return is_above(act.unit, state.owner)


def by_root(state: State, act: Act) -> str | None:
    """A unit path is codes from the root: the root's has one."""
    return "root_only" if "/" in act.unit else None


def owner_alone(state: State) -> frozenset[str]:
    return frozenset({state.owner})


def nowhere(state: State) -> frozenset[str]:
    """Of what is everywhere anyway."""
    return frozenset()


def beginning(narrative: str) -> str:
    """As a title: masked before it is cut, since half of a number isn't known as one."""
    return str(masking.text(narrative[: 10 * TITLE]))[:TITLE]


def as_given(action: str, **more: Any) -> Callable[[State | None, Mapping[str, Any], Desk], list[Draft]]:
    """The plan of a verb that is one act: its parameters as they are."""
    return lambda state, params, desk: [Draft(action, {**params, **more})]
