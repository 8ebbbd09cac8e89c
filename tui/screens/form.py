"""A form for one verb. Nothing but the person in front of it moves it, and what was typed is never lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from node.errors import QiaoError
from node.matters.draft import Verb

from .. import long_lists, requests, safe
from ..cells import cut, in_two
from ..drafts import Key, name_of
from ..face import Item
from ..finder import Finds
from ..form import Blank, Unfit, blanks, raw_of, typed, values, widget_of
from ..gate import sentence_of
from ..inputs import Choice, Option
from ..labels import verb_label
from ..signing import Intent
from ..texts import t
from .base import Base
from .dialogs import ConfirmScreen, PickScreen

NAME = 18  # cells of a row's name
WAITS_IN = {"review": "submitted"}  # verb → status of the assignments that it is about
CONFIRMED = frozenset({"dispatch", "archive"})


class FormScreen(Base):
    """`record` is None for a verb that begins one; `item` is what `show` said of it; `given` is settled already, and
    isn't asked for."""

    kind = "form"
    is_form = True
    DEFAULT_CSS = "FormScreen { layers: base above; }"

    def __init__(
        self,
        verb: Verb,
        matter: str,
        record: str | None,
        item: Item,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.verb, self.matter, self.record, self.item = verb, matter, record, item
        self.given = dict(given or {})
        self.requests = requests.waiting(item, verb.name)
        asked = [field for field in verb.takes if field.name not in self.given]
        self.rows: list[Blank] = blanks(asked, verb.required, self._units())
        self.first = self._first() if verb.name == "amend" else {}
        self.only = {row.field.name: row.options[0][0] for row in self.rows if _has_one_answer(row)}

    @property
    def heading(self) -> str:
        return t("form.title", label=verb_label(self.verb), number=safe.cell(self.item.get("number") or ""))

    @property
    def key(self) -> Key:
        return (self.matter, self.verb.name, self.record or "")

    def _units(self) -> Sequence[Option]:
        """The units that have an assignment here, for verbs that name one."""
        rows = self.item.get("assignments") or []
        wanted = WAITS_IN.get(self.verb.name)
        waiting = [row for row in rows if row.get("status") == wanted or row.get("unit") in self.requests]
        named = {str(row["unit"]): str(row.get("unit_name") or row["unit"]) for row in waiting or rows}
        return list(named.items())

    def _first(self) -> dict[str, str]:
        """What stands in the record now: an amendment sends only what differs."""
        fields = self.item.get("fields")
        held: Mapping[str, Any] = fields if isinstance(fields, Mapping) else self.item
        return {row.field.name: typed(held.get(row.field.name), row.field) for row in self.rows}

    # Showing

    def body(self) -> Iterable[Widget]:
        kept = self.desk.drafts.get(self.key)
        yield Static(t("form.kept") if kept else "", classes="strip", id="note", markup=False)
        for act in self.requests.values():
            yield Static(requests.told(act), classes="asked", markup=False)
        yield VerticalScroll(*self._row_widgets(kept), classes="body", can_focus=False)
        yield Static("", classes="fault", id="fault", markup=False)
        yield Finds()

    def _row_widgets(self, kept: Mapping[str, str]) -> Iterable[Widget]:
        if not self.rows:
            yield Static(t("form.no_fields"), classes="strip", markup=False)
        for row in self.rows:
            name = row.field.name
            raw = kept.get(name, self.first.get(name, self.only.get(name, "")))
            if row.options and raw not in [value for value, _ in row.options]:
                raw = self.only.get(name, "")  # of a draft from when it could be chosen still
            told = Static(cut(("*" if row.required else " ") + row.label, NAME), classes="name", markup=False)
            yield Horizontal(told, widget_of(row, raw), classes="row -required" if row.required else "row")

    def begin(self) -> None:
        if self.rows:
            names = [row.field.name for row in self.rows]
            self._widget(next((name for name in names if name not in self.only), names[0])).focus()
            self.begin_work(lambda: long_lists.load(self), "lists")

    def _widget(self, name: str) -> Widget:
        return self.query_one(f"#f-{name}")

    def changed(self) -> None:
        self.query_one("#note", Static).update(t("form.stale"))

    def on_choice_wanted(self, event: Choice.Wanted) -> None:
        event.stop()
        choice = event.choice

        def chosen(value: str | None) -> None:
            if value is not None:
                choice.value = value
                self.entered()  # as Enter in any other field

        row = next(row for row in self.rows if f"f-{row.field.name}" == choice.id)
        title = t("pick.title", label=row.label)
        pick = PickScreen(title, choice.options, choice.value, event.typed)
        event.add = pick.add
        self.app.push_screen(pick, chosen)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered()

    def entered(self) -> None:
        """Enter in a field of one line."""
        self.focus_next()

    # Handing in

    def raw(self) -> dict[str, str]:
        return {row.field.name: raw_of(self._widget(row.field.name)) for row in self.rows}

    def data(self) -> dict[str, Any]:
        """What is to be signed. Raises Unfit, and Usage as Folder.path."""
        raw = self.raw()
        if not self.first:
            return {**self.given, **self._filed(values(self.rows, raw))}
        differing = [row for row in self.rows if raw[row.field.name] != self.first[row.field.name]]
        if not differing:
            raise Unfit(self.rows[0].field.name, t("form.nothing"))
        return self._filed(values(differing, raw))

    def _filed(self, data: dict[str, Any]) -> dict[str, Any]:
        """With the files that may be named here."""
        paths = {row.field.name for row in self.rows if row.is_file}
        return {
            name: str(self.desk.folder.path(value)) if name in paths else value
            for name, value in data.items()
        }

    def do_submit(self) -> None:
        try:
            data = self.data()
        except Unfit as fault:
            self._say(str(fault))
            self._point_at(fault.field)
            return
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self.run_worker(self._hand_in(data), group="submit", exclusive=True)

    def _point_at(self, name: str) -> None:
        for widget in self.query(f"#f-{name}"):
            widget.focus()

    async def _hand_in(self, data: dict[str, Any]) -> None:
        params = {"matter": self.matter, "verb": self.verb.name, "record": self.record, "data": data,
                  "draft": name_of(self.key)}  # fmt: skip
        self._say(t("form.checking"))  # another process may hold the database for a while
        try:
            await self.desk.gate.check("act", params, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self._say("")
        if self.verb.name not in CONFIRMED:
            self._leave(params)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._leave(params)

        self.app.push_screen(ConfirmScreen(self.sentence(data)), answered)

    def sentence(self, data: Mapping[str, Any]) -> str:
        """What is asked before an act that is hard to take back."""
        return f"{self.heading}: {t('confirm.archive')}"

    def _leave(self, params: dict[str, Any]) -> None:
        self.keep_draft()  # until it is signed
        intent = Intent(self.heading.strip(), "act", params, self.key, self.raw(), self._again())
        self.app.pop_screen()
        self.desk.sign(intent)

    def _again(self) -> Any:
        made, given = type(self), self.given
        verb, matter, record, item = self.verb, self.matter, self.record, self.item
        return lambda: made(verb, matter, record, item, given)

    def do_back(self) -> None:
        """What was typed stays as a draft until the form is opened again."""
        self.keep_draft()
        if self.key in self.desk.drafts:
            self.desk.tell(t("form.kept"))
        self.app.pop_screen()

    def keep_draft(self) -> None:
        raw = self.raw()
        if any(raw[name] != self.first.get(name, self.only.get(name, "")) for name in raw):
            self.desk.drafts.keep(self.key, raw)
        else:
            self.desk.drafts.drop(self.key)

    def tell_fault(self, fault: QiaoError) -> None:
        self.app.clear_notifications()  # what was done before would stand over what is wrong now
        self._say(sentence_of(fault))

    def _say(self, text: str) -> None:
        width = max(20, self.app.size.width - 2)
        self.query_one("#fault", Static).update(in_two(safe.line(text, 400), width))


def _has_one_answer(row: Blank) -> bool:
    """Something has to be chosen, and only one can be."""
    return row.required and len(row.options) == 1
