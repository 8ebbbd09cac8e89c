"""The coded list (代码表) as replicated data: a record of the root a list, which every node holds (product 1.2).

Each code is a write of its own (`codes@CODE`), so a change carries what it changes and nothing else: the
shipped tree of topics travels once, in 4 KB, and a label that is corrected in 0.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conflict.act import Act
from conflict.declaration import Action, Field, Matter, Merge, Type
from conflict.state import State

from . import plain
from .codes import CodeList, from_row, made, shipped
from .draft import Kind

NAME = Field("number", "编号", Merge.ONCE)  # the list's name: `qiao list show topic`
LABEL = Field("label", "名称")
CODES = Field("codes", "代码", type=Type.CODES)
A_CODE, A_LABEL = Field("code", "代码", type=Type.PATH), Field("label", "名称")  # columns of a file
A_DAY = Field("day", "日期", type=Type.DATE)
_AT = "codes@"
_ADMIN = frozenset({"admin", "system"})
_GUARDS = (("root", plain.by_root),)


def _fields(act: Act) -> Mapping[str, Any]:
    rows = act.data.get("codes")
    coded = {_AT + str(code): row for code, row in rows.items()} if isinstance(rows, Mapping) else {}
    return {**{name: act.data[name] for name in ("number", "label") if name in act.data}, **coded}


LIST = Matter(
    "list", 1, "代码表", (NAME, LABEL, CODES), (),
    (
        Action("set", "发布", _ADMIN, guards=_GUARDS, fields=_fields, data=(NAME, LABEL, CODES),
               required=frozenset({"number", "label", "codes"}), first=True),
        Action("amend", "修订", _ADMIN, guards=_GUARDS, fields=_fields, data=(LABEL, CODES)),
    ),
    plain.nowhere, everywhere=True, codes={"root_only": "只有最上级单位可以这样做"},
)  # fmt: skip

KIND = Kind(LIST, title=lambda state: str(state.shown("label", "")), counted=False)


def defaults() -> list[dict[str, Any]]:
    """Data of the `set` acts that `init --root` signs, one record a list."""
    return [
        {
            "number": one.name,
            "label": one.label,
            "codes": {code.code: code.row() for code in one.codes.values()},
        }
        for one in shipped().values()
    ]


def from_states(states: Iterable[State]) -> dict[str, CodeList]:
    """By name. Where two records are of one list, the one changed last counts code by code. A record whose
    name hasn't come yet, or doesn't count, is no list: by the empty name it would be every field's."""
    found: dict[str, CodeList] = {}
    named = (one for one in states if one.shown("number", ""))
    for state in sorted(named, key=lambda one: (one.changed, one.created)):
        one = _from_state(state)
        before = found.get(one.name)
        found[one.name] = one if before is None else made(
            one.name, one.label, {**before.codes, **one.codes}.values()
        )  # fmt: skip
    return found


def _from_state(state: State) -> CodeList:
    rows = {key.removeprefix(_AT): state.shown(key) for key in state.fields if key.startswith(_AT)}
    codes = (from_row(code, row) for code, row in rows.items())
    name = str(state.shown("number", ""))
    return made(name, str(state.shown("label", name)), (one for one in codes if one is not None))
