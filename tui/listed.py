"""A list whose rows are all here: ranked or grouped by the screen itself, with headings between them and with cells
that are drawn. It looks and moves as `tui/rows.py`, and is filled rather than asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from . import safe
from .cells import pad, pad_left
from .face import Item, Page
from .rows import Column, Rows
from .texts import t

HEADING = "heading"  # key of a row that is one line across all columns: its safe text
Draw = Callable[[Item, int], str]  # the row and cells → characters of this program's own


@dataclass(frozen=True, slots=True)
class Drawn(Column):
    """A cell of a picture. What it draws is never foreign text."""

    draw: Draw = lambda _item, _cells: ""


@dataclass(frozen=True, slots=True)
class Figure(Column):
    """A cell of figures, at its right."""


class Listed(Rows):
    """`empty` is what it says of nothing: what would be here, and which key fills it."""

    def __init__(self, columns: Sequence[Column], *, id: str, empty: str = "") -> None:
        super().__init__(columns, _nothing, id=id, empty=lambda: empty or t("empty"))
        self.is_filled = False

    def fill(self, items: Sequence[Item]) -> None:
        """The cursor stays on its record."""
        kept = self._id_of(self.highlighted) if self.highlighted else ""
        self.is_filled, self._ended = True, True
        self._pages, self._starts, self._after = {0: list(items)}, [0, len(items)], [None, None]
        found = next((at for at, item in enumerate(items) if self._id_of(item) == kept), self.cursor)
        self._resize()
        self.cursor = min(found, max(0, len(items) - 1))
        self._announce()

    def wait(self) -> None:
        """It isn't known yet what stands here."""
        self.is_filled = False
        self._forget()
        self.scroll_to(y=0, animate=False, immediate=True)
        self.cursor = 0
        self._resize()

    @property
    def items(self) -> list[Item]:
        return self._pages.get(0, [])

    def _id_of(self, item: Item) -> str:
        return str(item.get("id") or super()._id_of(item))

    def _row(self, row: int, width: int) -> Iterable[tuple[str, str]]:
        item = self.item_at(row)
        if item is None:
            yield self._placeholder(row, width), "dim"
        elif HEADING in item:
            yield pad(safe.cell(item[HEADING]), width), "head"
        else:
            for column, cells in self.columns_shown(width):
                yield _cell(column, item, cells), column.style(item)

    def _header(self, width: int) -> Iterable[tuple[str, str]]:
        parts, shown = list(super()._header(width)), self.columns_shown(width)
        for (text, style), (column, cells) in zip(parts, shown, strict=False):
            yield (pad_left(text.rstrip(), cells) if isinstance(column, Figure) else text), style
        yield from parts[len(shown) :]  # the sign that there are more

    def _placeholder(self, row: int, width: int) -> str:
        if not self.is_filled:
            return t("loading") if row == 0 else ""
        return super()._placeholder(row, width)


async def _nothing(_after: str | None, _limit: int) -> Page | None:
    """Never asked: a filled list has all of its rows."""
    return None


def _cell(column: Column, item: Item, cells: int) -> str:
    if isinstance(column, Drawn):
        return pad(column.draw(item, cells), cells)
    fit = pad_left if isinstance(column, Figure) else pad
    return fit(safe.cell(column.value(item)), cells)
