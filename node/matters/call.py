"""The call (来电): one row of the ledger for every call, visit or message, answered at once or turned into a
ticket (product 1.1). A call may serve several persons: calls and persons are both counted."""

from __future__ import annotations

from conflict.declaration import Action, Field, Matter, Merge, Type
from conflict.state import State

from . import plain
from .draft import Kind, Verb
from .ticket.fields import CHANNELS, CLASSES, GENDERS, TEXT, WORKERS

DIRECTIONS = {"in": "呼入", "out": "呼出"}
FIELDS = (
    Field("number", "编号", Merge.ONCE),
    Field("channel", "渠道", Merge.ONCE, Type.CODE, CHANNELS, dimension=True),
    Field("direction", "方向", Merge.ONCE, Type.CODE, DIRECTIONS),
    Field("external_id", "导入编号", Merge.ONCE),
    Field("class", "诉求类别", Merge.ASK, Type.CODE, CLASSES, dimension=True),
    Field("topic", "主题", Merge.LAST, Type.PATH, dimension=True),
    Field("worker_identity", "职工身份", Merge.LAST, Type.CODE, WORKERS, dimension=True),
    Field("worker_name", "职工姓名", Merge.ASK, words=True, personal=True),
    Field("worker_phone", "联系电话", Merge.ASK, words=True, personal=True),
    Field("gender", "性别", Merge.LAST, Type.CODE, GENDERS),
    Field("workplace_region", "工作地", Merge.LAST, Type.REGION),
    Field("narrative", "来电内容", Merge.LAST, words=True),
    Field("reply", "答复内容", Merge.LAST, words=True),
    Field("persons_served", "服务人数", Merge.LAST, Type.INTEGER),
    Field("answered_on_the_spot", "当场答复", Merge.LAST, Type.YES_NO),
    Field("ticket", "转为工单", Merge.LAST),  # record id, hex
    Field("articles", "引用知识", Merge.UNION, Type.IDS),  # record ids
    Field("satisfaction_call", "来电满意度", Merge.ASK, Type.SCORE, dimension=True),
)
_GIVEN = tuple(field for field in FIELDS if field.name != "number")
_AMENDED = tuple(field for field in _GIVEN if field.merge is not Merge.ONCE)
_DESK = frozenset({"operator", "lawyer", "handler"})
_NEEDED = frozenset({"channel"})
_OWNER_OR_ABOVE = (("owner", plain.owner), ("above", plain.above_owner))

CALL = Matter(
    "call", 1, "来电", FIELDS, (),
    (
        Action("register", "登记", _DESK, fields=plain.everything, data=FIELDS, required=_NEEDED, first=True),
        Action("amend", "更正", _DESK, _OWNER_OR_ABOVE, fields=plain.everything,
               data=(*_AMENDED, Field("replaces", "所取代的写入", type=Type.IDS))),
        Action("note", "备注", _DESK | {"supervisor"}, _OWNER_OR_ABOVE, data=(TEXT,)),
    ),
    plain.owner_alone,
    codes={"owner": "只有登记单位或其上级可以这样做", "above": "只有上级单位可以这样做"},
)  # fmt: skip


def title(state: State) -> str:
    narrative = " ".join(str(state.shown("narrative", "") or "").split())
    return narrative[:40] or CHANNELS.get(str(state.shown("channel")), "")


KIND = Kind(
    CALL,
    (
        Verb("register", "登记", "register", _GIVEN, plain.as_given("register"), _NEEDED),
        Verb("amend", "更正", "amend", _AMENDED, plain.as_given("amend")),
        Verb("note", "备注", "note", (TEXT,), plain.as_given("note"), frozenset({"text"})),
    ),
    title=title,
    cites="articles",
)
