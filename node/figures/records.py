"""Which records stand behind a number: those that have a fact of its numerator, so that a list can show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select

from node.errors import Usage
from node.language import say
from node.matters import dimensions
from node.store import facts as store

from . import catalogue, groups, period
from .groups import Units
from .statistics import Question, asked

ASKED = ("figure", "period", "by", "key")


def chosen(wanted: Mapping[str, str], unit: str | None, units: Units, now_ms: int) -> Select[Any]:
    """`wanted`: a figure, and of a period (`period`), of a value (`key`) of a dimension (`by`). `unit`: a path, with
    all below it. Raises Usage."""
    unknown = next((name for name in wanted if name not in ASKED), None)
    if unknown is not None:
        raise _unfit(unknown)
    [figure] = catalogue.chosen([wanted.get("figure", "")])
    span = period.read(wanted["period"]) if wanted.get("period") else None
    facts = asked(Question(period=span, unit=unit), [figure.numerator], units, now_ms)
    return store.records(facts, *_narrowing(wanted, units))


def _narrowing(wanted: Mapping[str, str], units: Units) -> tuple[str | None, str, bool]:
    """The dimension's column, the value, and whether what is below that value (of a path) belongs to it."""
    by = wanted.get("by")
    if not by:
        return None, "", False
    group = groups.read(by, units)
    if group.of not in dimensions():
        raise _unfit(by)
    key = wanted.get("key", "")
    level = by.partition(":")[2]
    return group.of, key, bool(level) and len(key.split("/")) == int(level)


def _unfit(name: str) -> Usage:
    shown = ascii(name[:40])
    return Usage(
        say(f"清单不能按 {shown} 收窄", f"a list can't be narrowed by {shown}"),
        code="bad_value", hint="qiao stats --by topic:1",
    )  # fmt: skip
