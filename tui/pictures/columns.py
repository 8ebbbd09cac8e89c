"""Upright columns: a volume by hour, day or month."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from ..cells import cut, pad, pad_left
from ..lines import Line
from .ink import Ink, filled

Point = tuple[str, int | None]  # safe label, figure; None: not known yet
WIDEST = 9  # cells of one column
MARK = ".."


def columns(points: Sequence[Point], width: int, height: int, ink: Ink) -> list[Line]:
    """Of `height` lines: the columns, their labels, and their figures where there is room. Of more columns than cells
    the last are drawn, and MARK says so."""
    if not points or width < 10 or height < 4:
        return []
    top = max([value or 0 for _, value in points] + [1])
    margin = max(len(f"{top:,}"), len(MARK)) + 1
    shown = points[-(width - margin) :]
    each = min(WIDEST, (width - margin) // len(shown))
    figures = all(len(f"{value:,}") < each for _, value in shown if value is not None)
    rows = height - (2 if figures else 1)
    drawn = [filled(value or 0, top, rows, ink.rising) for _, value in shown]
    lines = [_row(drawn, row, each, _axis(row, rows, top, margin)) for row in range(rows - 1, -1, -1)]
    lines.append(
        [
            (pad(MARK if len(shown) < len(points) else "", margin), "warn"),
            (labels(shown, each, width - margin), "dim"),
        ]
    )
    if figures:
        told = "".join(pad_left("" if value is None else f"{value:,}", each - 1) + " " for _, value in shown)
        lines.append([(" " * margin, ""), (told, "bold")])
    return [_narrowed(line, width) for line in lines]


def _narrowed(line: Line, width: int) -> Line:
    head, (text, style) = line[:-1], line[-1]
    return [*head, (cut(text.rstrip(), width - sum(cell_len(one) for one, _ in head)), style)]


def _axis(row: int, rows: int, top: int, margin: int) -> str:
    figure = f"{top:,}" if row == rows - 1 else "0" if row == 0 else ""
    return pad_left(figure, margin - 1) + " "


def _row(drawn: Sequence[str], row: int, each: int, axis: str) -> Line:
    body = max(1, each - 1)
    cells = (((one[row] if row < len(one) else " ") * body).ljust(each) for one in drawn)
    return [(axis, "dim"), ("".join(cells), "head")]


def labels(points: Sequence[Point], each: int, room: int) -> str:
    """As many labels as fit in `room` cells, from the first one on, each at the beginning of its column and whole."""
    longest = max(cell_len(label) for label, _ in points) + 1
    step = -(-longest // each)
    starts = ((at * each, points[at][0]) for at in range(0, len(points), step))
    return "".join(pad(label, each * step) for start, label in starts if start + cell_len(label) <= room)
