"""工单: everything of one ticket, and only the actions that workflow and role allow now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rich.text import Text
from textual import events
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from node.errors import NotFound, QiaoError
from node.matters.draft import Verb

from .. import safe
from ..face import Item
from ..labels import matter_of, verb_label
from ..lines import Line, Lines
from ..sheet import sheet, title, whole
from ..texts import t
from .base import Base
from .cards import CardsScreen
from .dispatch import DispatchScreen
from .form import FormScreen
from .reveal import RevealScreen
from .taking import TakeOutScreen, held

LOOKS = 5.0  # seconds between two looks at who else has it open


class TicketScreen(Base):
    kind = "ticket"

    def __init__(self, record: str) -> None:
        super().__init__()
        self.record = record  # its id, or a number until it was read
        self.item: Item = {}
        self.verbs: list[Verb] = []
        self._is_gone = False
        self._names: dict[str, str] = {}  # staff id → name
        self._hosts = True  # units without a node of their own, for which this one acts

    @property
    def heading(self) -> str:
        return title(self.item) if self.item else t("loading")

    @property
    def crumb(self) -> str:
        return safe.cell(self.item.get("number") or "")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="also", markup=False)
        yield Horizontal(Lines(id="sheet"), OptionList(id="verbs", markup=False), classes="body")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.changed()
        self.set_interval(LOOKS, self._look)

    def resumed(self) -> None:
        if self.item:
            self.changed()

    def changed(self) -> None:
        self.begin_work(self._load, "ticket")

    do_refresh = changed

    async def _load(self) -> None:
        try:
            item: Item = await self.desk.gate.ask("show", self.desk.matter, self.record)
        except NotFound as fault:
            self._gone(fault)
            return
        except QiaoError as fault:
            self.desk.trouble(fault)
            return
        verbs = await self.desk.ask("allowed", self.desk.matter, self.record, self.desk.person)
        if not self.item:
            units = await self.desk.ask("units") or ()
            self._hosts = any(one.get("hosted_by") == self.desk.unit for one in units)
        is_first, self.item, self._is_gone = not self.item, item, False
        self.record = str(item["record"])
        matter, reader = matter_of(self.desk.matter), self.desk.reader
        self.query_one("#sheet", Lines).show(lambda width: sheet(item, matter, width, reader))
        self._show_verbs([] if self.desk.read_only else list(verbs or ()))
        self.refresh_bar()
        self.refresh_bindings()
        if is_first:
            self._look()

    def _gone(self, fault: QiaoError) -> None:
        """It was recalled, or moved: what stands here is how it was, and nothing can be done with it."""
        if not self.item:
            self.desk.trouble(fault)
            return
        self._is_gone = True
        self._show_verbs([])
        also = self.query_one("#also", Static)
        also.set_class(True, "-shown")
        also.update(t("ticket.gone"))

    # Who else has it open

    def _look(self) -> None:
        if self.item and self.is_whole and self.desk.person is not None and not self._is_gone:
            self.begin_work(self._others, "presence")

    async def _others(self) -> None:
        record = (
            self.record if self.app.screen_stack[-1] is not None and self in self.app.screen_stack else None
        )
        try:
            found = await self.desk.gate.act("presence", self.desk.seat, record, self.desk.person)
        except QiaoError:
            return  # a help, and no more
        if found and not self._names:
            own = self.desk.unit  # two units may have people of one staff id
            staff = await self.desk.ask("staff") or ()
            self._names = {one["id"]: one["name"] for one in staff if one["unit"] == own}
        also = self.query_one("#also", Static)
        also.set_class(bool(found), "-shown")
        names = ", ".join(safe.cell(self._names.get(one, one)) for one in found)
        also.update(t("ticket.also", names=names) if found else "")

    # Its verbs

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

    def commands(self) -> Iterable[tuple[str, str]]:
        return [(verb.name, verb_label(verb)) for verb in self.verbs]

    def command(self, name: str) -> bool:
        verb = next((one for one in self.verbs if one.name == name), None)
        if verb is not None:
            self._begin(verb)
        return verb is not None

    def do_verbs(self) -> None:
        self.query_one("#verbs").focus()

    def do_whole(self) -> None:
        self.app.push_screen(ReaderScreen(self.item))

    def do_cards(self) -> None:
        self.app.push_screen(CardsScreen(self.desk.matter, self.item, self.verbs))

    def do_take_out(self) -> None:
        if held(self.item):
            self.app.push_screen(TakeOutScreen(self.desk.matter, self.record, self.item))
        else:
            self.desk.tell(t("take_out.none"))

    def do_reveal(self) -> None:
        self.app.push_screen(RevealScreen(self.desk.matter, self.record, self.item))

    def offers(self, name: str) -> bool:
        if name == "take_out":
            return bool(held(self.item))
        return bool(self.item) or name not in ("whole", "cards", "reveal", "verbs")

    def copied(self) -> str:
        return safe.line(self.item.get("number") or "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._begin(self.verbs[event.option_index])

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789" and int(event.character) <= len(self.verbs):
            event.stop()
            self._begin(self.verbs[int(event.character) - 1])

    def _begin(self, verb: Verb) -> None:
        if not self._hosts:  # nobody to act for: one question less
            verb = replace(verb, takes=tuple(field for field in verb.takes if field.name != "behalf"))
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
        return whole(self._item, matter_of(self.desk.matter), width, self.desk.reader)

    def begin(self) -> None:
        self.query_one("#sheet").focus()
