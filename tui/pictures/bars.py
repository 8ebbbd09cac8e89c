"""Lying bars: a ranking, with each figure at its end; and the small line of one unit's course."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from ..cells import pad, pad_left
from ..lines import Line
from .ink import ZERO, Ink, filled

Bar = tuple[str, float | None, str]  # safe name, how long, the figure as text


def bars(rows: Sequence[Bar], width: int, ink: Ink) -> list[Line]:
    """One line each. One without a length (nothing to divide by) has its figure alone."""
    if not rows:
        return []
    names = min(max(cell_len(name) for name, _, _ in rows), max(4, width // 3))
    figures = min(max(cell_len(figure) for _, _, figure in rows), max(1, width // 3))
    room = width - names - figures - 2
    top = longest([length for _, length, _ in rows])
    return [
        [
            (pad(name, names) + " ", ""),
            (pad(bar(length, top, room, ink), max(0, room)) + " ", "head"),
            (pad_left(figure, figures), "bold"),
        ]
        for name, length, figure in rows
    ]


def longest(lengths: Sequence[float | None]) -> float:
    return max([one for one in lengths if one is not None], default=0)


def bar(length: float | None, top: float, cells: int, ink: Ink) -> str:
    return filled(length or 0, top, cells, ink.lying)


def spark(values: Sequence[int | None], cells: int, ink: Ink) -> str:
    """The course of some figures in one line: their last, added up where there are more than cells. ZERO stands for
    none; what isn't known yet is blank. In ASCII, 1 to 9."""
    if cells <= 0 or not values:
        return ""
    step = -(-len(values) // cells)
    groups = [values[at : at + step] for at in range(0, len(values), step)]
    sums = [None if all(one is None for one in group) else sum(one or 0 for one in group) for group in groups]
    top = max([one or 0 for one in sums] + [1])
    return "".join(_level(one, top, ink) for one in sums)


def _level(value: int | None, top: int, ink: Ink) -> str:
    if value is None:
        return " "
    return filled(value, top, 1, ink.sparks) or ZERO
