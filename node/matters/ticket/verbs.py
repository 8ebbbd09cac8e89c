"""The verbs on a ticket, but for dispatch: what a person asks for, as acts (design 4, `ticket VERB`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.declaration import Field
from conflict.state import State
from node.errors import Forbidden, Usage
from node.language import say

from ..draft import Desk, Draft, Verb
from . import assignments as read
from . import fields as f
from . import rules
from .assignments import Assignment
from .dispatch import DISPATCH, resolved_unit
from .workflow import TICKET

Params = Mapping[str, Any]
Plan = Callable[[State | None, Params, Desk], list[Draft]]


def _register(_: State | None, params: Params, desk: Desk) -> list[Draft]:
    number = desk.number()
    return [Draft("register", {**params, **({"number": number} if number else {})})]


def _here(state: State | None) -> State:
    if state is None:
        raise Usage(say("没有指明工单", "no ticket is named"), hint="qiao ticket list")
    return state


def _plain(action: str) -> Plan:
    """The parameters as they are."""
    return lambda state, params, desk: [Draft(action, dict(params))]


def _in_round(action: str) -> Plan:
    """Acts of the owner: the parameters with the present round."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = _here(state)
        return [Draft(action, {**params, "round": read.round_of(here)}, _owner(here, desk))]

    return plan


def _owner(state: State, desk: Desk) -> str | None:
    """The path under which this unit registered it, before it was moved."""
    return state.owner if state.owner in desk.former else None


def _own(action: str) -> Plan:
    """Acts of the assignee, or on behalf of a unit that this node hosts."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = _here(state)
        data = {name: value for name, value in params.items() if name != "behalf"}
        unit = _behalf(here, params, desk)
        named = _held(here, unit or desk.unit, action)
        return [Draft(action, {**data, **named}, unit)]

    return plan


def _held(state: State, unit: str, action: str) -> dict[str, Any]:
    """How an act names the assignment that its unit holds; of several, the first from which it may be."""
    found = [one for one in read.held_by(state, unit) if one.open]
    fitting = [one for one in found if one.shown in _FROM.get(action, ())] or found
    named = {"assignment": fitting[0].unit} if fitting and fitting[0].unit != unit else {}
    return {"round": read.round_of(state), **named}


def _behalf(state: State, params: Params, desk: Desk) -> str | None:
    """The hosted unit that is acted for: the one named, else the only one that has the work in hand where
    one's own unit hasn't, or passed it on."""
    if params.get("behalf"):
        named = resolved_unit(str(params["behalf"]), desk)
        return None if named == desk.unit else named
    in_hand = [one.holder for one in read.assignments(state) if one.open and not _is_below(state, one)]
    hosted = [unit for unit in in_hand if desk.tree.host(unit) == desk.unit]
    return hosted[0] if desk.unit not in in_hand and len(hosted) == 1 else None


def _is_below(state: State, own: Assignment) -> bool:
    """Whether it is with a unit below now."""
    return any(one.open for one in read.passed_on_from(state, own))


def _submit(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    names = {"recovered": "amount_recovered"}
    return _own("submit")(state, {names.get(name, name): value for name, value in params.items()}, desk)


def _named(action: str) -> Plan:
    """Acts of the assigner, on the assignment of the unit named."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = _here(state)
        unit = _name_of(here, resolved_unit(str(params["unit"]), desk))
        return [
            Draft(action, {**params, "round": read.round_of(here), "unit": unit}, _assigner(here, unit, desk))
        ]

    return plan


def _name_of(state: State, unit: str) -> str:
    """The name of the assignment that a unit holds."""
    return next((one.unit for one in read.held_by(state, unit)), unit)


def _assigner(state: State, unit: str, desk: Desk) -> str | None:
    """The hosted unit in whose name the assignment was made, if it was."""
    found = read.assignment(state, read.round_of(state), unit)
    other = found is not None and found.assigner != desk.unit
    return (
        found.assigner
        if found is not None and other and desk.tree.host(found.assigner) == desk.unit
        else None
    )


