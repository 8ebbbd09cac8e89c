"""收件: saved views with counts, the list, and from 120 columns on a preview beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from rich.text import Text
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from node.errors import QiaoError
from node.matters.draft import Verb

from .. import columns, places, safe
from ..actions import keys_of, named
from ..cells import cut, pad, pad_left
from ..face import Item, Page, View
from ..gate import sentence_of
from ..inputs import TextBox
from ..labels import matter_of, verb_label
from ..lines import Lines
from ..rows import Column, Rows
from ..several import Target
from ..sheet import sheet, title
from ..texts import known, t
from .base import Base
from .dialogs import MarkScreen, PickScreen
from .order import OrderScreen

FIRST_SORT = "-changed"
MOST_ASKED = 50  # marked records whose actions are looked up; the rest is judged as it is signed
_FILLED = frozenset({"all", "mine", "unit"})  # views into which a registration comes at once


def view_label(view: View) -> str:
    return known(f"view.{view.id}", safe.cell(view.label))


class InboxScreen(Base):
    kind = "inbox"

    def __init__(self) -> None:
        super().__init__()
        self._views: list[View] = []
        self._kept: list[Item] = []  # views of one's own, or of the unit
        self._view, self._named = "all", ""  # the view, and the kept one that it is of
        self._text = ""
        self._sort = FIRST_SORT
        self._can_register = False
        self._is_listed = asyncio.Event()  # the first rows are here: what is counted takes longer

    @property
    def heading(self) -> str:
        return t("inbox.title")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="how", markup=False)
        yield TextBox(id="filter", hint=t("inbox.filter"))
        yield Horizontal(
            OptionList(id="views", markup=False),
            Rows(self._columns(), self._page, id="rows", empty=self._nothing),
            Lines(id="preview"),
            classes="body",
        )

    def begin(self) -> None:
        self._sort = self.desk.preferences.sorts.get(self.desk.matter, FIRST_SORT)
        if self._sort.lstrip("-") not in self._sorts():
            self._sort = FIRST_SORT
        self.rows.sorted_by = self._sort
        self.rows.focus()
        self._tell_how()
        self.begin_work(self._load_views, "views")
        self.rows.reload()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    def _columns(self) -> list[Column]:
        names = self.desk.preferences.columns.get(self.desk.matter, ())
        return columns.chosen(matter_of(self.desk.matter), names)

    def _sorts(self) -> dict[str, Column]:
        """Key of the order → column, of all that can be sorted by."""
        return {one.sort: one for one in columns.available(matter_of(self.desk.matter)).values() if one.sort}

    def offers(self, name: str) -> bool:
        return self._can_register if name == "register" else True

    @property
    def _takes_calls(self) -> bool:
        counter = places.place("intake")
        return self.desk.matter == "ticket" and counter is not None and self.desk.may_see(counter)

    def _nothing(self) -> str:
        """What would be in this view, and the key that fills it."""
        if self._text:
            return t("empty.filtered", text=safe.cell(self._text))
        told = known(f"empty.{self._view}", t("empty.all"))
        return f"{told}\n{t('empty.register')}" if self._can_register and self._view in _FILLED else told

    # Reading

    def _filters(self) -> dict[str, Any]:
        return {"view": self._view, "text": self._text or None, "sort": self._sort}

    async def _page(self, after: str | None, limit: int) -> Page | None:
        how = {**self._filters(), "person": self.desk.person, "limit": limit, "after": after}
        if (asked := columns.asked(self.rows.columns)) != []:
            how["columns"] = asked
        page: Page | None = await self.desk.ask("list", self.desk.matter, **how)
        self._is_listed.set()
        return page

    async def _load_views(self) -> None:
        """Behind the list's first rows, and where no list waits for it: with a million records, and nothing of them
        in the memory of the machine, the counts take a second."""
        await self._is_listed.wait()
        self._kept = list(await self.desk.ask("kept_views", self.desk.matter, self.desk.person) or ())
        self._can_register = await self._begins(self.desk.matter) or (
            self._takes_calls and await self._begins("call")
        )
        self.refresh_bindings()
        self.rows.refresh()  # where it is empty, it says by which key it is filled
        views = await self.desk.look("views", self.desk.matter, self.desk.person)
        if views is not None:
            self._show_views(list(views))

    async def _begins(self, matter: str) -> bool:
        verbs = await self.desk.ask("allowed", matter, None, self.desk.person)
        return any(verb.name == "register" for verb in verbs or ())

    def _show_views(self, views: list[View]) -> None:
        lines = [pad(view_label(view), 11) + pad_left(str(view.count), 5) for view in views]
        lines += [pad(f"* {safe.cell(kept['name'])}", 16) for kept in self._kept]
        names = [*(view.id for view in views), *(str(kept["name"]) for kept in self._kept)]
        widget = self.query_one("#views", OptionList)
        same, self._views = [view.id for view in self._views] == [view.id for view in views], views
        if same and widget.option_count == len(lines):
            for at, text in enumerate(lines):
                widget.replace_option_prompt_at_index(at, Text(text))
            return
        widget.clear_options()
        widget.add_options([Option(Text(text)) for text in lines])
        current = self._named or self._view
        widget.highlighted = names.index(current) if current in names else None

    def changed(self) -> None:
        """New data: the list stays where it is. Someone who types a filter isn't disturbed."""
        if self.query_one("#filter").has_focus:
            self.query_one("#how", Static).update(t("inbox.waiting"))
            return
        self.rows.renew()
        self.begin_work(self._load_views, "views")

    def resumed(self) -> None:
        self.changed()

    do_refresh = changed

    # Views, filter, order

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.query_one("#views").has_focus:
            self._choose_view(event.option_index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose_view(event.option_index)
        self.rows.focus()

    def _choose_view(self, index: int) -> None:
        if index >= len(self._views):
            self._use(self._kept[index - len(self._views)])
        elif (self._view, self._named) != (self._views[index].id, ""):
            self._view, self._named = self._views[index].id, ""
            self._start_over()

    def _use(self, kept: Mapping[str, Any]) -> None:
        """A kept view: its filters, order and columns in the place of those in force."""
        filters = kept.get("filters") or {}
        self._named = str(kept["name"])
        self._view, self._text = str(filters.get("view") or "all"), str(filters.get("text") or "")
        self._sort = str(filters.get("sort") or FIRST_SORT)
        if kept.get("columns"):
            self.rows.show_columns(columns.chosen(matter_of(self.desk.matter), kept["columns"]))
        self._start_over()

    def _start_over(self) -> None:
        self.rows.sorted_by = self._sort
        self._tell_how()
        self.rows.reload()

    def _tell_how(self) -> None:
        view = next((view_label(view) for view in self._views if view.id == self._view), t("view.all"))
        column = self._sorts().get(self._sort.lstrip("-"))
        way = "v" if self._sort.startswith("-") else "^"
        words = [f"* {safe.cell(self._named)}" if self._named else view]
        if column is not None:
            words.append(t("inbox.sorted", column=f"{safe.cell(column.heading)} {way}"))
        if self._text:
            words.insert(0, t("inbox.filtered", text=safe.cell(self._text)))
        if self.rows.marked:
            words.insert(0, t("inbox.marked", count=len(self.rows.marked)))
        self.query_one("#how", Static).update(cut("  ".join(words), max(10, self.app.size.width - 2)))

    resized = _tell_how

    def leads_on(self, key: str) -> bool:
        """What is typed at once behind the filter's key belongs in its field."""
        action = named("filter")
        is_its = action is not None and key in keys_of(action, self.desk.preferences.keys)
        return is_its and self.is_current and self.focused is self.rows

    def do_filter(self, text: str = "") -> None:
        if text:
            self._text = text
            self._start_over()
            return
        box = self.query_one("#filter", TextBox)
        box.add_class("-shown")
        box.focus()
        self.desk.call_later(self.desk.let_in, self)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._text = event.value.strip()
        self._close_filter()
        self._start_over()

    def _close_filter(self) -> None:
        self.query_one("#filter").remove_class("-shown")
        self.rows.focus()
        self._tell_how()

    def do_back(self) -> None:
        """Esc leaves the filter's field; from the list it clears the marks, then the filter."""
        box = self.query_one("#filter", TextBox)
        if box.has_focus:
            self._close_filter()
        elif self.rows.marked:
            self._unmark()
        elif self._text:
            self._text = box.value = ""
            self._start_over()

    async def do_sort(self, column: str = "") -> None:
        """The next of the columns shown, or the one that was named."""
        sorts = {one.sort: one for one in self.rows.columns if one.sort} or self._sorts()
        if column:
            named = [one for one in self._sorts().values() if column in (one.name, one.heading)]
            if not named:
                known_ones = ", ".join(one.heading for one in self._sorts().values())
                self.desk.tell(t("inbox.no_column", column=safe.cell(column), known=known_ones), "warning")
                return
            following = named[0].sort
        else:
            keys = list(sorts)
            now = self._sort.lstrip("-")
            following = keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0]
        await self._order(f"-{following}" if following == "changed" else following)

    async def do_sort_back(self) -> None:
        await self._order(self._sort[1:] if self._sort.startswith("-") else f"-{self._sort}")

    async def _order(self, sort: str) -> None:
        self._sort = sort
        self._start_over()
        await self.desk.prefer("sorts", {**self.desk.preferences.sorts, self.desk.matter: sort}, quietly=True)

    # Columns, and views that are kept

    def do_columns(self) -> None:
        shown = [column.name for column in self.rows.columns]
        offered = [(name, safe.cell(one.heading)) for name, one in self._known_columns().items()]
        self.app.push_screen(MarkScreen(t("columns.title"), offered, shown), self._chose_columns)

    def _known_columns(self) -> dict[str, Column]:
        return columns.available(matter_of(self.desk.matter))

    async def _chose_columns(self, names: list[str] | None) -> None:
        if names is None:
            return
        kept = {**self.desk.preferences.columns, self.desk.matter: tuple(names)}
        await self.desk.prefer("columns", kept)
        self.rows.show_columns(self._columns())
        self.rows.reload()

    async def do_keep_view(self, name: str = "") -> None:
        if not name:
            self.desk.do_palette()
            return
        filters = {key: value for key, value in self._filters().items() if value}
        shown = [column.name for column in self.rows.columns if column.name not in columns.UNKEPT]
        params = {"matter": self.desk.matter, "name": name, "filters": filters, "columns": shown}
        try:
            await self.desk.gate.act("do", "view.put", params, self.desk.person)
        except QiaoError as fault:
            self.desk.tell(sentence_of(fault), "error")
            return
        self.desk.tell(t("inbox.kept", name=safe.cell(name)))
        self.begin_work(self._load_views, "views")

    def do_show_view(self, name: str = "") -> None:
        kept = next((one for one in self._kept if one["name"] == name), None)
        if kept is not None:
            self._use(kept)
        elif name:
            self.desk.tell(t("inbox.no_view", name=safe.cell(name)), "warning")
        else:
            self.query_one("#views").focus()

    # Many at once

    def do_pick(self) -> None:
        self.rows.mark()
        self._tell_how()

    def _unmark(self) -> None:
        self.rows.marked.clear()
        self.rows.refresh()
        self._tell_how()

    def _marked(self) -> list[Item]:
        found = list(self.rows.marked.values())
        return found or ([self.rows.highlighted] if self.rows.highlighted else [])

    async def do_bulk(self) -> None:
        items = self._marked()
        if not items:
            self.desk.tell(t("bulk.none"), "warning")
            return
        verbs = await self._in_common(items)
        if not verbs:
            self.desk.tell(t("bulk.no_verb", count=len(items)), "warning")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                asked = [field.name for field in verbs[name].takes]
                targets = [Target(str(one["record"]), str(one.get("number") or "")) for one in items]
                self.app.push_screen(OrderScreen(verbs[name], self.desk.matter, targets, asked, self._unmark))

        options = [(name, verb_label(verb)) for name, verb in verbs.items()]
        self.app.push_screen(PickScreen(t("bulk.pick", count=len(items)), options), chosen)

    async def _in_common(self, items: Sequence[Item]) -> dict[str, Verb]:
        """The verbs that each of the records allows now."""
        common: dict[str, Verb] | None = None
        for item in items[:MOST_ASKED]:
            record = str(item["record"])
            found = await self.desk.ask("allowed", self.desk.matter, record, self.desk.person) or ()
            here = {verb.name: verb for verb in found}
            common = here if common is None else {name: one for name, one in common.items() if name in here}
        return common or {}

    def copied(self) -> str:
        found = self._marked()
        return "\n".join(safe.line(item.get("number") or "") for item in found)

    # Opening

    def on_rows_opened(self, event: Rows.Opened) -> None:
        from .ticket import TicketScreen

        event.stop()
        self.app.push_screen(TicketScreen(str(event.item["record"])))

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if self.query_one("#preview").display:
            item = event.item
            self.begin_work(lambda: self._preview(item), "preview")

    async def _preview(self, item: Item | None) -> None:
        lines = self.query_one("#preview", Lines)
        shown = await self.desk.ask("show", self.desk.matter, item["record"]) if item else None
        matter = matter_of(self.desk.matter)
        if shown is None:
            lines.show(lambda _width: [])
            return
        reader = self.desk.reader
        lines.show(lambda width: [[(cut(title(shown), width), "head")], *sheet(shown, matter, width, reader)])

    async def do_register(self) -> None:
        """By the matter's form; tickets where a call is taken."""
        from .form import FormScreen

        if self._takes_calls:
            self.desk.go_to(cast(places.Place, places.place("intake")))
            return
        verbs = await self.desk.ask("allowed", self.desk.matter, None, self.desk.person)
        verb = next((one for one in verbs or () if one.name == "register"), None)
        if verb is not None:
            self.app.push_screen(FormScreen(verb, self.desk.matter, None, {}))
