"""交班: what is in one's hands, a note to the next shift, and whom the open work goes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from node.errors import QiaoError

from .. import safe, shift
from ..cells import in_two
from ..drafts import Key, name_of
from ..face import Item
from ..gate import sentence_of
from ..inputs import Area, Choice, Option
from ..lines import Line, Lines
from ..signing import Intent
from ..texts import t
from .base import Base
from .dialogs import ConfirmScreen, PickScreen

MOST = 100  # of one's own that are listed here; the inbox has all of them


class HandoverScreen(Base):
    kind = "handover"
    is_form = True
    key: ClassVar[Key] = ("ticket", "handover", "")
    DEFAULT_CSS = """
    HandoverScreen #note { height: 6; }
    HandoverScreen #mine { height: 1fr; }
    HandoverScreen .name { width: 12; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._mine: Sequence[Item] = ()
        self._more = False

    @property
    def heading(self) -> str:
        return t("do.handover")

    def body(self) -> Iterable[Widget]:
        kept = self.desk.drafts.get(self.key)
        yield Static(t("handover.how"), classes="strip", markup=False)
        yield self._row("text", Area(kept.get("text", ""), id="note"))
        yield self._row("to", Choice((), kept.get("to", ""), id="to"))
        yield Lines(self._layout, id="mine")
        yield Static("", classes="fault", id="fault", markup=False)

    def _row(self, name: str, widget: Widget) -> Widget:
        return Horizontal(Static(t(f"handover.{name}"), classes="name", markup=False), widget, classes="row")

    def begin(self) -> None:
        self.query_one("#note").focus()
        self.begin_work(self._load, "handover")

    async def _load(self) -> None:
        person = self.desk.person
        page = await self.desk.ask("list", "ticket", view="mine", person=person, sort="due", limit=MOST)
        staff = await self.desk.ask("staff")
        if page is not None:
            self._mine = [one for one in page.items if one.get("phase") not in shift.ENDED]
            self._more = page.next is not None
        self.query_one("#to", Choice).options = [("", t("handover.nobody")), *self._colleagues(staff or ())]
        self.query_one("#to").refresh()
        self.query_one("#mine", Lines).show(self._layout)

    def _colleagues(self, staff: Sequence[Item]) -> list[Option]:
        """Those of this unit who can sign in; who is on duty goes first."""
        own = self.desk.person.id if self.desk.person else ""
        fit = [
            one for one in staff if one["unit"] == self.desk.unit and not one["disabled"] and one["id"] != own
        ]
        fit.sort(key=lambda one: not one["on_duty"])
        return [(str(one["id"]), f"{one['name']} {one['id']}") for one in fit]

    def _layout(self, width: int) -> list[Line]:
        return shift.in_hand(self._mine, self._more, self._drafts(), width)

    def _drafts(self) -> list[tuple[Key, str]]:
        kept = self.desk.drafts
        return [(key, shift.beginning(kept.get(key))) for key in list(kept.keys()) if key != self.key]

    def on_choice_wanted(self, event: Choice.Wanted) -> None:
        event.stop()
        choice = event.choice

        def chosen(value: str | None) -> None:
            if value is not None:
                choice.value = value

        options = [one for one in choice.options if one[0]]
        pick = PickScreen(t("handover.to"), options, choice.value, event.typed)
        event.add = pick.add
        self.app.push_screen(pick, chosen)

    # Handing in

    def raw(self) -> dict[str, str]:
        return {"text": self.query_one("#note", Area).text, "to": self.query_one("#to", Choice).value}

    def keep_draft(self) -> None:
        raw = self.raw()
        if any(raw.values()):
            self.desk.drafts.keep(self.key, raw)
        else:
            self.desk.drafts.drop(self.key)

    def do_submit(self) -> None:
        self.run_worker(self._hand_in(self.raw()), group="submit", exclusive=True)

    async def _hand_in(self, raw: Mapping[str, str]) -> None:
        params: dict[str, Any] = {**raw, "draft": name_of(self.key)}
        try:
            found = await self.desk.gate.act("do", "note.leave", {**params, "dry": True}, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        label = self.query_one("#to", Choice).label

        def answered(yes: bool | None) -> None:
            if yes:
                self._leave(params)

        self.app.push_screen(ConfirmScreen(shift.question(found, label, len(self._drafts()))), answered)

    def _leave(self, params: dict[str, Any]) -> None:
        self.keep_draft()
        intent = Intent(t("do.handover"), "note.leave", params, self.key, self.raw(), HandoverScreen)
        self.app.pop_screen()
        self.desk.sign(intent)

    def do_back(self) -> None:
        self.keep_draft()
        if self.key in self.desk.drafts:
            self.desk.tell(t("form.kept"))
        self.app.pop_screen()

    def tell_fault(self, fault: QiaoError) -> None:
        width = max(20, self.app.size.width - 2)
        self.query_one("#fault", Static).update(in_two(safe.line(sentence_of(fault), 300), width))


class NotesScreen(ModalScreen[bool]):
    """What was left for this shift. Answers whether it was read."""

    DEFAULT_CSS = "NotesScreen .dialog { width: 90%; height: 80%; } NotesScreen Lines { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", show=False, priority=True),
        Binding("escape", "answer(False)", show=False),
    ]

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self._items = items

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(t("handover.left", count=len(self._items)), markup=False)
            yield Lines(lambda width: shift.notes(self._items, width), id="notes")
            yield Static(t("handover.keys"), markup=False)

    def on_mount(self) -> None:
        self.query_one("#notes").focus()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
