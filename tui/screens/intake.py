"""接听: the form in the order in which a call goes, and beside it what the node knows of whoever calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from textual import events
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea

from node.errors import QiaoError

from .. import counter, intake, long_lists, safe
from ..asking import Asking
from ..cells import cut
from ..drafts import Key, Raw, name_of
from ..face import Item
from ..finder import Finder, Finds
from ..form import Unfit, raw_of, widget_of
from ..gate import sentence_of
from ..inputs import Area, Choice, TextBox
from ..intake import Act
from ..panel import Panel
from ..signing import Intent
from ..texts import t
from .dialogs import ConfirmScreen
from .form import FormScreen

NAME = 17  # cells of a row's name


class IntakeScreen(FormScreen):
    """`call`: the name of the one to be shown; "": a new one. What was left stands beside it: nobody types a second
    caller's number into the first one's form."""

    kind = "intake"
    DEFAULT_CSS = """
    IntakeScreen { layers: base above; }
    IntakeScreen #intake { height: 1fr; layout: vertical; }
    IntakeScreen #fields { height: 1fr; scrollbar-size-vertical: 1; }
    IntakeScreen #panel { height: 7; }
    IntakeScreen.-wide #intake { layout: horizontal; }
    IntakeScreen.-wide #fields { width: 62; height: 1fr; }
    IntakeScreen.-wide #panel { width: 1fr; height: 1fr; }
    IntakeScreen.-panel #fields { display: none; }
    IntakeScreen.-panel #panel { height: 1fr; }
    IntakeScreen.-panel.-wide #fields { display: block; }
    IntakeScreen .-more { display: none; }
    IntakeScreen.-all .-more { display: block; }
    IntakeScreen TextArea { height: 4; }
    IntakeScreen.-wide TextArea { height: 10; }
    """

    def __init__(self, call: str = "") -> None:
        super().__init__(intake.verb_of(*intake.DRAFT), "ticket", None, {})
        self.rows = intake.rows()
        self.call = call
        self.calls: list[str] = []
        self.found = counter.Found()
        self.asking = Asking(self)
        self._told: dict[str, str] = {}  # what the lines above and below the form say now
        self._last: Widget | None = None  # the field that had the focus before the panel

    @property
    def heading(self) -> str:
        return t("do.intake")

    @property
    def crumb(self) -> str:
        return t("do.intake")

    @property
    def key(self) -> Key:
        return intake.key_of(self.call)

    # Showing

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="calls", markup=False)
        with_rows = VerticalScroll(*self._row_widgets({}), id="fields", can_focus=False)
        yield Horizontal(with_rows, Panel(self._panel, id="panel"), id="intake")
        yield Static("", classes="strip", id="sum", markup=False)
        yield Static("", classes="fault", id="fault", markup=False)
        yield Finds()

    def _row_widgets(self, kept: Mapping[str, str]) -> Iterable[Widget]:
        for row in self.rows:
            field, needed = row.field.name, "*" if row.required else " "
            name = Static(cut(needed + row.label, NAME + 1), classes="name", markup=False)
            box = widget_of(row, "")
            hidden = "" if field in intake.FIRST else " -more"
            yield Horizontal(name, box, classes=f"row{' -required' if row.required else ''}{hidden}")

    def begin(self) -> None:
        self.calls = intake.open_calls(self.desk.drafts.keys())
        left = len([name for name in self.calls if name != self.call])
        self._show_call(self.call or intake.begun(self.desk.seat))
        if left:
            self._say(t("intake.left", count=left))
        self.begin_work(lambda: long_lists.load(self), "lists")

    def _show_call(self, name: str) -> None:
        """Puts a call's draft into the form."""
        if name not in self.calls:
            self.calls.append(name)
        self.call, self.found = name, counter.Found()
        self.asking.forget()
        self._fill(self.desk.drafts.get(self.key) or intake.STARTS_AS)
        self._widget(intake.FIRST[0]).focus()
        self._say("")
        self._tell()

    def _fill(self, raw: Mapping[str, str]) -> None:
        for row in self.rows:
            put(self._widget(row.field.name), raw.get(row.field.name, ""))
        self.found.chosen = raw.get(intake.CHOSEN, "").split()
        self.found.linked = raw.get(intake.LINKED, "")
        self.set_class(any(raw.get(row.field.name) for row in self.rows[len(intake.FIRST) :]), "-all")
        self.asking.everything(self.raw())

    def raw(self) -> Raw:
        typed = {row.field.name: raw_of(self._widget(row.field.name)) for row in self.rows}
        chosen = {intake.CHOSEN: " ".join(self.found.chosen), intake.LINKED: self.found.linked}
        return typed | {name: text for name, text in chosen.items() if text}

    def keep_draft(self) -> None:
        if not self.calls:
            return
        raw = self.raw()
        if intake.is_blank(raw):
            self.desk.drafts.drop(self.key)
        else:
            self.desk.drafts.keep(self.key, raw)
        self._tell()

    def changed(self) -> None:
        """Nothing here moves by itself."""

    # The panel

    def _panel(self, width: int) -> list[counter.Row]:
        return counter.panel(self.found, width, self._section())

    def _section(self) -> str:
        """Of the field that is being filled in."""
        field = self._last or self.focused
        return counter.WHERE.get((field.id or "")[2:], "") if field is not None else ""

    def _tell(self) -> None:
        """The open calls, the panel, and its summary."""
        width = max(20, self.app.size.width - 2)
        kept = [
            self.raw() if name == self.call else self.desk.drafts.get(intake.key_of(name))
            for name in self.calls
        ]
        is_there = self.has_class("-panel")
        may_dispatch = self.offers("lodge_dispatch")
        summary = counter.summary(self.found, width, may_dispatch=may_dispatch)
        told = {
            "calls": intake.strip(kept, self.calls.index(self.call), width),
            "sum": cut(t("intake.panel_keys"), width) if is_there else summary,
        }
        for name, text in told.items():  # each second: what stays the same isn't sent down the line again
            if self._told.get(name) != text:
                self._told[name] = text
                self.query_one(f"#{name}", Static).update(text)
        self.query_one("#panel", Panel).renew()

    def resized(self) -> None:
        if self.calls:
            self._tell()

    def answered(self, section: str, items: Sequence[Item] | None) -> None:
        """The node's answer to what was typed last."""
        setattr(self.found, section, items)
        if self.is_whole:
            self._tell()

    def on_screen_suspend(self) -> None:
        """Something lies over it: what was typed until now is kept meanwhile."""
        if self.is_whole:
            self.keep_draft()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if event.widget.id == "panel":
            return
        self._last = event.widget
        self.remove_class("-panel")
        self._tell()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget.id == "f-worker_phone":
            self.found.phone = raw_of(event.widget)

    def do_panel(self) -> None:
        """There and back."""
        panel = self.query_one("#panel", Panel)
        if panel.has_focus:
            self._to_form()
            return
        self.add_class("-panel")
        panel.begin()
        panel.focus()
        self._tell()

    def _to_form(self) -> None:
        self.remove_class("-panel")
        last = self._last or self._widget(intake.FIRST[0])
        self.call_after_refresh(last.focus)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        item = self.query_one("#panel", Panel).item
        if item is not None:
            self._open(item)

    def _open(self, item: Item) -> None:
        from .answer import AnswerScreen, RecordScreen
        from .ticket import TicketScreen

        record = str(item["record"])
        if item.get("matter") == "article":
            self.app.push_screen(AnswerScreen(item, record in self.found.chosen), self._chosen)
        elif item.get("matter", "ticket") == "ticket":
            self.app.push_screen(TicketScreen(record))
        else:
            self.app.push_screen(RecordScreen(str(item["matter"]), record))

    def _chosen(self, record: str | None) -> None:
        """An answer is to be cited, or isn't any more."""
        if record is None:
            return
        kept = [one for one in self.found.chosen if one != record]
        self.found.chosen = kept if record in self.found.chosen else [*kept, record]
        self._tell()
        self._to_form()

    # What is typed

    def on_input_changed(self, event: Input.Changed) -> None:
        self._typed(event.input)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._typed(event.text_area)

    def _typed(self, widget: Widget) -> None:
        if self.calls and (widget.id or "").startswith("f-"):
            self.asking.about(str(widget.id)[2:], self.raw)

    # The calls

    def do_new_call(self) -> None:
        self.keep_draft()
        self._show_call(intake.begun(self.desk.seat))

    def do_next_call(self) -> None:
        self.keep_draft()
        self._show_call(self.calls[(self.calls.index(self.call) + 1) % len(self.calls)])

    def do_drop_call(self) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.desk.drafts.drop(self.key)
                self._gone(self.call)

        self.app.push_screen(ConfirmScreen(t("intake.drop")), answered)

    def _gone(self, name: str) -> None:
        """One call less; after the last one this screen has done its work."""
        at = self.calls.index(name)
        self.calls.remove(name)
        if not self.calls:
            self.app.pop_screen()
        elif name == self.call:
            self._show_call(self.calls[min(at, len(self.calls) - 1)])

    def do_fold(self) -> None:
        """The fields that are seldom asked, or no more of them."""
        self.toggle_class("-all")
        shown = self.has_class("-all")
        target = self.rows[len(intake.FIRST) if shown else 0].field.name
        self.call_after_refresh(self._widget(target).focus)

    def _point_at(self, name: str) -> None:
        if name not in intake.FIRST:
            self.add_class("-all")
        for widget in self.query(f"#f-{name}"):
            self.call_after_refresh(widget.focus)

    # Handing in

    def offers(self, name: str) -> bool:
        roles = self.desk.person.roles if self.desk.person else frozenset()
        asked = {
            "answer_call": ("call", "register"), "lodge": ("call", "register"),
            "urge_earlier": ("ticket", "urge"), "link_earlier": ("ticket", "link"),
            "lodge_dispatch": ("ticket", "assign"),
        }.get(name)  # fmt: skip
        if name in ("lodge_dispatch", "link_earlier") and not intake.may(roles, "ticket", "register"):
            return False
        return asked is None or intake.may(roles, *asked)

    def do_answer_call(self) -> None:
        self._hand("answered", lambda: intake.answered(self._meant(whole=False), self.found.chosen))

    def do_lodge(self) -> None:
        roles = self.desk.person.roles if self.desk.person else frozenset()
        if intake.may(roles, "ticket", "register"):
            self._hand("registered", self._registered)
        else:
            self._hand("noted", lambda: intake.noted(self._meant(whole=False), self.found.chosen))

    do_submit = do_lodge

    def _registered(self) -> list[Act]:
        return intake.registered(self._meant(whole=True), self.found.chosen, self.found.linked)

    def do_urge_earlier(self) -> None:
        item = counter.open_ticket(self.found, self._pointed())
        if item is None:
            self._say(t("intake.nothing_open"))
            return
        record, number = str(item["record"]), safe.cell(item.get("number") or "")
        self._hand("urged", lambda: intake.urged(self._meant(whole=False), self.found.chosen, record), number)

    def do_link_earlier(self) -> None:
        """The ticket that will be registered and that one: said now, done with it. Again: not."""
        item = counter.open_ticket(self.found, self._pointed())
        if item is None:
            self._say(t("intake.nothing_open"))
            return
        record = str(item["record"])
        self.found.linked = "" if self.found.linked == record else record
        self._say(
            t("intake.will_link", number=safe.cell(item.get("number") or "")) if self.found.linked else ""
        )
        self._tell()

    def _pointed(self) -> Item | None:
        """What the panel's cursor is on, where one is there."""
        panel = self.query_one("#panel", Panel)
        return panel.item if panel.has_focus else None

    def do_lodge_dispatch(self) -> None:
        try:
            acts = self._registered()
        except Unfit as fault:
            self._unfit(fault)
            return
        from .first_dispatch import FirstDispatchScreen

        self.keep_draft()
        lead = self.found.unit[0]["unit"] if self.found.unit else ""
        self.app.push_screen(FirstDispatchScreen(acts, str(lead), self))

    def _meant(self, *, whole: bool) -> dict[str, Any]:
        return intake.meant(self.rows, self.raw(), whole=whole)

    def _hand(self, what: str, made: Callable[[], list[Act]], number: str = "") -> None:
        try:
            acts = made()
        except Unfit as fault:
            self._unfit(fault)
            return
        label = t(f"intake.{what}", number=number).strip()
        self.run_worker(self._offer(label, acts), group="submit", exclusive=True)

    def _unfit(self, fault: Unfit) -> None:
        self._say(str(fault))
        self._point_at(fault.field)

    async def _offer(self, label: str, acts: list[Act]) -> None:
        params = {"acts": acts, "draft": name_of(self.key)}
        try:
            told = await self.desk.gate.act("do", "acts", {**params, "dry_run": True}, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        warnings = [str(one["message"]) for one in told.get("warnings") or ()]
        if not warnings:
            self.leave(label, params)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.leave(label, params)

        self.app.push_screen(ConfirmScreen(t("intake.warned", text="  ".join(warnings))), answered)

    def leave(self, label: str, params: dict[str, Any]) -> None:
        """The call is handed in; the next one that is open comes, else what was before."""
        self.keep_draft()
        name = self.call
        intent = Intent(label, "acts", params, self.key, self.raw(), lambda: IntakeScreen(name))
        self._gone(name)
        self.desk.sign(intent)

    def tell_fault(self, fault: QiaoError) -> None:
        self._say(sentence_of(fault))
        if fault.field:
            self._point_at(fault.field)

    def takes_back(self, intent: Intent, fault: QiaoError | None) -> bool:
        """A call that was undone is shown again; one that was refused joins the open ones, and disturbs nobody."""
        if intent.key[:2] != intake.DRAFT:
            return False
        if fault is None:
            self.keep_draft()
            self._show_call(intent.key[2])
        elif intent.key[2] not in self.calls:
            self.calls.append(intent.key[2])
            self._tell()
        return True

    def do_back(self) -> None:
        if self.query_one("#panel", Panel).has_focus:
            self._to_form()
            return
        self.keep_draft()
        if any(intake.key_of(name) in self.desk.drafts for name in self.calls):
            self.desk.tell(t("form.kept"))
        self.app.pop_screen()


def put(widget: Widget, raw: str) -> None:
    if isinstance(widget, Finder):
        widget.put(raw)
    elif isinstance(widget, Area):
        widget.text = raw
    elif isinstance(widget, TextBox | Choice):
        widget.value = raw
