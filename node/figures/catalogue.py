"""The catalogue of figures: catalogue.toml, and what the engine counts of a matter that it doesn't name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from node.errors import Usage
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind

DATA = Path(__file__).with_name("catalogue.toml")
DIVIDED = frozenset({"percent", "mean"})  # units whose value is the numerator by the denominator
UNITS = {
    "count": "件", "persons": "人", "fen": "分", "seconds": "秒", "percent": "百分比", "mean": "平均",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """`numerator` and `denominator` are ids of facts: what is added up."""

    id: str
    zh: str
    en: str
    numerator: str
    denominator: str | None
    unit: str
    counts_by: str  # the instant by which a period counts it
    source: str
    main: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def matter(self) -> str:
        return self.numerator.partition(".")[0]

    @property
    def name(self) -> str:
        return say(self.zh, self.en)

    def value(self, numerator: int, denominator: int | None) -> int | float | None:
        """None where there is nothing to divide by."""
        if self.unit not in DIVIDED:
            return numerator
        return round(numerator / denominator, 4) if denominator else None


@lru_cache(maxsize=1)
def catalogue() -> tuple[Figure, ...]:
    """Every figure, in the order in which they are shown."""
    with DATA.open("rb") as file:
        declared = tuple(_figure(one) for one in tomllib.load(file)["figure"])
    known = {one.matter for one in declared}
    others = (kind for name, kind in KINDS.items() if kind.counted and name not in known)
    return (*declared, *(one for kind in others for one in _of_matter(kind)))


def _figure(entry: dict[str, str | bool]) -> Figure:
    return Figure(**{"denominator": None, "main": False, **entry})  # type: ignore[arg-type]


def _of_matter(kind: Kind) -> Iterator[Figure]:
    """What a matter gets for nothing: its volume, its deadlines, its cards."""
    name, label = kind.matter.name, kind.matter.label
    yield Figure(name, f"{label}量", f"{name}: volume", f"{name}.registered", None, "count",
                 "the registration", "the engine", main=True)  # fmt: skip
    for code, clock in kind.clocks.items():
        yield Figure(f"{name}_{code}_in_time", f"{label}按时{clock}率", f"{name}: {code} in time",
                     f"{name}.{code}.kept", f"{name}.{code}.due", "percent", "the end of the limit",
                     "the engine", main=True)  # fmt: skip
    if kind.clocks:
        yield Figure(f"{name}_overdue", f"{label}超期未办", f"{name}: overdue", f"{name}.overdue", None,
                     "count", "the end of the limit", "the engine")  # fmt: skip


def chosen(ids: Sequence[str]) -> list[Figure]:
    """Those named, or all. Raises Usage (`unknown_figure`) with the nearest known."""
    known = {one.id: one for one in catalogue()}
    for one in ids:
        if one not in known:
            raise _unknown(one, list(known))
    return [known[one] for one in dict.fromkeys(ids)] if ids else list(known.values())


def _unknown(name: str, known: list[str]) -> Usage:
    near = get_close_matches(name[:64], known, 1)
    zh, en = f"没有指标 {name!r}", f"no figure {name!r}"
    if near:
        zh, en = f"{zh}；最接近的是 {near[0]}", f"{en}; the nearest is {near[0]}"
    return Usage(say(zh, en), code="unknown_figure", hint="qiao stats --help")
