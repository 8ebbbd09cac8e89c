"""Facts that many records rest on: the policies (政策), the calendar (日历) and the coded lists (代码表), which the
root writes (product 1.2, 1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.state import State
from node import author
from node.deadlines import policies
from node.deadlines.calendar import Calendar
from node.deadlines.policies import Policies
from node.matters import KINDS, border, calendar, codelist, policy
from node.matters.codes import CodeList, shipped
from node.matters.draft import Card, Draft, Due, Kind
from node.store import folded
from node.work import Work

POLICY, CALENDAR = "policy", "calendar"
MATTERS = frozenset({POLICY, CALENDAR})
LIST = codelist.LIST.name


def dues(work: Work, kind: Kind, state: State) -> list[Due]:
    """When what of this record falls due, by the policies and the calendar as they are known here."""
    if kind.matter.name in MATTERS:
        return []
    return kind.dues(state, _policies(work), _calendar(work))


def cards(work: Work, kind: Kind, state: State, found: list[Due]) -> list[Card]:
    """The cards that its deadlines call for, or that were issued."""
    return kind.cards(state, found, _calendar(work)) if found else []


def policy_now(work: Work) -> Mapping[str, Any]:
    return _policies(work).at(work.now_ms)


def calendar_now(work: Work) -> Calendar:
    return _calendar(work)


def retention_days(work: Work, kind: Kind) -> int:
    """How long personal data of a matter are kept: as declared, or longer by the policy in force."""
    declared = kind.retention.days if kind.retention else 0
    return max(declared, int(policy_now(work).get(f"retention_{kind.matter.name}_days", 0)))


def _policies(work: Work) -> Policies:
    if POLICY not in work.facts:
        work.facts[POLICY] = policies.from_states(_states(work, POLICY))
    found: Policies = work.facts[POLICY]
    return found


def _calendar(work: Work) -> Calendar:
    if CALENDAR not in work.facts:
        work.facts[CALENDAR] = calendar.from_states(_states(work, CALENDAR))
    found: Calendar = work.facts[CALENDAR]
    return found


def lists(work: Work) -> Mapping[str, CodeList]:
    """The coded lists by name: the root's, and where one hasn't come, the shipped one."""
    if LIST not in work.facts:
        work.facts[LIST] = {**shipped(), **codelist.from_states(_states(work, LIST))}
    found: Mapping[str, CodeList] = work.facts[LIST]
    return found


def known(work: Work) -> border.Known:
    """What the border knows now."""
    return border.Known(work.now_ms, lists(work))


def _states(work: Work, matter: str) -> list[State]:
    found = [folded.state(work.db, row) for row in folded.open_records(work.db, matter)]
    return [one for one in found if one is not None]


def changed(work: Work) -> None:
    """A policy or a calendar came: every deadline is reckoned again."""
    work.facts.clear()
    for name, kind in KINDS.items():
        if name not in MATTERS and kind.dues is not Kind.__dataclass_fields__["dues"].default:
            work.again.update(folded.open_records(work.db, name))


def found(work: Work) -> None:
    """What a new root signs first: the policy with its defaults, the calendar's published years, and the lists."""
    roles = frozenset({author.SYSTEM})
    first = [
        (POLICY, policy.defaults()),
        *((CALENDAR, year) for year in calendar.default_calendar_years()),
        *((LIST, codes) for codes in codelist.defaults()),
    ]
    for matter, data in first:
        author.write(work, KINDS[matter], None, [Draft("set", data)], actor=author.SYSTEM, roles=roles)
