"""The registry (登记簿), declared for display alone: labels of its acts and fields. It is no Kind: who may
write, and what follows, is folded by sync_protocol/registry.py (protocol 3.4)."""

from __future__ import annotations

from conflict.declaration import Action, Field, Matter, Type

from . import plain

KINDS_OF_UNIT = {"place": "地方", "industry": "产业", "enterprise": "企业", "department": "部门"}
ROLES_OF_NODE = {"office": "机关", "auditor": "审计", "hosted": "挂靠"}
REVOKE_REASONS = {"lost": "丢失", "stolen": "被盗", "replaced": "更换", "retired": "停用"}
FIELDS = (
    Field("node", "节点", type=Type.IDS),
    Field("sign", "签名公钥", type=Type.IDS),
    Field("seal", "加密公钥", type=Type.IDS),
    Field("log", "日志", type=Type.IDS),
    Field("unit", "单位", type=Type.UNIT),
    Field("name", "名称"),
    Field("kind", "单位类别", type=Type.CODE, codes=KINDS_OF_UNIT),
    Field("role", "节点角色", type=Type.CODE, codes=ROLES_OF_NODE),
    Field("address", "地址"),
    Field("recovery", "恢复公钥", type=Type.IDS),
    Field("replaces", "所取代的节点", type=Type.IDS),
    Field("by", "代管节点", type=Type.IDS),
    Field("from", "接续位置", type=Type.LIST),
    Field("had", "旧钥日志位置", type=Type.LIST),
    Field("keep", "保留位置", type=Type.LIST),
    Field("reason", "理由", type=Type.CODE, codes=REVOKE_REASONS),
    Field("seq", "序号", type=Type.INTEGER),
    Field("id", "提交号", type=Type.IDS),
    Field("headers", "两份提交头", type=Type.LIST),
    Field("to", "迁往", type=Type.UNIT),
    Field("time", "时间", type=Type.INTEGER),
    Field("new", "新收变更", type=Type.LIST),
)
_NAMES = {field.name: field for field in FIELDS}
_ADMIN = frozenset({"admin", "system"})


def _action(name: str, label: str, *data: str) -> Action:
    return Action(name, label, _ADMIN, data=tuple(_NAMES[one] for one in data), first=name == "enrol")


REGISTRY = Matter(
    "registry", 1, "登记簿", FIELDS, (),
    (
        _action("enrol", "登记节点", "node", "sign", "seal", "log", "unit", "name", "kind", "role", "address",
                "recovery", "replaces", "by"),
        _action("open_log", "开新日志", "log", "from", "had"),
        _action("revoke", "吊销", "node", "keep", "reason"),
        _action("admit", "准入", "log", "seq", "id"),
        _action("fork", "裁定分叉", "log", "headers", "keep"),
        _action("move", "迁移单位", "unit", "to"),
        _action("stamp", "核验登记簿", "time", "new"),
    ),
    plain.nowhere, everywhere=True,
)  # fmt: skip
