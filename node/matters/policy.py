"""The policy (政策): the limits of product 1.3 as a record of the root, which every node holds. What was in
force at an instant is said by node/deadlines/policies.py."""

from __future__ import annotations

from typing import Any

from conflict.declaration import Action, Field, Matter, Type
from node.deadlines.policies import DEFAULTS

from . import plain
from .draft import Kind, Verb

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
}
FIELDS = (
    *(Field(name, label, type=Type.INTEGER) for name, label in _NUMBERS.items()),
    Field("submit_with_review", "审核通过即随之提交", type=Type.YES_NO),
    Field("automatic_review", "自动审核的单位", type=Type.LIST),
    Field("effective", "生效日", type=Type.DATE),
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

KIND = Kind(
    POLICY,
    (
        Verb("set", "发布", "set", FIELDS, plain.as_given("set")),
        Verb("amend", "修订", "amend", FIELDS, plain.as_given("amend")),
    ),
    title=lambda state: POLICY.label,
)


def defaults() -> dict[str, Any]:
    """Data of the `set` that the root signs when it is made."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in DEFAULTS.items()}
