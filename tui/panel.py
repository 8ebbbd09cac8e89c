"""The panel beside a call's form: rows that can be chosen, under headings; it stays on its row as answers come."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from .counter import Row
from .face import Item

_STYLES = {"head": "bold", "bold": "bold", "dim": "dim", "warn": "bold"}


class Panel(OptionList):
    """`layout`: a width in cells → rows."""

    def __init__(self, layout: Callable[[int], list[Row]], *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._layout_rows = layout
        self._shown: list[Row] = []

    @property
    def item(self) -> Item | None:
        """What stands behind the row under the cursor."""
        at = self.highlighted
        return self._shown[at].item if at is not None and at < len(self._shown) else None

    def renew(self) -> None:
        """Asks for its rows again; the cursor stays on what it was on."""
        width = self.scrollable_content_region.width - 2
        rows = self._layout_rows(width) if width > 4 else self._shown
        if rows == self._shown:
            return
        kept, top = self._key(), self.scroll_offset.y
        self._shown = rows
        self.clear_options()
        self.add_options([Option(_told(row), disabled=not row.key) for row in rows])
        if kept:
            self.highlighted = next((at for at, row in enumerate(rows) if row.key == kept), None)
        if self.has_focus:
            self.scroll_to(y=top, animate=False)

    def _key(self) -> str:
        at = self.highlighted
        return self._shown[at].key if at is not None and at < len(self._shown) else ""

    def begin(self) -> None:
        """Its cursor on the first row that can be chosen."""
        self.highlighted = next((at for at, row in enumerate(self._shown) if row.key), None)

    def on_resize(self) -> None:
        self.renew()


def _told(row: Row) -> Text:
    text = Text()
    for number, (line, style) in enumerate(row.lines):
        text.append("\n" if number else "").append(line, _STYLES.get(style, ""))
    return text
