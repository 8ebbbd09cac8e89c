"""The records behind a number of the board (数字背后): as many as it counted, in the inbox's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.widget import Widget
from textual.widgets import Static

from .. import columns, safe
from ..cells import cut
from ..face import Page
from ..labels import matter_of
from ..rows import Rows
from ..texts import t
from .base import Base


class CountedScreen(Base):
    """`counted`: as `Node.list` takes it; `unit`: whose number it is."""

    kind = "counted"

    def __init__(self, name: str, counted: Mapping[str, str], unit: str | None) -> None:
        super().__init__()
        self._told, self._counted, self._unit = name, dict(counted), unit
        self._sort = "-changed"

    @property
    def heading(self) -> str:
        return t("counted.title")

    def body(self) -> Iterable[Widget]:
        yield Static(cut(safe.cell(self._told), 200), classes="strip", id="how", markup=False)
        yield Rows(columns.chosen(matter_of(self.desk.matter), ()), self._page, id="rows")

    def begin(self) -> None:
        self.rows.sorted_by = self._sort
        self.rows.focus()
        self.rows.reload()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    async def _page(self, after: str | None, limit: int) -> Page | None:
        how = {
            "counted": self._counted,
            "unit": self._unit,
            "sort": self._sort,
            "limit": limit,
            "after": after,
        }
        page: Page | None = await self.desk.ask("list", self.desk.matter, **how)
        return page

    def changed(self) -> None:
        self.rows.renew()

    do_refresh = changed

    def resumed(self) -> None:
        if self.rows.known:
            self.rows.renew()

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        from .ticket import TicketScreen

        event.stop()
        self.app.push_screen(TicketScreen(str(event.item["record"])))
