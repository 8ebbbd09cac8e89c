"""通报: the monthly reports that have come here, each issue to be read whole and written to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widget import Widget
from textual.widgets import Static

from node.errors import QiaoError

from .. import moments, safe
from ..cells import cut, wrap
from ..face import Item
from ..found import Found
from ..lines import Line, Lines
from ..rows import Column, Rows
from ..sheet import unit_of
from ..texts import known, t
from .audit import ExportScreen
from .base import Base

if TYPE_CHECKING:
    from node.bulletin.report import Report

STYLES = {"corrected": "dim", "beside": "warn"}  # of an issue's standing
WIDEST = 4_000  # letters of a line: a table of a bulletin's is cut by its columns long before

COLUMNS = (
    Column("month", 9, lambda item: str(item.get("month") or "")),
    Column("issue", 5, lambda item: str(item.get("issue") or "")),
    Column("standing", 14, lambda item: known(f"bulletin.{item.get('standing')}", str(item.get("standing") or "")),
           style=lambda item: STYLES.get(str(item.get("standing")), "")),
    Column("time", 11, lambda item: moments.short(item.get("time"))),
    Column("who", 18, lambda item: f"{item.get('actor') or ''} {unit_of(item)}", from_width=70),
    Column("why", 0, lambda item: str(item.get("text") or "") or _reason(item)),
)  # fmt: skip


def _reason(item: Item) -> str:
    code = str(item.get("reason") or "")
    return known(f"bulletin.{code}", code) if code else ""


class BulletinsScreen(Base):
    kind = "bulletins"

    @property
    def heading(self) -> str:
        return t("do.bulletins")

    def body(self) -> Iterable[Widget]:
        yield Rows(COLUMNS, self._page, id="rows", empty=lambda: t("bulletin.none"))

    def begin(self) -> None:
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()

    async def _page(self, after: str | None, limit: int) -> Found | None:
        found: Item | None = await self.desk.look("bulletins.every")
        return None if found is None else Found([{**one, "id": str(one["change"])} for one in found["items"]])

    def changed(self) -> None:
        self.query_one(Rows).renew()

    do_refresh = changed

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.app.push_screen(BulletinScreen(event.item))


class BulletinScreen(Base):
    """One issue, as its file tells it."""

    kind = "bulletin"

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item
        self._which: dict[str, Any] = {"number": item["issue"], "record": str(item["record"])}

    @property
    def heading(self) -> str:
        return f"{t('do.bulletins')}  {safe.cell(self._item.get('month') or '')}"

    def body(self) -> Iterable[Widget]:
        yield Static(t("loading"), classes="strip", id="note", markup=False)
        yield Lines(id="sheet")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.begin_work(self._load, "bulletin")

    async def _load(self) -> None:
        made: Report | None = await self.desk.look("bulletins.whole", str(self._item["month"]), **self._which)
        if made is not None:
            self._note(made.state)
            self.query_one("#sheet", Lines).show(lambda width: laid(made, width))

    def _note(self, text: str) -> None:
        for note in self.query("#note").results(Static):
            note.update(cut(safe.cell(text), max(20, self.app.size.width - 2)))

    def do_export(self, file: str = "") -> None:
        if not file:
            self.app.push_screen(ExportScreen(self, t("bulletin.file")))
            return
        try:
            path = self.desk.folder.path(file)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self.begin_work(lambda: self._export(Path(path)), "export")

    async def _export(self, path: Path) -> None:
        month = str(self._item["month"])
        try:
            made = await self.desk.gate.look("bulletins.write", path, month, **self._which)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self._note(t("bulletin.written", file=safe.cell(made["path"])))


def laid(made: Report, width: int) -> list[Line]:
    """Its lines; tables fit the width, what is prose is wrapped to it."""
    from node.bulletin.text import lines

    whole = (safe.cell(one.rstrip(), WIDEST) for one in lines(made, width))
    return [[(piece, "")] for one in whole for piece in wrap(one, width)]
