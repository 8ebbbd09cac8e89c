"""Units ranked (排名) by a rate: equal rates share a rank, and who has nothing to be measured by has none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

Parts = tuple[int, int]  # numerator, denominator


def ranks(rates: Mapping[str, Parts]) -> dict[str, int | None]:
    """Name → rank, the highest rate first: 1, 2, 2, 4. In that order, those of one rank by name, those without last."""
    worth = {name: Fraction(top, bottom) for name, (top, bottom) in rates.items() if bottom > 0}
    ordered = sorted(worth, key=lambda name: (-worth[name], name))
    found: dict[str, int | None] = {}
    for at, name in enumerate(ordered):
        before = ordered[at - 1] if at else None
        found[name] = found[before] if before is not None and worth[before] == worth[name] else at + 1
    return {**found, **dict.fromkeys(sorted(rates.keys() - worth.keys()))}
