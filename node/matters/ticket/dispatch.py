"""Dispatch (派单): the `assign` acts of the next hop toward each target, and the lead (product 1.2).

It goes level by level: a target deeper than the next office below is named in `onward`, and that office's
node passes it on by itself (reactions.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conflict.state import State
from node.errors import Forbidden, Usage
from node.language import say
from sync_protocol.names import ancestors, code_of, covers, is_above

from ..draft import Desk, Draft, Tree, Verb
from . import assignments as read
from . import fields as f
from .assignments import Assignment


def resolved_unit(named: str, desk: Desk) -> str:
    """The path of a unit given by code or path. Raises Usage (`unknown_unit`)."""
    path = desk.tree.path(named)
    if path is None:
        raise Usage(
            say(f"没有这个单位：{named}", f"there is no unit {named}"),
            code="unknown_unit", hint="qiao heads",
        )  # fmt: skip
    return path


def next_hop(giver: str, target: str, tree: Tree) -> str:
    """The first office on the way down; the target itself where none is between."""
    between = (path for path in ancestors(target) if is_above(giver, path))
    return next((path for path in between if tree.path(path) == path), target)


def hops(giver: str, targets: Iterable[str], tree: Tree) -> dict[str, list[str]]:
    """Next hop → what it is to pass on, in the order of the targets."""
    found: dict[str, list[str]] = {}
    for target in targets:
        hop = next_hop(giver, target, tree)
        onward = found.setdefault(hop, [])
        if hop != target:
            onward.append(target)
    return found


def assign(state: State, giver: str, hop: str, onward: list[str], *, final: bool = False) -> dict[str, Any]:
    """Data of one `assign`. Who holds one names it in `from`; an owner without, and whoever rules from
    above, don't."""
    number = read.round_of(state)
    data: dict[str, Any] = {"round": number, "unit": hop}
    own = held(state, giver)
    if own is not None:
        data["from"] = own.assigned.id
    if final:
        data["final"] = True
    if onward:
        data["onward"] = onward
    return data


def held(state: State, unit: str) -> Assignment | None:
    """What a unit may pass on: an open assignment that it didn't make itself."""
    return next((own for own in read.held_by(state, unit) if own.open and own.assigner != unit), None)


def _giver(state: State, params: Mapping[str, Any], desk: Desk) -> str:
    """Who dispatches: this unit, or the hosted one that is named or alone holds the ticket."""
    if params.get("behalf"):
        return resolved_unit(str(params["behalf"]), desk)
    if covers(desk.unit, state.owner) or held(state, desk.unit) is not None:
        return desk.unit
    open_units = [one.holder for one in read.assignments(state) if one.open]
    hosted = [unit for unit in open_units if desk.hosts(unit)]
    return hosted[0] if len(hosted) == 1 else desk.unit


def _targets(params: Mapping[str, Any], giver: str, desk: Desk) -> tuple[str | None, list[str]]:
    """Lead and all targets, the lead first. Raises Usage."""
    lead = resolved_unit(str(params["lead"]), desk) if params.get("lead") else None
    others = [resolved_unit(str(unit), desk) for unit in params.get("co") or ()]
    targets = list(dict.fromkeys([*([lead] if lead else []), *others]))
    if not targets:
        raise Usage(
            say("没有指明派给谁", "nobody is named to dispatch to"),
            code="missing_field", hint="qiao ticket dispatch ID --lead UNIT",
        )  # fmt: skip
    for target in targets:
        _check_target(target, giver, desk)
    return lead, targets


def _check_target(target: str, giver: str, desk: Desk) -> None:
    """Raises Usage `not_below`, `unit_retired`."""
    if not desk.tree.works(target):
        raise Usage(
            say(f"{desk.tree.name(target)}（{code_of(target)}）已撤并或不承办，收不到派单",
                f"{target} was retired, or handles nothing: it gets no work"),
            code="unit_retired", hint="qiao registry list",
        )  # fmt: skip
    if covers(giver, target):
        return
    raise Usage(
        say(f"{desk.tree.name(target)}不在{desk.tree.name(giver)}之下，只能向下派单",
            f"{target} isn't below {giver}: a ticket is dispatched downwards"),
        code="not_below", hint="qiao ticket ask ID --for escalate --text TEXT",
    )  # fmt: skip


