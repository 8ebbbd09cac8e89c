"""How a verb on a ticket becomes acts: the plans that several verbs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.state import State
from node.errors import Usage
from node.language import say

from ..draft import Desk, Draft
from . import assignments as read
from .assignments import Assignment
from .dispatch import resolved_unit
from .workflow import TICKET

Params = Mapping[str, Any]
Plan = Callable[[State | None, Params, Desk], list[Draft]]
_FROM = {action.name: action.statuses for action in TICKET.actions}  # statuses from which an act may be


def here_of(state: State | None) -> State:
    if state is None:
        raise Usage(say("没有指明工单", "no ticket is named"), hint="qiao ticket list")
    return state


def plain(action: str) -> Plan:
    """The parameters as they are."""
    return lambda state, params, desk: [Draft(action, dict(params))]


def in_round(action: str) -> Plan:
    """Acts of the owner: the parameters with the present round."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = here_of(state)
        return [Draft(action, {**params, "round": read.round_of(here)}, owner(here, desk))]

    return plan


def owner(state: State, desk: Desk) -> str | None:
    """The path under which this unit registered it, before it was moved."""
    return state.owner if state.owner in desk.former else None


def own(action: str) -> Plan:
    """Acts of the assignee, or on behalf of a unit that this node hosts. The act names the assignment."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = here_of(state)
        data = {name: value for name, value in params.items() if name != "behalf"}
        unit = behalf(here, params, desk)
        names = held(here, unit or desk.unit, action)
        return [Draft(action, {**data, **names}, unit)]

    return plan


def held(state: State, unit: str, action: str) -> dict[str, Any]:
    """How an act names the assignment that its unit holds; of several, the first from which it may be."""
    found = [one for one in read.held_by(state, unit) if one.open]
    fitting = [one for one in found if one.shown in _FROM.get(action, ())] or found
    named = {"assignment": fitting[0].unit} if fitting and fitting[0].unit != unit else {}
    return {"round": read.round_of(state), **named}


def on_behalf(draft: Draft, state: State, params: Params, desk: Desk) -> Draft:
    """The same, of the hosted unit that is named, or alone has the work in hand."""
    data = {name: value for name, value in draft.data.items() if name != "behalf"}
    return Draft(draft.action, data, behalf(state, params, desk))


def behalf(state: State, params: Params, desk: Desk) -> str | None:
    """The hosted unit that is acted for: the one named, else the only one that has the work in hand where
    one's own unit hasn't, or passed it on."""
    in_hand = [one.holder for one in read.assignments(state) if one.open and not _is_below(state, one)]
    if params.get("behalf"):
        named = resolved_unit(str(params["behalf"]), desk)
        former = (one for one in in_hand if one not in (named, desk.unit) and desk.tree.path(one) == named)
        # By a path of before a move, where the work names no other: whoever gave it hadn't heard of that yet.
        return None if named == desk.unit else named if named in in_hand else next(former, named)
    hosted = [unit for unit in in_hand if desk.hosts(unit)]
    return hosted[0] if desk.unit not in in_hand and len(hosted) == 1 else None


def _is_below(state: State, own: Assignment) -> bool:
    """Whether it is with a unit below now."""
    return any(one.open for one in read.passed_on_from(state, own))


def named(action: str) -> Plan:
    """Acts of the assigner, on the assignment of the unit named."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = here_of(state)
        unit = name_of(here, resolved_unit(str(params["unit"]), desk))
        return [
            Draft(action, {**params, "round": read.round_of(here), "unit": unit}, _assigner(here, unit, desk))
        ]

    return plan


def name_of(state: State, unit: str) -> str:
    """The name of the assignment that a unit holds."""
    return next((one.unit for one in read.held_by(state, unit)), unit)


def _assigner(state: State, unit: str, desk: Desk) -> str | None:
    """The hosted unit in whose name the assignment was made, if it was."""
    found = read.assignment(state, read.round_of(state), unit)
    other = found is not None and found.assigner != desk.unit
    return found.assigner if found is not None and other and desk.hosts(found.assigner) else None
