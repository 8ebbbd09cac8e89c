"""Which records stand behind a number: those that have a fact of its numerator, so that a list can show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select

from node.errors import Usage
from node.language import say
from node.matters import dimensions
from node.store import facts as store
from node.store.facts import Within

from . import catalogue, groups, period
from .groups import Units
from .statistics import Question, asked

ASKED = ("figure", "period", "by", "key")


def chosen(wanted: Mapping[str, str], unit: str | None, units: Units, now_ms: int) -> Select[Any]:
    """`wanted`: a figure, and of a period (`period`), of a value (`key`) of a dimension (`by`); by `unit`, of that very
    unit. `unit`: a path, with all below it. A record counted twice is one. Raises Usage."""
    unknown = next((name for name in wanted if name not in ASKED), None)
    if unknown is not None:
        raise _unfit(unknown)
    [figure] = catalogue.chosen([wanted.get("figure", "")])
    span = period.read(wanted["period"]) if wanted.get("period") else None
    facts = asked(Question(period=span, unit=unit), [figure.numerator], units, now_ms)
    return store.records(facts, _within(wanted, units))


def _within(wanted: Mapping[str, str], units: Units) -> Within:
    """What is below a value of a path belongs to it where the group is of that level."""
    by, key = wanted.get("by"), wanted.get("key", "")
    if not by:
        return Within()
    if by == "unit":
        return Within(units=[key, *sorted(path for path, now in units.former.items() if now == key)])
    group = groups.read(by, units)
    if group.of not in dimensions():
        raise _unfit(by)
    level = by.partition(":")[2]
    return Within(group.of, key, bool(level) and len(key.split("/")) == int(level))


def _unfit(name: str) -> Usage:
    shown = ascii(name[:40])
    return Usage(
        say(f"清单不能按 {shown} 收窄", f"a list can't be narrowed by {shown}"),
        code="bad_value", hint="qiao stats --by topic:1",
    )  # fmt: skip
