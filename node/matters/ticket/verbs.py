"""The verbs on a ticket, but for dispatch: what a person asks for, as acts (design 4, `ticket VERB`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.declaration import Field
from conflict.state import State
from node.errors import Forbidden
from node.language import say

from ..draft import Desk, Draft, Verb
from . import assignments as read
from . import charges, checking, rules
from . import fields as f
from .assignments import Assignment
from .dispatch import DISPATCH
from .plans import Params, held, here_of, in_round, named, on_behalf, own, owner, plain
from .supervising import SUPERVISING


def _register(_: State | None, params: Params, desk: Desk) -> list[Draft]:
    number = desk.number()
    return [Draft("register", {**params, **({"number": number} if number else {})})]


def _ask(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """What only whoever handles it can want is asked for a hosted unit by the node that acts for it."""
    here, draft = here_of(state), Draft("ask", dict(params))
    if params.get("behalf") or params.get("for") in _OF_HANDLING:
        return [on_behalf(draft, here, params, desk)]
    return [draft]


_OF_HANDLING = frozenset({"extend", "suspend", "escalate"})


def _submit(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    names = {"recovered": "amount_recovered"}
    return own("submit")(state, {names.get(name, name): value for name, value in params.items()}, desk)


def _review(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """Names the submission judged. Raises Forbidden where there is none."""
    [draft] = named("review")(state, params, desk)
    here, unit = here_of(state), str(draft.data["unit"])
    found = here.at(read.place(read.round_of(here), unit))
    if found is None or found.value != "submitted":
        raise Forbidden(
            say(f"{desk.tree.name(unit)}没有待审核的提交", f"{unit} has submitted nothing to review"),
            code="wrong_status", hint="qiao ticket show ID",
        )  # fmt: skip
    return [Draft("review", {**draft.data, "submission": found.id}, draft.unit)]


def _follow_up(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """One attempt; where it settles that the worker is satisfied, or wasn't reached, the check follows."""
    here = here_of(state)
    names = {"result": "satisfaction_result", "attitude": "satisfaction_attitude"}
    number = read.round_of(here)
    data = {names.get(name, name): value for name, value in params.items()}
    drafts = [Draft("follow_up", {**data, "round": number}, owner(here, desk))]
    if params.get("outcome") == "satisfied" or _last_attempt(here, params, desk):
        drafts.append(Draft("advance", {"round": number, "to": "quality_check"}, owner(here, desk)))
    return drafts


def _last_attempt(state: State, params: Params, desk: Desk) -> bool:
    if params.get("outcome") not in ("no_answer", "declined"):
        return False
    attempts = list(read.acts(state, "follow_up", read.round_of(state)))
    times = [rules.day_of(one.time) for one in attempts] + [rules.day(desk.now_ms)]
    return len(times) >= rules.ATTEMPTS and len(set(times)) >= rules.ATTEMPT_DAYS


def _rework(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    here = here_of(state)
    return [Draft("rework", {**params, "round": read.round_of(here) + 1}, owner(here, desk))]


# What each could be signed with now (`offers`)


def _offer(**data: Any) -> Callable[[State, str], list[Mapping[str, Any]]]:
    return lambda state, unit: [{"round": read.round_of(state), **data}]


def _offer_own(action: str, **data: Any) -> Callable[[State, str], list[Mapping[str, Any]]]:
    return lambda state, unit: [{**held(state, unit, action), **data}]


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


_OWN_TAKES: tuple[Field, ...] = (f.BEHALF,)

VERBS = (
    Verb("register", "登记", "register", f.REGISTERED, _register,
         _needs("channel", "class", "topic", "narrative"),
         needs=(("channel", frozenset({"transferred", "assigned"}), "outside_number"),)),
    Verb("answer", "当场答复", "answer", (f.TEXT, f.field("articles")), in_round("answer"), offers=_offer()),
    DISPATCH,
    Verb("accept", "受理", "accept", _OWN_TAKES, own("accept"), offers=_offer_own("accept")),
    Verb("decline", "退单", "decline", (f.DECLINE_REASON, f.TEXT, *_OWN_TAKES), own("decline"),
         _needs("reason", "text"), offers=_offer_own("decline", reason="other")),
    Verb("note", "备注", "note", (f.TEXT,), plain("note"), _needs("text")),
    Verb("attach", "附件", "attach", (f.field("attachments"),), plain("attach"), _needs("attachments")),
    Verb("ask", "请求", "ask", (f.FOR, f.DAYS, f.TEXT, f.BEHALF), _ask, _needs("for", "text"),
         offers=lambda state, unit: [{"for": "close"}]),
    Verb("submit", "提交", "submit",
         (f.field("result"), f.field("resolved"), f.TEXT, f.RECOVERED, *_OWN_TAKES), _submit,
         _needs("result", "resolved", "text"), {"amount_recovered": "recovered"},
         _offer_own("submit", result="completed", resolved=True)),
    Verb("review", "审核", "review", (f.UNIT, f.REVIEW, f.TEXT), _review, _needs("unit", "outcome"),
         offers=_offer_named(("submitted",), outcome="pass")),
    Verb("recall", "收回", "recall", (f.UNIT, f.TEXT), named("recall"), _needs("unit"),
         offers=_offer_named(("sent", "accepted", "submitted"))),
    Verb("follow-up", "回访", "follow_up", (f.OUTCOME, f.SCORE_RESULT, f.SCORE_ATTITUDE, f.TEXT), _follow_up,
         _needs("outcome"), {"satisfaction_result": "result", "satisfaction_attitude": "attitude"},
         _offer(outcome="satisfied")),
    Verb("quality-check", "质检", "quality_check", (f.CHECK, f.SHEET, f.TEXT), checking.check,
         _needs("outcome"), offers=_offer(outcome="pass")),
    Verb("rework", "退回重办", "rework", (f.REWORK_REASON, f.TEXT), _rework, _needs("reason", "text"),
         offers=_offer_rework),
    Verb("withdraw", "撤诉", "withdraw", (f.TEXT,), in_round("withdraw"), offers=_offer()),
    Verb("amend", "更正", "amend", f.AMENDED, plain("amend"), offers=lambda state, unit: [{"topic": ""}]),
    Verb("take", "认领", "entrust", (f.TEXT, *_OWN_TAKES), charges.take, offers=charges.offers),
    Verb("entrust", "交办", "entrust", (f.STAFF, f.TEXT, *_OWN_TAKES), charges.entrust, _needs("staff"),
         offers=charges.offers),
    Verb("archive", "归档", "archive", (), checking.archive, offers=_offer()),
    *SUPERVISING,
)  # fmt: skip
