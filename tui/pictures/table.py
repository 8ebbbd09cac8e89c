"""The plain twin of a picture: the very figures, in lines and, to be copied, with tabs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from ..cells import pad, pad_left
from ..lines import Line


@dataclass(frozen=True, slots=True)
class Table:
    """Safe texts; the first column is what the others are of."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def lines(self, width: int) -> list[Line]:
        if not self.rows:
            return []
        cells = self._cells(width)
        return [_line(self.head, cells, "head"), *(_line(row, cells, "") for row in self.rows)]

    def _cells(self, width: int) -> list[int]:
        """Figures get what they need, names what is left of the width, at most what they need."""
        needed = [max(map(cell_len, column)) for column in zip(self.head, *self.rows, strict=True)]
        left = max(4, width - sum(needed[1:]) - 2 * (len(needed) - 1))
        return [min(needed[0], left), *needed[1:]]

    @property
    def text(self) -> str:
        return "\n".join("\t".join(row) for row in (self.head, *self.rows))


def _line(row: Sequence[str], cells: Sequence[int], style: str) -> Line:
    first, *rest = zip(row, cells, strict=True)
    return [(pad(*first), style), *(("  " + pad_left(*one), style) for one in rest)]
