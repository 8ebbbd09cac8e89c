"""What stands behind a row of the counter's panel: an answer in full, a call that was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from .. import counter, safe
from ..cells import wrap
from ..face import Item
from ..labels import matter_of
from ..lines import Line, Lines
from ..sheet import whole
from ..texts import t
from .base import Base


class AnswerScreen(ModalScreen[str | None]):
    """An answer to be read aloud; Enter cites it, or doesn't any more. Answers its record id, or None."""

    DEFAULT_CSS = "AnswerScreen .dialog { width: 90%; height: 80%; } AnswerScreen Lines { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", show=False, priority=True),
        Binding("escape", "answer(False)", show=False),
    ]

    def __init__(self, item: Item, is_chosen: bool) -> None:
        super().__init__()
        self._item, self._is_chosen = item, is_chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(self._layout, id="answer")
            yield Static(t("answer.uncite" if self._is_chosen else "answer.cite"), markup=False)

    def on_mount(self) -> None:
        self.query_one("#answer").focus()

    def _layout(self, width: int) -> list[Line]:
        lines: list[Line] = [
            [(line, "head")] for line in wrap(safe.block(counter.asked_of(self._item)), width)
        ]
        source = " ".join(str(self._item[name]) for name in ("law", "article") if self._item.get(name))
        for told, style in ((self._item.get("answer"), ""), (source, "dim")):
            lines += [[("", "")], *([(line, style)] for line in wrap(safe.block(told or ""), width))]
        return lines

    def action_answer(self, yes: bool) -> None:
        self.dismiss(str(self._item["record"]) if yes else None)


class RecordScreen(Base):
    """A record of another matter than the tickets', in full."""

    kind = "reader"

    def __init__(self, matter: str, record: str) -> None:
        super().__init__()
        self._matter, self._record = matter, record
        self._item: Item = {}

    @property
    def heading(self) -> str:
        """The matter, and its number, else how its text begins."""
        named = matter_of(self._matter)
        told = self._item.get("number") or self._item.get("narrative") or ""
        text = safe.cell(str(told)[:40]) if self._item else t("loading")
        return f"{safe.cell(named.label) if named else ''}  {text}"

    def body(self) -> Iterable[Widget]:
        yield Lines(self._layout, id="sheet")

    def _layout(self, width: int) -> list[Line]:
        return whole(self._item, matter_of(self._matter), width) if self._item else []

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.begin_work(self._load, "record")

    async def _load(self) -> None:
        self._item = await self.desk.ask("show", self._matter, self._record) or {}
        self.query_one("#sheet", Lines).show(self._layout)
        self.refresh_bar()
