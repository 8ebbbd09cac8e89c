"""What a board makes of the node's answers: figures as text, a course by hour or day, ranks, topics. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import moments, safe
from .face import Item
from .labels import money
from .periods import Span
from .pictures.candles import Candle
from .texts import t

RATES = frozenset({"percent", "mean"})  # units whose value is a numerator by a denominator


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure of somebody. `of` is None where the figure is a volume."""

    unit: str
    number: int
    of: int | None = None

    @property
    def value(self) -> float | None:
        if self.unit not in RATES:
            return self.number
        return self.number / self.of if self.of else None

    @property
    def text(self) -> str:
        value = self.value
        if value is None:
            return t("board.no_value")
        if self.unit == "percent":
            return f"{value * 100:.1f}%"
        if self.unit == "mean":
            return f"{value:.1f}"
        return _volume(self.unit, self.number)

    @property
    def rest(self) -> str:
        """`45/50` behind a rate."""
        return f"{self.number:,}/{self.of:,}" if self.unit in RATES and self.of is not None else ""

    @property
    def weight(self) -> int:
        return self.of or 0

    def plus(self, other: Sum) -> Sum:
        of = None if self.of is None and other.of is None else (self.of or 0) + (other.of or 0)
        return Sum(self.unit, self.number + other.number, of)


def _volume(unit: str, number: int) -> str:
    if unit == "fen":
        return money(number)
    return moments.span(number) if unit == "seconds" else f"{number:,}"


def sum_of(figure: Mapping[str, Any]) -> Sum:
    """Of one of `figures` in the node's answer."""
    return Sum(str(figure.get("unit")), int(figure.get("numerator") or 0), figure.get("denominator"))


def sums(answer: Mapping[str, Any]) -> dict[str, Sum]:
    """Figure → of all."""
    return {str(one["id"]): sum_of(one) for one in answer.get("figures") or ()}


def course(answer: Mapping[str, Any], figure: str, keys: Sequence[tuple[str, bool]]) -> list[int | None]:
    """By the keys of a period; None of what hasn't begun."""
    found: dict[str, int] = {}
    for item in answer.get("items") or ():
        for one in item.get("figures") or ():
            if one["id"] == figure:
                found[str(item["key"])] = int(one["numerator"] or 0)
    return [found.get(key, 0) if begun else None for key, begun in keys]


# Units


def is_within(path: str, scope: str) -> bool:
    return path == scope or path.startswith(scope + "/")


def child_of(path: str, scope: str) -> str:
    """The unit right below `scope` that a unit belongs to; the scope itself for its own."""
    if not path.startswith(scope + "/"):
        return scope
    return "/".join(path.split("/")[: scope.count("/") + 2])


def ranks(answer: Mapping[str, Any], scope: str, own: str, names: Mapping[str, str]) -> list[Item]:
    """A row for each unit right below `scope`, with all below it, the highest first, of two alike the one with more
    behind it; those without a value last. The scope's own figures are a row as well. `own`: this node's unit."""
    found: dict[str, Sum] = {}
    for item in answer.get("items") or ():
        path = str(item["key"])
        if not item.get("figures") or not is_within(path, scope):
            continue  # a node also holds a little of the units beside and above it
        unit, one = child_of(path, scope), sum_of(item["figures"][0])
        found[unit] = found[unit].plus(one) if unit in found else one
    ages = {str(one["unit"]): one for one in answer.get("offices") or ()}
    rows: list[Item] = [
        {"id": path, "path": path, "name": _name(path, scope, names), "sum": total,
         "age": age(ages.get(path), path == own), "stale": is_stale(ages.get(path)),
         "last_sync": _heard(ages.get(path))}
        for path, total in found.items()
    ]  # fmt: skip
    rows.sort(
        key=lambda row: (row["sum"].value is None, -(row["sum"].value or 0), -row["sum"].weight, row["path"])
    )
    values = [row["sum"].value for row in rows]
    return [{**row, "rank": values.index(row["sum"].value) + 1} for row in rows]


