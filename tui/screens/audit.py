"""审计: whether what this node holds is whole and unaltered, who looked at personal data, and tables to take along."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from textual.widget import Widget
from textual.widgets import Static

from conflict.declaration import Field
from node.errors import QiaoError
from node.matters.draft import Verb

from .. import moments, safe
from ..cells import cut
from ..face import Item
from ..found import Found
from ..labels import field_label, matter_of
from ..lines import Line, Lines
from ..rows import Column, Rows
from ..sheet import named, text_lines, unit_of
from ..texts import known, t
from .base import Base
from .form import FormScreen

if TYPE_CHECKING:
    from ..desk import QiaoApp

NOTICED = (
    "reveal",
    "disclosed",
    "recovered",
    "token_issued",
    "token_revoked",
)  # acts that are to catch the eye
MOST = 200  # of each
SHOWN = 50  # problems told on the screen; `qiao verify` tells all


def told(found: Item, as_of: datetime, seconds: float, width: int) -> list[Line]:
    """What a verification found, as lines."""
    problems = found.get("problems") or []
    verdict = t("audit.whole") if found.get("ok") else t("audit.problems", count=len(problems))
    lines: list[Line] = [[(cut(verdict, width), "good" if found.get("ok") else "bad")]]
    lines += named(t("audit.commits"), str(found.get("commits", 0)), width)
    lines += named(t("audit.as_of"), f"{moments.full(as_of.isoformat())}  {moments.span(seconds)}", width)
    for problem in problems[:SHOWN]:
        text = f"{safe.cell(problem.get('code') or '')}: {safe.block(problem.get('sentence') or '')}"
        where = safe.line(problem.get("where") or "")
        lines += text_lines(f"{text}  {where}".rstrip(), width, 0, "bad", 600)
    if len(problems) > SHOWN:
        lines.append([(cut(t("audit.more", count=len(problems) - SHOWN), width), "warn")])
    return lines


def _what(item: Item) -> str:
    """The field that was looked at (the reason is words, and stands in the ticket), or a token's name."""
    data = item.get("data") or {}
    field = str(data.get("field") or data.get("token") or "")
    matter = matter_of(str(item.get("matter")))
    declared = matter.field(field) if matter else None
    return field_label(declared) if declared else field


COLUMNS = (
    Column("time", 11, lambda item: moments.short(item.get("time"))),
    Column("act", 10, lambda item: known(f"audit.{item.get('action')}", str(item.get("action") or ""))),
    Column("who", 18, lambda item: f"{item.get('actor') or ''} {unit_of(item)}"),
    Column("number", 20, lambda item: str(item.get("number") or ""), from_width=70),
    Column("what", 0, _what),
)  # fmt: skip


class AuditScreen(Base):
    kind = "audit"

    def __init__(self) -> None:
        super().__init__()
        self._began: float | None = None  # of the verification that runs

    @property
    def heading(self) -> str:
        return t("do.audit")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="note", markup=False)
        yield Lines(lambda width: list(text_lines(t("audit.how"), width, 0, "dim", 1000)), id="result")
        yield Rows(COLUMNS, self._page, id="rows", empty=lambda: t("audit.nobody"))

    def begin(self) -> None:
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()
        self.set_interval(1.0, self._tick)

    async def _page(self, after: str | None, limit: int) -> Found:
        found: list[Item] = []
        for action in NOTICED:
            page = await self.desk.ask("notices", action, MOST)
            found += list(page.items) if page is not None else []
        found.sort(key=lambda item: str(item.get("time")), reverse=True)
        return Found([{**one, "id": f"{one['record']} {one['time']} {one['action']}"} for one in found])

    def changed(self) -> None:
        self.query_one(Rows).renew()

    do_refresh = changed

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        from .ticket import TicketScreen

        event.stop()
        if event.item.get("matter") == self.desk.matter:
            self.app.push_screen(TicketScreen(str(event.item["record"])))

    # Verification

    def offers(self, name: str) -> bool:
        return self._began is None or name not in ("verify", "verify_all")

    def do_verify(self) -> None:
        self._start(every_signature=False)

    def do_verify_all(self) -> None:
        self._start(every_signature=True)

    def _start(self, *, every_signature: bool) -> None:
        self._began = time.monotonic()
        self._tick()
        self.refresh_bindings()
        self.begin_work(lambda: self._verify(every_signature), "verify")

    def _tick(self) -> None:
        """It can't say how far it is, but that it goes on."""
        if self._began is not None:
            passed = moments.span(time.monotonic() - self._began)
            self.query_one("#note", Static).update(t("audit.verifying", time=passed))

    async def _verify(self, every_signature: bool) -> None:
        began = time.monotonic()
        try:
            found: Item = await self.desk.gate.look("verify", every_signature)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        finally:
            self._began = None
            self._note("")
            self.refresh_bindings()
        as_of, seconds = self.desk.now(), time.monotonic() - began
        self.query_one("#result", Lines).show(lambda width: told(found, as_of, seconds, width))

    def _note(self, text: str) -> None:
        for note in self.query("#note").results(Static):
            note.update(cut(safe.cell(text), max(20, self.app.size.width - 2)))

    # Tables

    def do_export(self, file: str = "") -> None:
        if file:
            try:
                file = str(self.desk.folder.path(file))
            except QiaoError as fault:
                self.tell_fault(fault)
                return
            self.begin_work(lambda: self._export(file), "export")
        else:
            self.app.push_screen(ExportScreen(self, t("audit.file")))

    async def _export(self, file: str) -> None:
        self._note(t("audit.exporting", file=safe.cell(file)))
        try:
            made = await self.desk.gate.look("export", self.desk.matter, Path(file), [], self.desk.person)
        except QiaoError as fault:
            self._note("")
            self.tell_fault(fault)
            return
        self._note(t("audit.exported", rows=made["rows"], file=safe.cell(made["path"])))


class Exporting(Protocol):
    """A screen that writes what it shows into a file."""

    @property
    def desk(self) -> QiaoApp: ...
    def do_export(self, file: str = "") -> None: ...


class ExportScreen(FormScreen):
    """Into which file."""

    def __init__(self, of: Exporting, label: str) -> None:
        verb = Verb("export", t("do.export"), "export", (Field("file", label),),
                    lambda _state, _data, _desk: [], frozenset({"file"}))  # fmt: skip
        super().__init__(verb, of.desk.matter, None, {})
        self._of = of

    def keep_draft(self) -> None:
        """Nothing that is signed."""

    async def _hand_in(self, data: dict[str, Any]) -> None:
        self.app.pop_screen()
        self._of.do_export(str(data["file"]))
