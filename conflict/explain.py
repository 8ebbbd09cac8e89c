"""A row of the exceptions list in words: who, when, what, and what held instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sync_protocol.clock import to_ms
from sync_protocol.names import covers

from .declaration import Field, Matter, Type, kind_of
from .erasure import ERASE, ERASED
from .order import ADOPT
from .reveal import REVEAL
from .sentence import CONFLICTS, FRAMES, filled, reason
from .state import Mark, Row, State

Names = Callable[[str], str]  # unit path → name

GENERIC = {
    ADOPT: "采纳", ERASE: "依法删除", ERASED: "删除回执", REVEAL: "查看个人信息",
}  # actions that every matter has  # fmt: skip

BEIJING = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def explain(matter: Matter, state: State, row: Row, language: str, names: Names) -> str:
    """One sentence. Values of words aren't in rows, and so not in it."""
    tongue = _Tongue(matter, state, language, names)
    params = tongue.of_act(row.act) | tongue.of_act(row.winner, "other_") | tongue.of_values(row)
    if row.code in CONFLICTS:
        return filled(CONFLICTS[row.code], language, params)
    params["reason"] = reason(row.code, language, matter.codes, **params)
    return filled(FRAMES.get(row.kind, FRAMES["denied"]), language, params)


class _Tongue:
    def __init__(self, matter: Matter, state: State, language: str, names: Names) -> None:
        self.matter = matter
        self.state = state
        self.english = language.startswith("en")
        self.names = names

    def of_act(self, short: bytes, prefix: str = "") -> dict[str, str]:
        mark = self.state.marks.get(short)
        if mark is None:
            return {}
        found = {
            "unit": self.names(mark.unit),
            "actor": self.actor(mark),
            "time": moment(mark.time),
            "action": self.action(mark.action),
        }
        return {prefix + name: text for name, text in found.items()}

    def of_values(self, row: Row) -> dict[str, str]:
        found = {"place": self.place(row.place)} if row.place else {}
        if row.code in ("missing", "list_lies"):
            found["count"] = str(len(row.values) or 1)
        elif row.kind == "conflict" and row.values:
            field = self.matter.field(row.place.partition("@")[0])
            own, other = row.values
            found["value"] = self.value(field, own)
            found["other_value"] = self.value(field, other)
        return found

    def actor(self, mark: Mark) -> str:
        if mark.actor != "system":
            return mark.actor
        return "the node" if self.english else "系统"

    def action(self, name: str) -> str:
        declared = self.matter.action(name)
        if self.english or (declared is None and name not in GENERIC):
            return name.replace("_", " ")
        return declared.label if declared else GENERIC[name]

    def place(self, place: str) -> str:
        """A slot or a field, with the unit that it belongs to."""
        name, _, slot = place.partition("@")
        declared = self.matter.field(name)
        if declared is None:
            return self.slot(name)
        label = name.replace("_", " ") if self.english else declared.label
        return self.owned(slot, label) if slot else label

    def slot(self, name: str) -> str:
        kind = next((one for one in self.matter.slots if one.kind == kind_of(name)), None)
        return self.owned(name, kind_of(name) if self.english or kind is None else kind.label)

    def owned(self, slot: str, label: str) -> str:
        """`kind/round/path…`, where round and path may be absent."""
        parts = slot.split("/")[1:]
        round = parts.pop(0) if parts and parts[0].isdigit() and len(parts[0]) < 4 else "1"
        if parts:
            owner = self.names("/".join(parts))
            label = f"{label} of {owner}" if self.english else f"{owner}的{label}"
        return self.rounded(label, round)

    def rounded(self, label: str, round: str) -> str:
        if round == "1":
            return label
        return f"{label} (round {round})" if self.english else f"{label}（第{round}轮）"

    def value(self, field: Field | None, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower() if self.english else "是" if value else "否"
        if isinstance(value, list):
            return ", ".join(self.value(field, one) for one in value)
        if isinstance(value, dict):
            parts = [self.value(None, one) for name, one in value.items() if name != "round"]
            return self.rounded(", ".join(parts), str(value.get("round", 1)))
        if field is not None and field.type is Type.MONEY and isinstance(value, int):
            return f"{value / 100:.2f}" if self.english else f"{value / 100:.2f}元"
        return self.text(field, value)

    def text(self, field: Field | None, value: Any) -> str:
        if value is None:
            return "—"
        if not isinstance(value, str):
            return str(value)
        if self.is_unit(field, value):
            return self.names(value)
        if self.english:
            return value
        return (field.codes if field else self.matter.names).get(value, value)

    def is_unit(self, field: Field | None, value: str) -> bool:
        if field is not None:
            return field.type is Type.UNIT
        units = {mark.unit for mark in self.state.marks.values()}
        return any(covers(value, unit) or covers(unit, value) for unit in units)


def moment(time: int) -> str:
    """A hybrid time on Beijing's clock, to the minute."""
    local = (_EPOCH + timedelta(milliseconds=to_ms(time))).astimezone(BEIJING)
    return local.strftime("%Y-%m-%d %H:%M")