def _review(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """Names the submission judged. Raises Forbidden where there is none."""
    [draft] = _named("review")(state, params, desk)
    here, unit = _here(state), str(draft.data["unit"])
    found = here.at(read.place(read.round_of(here), unit))
    if found is None or found.value != "submitted":
        raise Forbidden(
            say(f"{desk.tree.name(unit)}没有待审核的提交", f"{unit} has submitted nothing to review"),
            code="wrong_status", hint="qiao ticket show ID",
        )  # fmt: skip
    return [Draft("review", {**draft.data, "submission": found.id}, draft.unit)]


def _follow_up(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """One attempt; where it settles that the worker is satisfied, or wasn't reached, the check follows."""
    here = _here(state)
    names = {"result": "satisfaction_result", "attitude": "satisfaction_attitude"}
    number = read.round_of(here)
    data = {names.get(name, name): value for name, value in params.items()}
    drafts = [Draft("follow_up", {**data, "round": number}, _owner(here, desk))]
    if params.get("outcome") == "satisfied" or _last_attempt(here, params, desk):
        drafts.append(Draft("advance", {"round": number, "to": "quality_check"}, _owner(here, desk)))
    return drafts


def _last_attempt(state: State, params: Params, desk: Desk) -> bool:
    if params.get("outcome") not in ("no_answer", "declined"):
        return False
    attempts = list(read.acts(state, "follow_up", read.round_of(state)))
    times = [rules.day_of(one.time) for one in attempts] + [rules.day(desk.now_ms)]
    return len(times) >= rules.ATTEMPTS and len(set(times)) >= rules.ATTEMPT_DAYS


def _rework(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    here = _here(state)
    return [Draft("rework", {**params, "round": read.round_of(here) + 1}, _owner(here, desk))]


# What each could be signed with now (`offers`)


def _offer(**data: Any) -> Callable[[State, str], list[Mapping[str, Any]]]:
    return lambda state, unit: [{"round": read.round_of(state), **data}]


def _offer_own(action: str, **data: Any) -> Callable[[State, str], list[Mapping[str, Any]]]:
    return lambda state, unit: [{**_held(state, unit, action), **data}]


def _offer_named(status: tuple[str, ...], **data: Any) -> Callable[[State, str], list[Mapping[str, Any]]]:
    def offers(state: State, unit: str) -> list[Mapping[str, Any]]:
        return [_of(one, data) for one in read.assignments(state) if one.status in status]

    return offers


def _of(one: Assignment, data: Params) -> Mapping[str, Any]:
    return {"round": one.round, "unit": one.unit, "submission": one.written.id, **data}


def _offer_rework(state: State, unit: str) -> list[Mapping[str, Any]]:
    return [{"round": read.round_of(state) + 1, "reason": "dissatisfied"}]


def _needs(*names: str) -> frozenset[str]:
    return frozenset(names)


_FROM = {action.name: action.statuses for action in TICKET.actions}  # statuses from which an act may be
_OWN_TAKES: tuple[Field, ...] = (f.BEHALF,)

VERBS = (
    Verb("register", "登记", "register", f.REGISTERED, _register,
         _needs("channel", "class", "topic", "narrative")),
    Verb("answer", "当场答复", "answer", (f.TEXT,), _in_round("answer"), offers=_offer()),
    DISPATCH,
    Verb("accept", "受理", "accept", _OWN_TAKES, _own("accept"), offers=_offer_own("accept")),
    Verb("decline", "退单", "decline", (f.DECLINE_REASON, f.TEXT, *_OWN_TAKES), _own("decline"),
         _needs("reason", "text"), offers=_offer_own("decline", reason="other")),
    Verb("note", "备注", "note", (f.TEXT,), _plain("note"), _needs("text")),
    Verb("attach", "附件", "attach", (f.field("attachments"),), _plain("attach"), _needs("attachments")),
    Verb("ask", "请求", "ask", (f.FOR, f.DAYS, f.TEXT), _plain("ask"), _needs("for", "text"),
         offers=lambda state, unit: [{"for": "close"}]),
    Verb("submit", "提交", "submit",
         (f.field("result"), f.field("resolved"), f.TEXT, f.RECOVERED, *_OWN_TAKES), _submit,
         _needs("result", "resolved", "text"), {"amount_recovered": "recovered"},
         _offer_own("submit", result="completed", resolved=True)),
    Verb("review", "审核", "review", (f.UNIT, f.REVIEW, f.TEXT), _review, _needs("unit", "outcome"),
         offers=_offer_named(("submitted",), outcome="pass")),
    Verb("recall", "收回", "recall", (f.UNIT, f.TEXT), _named("recall"), _needs("unit"),
         offers=_offer_named(("sent", "accepted", "submitted"))),
    Verb("follow-up", "回访", "follow_up", (f.OUTCOME, f.SCORE_RESULT, f.SCORE_ATTITUDE, f.TEXT), _follow_up,
         _needs("outcome"), {"satisfaction_result": "result", "satisfaction_attitude": "attitude"},
         _offer(outcome="satisfied")),
    Verb("quality-check", "质检", "quality_check", (f.CHECK, f.TEXT), _in_round("quality_check"),
         _needs("outcome"), offers=_offer(outcome="pass")),
    Verb("rework", "退回重办", "rework", (f.REWORK_REASON, f.TEXT), _rework, _needs("reason", "text"),
         offers=_offer_rework),
    Verb("withdraw", "撤诉", "withdraw", (f.TEXT,), _in_round("withdraw"), offers=_offer()),
    Verb("amend", "更正", "amend", f.AMENDED, _plain("amend"), offers=lambda state, unit: [{"topic": ""}]),
    Verb("archive", "归档", "archive", (), _in_round("archive"), offers=_offer()),
)  # fmt: skip
