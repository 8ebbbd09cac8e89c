"""docs/figures.md, drawn from the catalogue. `python -m node.figures.page` prints it; a test keeps the two equal."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from . import groups
from .catalogue import UNITS, Figure, catalogue

HEAD = """# Figures 指标

Every figure is declared once, in `node/figures/catalogue.toml`, and computed in one place for desk, board, bulletin
and audit. `qiao stats` tells them of what a node holds; `python -m node.figures.page` makes this page.

- **Numerator and denominator** are ids of facts: what was counted of each record when it was folded, from its acts,
  deadlines and cards alone. `qiao stats --ids --json` lists the facts behind each number, with record, unit and
  instant, so that anyone can add them up again. A figure without a denominator is a volume.
- **A period** counts a fact by one instant, `counted by`, at UTC+8. Numerator and denominator of a rate are counted
  by the same instant and for the same unit, so the one is always part of the other.
- **The present** enters when a figure is asked for, never before: a deadline that isn't kept counts from the instant
  at which it passed; one that was kept counts at once, in the period in which it falls due; a card stands or is
  rescinded as of now. A county's timely act that arrives late changes the figures of the period that it belongs to.
- **For whom**: volumes count for the unit that registered; deadlines and cards for the unit that they are on; what
  the work came to for the unit that led it in that round. An overtaken act counts for the unit that did it. A unit
  is meant with all below it, also by a path of before it was moved.
- **Excluded** tickets stand beside each number as `excluded_numerator` and `excluded_denominator`, never in it.
- What was **taken away** within its limit (recalled, withdrawn, answered on the spot) is in neither part of an
  in-time rate; what was taken away after it had passed was late.
- A **score** of 4 or 5 is satisfied. A call that names no number of persons served counts one: whoever called.
- **As of**: `as_of` is the moment of asking. `offices` says of each office below when its line was last at rest
  (of a direct child), the newest that it signed and that is here, and for how many days it has been silent."""


def page() -> str:
    parts = [
        HEAD,
        "## The catalogue",
        _table(("id", "Chinese", "English", "numerator", "denominator", "unit", "counted by", "source"),
               map(_figure, catalogue())),
        "## Units of a figure",
        "The value is the numerator, but for `percent` and `mean`: those divide it by the denominator.",
        _table(("unit", "Chinese"), ((f"`{code}`", label) for code, label in UNITS.items())),
        "## Dimensions",
        "What `--by` takes: the unit, its tier and kind, the time, every field that a matter declares a dimension,"
        " and a topic by its first levels.",
        " ".join(f"`{name}`" for name in groups.names()),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _figure(one: Figure) -> tuple[str, ...]:
    denominator = "" if one.denominator is None else f"`{one.denominator}`"
    return (f"`{one.id}`", one.zh, one.en, f"`{one.numerator}`", denominator, f"`{one.unit}`", one.counts_by,
            one.source)  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
