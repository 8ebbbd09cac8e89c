"""The columns that a list of records can show: those that it shows at first, and every field of the declaration."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from conflict.declaration import Field, Matter, Type

from . import moments
from .face import Item
from .labels import field_label, matter_of, name_label, value_text
from .rows import Column
from .texts import t

UNKEPT = frozenset({"attempts", "next_day"})  # what a kept view doesn't know
FIRST = ("number", "title", "lead", "phase", "due", "changed")
_WIDTHS = {Type.MONEY: 12, Type.INTEGER: 8, Type.SCORE: 5, Type.DATE: 11, Type.YES_NO: 5, Type.CODE: 12}
_UNASKED = (Type.FILES, Type.IDS, Type.MAP)


def _state(item: Item) -> str:
    words = [t("urgent")] if item.get("urgency") == "urgent" else []
    matter = matter_of(str(item.get("matter") or "ticket"))
    return " ".join([*words, name_label(matter, item.get("status") or item.get("phase"))])


def _due(item: Item) -> str:
    return ("!" if item.get("overdue") else "") + moments.limit(item.get("due"))


def _late(item: Item) -> str:
    return "bad" if item.get("overdue") else ""


def _unit(name: str, from_width: int = 0) -> Column:
    def named(item: Item) -> str:
        return str(item.get(f"{name}_name") or item.get(name) or "")

    return Column(name, 20, named, from_width=from_width)


def _count(name: str) -> Column:
    return Column(name, 6, lambda item: str(item.get(name) or ""))


_OWN = (
    Column("number", 20, lambda item: str(item.get("number") or ""), sort="number"),
    Column("title", 0, lambda item: str(item.get("title") or "")),
    _unit("lead", 84),
    Column("phase", 11, _state, sort="phase"),
    Column("due", 12, _due, sort="due", style=_late),
    Column("changed", 11, lambda item: moments.short(item.get("changed")), sort="changed", from_width=100),
    Column("created", 11, lambda item: moments.short(item.get("created")), sort="created"),
    _unit("owner"),
    _count("round"),
    _count("attempts"),
    _count("exceptions"),
    Column("next_day", 11, lambda item: str(item.get("next_day") or "")),
)  # fmt: skip


def available(matter: Matter | None) -> dict[str, Column]:
    """By name, in the order in which they are offered."""
    found = {column.name: column for column in _OWN}
    for field in matter.fields if matter else ():
        if field.type not in _UNASKED and field.name not in found:
            found[field.name] = _of_field(field)
    return found


def _of_field(field: Field) -> Column:
    def told(item: Item) -> str:
        return value_text(field, item.get(field.name))

    label = field_label(field)
    return Column(field.name, max(_WIDTHS.get(field.type, 16), cell_len(label)), told, label=label)


def chosen(matter: Matter | None, names: Sequence[str]) -> list[Column]:
    """Those of these names that there are; the first ones where nothing is left. The title takes what is left of the
    width, and is always there."""
    known = available(matter)
    kept = [known[name] for name in names if name in known]
    if not kept:
        return [known[name] for name in FIRST]
    return kept if any(column.width == 0 for column in kept) else [*kept, known["title"]]


def asked(columns: Sequence[Column]) -> list[str]:
    """What the node is asked for besides what a list always has."""
    own = {column.name for column in _OWN}
    return [column.name for column in columns if column.name not in own]
