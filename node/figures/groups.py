"""By what figures can be told apart (维度): the unit, the time, and every field that a matter declares a dimension.

A group names what the store is asked for and how its keys are folded and called: a topic's levels, a unit's tier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import partial

from conflict.declaration import Field, Type
from node.deadlines.calendar import EPOCH
from node.errors import Usage
from node.iso import WEEKDAYS
from node.language import say
from node.matters import KINDS, dimensions
from sync_protocol.names import code_of, depth

LEVELS = 4  # of a path: `topic:1` to `topic:4`
KINDS_OF_UNIT = {"place": "地方", "industry": "产业", "enterprise": "企业", "department": "部门"}
_UNITS = ("unit", "tier", "kind")
_TIMES = ("year", "month", "week", "day", "weekday", "hour")


@dataclass(frozen=True, slots=True)
class Units:
    """The tree as figures need it: path → name, path → kind, path of before a move → path now."""

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    former: Mapping[str, str]

    def now(self, path: str) -> str:
        return self.former.get(path, path)


@dataclass(frozen=True, slots=True)
class Group:
    """`of`: what the store groups by. `key`: its key → the group's. `label`: the group's key → how it is called."""

    name: str
    of: str
    key: Callable[[object], str]
    label: Callable[[str], str]
    matters: frozenset[str]  # whose records have it


def names() -> list[str]:
    """Everything that `--by` takes."""
    declared = dimensions()
    paths = [
        f"{name}:{level}"
        for name, field in declared.items() if field.type is Type.PATH
        for level in range(1, LEVELS + 1)
    ]  # fmt: skip
    return [*_UNITS, *_TIMES, *declared, *paths]


def read(name: str, units: Units) -> Group:
    """Raises Usage (`unknown_dimension`) with the nearest known."""
    if name not in names():
        raise _unknown(name)
    every = frozenset(kind.matter.name for kind in KINDS.values() if kind.counted)
    if name in _UNITS:
        return Group(name, "unit", partial(_unit_key, name, units), partial(_unit_label, name, units), every)
    if name in _TIMES:
        return Group(name, "hour" if name == "hour" else "day", partial(_time_key, name),
                     partial(_time_label, name), every)  # fmt: skip
    field, _, level = name.partition(":")
    having = frozenset(one for one in every if _has(one, field))
    return Group(name, field, partial(_cut, int(level or LEVELS)), partial(_value_label, dimensions()[field]),
                 having)  # fmt: skip


def _has(matter: str, field: str) -> bool:
    found = KINDS[matter].matter.field(field)
    return found is not None and found.dimension


def _unknown(name: str) -> Usage:
    near = get_close_matches(name[:64], names(), 1)
    zh, en = f"没有维度 {ascii(name[:40])}", f"no dimension {ascii(name[:40])}"
    if near:
        zh, en = f"{zh}；最接近的是 {near[0]}", f"{en}; the nearest is {near[0]}"
    zh, en = f"{zh}；可用：{' '.join(names())}", f"{en}; known: {' '.join(names())}"
    return Usage(say(zh, en), code="unknown_dimension", hint="qiao stats --by unit")


# Keys, and how they are called


def _unit_key(name: str, units: Units, raw: object) -> str:
    path = units.now(str(raw))
    if name == "unit":
        return path
    return str(depth(path) + 1) if name == "tier" else units.kinds.get(path, "")


def _unit_label(name: str, units: Units, key: str) -> str:
    if name == "tier":
        return say(f"第 {key} 级", f"tier {key}")
    if name == "kind":
        return say(KINDS_OF_UNIT.get(key, key), key) or _none()
    return units.names.get(key) or code_of(key)


def _time_key(name: str, raw: object) -> str:
    number = int(str(raw))
    if name == "hour":
        return f"{number:02d}"
    day = EPOCH + timedelta(days=number)
    week = day.isocalendar()
    found = {
        "day": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}", "weekday": str(week.weekday),
        "week": f"{week.year}-W{week.week:02d}",
    }  # fmt: skip
    return found[name]


def _time_label(name: str, key: str) -> str:
    if name == "weekday":
        zh, en = WEEKDAYS[int(key) - 1]
        return say(f"星期{zh}", en)
    return say(f"{key} 时", f"{key}:00") if name == "hour" else key


def _cut(level: int, raw: object) -> str:
    return "/".join(str(raw).split("/")[:level])


def _value_label(field: Field, key: str) -> str:
    if not key:
        return _none()
    if field.type is Type.YES_NO:
        return say("是" if key == "yes" else "否", key)
    return say(field.codes.get(key, key), key)


def _none() -> str:
    return say("（未填）", "(none)")
