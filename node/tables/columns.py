"""The columns of a list: what a list knows of every record, and every field of the declaration. Pure.

Personal ones are masked, unless two persons have agreed that they leave in clear (node/second.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any

from conflict.declaration import Field, Type
from conflict.state import State
from node import masking
from node.errors import Usage
from node.language import say
from node.matters.draft import Kind


class Shape(Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"  # ISO with offset, or nothing
    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    name: str  # identifier
    label: str  # Chinese
    shape: Shape = Shape.TEXT
    field: Field | None = None  # of the record; without one it is the list's own

    @property
    def heading(self) -> str:
        """With the unit of money, which an import understands."""
        money = self.field is not None and self.field.type is Type.MONEY
        return self.label + ("（分）" if money else "")


LISTED = (
    Column("number", "编号"), Column("phase", "阶段"), Column("status", "状态"), Column("round", "轮次", Shape.NUMBER),
    Column("owner", "登记单位"), Column("lead", "主办单位"), Column("due", "到期", Shape.TIME),
    Column("overdue", "超期", Shape.YES_NO), Column("created", "登记时间", Shape.TIME),
    Column("changed", "更新时间", Shape.TIME), Column("exceptions", "异常", Shape.NUMBER),
    Column("title", "标题"), Column("record", "记录号"),
)  # fmt: skip
SHOWN = ("number", "phase", "status", "due", "overdue", "title")  # as a list shows them
_UNASKED = ("round", "exceptions", "changed", "record", "title")  # in an export only where they are asked for
_SHAPES = {
    Type.INTEGER: Shape.NUMBER, Type.MONEY: Shape.NUMBER, Type.SCORE: Shape.NUMBER, Type.DATE: Shape.DATE,
    Type.YES_NO: Shape.YES_NO,
}  # fmt: skip
_LEFT_OUT = (Type.FILES, Type.IDS, Type.MAP)


def every(kind: Kind) -> dict[str, Column]:
    """By name; where a field is called like something of the list's, it is the field's."""
    found = {one.name: one for one in LISTED}
    for one in kind.matter.fields:
        if one.type not in _LEFT_OUT and one.name not in ("number",):
            found[one.name] = Column(one.name, one.label, _SHAPES.get(one.type, Shape.TEXT), one)
    return found


def exported(kind: Kind) -> list[Column]:
    """What an export holds unless it is told otherwise."""
    return [one for name, one in every(kind).items() if name not in _UNASKED]


def chosen(kind: Kind, names: Sequence[str]) -> list[Column]:
    """By name or Chinese label. Raises Usage `bad_columns` with the nearest."""
    known = every(kind)
    labelled = {one.label: one for one in known.values()}
    found: list[Column] = []
    for name in names:
        column = known.get(name) or labelled.get(name)
        if column is None:
            near = get_close_matches(name, [*known, *labelled], 1, 0)[0]
            zh, en = (
                f"没有“{name}”这一列，最接近的是“{near}”",
                f"there is no column '{name}'; the nearest is '{near}'",
            )
            raise Usage(say(zh, en), code="bad_columns", hint=f"qiao {kind.matter.name} list --help")
        if column not in found:
            found.append(column)
    return found or [known[name] for name in SHOWN]


def values(
    kind: Kind, columns: Sequence[Column], item: Mapping[str, Any], state: State, *, clear: bool = False
) -> list[Any]:
    """One row, in codes, masked. `item`: of a list. `clear`: a second person has agreed (node/second.py)."""
    fields = {one.name: _standing(state, one.field) for one in columns if one.field is not None}
    masked = (
        fields if clear else masking.fields_masked(kind.matter, fields, masking.known(kind.matter, state))
    )
    return [masked[one.name] if one.field is not None else item.get(one.name) for one in columns]


def _standing(state: State, field: Field) -> Any:
    several = field.merge in ("append", "union")
    return state.every(field.name) if several else state.shown(field.name)


def spoken(kind: Kind, column: Column, item: Mapping[str, Any], value: Any) -> Any:
    """The value as a person reads it: labels for codes, names for units."""
    if value is None or value == "" or value == []:
        return None
    field = column.field
    if field is None:
        if column.name in ("phase", "status", "owner", "lead"):
            return say(str(item.get(f"{column.name}_name") or value), str(value))
        return value
    if field.type is Type.LIST:
        return "；".join(say(field.codes.get(str(one), str(one)), str(one)) for one in value)
    return say(field.codes.get(str(value), str(value)), str(value)) if field.codes else value
