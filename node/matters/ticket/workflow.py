"""The ticket's acts as a table: role, unit, from where, slot, outcome (product 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.act import Act
from conflict.declaration import Action, Matter, SlotKind, is_urgent, slot
from conflict.state import State

from . import fields as f
from . import oversight as o
from . import rules as r
from . import terms as t
from .assignments import OPEN_PHASES, named_round, named_unit, own_name, place, scope, words_to
from .sentences import CODES

SLOTS = (
    SlotKind("phase", "阶段", contains=frozenset({"status"})),
    SlotKind("lead", "主办"),
    SlotKind("status", "承办状态"),
    SlotKind("holder", "承办归属"),
    SlotKind("clock", "延期"),
    SlotKind("pause", "挂起"),
)
EVERYONE = frozenset({"operator", "lawyer", "dispatcher", "handler", "follow_up", "quality_checker",
                      "supervisor", "admin"})  # fmt: skip
OPEN_STATUSES = ("sent", "received", "accepted", "submitted")
ANY_OPEN = r.from_phases(*OPEN_PHASES)
IN_WORK = r.from_phases("registered")
THIS_ROUND = ("round", r.this_round)
OWNER = ("owner", r.owner)
ABOVE = ("above", r.above_owner)
ASSIGNEE = ("assignee", r.assignee)
ASSIGNER = (("assigner", r.assigner), ("above", r.above_assigner))


def roles(*names: str) -> frozenset[str]:
    return frozenset(names)


def _phase(_: Act) -> str:
    return "phase"


def _becomes(phase: str | None) -> Callable[[Act], Any]:
    """The phase with its round; None: the phase that the act names in `to`."""
    return lambda act: {"phase": phase or act.data.get("to"), "round": named_round(act)}


def _first_phase(_: Act) -> Any:
    return {"phase": "registered", "round": 1}


def _lead(act: Act) -> str:
    return slot("lead", named_round(act))


def _own(act: Act) -> str:
    return place(named_round(act), own_name(act))


def _author(act: Act) -> str:
    return act.unit


def _excluded(act: Act) -> dict[str, Any]:
    """Counted again by the opposite act."""
    return {"excluded": act.data.get("excluded", True)}


def _cited(act: Act) -> dict[str, Any]:
    """The articles that the answer was taken from."""
    return {"articles": act.data["articles"]} if "articles" in act.data else {}


def _without(act: Act) -> dict[str, Any]:
    return {f"{name}-": value for name, value in act.data.items()}


def _holder(act: Act) -> str:
    return slot("holder", named_round(act), named_unit(act))


def _held(act: Act) -> Any:
    return {"holder": act.data.get("holder"), "under": act.data.get("under")}


def _named(act: Act) -> str:
    return place(named_round(act), named_unit(act))


def _always(status: str) -> Callable[[Act], Any]:
    return lambda _: status


def _reviewed(act: Act) -> str:
    return "completed" if act.data.get("outcome") == "pass" else "accepted"


def _everything(act: Act) -> dict[str, Any]:
    """Coded data and words; fields that aren't the record's are left out by the engine."""
    return {**act.data, **act.words}


def _submitted(act: Act) -> dict[str, Any]:
    """Each assignment has a result of its own."""
    return {f"{name}@{_own(act)}": act.data[name] for name in f.OF_ASSIGNMENT if name in act.data}


def _scores(act: Act) -> dict[str, Any]:
    names = ("satisfaction_result", "satisfaction_attitude")
    return {name: act.data[name] for name in names if name in act.data}


def _responsible(act: Act) -> dict[str, Any]:
    """Of an assignment, or of the ticket at its owner."""
    named = act.data.get("assignment")
    where = place(named_round(act), named) if type(named) is str else "phase"
    return {f"responsible@{where}": act.data.get("responsible")}


ACTIONS = (
    Action(
        "register", "登记", roles("operator", "handler"), first=True,
        slot=_phase, outcome=_first_phase, fields=_everything,
        data=(f.field("number"), f.field("call"), *f.REGISTERED),
        required=frozenset({"channel", "class", "topic", "narrative"}),
    ),
    Action(
        "answer", "当场答复", roles("operator", "lawyer"), (OWNER,),
        (IN_WORK, THIS_ROUND, ("branches", r.nothing_open)), _phase, _becomes("closed"),
        _cited, (f.ROUND, f.TEXT, f.field("articles")),
        phases=("registered",),
    ),
    Action(
        "amend", "更正", roles("operator", "dispatcher", "handler"),
        (OWNER, ("assignee", r.handling), ("above", r.above_any)), (("fields", r.amendable),),
        fields=_everything, data=(*f.AMENDED, f.REPLACES),
    ),
    Action(
        "assign", "派单", roles("dispatcher", "system"),
        (("owner", r.assigning), ("assignee", r.passing_on), ("lead", r.leading), ("above", r.ruling)),
        (IN_WORK, THIS_ROUND, ("ruling", r.ruling_is_final), ("status", r.unsent)),
        _named, _always("sent"),
        data=(f.ROUND, f.UNIT, f.FINAL, f.FROM, f.ONWARD), required=frozenset({"round", "unit"}),
        phases=("registered",),
    ),
    Action(
        "lead", "指定主办", roles("dispatcher"),
        (OWNER, ("assigner", r.branch_assigner), ABOVE, ("above", r.above_branch_assigner)),
        (IN_WORK, THIS_ROUND, ("assignment", r.has_assignment)), _lead, named_unit,
        data=(f.ROUND, f.UNIT), required=frozenset({"round", "unit"}), phases=("registered",),
    ),
    Action(
        "receive", "送达", roles("system"), (ASSIGNEE,),
        (IN_WORK, THIS_ROUND, r.own_status("sent", "received", "accepted"), ("assignment", r.names_own)),
        data=(f.ROUND, f.FROM, f.ASSIGNMENT), required=frozenset({"round", "from"}),
        phases=("registered",), statuses=("sent",),
    ),
    Action(
        "accept", "受理", roles("handler", "dispatcher"), (ASSIGNEE,),
        (IN_WORK, THIS_ROUND, r.own_status("sent", "received")), _own, _always("accepted"),
        data=(f.ROUND, f.ASSIGNMENT), required=frozenset({"round"}),
        phases=("registered",), statuses=("sent", "received"),
    ),
    Action(
        "decline", "退单", roles("handler", "dispatcher"), (ASSIGNEE,),
        (IN_WORK, THIS_ROUND, r.own_status("sent", "received", "accepted"), ("final", r.not_final),
         r.known_code("reason", f.DECLINE_REASONS)),
        _own, _always("declined"),
        data=(f.ROUND, f.DECLINE_REASON, f.TEXT, f.ASSIGNMENT), required=frozenset({"round", "reason"}),
        phases=("registered",), statuses=("sent", "received", "accepted"),
    ),
    Action(
        "note", "备注", EVERYONE, (("scope", r.in_scope),),
        (r.from_phases(*OPEN_PHASES, "archived"),), data=(f.TEXT,), phases=(*OPEN_PHASES, "archived"),
    ),
    Action(
        "attach", "附件", EVERYONE, (("scope", r.in_scope),),
        (r.from_phases(*OPEN_PHASES, "archived"),),
        fields=_everything, data=(f.field("attachments"),), phases=(*OPEN_PHASES, "archived"),
    ),
    Action(
        "ask", "请求", EVERYONE, (("scope", r.in_scope),),
        (ANY_OPEN, r.known_code("for", f.WISHES)), data=(f.FOR, f.DAYS, f.TEXT),
        required=frozenset({"for"}),
    ),
    Action(
        "submit", "提交", roles("handler", "dispatcher", "system"), (ASSIGNEE,),
        (IN_WORK, THIS_ROUND, r.own_status("accepted"), ("branches", r.branches_done),
         r.known_code("result", f.RESULTS)),
        _own, _always("submitted"), _submitted,
        data=(f.ROUND, *(f.field(name) for name in f.OF_ASSIGNMENT), f.TEXT, f.ASSIGNMENT),
        required=frozenset({"round", "result", "resolved"}),
        phases=("registered",), statuses=("accepted",),
    ),
    Action(
        "review", "审核", roles("dispatcher", "supervisor", "system"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status("submitted"), ("submission", r.names_submission),
         r.known_code("outcome", f.REVIEWS)),
        _named, _reviewed,
        data=(f.ROUND, f.UNIT, f.SUBMISSION, f.REVIEW, f.TEXT),
        required=frozenset({"round", "unit", "submission", "outcome"}),
        phases=("registered",), statuses=("submitted",),
    ),
    Action(
        "recall", "收回", roles("dispatcher", "supervisor"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status(*OPEN_STATUSES)),
        _named, _always("recalled"),
        data=(f.ROUND, f.UNIT, f.TEXT), required=frozenset({"round", "unit"}),
        phases=("registered",), statuses=OPEN_STATUSES,
    ),
    Action(
        "reassign", "改派", roles("admin"), (("above", r.reassigning),),
        (IN_WORK, THIS_ROUND, r.named_status(*OPEN_STATUSES),
         ("giver", r.names_giver)),
        _holder, _held,
        data=(f.ROUND, f.UNIT, f.HOLDER, f.UNDER, f.FROM),
        required=frozenset({"round", "unit", "holder", "under"}),
        phases=("registered",), statuses=OPEN_STATUSES,
    ),
    Action(
        "deliver", "电话送达", roles("dispatcher"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status("sent")),
        data=(f.ROUND, f.UNIT, f.TEXT), required=frozenset({"round", "unit"}),
        phases=("registered",), statuses=("sent",),
    ),
    Action(
        "extend", "延期", roles("dispatcher"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status(*OPEN_STATUSES), r.known_code("outcome", f.DECISIONS),
         ("request", t.names_request), ("days", t.days_granted)),
        t.clock_slot, t.granted,
        data=(f.ROUND, f.UNIT, f.REQUEST, f.DECISION, f.DAYS, f.TEXT),
        required=frozenset({"round", "unit", "request", "outcome"}),
        phases=("registered",), statuses=OPEN_STATUSES,
    ),
    Action(
        "suspend", "挂起", roles("dispatcher"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status(*OPEN_STATUSES), r.known_code("outcome", f.DECISIONS),
         ("reason", t.reason_is_known), ("pause", t.runs)),
        t.pause_slot, t.paused,
        data=(f.ROUND, f.UNIT, f.REQUEST, f.DECISION, f.SUSPEND_REASON, f.DAYS, f.TEXT),
        required=frozenset({"round", "unit", "outcome"}),
        phases=("registered",), statuses=OPEN_STATUSES,
    ),
    Action(
        "resume", "恢复", roles("dispatcher"), ASSIGNER,
        (IN_WORK, THIS_ROUND, r.named_status(*OPEN_STATUSES), ("pause", t.stands_still)),
        t.pause_slot, t.paused,
        data=(f.ROUND, f.UNIT, f.TEXT), required=frozenset({"round", "unit"}),
        phases=("registered",), statuses=OPEN_STATUSES,
    ),
    Action(
        "escalate", "提级", roles("dispatcher", "supervisor"), (("above", r.above_lead),),
        (IN_WORK, THIS_ROUND), _lead, _author,
        data=(f.ROUND, f.TEXT), required=frozenset({"round"}), phases=("registered",),
    ),
    Action(
        "entrust", "交办", EVERYONE, (("assignee", r.own_part),),
        (ANY_OPEN, THIS_ROUND, ("status", r.part_in_hand), ("responsible", r.names_person)),
        fields=_responsible, data=(f.ROUND, f.ASSIGNMENT, f.field("responsible"), f.TEXT),
        required=frozenset({"round", "responsible"}),
    ),
    Action(
        "urge", "催单", EVERYONE, (("scope", r.in_scope),), (ANY_OPEN,), data=(f.TEXT,),
    ),
    Action(
        "supervise", "督办", roles("supervisor"), (("above", o.above_assignee),),
        (ANY_OPEN, ("assignment", o.is_charged), ("order", o.closes_order)),
        data=(f.ROUND, f.UNIT, f.ORDERED, f.ORDER, f.DAYS, f.TEXT),
    ),
    Action(
        "reply", "督办回复", roles("handler"), (("assignee", r.handling),),
        (ANY_OPEN, ("order", o.open_order)), data=(f.ORDER, f.TEXT), required=frozenset({"order"}),
    ),
    Action(
        "card", "督办牌", roles("system"), (("above", o.above_assignee),),
        (ANY_OPEN, ("card", o.known_card), ("assignment", o.is_charged)),
        data=(f.ROUND, f.UNIT, f.CLOCK, f.COLOUR, f.DUE),
        required=frozenset({"round", "unit", "clock", "colour"}),
    ),
    Action(
        "clear_card", "销牌", roles("supervisor"), (("above", o.above_assignee),),
        (ANY_OPEN, ("card", o.issued_card)), data=(f.ROUND, f.UNIT, f.CLOCK, f.COLOUR, f.TEXT),
        required=frozenset({"round", "unit", "clock", "colour"}),
    ),
    Action(
        "object", "申诉", EVERYONE, (("scope", r.in_scope),), (ANY_OPEN, ("card", o.objects_to)),
        data=(f.ROUND, f.UNIT, f.CLOCK, f.COLOUR, f.TEXT),
    ),
    Action(
        "link", "关联", roles("operator", "dispatcher"), (("scope", r.in_scope),),
        (ANY_OPEN, ("links", r.names_another)),
        fields=_everything, data=(f.field("links"),), required=frozenset({"links"}),
    ),
    Action(
        "unlink", "取消关联", roles("operator", "dispatcher"), (("scope", r.in_scope),), (ANY_OPEN,),
        fields=_without, data=(f.field("links"),), required=frozenset({"links"}),
    ),
    Action(
        "exclude", "不计入统计", roles("supervisor"), (("above", r.above_owner), ("above", r.root_its_own)),
        (ANY_OPEN,), fields=_excluded, data=(f.ROUND, f.field("excluded"), f.TEXT),
    ),
    Action(
        "follow_up", "回访", roles("follow_up"), (OWNER, ABOVE),
        (r.from_phases("follow_up"), THIS_ROUND, ("handling", r.not_handling), ("asked", r.still_asking),
         r.known_code("outcome", f.OUTCOMES)),
        fields=_scores,
        data=(f.ROUND, f.OUTCOME, f.field("satisfaction_result"), f.field("satisfaction_attitude"), f.TEXT),
        required=frozenset({"round", "outcome"}), phases=("follow_up",),
    ),
    Action(
        "quality_check", "质检", roles("quality_checker"), (OWNER, ABOVE),
        (r.from_phases("quality_check"), THIS_ROUND, ("handling", r.not_handling),
         ("checked", r.still_checking), r.known_code("outcome", f.CHECKS), ("sheet", r.sheet_adds_up)),
        data=(f.ROUND, f.CHECK, f.TEXT, f.SHEET, f.SCORE, f.SAMPLED), required=frozenset({"round", "outcome"}),
        phases=("quality_check",),
    ),
    Action(
        "advance", "转入下一阶段", roles("system", "follow_up", "dispatcher", "supervisor"), (OWNER, ABOVE),
        (r.from_phases("registered", "follow_up"), THIS_ROUND, ("done", r.may_advance)),
        _phase, _becomes(None),
        data=(f.ROUND, f.TO), required=frozenset({"round", "to"}), phases=("registered", "follow_up"),
    ),
    Action(
        "rework", "退回重办", roles("follow_up", "quality_checker", "supervisor"), (OWNER, ABOVE),
        (r.from_phases("follow_up", "quality_check", "archived", "closed"), ("round", r.next_round),
         r.known_code("reason", f.REWORK_REASONS)),
        _phase, _becomes("registered"),
        data=(f.ROUND, f.REWORK_REASON, f.TEXT), required=frozenset({"round", "reason"}),
        phases=("follow_up", "quality_check", "archived", "closed"),
    ),
    Action(
        "withdraw", "撤诉", roles("operator", "supervisor"), (OWNER, ABOVE), (ANY_OPEN, THIS_ROUND),
        _phase, _becomes("withdrawn"), data=(f.ROUND, f.TEXT), required=frozenset({"round"}),
    ),
    Action(
        "archive", "归档", roles("quality_checker"), (OWNER, ABOVE),
        (r.from_phases("quality_check"), THIS_ROUND, ("checked", r.check_passed)),
        _phase, _becomes("archived"), data=(f.ROUND,), required=frozenset({"round"}),
        phases=("quality_check",),
    ),
)  # fmt: skip

_NAMES: Mapping[str, str] = {**f.PHASES, **f.STATUSES}


def _urgent(state: State) -> bool:
    """Urgent and sensitive matters are told upward at once."""
    return is_urgent(state) or state.shown("sensitive") is True


TICKET = Matter(
    "ticket",
    1,
    "工单",
    f.FIELDS,
    SLOTS,
    ACTIONS,
    scope,
    urgent=_urgent,
    codes=CODES,
    names=_NAMES,
    words_to=words_to,
)
