"""The policy (政策): the limits of product 1.3 as a record of the root, which every node holds. What was in
force at an instant is said by node/deadlines/policies.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conflict.declaration import Action, Field, Matter, Type
from conflict.state import State
from node.deadlines.policies import DEFAULTS, MOST, fits
from node.errors import Usage
from node.language import say

from . import plain
from .draft import Desk, Draft, Kind, Verb

_NUMBERS = {
    "forward_clear_hours": "管辖明确的转办时限（小时）",
    "forward_unclear_hours": "管辖不明的转办时限（小时）",
    "forward_days": "逐级转办时限（工作日）",
    "accept_days": "受理时限（工作日）",
    "decline_days": "退单时限（工作日）",
    "undelivered_days": "未送达起算期（工作日）",
    "complete_general_days": "一般事项办结时限（工作日）",
    "complete_difficult_days": "难点事项办结时限（工作日）",
    "complete_complex_days": "特别复杂事项办结时限（工作日）",
    "rework_days": "重办时限（工作日）",
    "duplicate_days": "重复登记查找期（日）",
    "check_sample_percent": "质检抽查比例（%）",
    "retention_ticket_days": "工单个人信息保存期限（日）",
    "retention_call_days": "来电个人信息保存期限（日）",
}
FIELDS = (
    *(Field(name, label, type=Type.INTEGER) for name, label in _NUMBERS.items()),
    Field("submit_with_review", "审核通过即随之提交", type=Type.YES_NO),
    Field("automatic_review", "自动审核的单位", type=Type.LIST),
    Field("effective", "生效日", type=Type.DATE),
    Field("check_items", "质检项目", type=Type.MAP),
)
_ADMIN = frozenset({"admin", "system"})
_GUARDS = (("root", plain.by_root),)

POLICY = Matter(
    "policy", 1, "政策", FIELDS, (),
    (
        Action("set", "发布", _ADMIN, guards=_GUARDS, fields=plain.everything, data=FIELDS, first=True),
        Action("amend", "修订", _ADMIN, guards=_GUARDS, fields=plain.everything, data=FIELDS),
    ),
    plain.nowhere, everywhere=True, codes={"root_only": "只有最上级单位可以这样做"},
)  # fmt: skip


def _planned(action: str) -> Callable[[State | None, Mapping[str, Any], Desk], list[Draft]]:
    """Raises Usage for a value that would be left out, as past its bounds."""

    def plan(state: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
        for name, value in params.items():
            if name in DEFAULTS and not fits(name, value):
                raise _out_of_bounds(name, value)
        return [Draft(action, dict(params))]

    return plan


def _out_of_bounds(name: str, value: Any) -> Usage:
    label = next(field.label for field in FIELDS if field.name == name)
    most = MOST.get(name, 10_000)
    bounds = (say(f"1 至 {most}", f"1 to {most}") if type(value) is int
              else say("每项 1 至 1000 分，至多 50 项", "items of 1 to 1000 points, 50 at most"))  # fmt: skip
    return Usage(say(f"{label}（{name}）须为 {bounds}", f"{name} must be {bounds}"), code="bad_value",
                 hint="qiao policy show")  # fmt: skip


KIND = Kind(
    POLICY,
    (
        Verb("set", "发布", "set", FIELDS, _planned("set")),
        Verb("amend", "修订", "amend", FIELDS, _planned("amend")),
    ),
    title=lambda state: POLICY.label,
    counted=False,
)


def defaults() -> dict[str, Any]:
    """Data of the `set` that the root signs when it is made."""
    return {name: _plain(value) for name, value in DEFAULTS.items()}


def _plain(value: Any) -> Any:
    """As a change's body has it."""
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, dict) else value