def _name(path: str, scope: str, names: Mapping[str, str]) -> str:
    name = safe.cell(names.get(path) or path)
    return t("board.itself", name=name) if path == scope else name


def age(office: Mapping[str, Any] | None, is_own: bool = False) -> str:
    """How old an office's numbers are, as stands beside them: `offline for 9 days`."""
    if office is None:
        return t("board.here") if is_own else t("board.no_office")
    days = office.get("offline_days")
    if days is None:
        return t("board.never")
    return t("board.offline", days=days) if days else t("board.fresh")


def is_stale(office: Mapping[str, Any] | None) -> bool:
    return office is not None and office.get("offline_days") != 0


def _heard(office: Mapping[str, Any] | None) -> str:
    office = office or {}
    return str(office.get("last_sync") or office.get("last_seen") or office.get("newest") or "")


def offline(answer: Mapping[str, Any]) -> list[str]:
    """`泰安市总工会 离线 9 天`, the longest silent first."""
    late = [one for one in answer.get("offices") or () if is_stale(one)]
    late.sort(key=lambda one: -(one["offline_days"] if one.get("offline_days") is not None else 1 << 30))
    return [f"{safe.cell(one.get('name') or one['unit'])} {age(one)}" for one in late]


# Topics


def topics(
    answer: Mapping[str, Any], prefix: str, labels: Mapping[str, str], figures: tuple[str, str]
) -> list[Item]:
    """One level of the tree of topics below `prefix`, most first by the first of two figures. `deeper`: whether it
    has a level of its own; what stands right at `prefix` is a row without."""
    found: dict[str, list[int]] = {}
    deep: set[str] = set()
    for item in answer.get("items") or ():
        key = str(item["key"])
        if prefix and key != prefix and not key.startswith(prefix + "/"):
            continue
        level = _next(key, prefix)
        if key != level:
            deep.add(level)
        sums_of = {one["id"]: int(one["numerator"] or 0) for one in item.get("figures") or ()}
        row = found.setdefault(level, [0, 0])
        row[0] += sums_of.get(figures[0], 0)
        row[1] += sums_of.get(figures[1], 0)
    rows = [
        {"id": key or "-", "key": key, "name": _topic(key, prefix, labels), "first": first, "second": second,
         "deeper": key in deep and key != prefix}
        for key, (first, second) in found.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["first"], -row["second"], row["key"]))


def _next(key: str, prefix: str) -> str:
    if key == prefix:
        return key
    return "/".join(key.split("/")[: prefix.count("/") + 2 if prefix else 1])


def _topic(key: str, prefix: str, labels: Mapping[str, str]) -> str:
    if not key:
        return t("board.no_topic")
    if key == prefix:
        return t("board.undivided")
    return topic_label(key, labels)


def topic_label(key: str, labels: Mapping[str, str]) -> str:
    return safe.cell(labels.get(key) or key.rpartition("/")[2])


def topic_labels(codes: Mapping[str, Any]) -> dict[str, str]:
    return {str(one["code"]): str(one["label"]) for one in codes.get("items") or ()}


# K-line


def candles_of(answer: Mapping[str, Any]) -> list[Candle]:
    weekly = answer.get("bucket") == "week"
    return [
        Candle(safe.cell(str(one["bucket"])[5:] if not weekly else str(one["bucket"])[2:]), int(one["first"]),
               int(one["highest"]), int(one["lowest"]), int(one["last"]), int(one["volume"]),
               bool(one.get("complete", True)))
        for one in answer.get("items") or ()
    ]  # fmt: skip


def kline_of(span: Span) -> tuple[str, str]:
    """(bucket, period) for the K-line beside a period: a day and a week are shown among those before them."""
    if span.kind == "month":
        return "day", span.text
    if span.kind == "year":
        return "week", span.text
    days = 30 if span.kind == "day" else 7 * 26
    return span.kind, f"{span.last - timedelta(days=days - 1)}..{span.last}"


def total(answers: Iterable[int | None]) -> int:
    return sum(one or 0 for one in answers)
