"""收件: saved views with counts, the list, and from 120 columns on a preview beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from .. import moments, safe
from ..cells import cut, pad, pad_left
from ..face import Item, Page, View
from ..inputs import TextBox
from ..labels import matter_of, name_label
from ..lines import Lines
from ..rows import Column, Rows
from ..sheet import sheet, title
from ..texts import known, t
from .base import Base


def _state(item: Item) -> str:
    words = [t("urgent")] if item.get("urgency") == "urgent" else []
    matter = matter_of(str(item.get("matter") or "ticket"))
    return " ".join([*words, name_label(matter, item.get("status") or item.get("phase"))])


def _due(item: Item) -> str:
    return ("!" if item.get("overdue") else "") + moments.limit(item.get("due"))


def _late(item: Item) -> str:
    return "bad" if item.get("overdue") else ""


def _unit(name: str) -> Column:
    return Column(name, 20, lambda item: str(item.get(f"{name}_name") or item.get(name) or ""), from_width=84)


COLUMNS: Sequence[Column] = (
    Column("number", 20, lambda item: str(item.get("number") or ""), sort="number"),
    Column("title", 0, lambda item: str(item.get("title") or "")),
    _unit("lead"),
    Column("phase", 11, _state, sort="phase"),
    Column("due", 12, _due, sort="due", style=_late),
    Column("changed", 11, lambda item: moments.short(item.get("changed")), sort="changed", from_width=100),
)
SORTS = tuple(column for column in COLUMNS if column.sort)


def view_label(view: View) -> str:
    return known(f"view.{view.id}", safe.cell(view.label))


class InboxScreen(Base):
    kind = "inbox"

    def __init__(self) -> None:
        super().__init__()
        self._views: list[View] = []
        self._view = "all"
        self._text = ""
        self._sort = "-changed"
        self._can_register = False

    @property
    def heading(self) -> str:
        return t("inbox.title")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="how", markup=False)
        yield TextBox(id="filter", hint=t("inbox.filter"))
        yield Horizontal(
            OptionList(id="views", markup=False),
            Rows(COLUMNS, self._page, id="rows"),
            Lines(id="preview"),
            classes="body",
        )

    def begin(self) -> None:
        self.rows.sorted_by = self._sort
        self.rows.focus()
        self._tell_how()
        self.begin_work(self._load_views, "views")
        self.rows.reload()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    def offers(self, name: str) -> bool:
        return self._can_register if name == "register" else True

    # Reading

    async def _page(self, after: str | None, limit: int) -> Page | None:
        how: dict[str, Any] = {"view": self._view, "text": self._text or None, "sort": self._sort}
        how |= {"person": self.desk.person, "limit": limit, "after": after}
        page: Page | None = await self.desk.ask("list", self.desk.matter, **how)
        return page

    async def _load_views(self) -> None:
        views = await self.desk.ask("views", self.desk.matter, self.desk.person)
        verbs = await self.desk.ask("allowed", self.desk.matter, None, self.desk.person)
        self._can_register = any(verb.name == "register" for verb in verbs or ())
        self.refresh_bindings()
        if views is not None:
            self._show_views(list(views))

    def _show_views(self, views: list[View]) -> None:
        known = [view.id for view in self._views] == [view.id for view in views]
        self._views = views
        lines = [pad(view_label(view), 11) + pad_left(str(view.count), 5) for view in views]
        widget = self.query_one("#views", OptionList)
        if known:
            for at, text in enumerate(lines):
                widget.replace_option_prompt_at_index(at, Text(text))
            return
        widget.clear_options()
        widget.add_options([Option(Text(text)) for text in lines])
        ids = [view.id for view in views]
        widget.highlighted = ids.index(self._view) if self._view in ids else None

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
        chosen = self._views[event.option_index].id
        if self.query_one("#views").has_focus and chosen != self._view:
            self._view = chosen
            self._start_over()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._view = self._views[event.option_index].id
        self._start_over()
        self.rows.focus()

    def _start_over(self) -> None:
        self.rows.sorted_by = self._sort
        self._tell_how()
        self.rows.reload()

    def _tell_how(self) -> None:
        view = next((view_label(view) for view in self._views if view.id == self._view), t("view.all"))
        column = next(column for column in SORTS if column.sort == self._sort.lstrip("-"))
        way = "v" if self._sort.startswith("-") else "^"
        words = [view, t("inbox.sorted", column=f"{t(f'col.{column.name}')} {way}")]
        if self._text:
            words.insert(0, t("inbox.filtered", text=safe.cell(self._text)))
        self.query_one("#how", Static).update(cut("  ".join(words), max(10, self.app.size.width - 2)))

    def do_filter(self, text: str = "") -> None:
        if text:
            self._text = text
            self._start_over()
            return
        box = self.query_one("#filter", TextBox)
        box.add_class("-shown")
        box.focus()

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
        """Esc leaves the filter's field; from the list it clears the filter."""
        box = self.query_one("#filter", TextBox)
        if box.has_focus:
            self._close_filter()
        elif self._text:
            self._text = box.value = ""
            self._start_over()

    def do_sort(self, column: str = "") -> None:
        named = next((one for one in SORTS if column and column in (one.name, t(f"col.{one.name}"))), None)
        if named is not None:
            self._sort = named.sort
            self._start_over()
            return
        at = next(index for index, column in enumerate(SORTS) if column.sort == self._sort.lstrip("-"))
        following = SORTS[(at + 1) % len(SORTS)].sort
        self._sort = f"-{following}" if following == "changed" else following
        self._start_over()

    def do_sort_back(self) -> None:
        self._sort = self._sort[1:] if self._sort.startswith("-") else f"-{self._sort}"
        self._start_over()

    # Opening

    def on_rows_opened(self, event: Rows.Opened) -> None:
        from .ticket import TicketScreen

        event.stop()
        self.app.push_screen(TicketScreen(str(event.item["record"])))

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if self.query_one("#preview").display:
            self.run_worker(self._preview(event.item), group="preview", exclusive=True)

    async def _preview(self, item: Item | None) -> None:
        lines = self.query_one("#preview", Lines)
        shown = await self.desk.ask("show", self.desk.matter, item["record"]) if item else None
        matter = matter_of(self.desk.matter)
        if shown is None:
            lines.show(lambda _width: [])
            return
        lines.show(lambda width: [[(cut(title(shown), width), "head")], *sheet(shown, matter, width)])

    async def do_register(self) -> None:
        from .form import FormScreen

        verbs = await self.desk.ask("allowed", self.desk.matter, None, self.desk.person)
        verb = next((one for one in verbs or () if one.name == "register"), None)
        if verb is not None:
            self.app.push_screen(FormScreen(verb, self.desk.matter, None, {}))
