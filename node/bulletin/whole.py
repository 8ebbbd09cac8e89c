"""One issue, or a draft, as its tables look at it: figures of sums, units by their tier with all below them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from node.language import say
from node.matters.bulletin import REASONS
from sync_protocol.names import code_of, covers, depth

from .cells import Measured
from .content import Content, Measure, Sums, UnitRow
from .issues import Issue


@dataclass(frozen=True)
class Whole:
    """What a report is made of. `issue` None: a draft; `issues`: all of the month, where it was published."""

    content: Content
    issue: Issue | None = None
    issues: Sequence[Issue] = field(default_factory=tuple)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return {one.id: one for one in self.content.figures}

    @cached_property
    def place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.content.facts)}

    @cached_property
    def rows(self) -> dict[str, UnitRow]:
        return {row.path: row for row in self.content.units}

    def measured(self, sums: Sums, name: str, excluded: bool = False) -> Measured:
        """A figure of these sums; nothing of one that the issue doesn't have."""
        one = self.measures.get(name)
        if one is None:
            return Measured("percent", 0, 0)
        numbers = sums.excluded if excluded else sums.counted
        bottom = numbers[self.place[one.denominator]] if one.denominator else None
        return Measured(one.unit, numbers[self.place[one.numerator]], bottom)

    def with_below(self, path: str) -> Sums:
        below = [row.sums for row in self.content.units if covers(path, row.path)]
        nothing = Sums((0,) * len(self.place), (0,) * len(self.place))
        return sum(below, nothing)

    def tier(self, deep: int) -> list[str]:
        """Paths of the units so many tiers below the publishing one, also where only some below them have rows."""
        level = depth(self.content.unit) + deep
        cut = (
            "/".join(row.path.split("/")[: level + 1])
            for row in self.content.units
            if depth(row.path) >= level
        )
        return sorted({path for path in cut if path != self.content.unit and covers(self.content.unit, path)})

    def called(self, path: str) -> str:
        row = self.rows.get(path)
        return (row.name if row else "") or code_of(path)


def reason(one: Issue) -> str:
    label = say(REASONS.get(one.reason, one.reason), one.reason)
    return f"{label}：{one.text}" if one.text else label
