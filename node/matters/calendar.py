"""The calendar (日历): a year's days that differ from Monday to Friday, a record of the root that every node
holds. It is a fact that always applies, also backwards; counting is done by node/deadlines/calendar.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conflict.declaration import Action, Field, Matter, Type
from conflict.state import State
from node.deadlines.calendar import Calendar, from_years, shipped_years

from . import plain
from .draft import Kind, Verb

YEAR = Field("year", "年份", type=Type.INTEGER)
DAYS = Field("days", "调整日", type=Type.MAP, codes={"work": "上班", "rest": "休息"})
_ADMIN = frozenset({"admin", "system"})
_GUARDS = (("root", plain.by_root),)
_BOTH = frozenset({"year", "days"})

CALENDAR = Matter(
    "calendar", 1, "日历", (YEAR, DAYS), (),
    (
        Action("set", "发布", _ADMIN, guards=_GUARDS, fields=plain.everything, data=(YEAR, DAYS),
               required=_BOTH, first=True),
        Action("amend", "修订", _ADMIN, guards=_GUARDS, fields=plain.everything, data=(DAYS,),
               required=frozenset({"days"})),
    ),
    plain.nowhere, everywhere=True, codes={"root_only": "只有最上级单位可以这样做"},
)  # fmt: skip

KIND = Kind(
    CALENDAR,
    (
        Verb("set", "发布", "set", (YEAR, DAYS), plain.as_given("set"), _BOTH),
        Verb("amend", "修订", "amend", (DAYS,), plain.as_given("amend"), frozenset({"days"})),
    ),
    title=lambda state: str(state.shown("year", "")),
    counted=False,
)


def default_calendar_years() -> list[dict[str, Any]]:
    """Data of the `set` acts that `init --root` signs, one record a year, 2018 to 2026."""
    return [{"year": year, "days": dict(days)} for year, days in shipped_years().items()]


def from_states(states: Iterable[State]) -> Calendar:
    """Of two records of one year, the one changed last."""
    ordered = sorted(states, key=lambda state: (state.changed, state.created))
    return from_years((state.shown("year"), state.shown("days")) for state in ordered if _is_year(state))


def _is_year(state: State) -> bool:
    return type(state.shown("year")) is int and isinstance(state.shown("days"), dict)
