"""The staff (人员) of a unit: who signs in at its node, and with which roles. The name is words: a log shows
the opaque staff id alone. Passwords are the node's own affair and never replicated."""

from __future__ import annotations

from conflict.act import Act
from conflict.declaration import Action, Field, Matter, Merge, Type
from conflict.state import State

from . import plain
from .draft import Kind, Verb

ROLES = {
    "operator": "话务员",
    "lawyer": "律师",
    "dispatcher": "派单员",
    "handler": "经办人",
    "follow_up": "回访员",
    "quality_checker": "质检员",
    "supervisor": "督办",
    "leader": "领导",
    "auditor": "审计",
    "admin": "管理员",
}
STAFF_ID = Field("staff_id", "工号", Merge.ONCE)
NAME = Field("name", "姓名", Merge.LAST, words=True)
ROLE_LIST = Field("roles", "角色", Merge.LAST, Type.LIST, ROLES)
ENABLED = Field("enabled", "启用", Merge.LAST, Type.YES_NO)
ON_DUTY = Field("on_duty", "在岗", Merge.LAST, Type.YES_NO)
# What an export of personal data says of itself: of which matter, which fields, how many records, who agreed, why.
OF = Field("matter", "事项")
FIELDS = Field("fields", "字段", type=Type.LIST)
COUNT = Field("count", "条数", type=Type.INTEGER)
SECOND = Field("second", "复核人")
REASON = Field("reason", "理由", words=True)
# What a token for programs (接口令牌) says of itself when it is issued or revoked: never its secret.
TOKEN = Field("token", "令牌名")
DAYS = Field("days", "有效天数", type=Type.INTEGER)
REACH = Field(
    "reach", "可见范围", type=Type.UNIT
)  # a unit and all below it; none: all that the node may show
_ADMIN = frozenset({"admin"})
_NODE = frozenset({"system"})
_EVERYBODY = frozenset(ROLES)
_NEEDED = frozenset({"staff_id", "name", "roles"})
_OWNER = (("owner", plain.owner),)


def _known_roles(state: State, act: Act) -> str | None:
    """Receivers read roles too; a strange one gives no right, but an odd list is refused."""
    roles = act.data.get("roles", [])
    return None if isinstance(roles, list) and set(roles) <= ROLES.keys() else "unknown_code"


def _second(state: State, act: Act) -> str | None:
    """It takes two, and the record's own person isn't the second."""
    return "second_person" if act.data.get("second") in (None, "", act.actor) else None


def _enabled(state: State, act: Act) -> str | None:
    return None if state.shown("enabled", True) is not False else "already_disabled"


def _disabled(state: State, act: Act) -> str | None:
    return "not_disabled" if state.shown("enabled", True) is not False else None


STAFF = Matter(
    "staff", 1, "人员", (STAFF_ID, NAME, ROLE_LIST, ENABLED, ON_DUTY), (),
    (
        Action("add", "新增", _ADMIN, guards=(("roles", _known_roles),), fields=plain.everything,
               data=(STAFF_ID, NAME, ROLE_LIST), required=_NEEDED, first=True),
        Action("amend", "更正", _ADMIN, _OWNER, (("roles", _known_roles),), fields=plain.everything,
               data=(NAME, ROLE_LIST)),
        Action("disable", "停用", _ADMIN, _OWNER, (("enabled", _enabled),),
               fields=lambda _: {"enabled": False}),
        Action("duty", "到岗离岗", _EVERYBODY, _OWNER, (("enabled", _enabled),), fields=plain.everything,
               data=(ON_DUTY,), required=frozenset({"on_duty"})),
        Action("recovered", "本机恢复密码", _NODE, _OWNER, noted=True),
        Action("disclosed", "导出个人信息", _EVERYBODY, _OWNER, (("disclosed", _second),),
               data=(OF, FIELDS, COUNT, SECOND, REASON),
               required=frozenset({"matter", "fields", "count", "second", "reason"}), noted=True),
        Action("token_issued", "发放接口令牌", _ADMIN, _OWNER, data=(TOKEN, DAYS, REACH),
               required=frozenset({"token", "days"}), noted=True),
        Action("token_revoked", "收回接口令牌", _ADMIN, _OWNER, data=(TOKEN,), required=frozenset({"token"}),
               noted=True),
        Action("enable", "启用", _ADMIN | _NODE, _OWNER, (("enabled", _disabled),),
               fields=lambda _: {"enabled": True}),
    ),
    plain.owner_alone,
    codes={
        "owner": "只有登记单位或其上级可以这样做",
        "unknown_code": "代码不在规定的范围内",
        "already_disabled": "这个人员已经停用",
        "not_disabled": "这个人员没有停用",
        "second_person": "导出个人信息须由另一人复核",
    },
)  # fmt: skip


def title(state: State) -> str:
    return str(state.shown("name") or state.shown("staff_id", ""))


KIND = Kind(
    STAFF,
    (
        Verb("add", "新增", "add", (STAFF_ID, NAME, ROLE_LIST), plain.as_given("add"),
             _NEEDED),
        Verb("amend", "更正", "amend", (NAME, ROLE_LIST), plain.as_given("amend")),
        Verb("disable", "停用", "disable", (), plain.as_given("disable")),
        Verb("enable", "启用", "enable", (), plain.as_given("enable")),
        Verb("duty", "到岗离岗", "duty", (ON_DUTY,), plain.as_given("duty"), frozenset({"on_duty"})),
    ),
    phase=lambda state: "disabled" if state.shown("enabled", True) is False else "enabled",
    title=title,
    counted=False,
)  # fmt: skip