def plan(state: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
    """Raises Usage for an unknown unit, one that isn't below, or nobody; Forbidden where all have it."""
    if state is None:
        raise Usage(say("没有指明工单", "no ticket is named"), hint="qiao ticket list")
    giver = _giver(state, params, desk)
    lead, targets = _targets(params, giver, desk)
    final = bool(params.get("final"))
    behalf = None if giver == desk.unit else giver
    drafts = _assigns(state, giver, targets, desk, final, behalf)
    number = read.round_of(state)
    if lead is not None and lead != read.lead(state) and _may_name_lead(state, giver):
        drafts.append(Draft("lead", {"round": number, "unit": lead}, behalf))
    if not drafts:
        raise Forbidden(say("这些单位在本轮已经承办", "these units have it already"), code="already_assigned",
                        hint="qiao ticket show ID")  # fmt: skip
    return drafts


def _assigns(
    state: State, giver: str, targets: list[str], desk: Desk, final: bool, behalf: str | None
) -> list[Draft]:
    if held(state, giver) is not None:
        targets = [one for one in targets if one != giver]  # named as lead, it keeps the work to itself
    found = wanted(state, giver, targets, desk.tree, ruling=final)
    return [
        Draft("assign", assign(state, giver, unit, onward, final=final), behalf) for unit, onward in found
    ]


def wanted(
    state: State, giver: str, targets: Iterable[str], tree: Tree, *, ruling: bool = False
) -> list[tuple[str, list[str]]]:
    """The units to assign to, each with what it is to pass on. A hop that has the ticket already is skipped
    over and its targets are assigned directly: dispatching to the same unit twice is one assignment."""
    found: list[tuple[str, list[str]]] = []
    for hop, onward in hops(giver, targets, tree).items():
        if _is_free(state, hop, ruling):
            found.append((hop, onward))
        else:
            found += [
                (target, []) for target in onward
                if _is_free(state, target, ruling) and (ruling or not _is_on_its_way(state, giver, target))
            ]  # fmt: skip
    return found


def _is_on_its_way(state: State, giver: str, target: str) -> bool:
    """Whether an office between is to pass it on, and hasn't yet."""
    given = [
        one for one in read.assignments(state) if one.open and one.holder != giver and target in one.onward
    ]
    return any(not _passed_toward(state, one, target) for one in given)


def _passed_toward(state: State, own: Assignment, target: str) -> bool:
    return any(
        covers(str(mark.data.get("unit")), target)
        for mark in read.acts(state, "assign", own.round) if mark.data.get("from") == own.assigned.id
    )  # fmt: skip


def _is_free(state: State, unit: str, ruling: bool) -> bool:
    """A ruling may replace what was only sent."""
    named = read.assignment(state, read.round_of(state), unit)
    found = [one for one in (named, *read.held_by(state, unit)) if one is not None and one.open]
    return all(ruling and one.status == "sent" for one in found)


def _may_name_lead(state: State, giver: str) -> bool:
    """A co-handler that passes its part on doesn't take the lead from another."""
    now = read.lead(state)
    return not now or covers(giver, state.owner) or covers(giver, now)


def _offers(state: State, unit: str) -> list[Mapping[str, Any]]:
    """To a unit below that nobody is: whether one could dispatch at all."""
    return [assign(state, unit, f"{unit}/-", [], final=is_above(unit, state.owner))]


DISPATCH = Verb(
    "dispatch", "派单", "assign", (f.LEAD, f.CO, f.FINAL, f.BEHALF), plan, offers=_offers, suggests=True
)
