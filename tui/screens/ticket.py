"""工单: everything of one ticket, and only the actions that workflow and role allow now."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual import events
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from node.matters.draft import Verb

from .. import safe
from ..face import Item
from ..labels import matter_of, verb_label
from ..lines import Line, Lines
from ..sheet import sheet, title, whole
from ..texts import t
from .base import Base
from .dispatch import DispatchScreen
from .form import FormScreen


class TicketScreen(Base):
    kind = "ticket"

    def __init__(self, record: str) -> None:
        super().__init__()
        self.record = record
        self.item: Item = {}
        self.verbs: list[Verb] = []

    @property
    def heading(self) -> str:
        return title(self.item) if self.item else t("loading")

    def body(self) -> Iterable[Widget]:
        yield Horizontal(Lines(id="sheet"), OptionList(id="verbs", markup=False), classes="body")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.changed()

    def resumed(self) -> None:
        if self.item:
            self.changed()

    def changed(self) -> None:
        self.begin_work(self._load, "ticket")

    do_refresh = changed

    async def _load(self) -> None:
        item = await self.desk.ask("show", self.desk.matter, self.record)
        verbs = await self.desk.ask("allowed", self.desk.matter, self.record, self.desk.person)
        if item is None:
            return
        self.item = item
        matter = matter_of(self.desk.matter)
        self.query_one("#sheet", Lines).show(lambda width: sheet(item, matter, width))
        self._show_verbs(list(verbs or ()))
        self.refresh_bar()

    def _show_verbs(self, verbs: list[Verb]) -> None:
        if [verb.name for verb in verbs] == [verb.name for verb in self.verbs] and self.verbs:
            self.verbs = verbs
            return
        self.verbs = verbs
        rows = self.query_one("#verbs", OptionList)
        at = rows.highlighted
        rows.clear_options()
        labels = [f"{_key(index)} {verb_label(verb)}" for index, verb in enumerate(verbs)]
        rows.add_options([Option(Text(label)) for label in labels])
        if verbs:
            rows.highlighted = min(at or 0, len(verbs) - 1)
        else:
            rows.add_option(Option(Text(t("ticket.no_verbs")), disabled=True))

    def do_verbs(self) -> None:
        self.query_one("#verbs").focus()

    def do_whole(self) -> None:
        self.app.push_screen(ReaderScreen(self.item))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._begin(self.verbs[event.option_index])

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789" and int(event.character) <= len(self.verbs):
            event.stop()
            self._begin(self.verbs[int(event.character) - 1])

    def _begin(self, verb: Verb) -> None:
        made = DispatchScreen if verb.name == "dispatch" else FormScreen
        self.app.push_screen(made(verb, self.desk.matter, self.record, self.item))


def _key(index: int) -> str:
    return str(index + 1) if index < 9 else " "


class ReaderScreen(Base):
    """The same ticket with every text in full."""

    kind = "reader"

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item

    @property
    def heading(self) -> str:
        return f"{t('reader.title')}  {safe.cell(title(self._item))}"

    def body(self) -> Iterable[Widget]:
        yield Lines(self._layout, id="sheet")

    def _layout(self, width: int) -> list[Line]:
        return whole(self._item, matter_of(self.desk.matter), width)

    def begin(self) -> None:
        self.query_one("#sheet").focus()
