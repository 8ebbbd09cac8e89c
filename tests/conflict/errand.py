"""A small matter that has everything the engine knows: each merge rule, slots that contain others,
hosted units, an older version, words, and acts that only some units may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.act import Act
from conflict.declaration import Action, Field, Matter, Merge, SlotKind, Type, slot
from conflict.state import State
from sync_protocol.names import covers, is_above

ROLES = frozenset({"clerk"})
FIELDS = (
    Field("number", "编号", Merge.ONCE),
    Field("title", "标题", Merge.LAST),
    Field("story", "内容", Merge.LAST, words=True),
    Field("amount", "金额", Merge.ASK, Type.MONEY),
    Field("name", "姓名", Merge.ASK, words=True, personal=True),
    Field("tags", "标签", Merge.UNION, Type.LIST),
    Field("remarks", "备注", Merge.APPEND),
    Field("result", "结果", Merge.ASK),
)


def target(act: Act) -> str:
    return str(act.data["unit"])


def status(unit: str) -> str:
    return slot("status", unit)


def is_owner(state: State, act: Act) -> bool:
    return covers(act.unit, state.owner)


def is_above_target(_: State, act: Act) -> bool:
    return is_above(act.unit, target(act))


def in_hand(state: State, act: Act) -> bool:
    return state.held(status(act.unit)) is not None


def is_open(state: State, _: Act) -> str | None:
    return None if state.held("phase") == "open" else "not_open"


def is_closed(state: State, _: Act) -> str | None:
    return None if state.held("phase") == "closed" else "not_closed"


def is_sent(state: State, act: Act) -> str | None:
    return None if state.held(status(act.unit)) == "sent" else "not_sent"


def is_accepted(state: State, act: Act) -> str | None:
    return None if state.held(status(act.unit)) == "accepted" else "not_accepted"


def has_been_sent(state: State, act: Act) -> str | None:
    return None if state.trace(status(target(act)), "assign") else "not_assigned"


def plain_fields(act: Act) -> Mapping[str, Any]:
    given = {**act.words, **act.data}
    names = {field.name for field in FIELDS} | {"tags-"}
    return {name: value for name, value in given.items() if name in names}


def result_fields(act: Act) -> Mapping[str, Any]:
    remarks = {"remarks": act.data["remarks"]} if "remarks" in act.data else {}
    return {f"result@{status(act.unit)}": act.data["result"], **remarks}


def action(name: str, **rest: Any) -> Action:
    return Action(name, name, ROLES, **rest)


OWNER = (("owner", is_owner),)
OPEN = ("open", is_open)
ACTIONS = (
    action("open", first=True, slot=lambda _: "phase", outcome=lambda _: "open", fields=plain_fields),
    action("close", units=OWNER, guards=(OPEN,), slot=lambda _: "phase", outcome=lambda _: "closed"),
    action("reopen", units=OWNER, guards=(("closed", is_closed),),
           slot=lambda _: "phase", outcome=lambda _: "open"),
    action("lead", guards=(OPEN,), slot=lambda _: "lead", outcome=target),
    action("assign", units=(("above", is_above_target),), guards=(OPEN,),
           slot=lambda act: status(target(act)), outcome=lambda _: "sent"),
    action("accept", guards=(OPEN, ("sent", is_sent)),
           slot=lambda act: status(act.unit), outcome=lambda _: "accepted"),
    action("submit", units=(("in_hand", in_hand),), guards=(OPEN, ("accepted", is_accepted)),
           slot=lambda act: status(act.unit), outcome=lambda _: "submitted", fields=result_fields),
    action("recall", units=(("above", is_above_target),), guards=(("assigned", has_been_sent),),
           slot=lambda act: status(target(act)), outcome=lambda _: "recalled"),
    action("amend", fields=plain_fields),
    action("note", fields=plain_fields),
)  # fmt: skip
SLOTS = (
    SlotKind("phase", "阶段", frozenset({"status"})),
    SlotKind("status", "状态"),
    SlotKind("lead", "主办"),
)
CODES = {"not_sent": "{unit}没有待受理的派单", "owner": "只有登记单位或其上级可以{action}"}
NAMES = {"open": "办理中", "closed": "已结", "submitted": "已提交", "recalled": "已收回"}


def no_scope(_: State) -> frozenset[str]:
    return frozenset()


OLD = Matter("errand", 1, "差事", FIELDS, SLOTS, ACTIONS[:-2], no_scope)
ERRAND = Matter("errand", 2, "差事", FIELDS, SLOTS, ACTIONS, no_scope,
                codes=CODES, names=NAMES, earlier=(OLD,))  # fmt: skip
