"""督办: who is late, by unit, with the sentence of evidence; what will be late; what never arrived; and the acts by
which it is watched over, on one row or on all that are marked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Input, Static

from node.errors import QiaoError
from node.matters.draft import Verb

from .. import moments, overdue, safe
from ..actions import named
from ..cells import cut
from ..face import Item, Page
from ..inputs import TextBox
from ..labels import kind_of, matter_of, name_label, verb_label
from ..lines import Lines
from ..listed import HEADING, Figure, Listed
from ..rows import Column, Rows
from ..seldom import Seldom
from ..several import Target
from ..texts import t
from .base import Base

LATE = "overdue"
LISTS = (LATE, "reminders", "undelivered", "cards", "follow_up")  # the first is ours, the others are views
ORDERS = {  # action → verb, and what its form asks
    "urge": ("urge", ("text",)),
    "supervise": ("supervise", ("text", "days")),
    "rework": ("rework", ("reason", "text")),
    "clear_card": ("clear-card", ("text",)),
}
EVERY = 5.0  # seconds
MARK = "*"


class SupervisionScreen(Base):
    kind = "supervision"

    def __init__(self) -> None:
        super().__init__()
        self._list = LATE
        self._answer: Item | None = None
        self._arranged: list[Item] = []  # the deadlines that fit the filter, also the folded ones
        self._counts: dict[str, int] = {}
        self._text = ""
        self._sort, self._backwards = "late", False
        self._view_sort = "due"
        self._folded: set[str] = set()  # units
        self._marked: dict[str, Item] = {}  # id of the row → the row
        self._verbs: dict[str, Verb] = {}  # that are allowed on the row under the cursor
        self._seldom = Seldom(self, EVERY, self._load)

    @property
    def heading(self) -> str:
        return t("supervision.title")

    def body(self) -> Iterable[Widget]:
        mark = Column(
            "mark_of", 1, lambda item: MARK if self._key_of(item) in self._marked else "", label=MARK
        )
        yield Static("", classes="strip", id="how", markup=False)
        yield Static("", classes="strip", id="which", markup=False)
        yield TextBox(id="filter", hint=t("supervision.filter"))
        yield Listed((mark, *LATE_COLUMNS), id="late", empty=t("supervision.nothing_late"))
        yield Rows((mark, *VIEW_COLUMNS), self._page, id="rows", empty=self._nothing)
        yield Lines(id="detail")

    def begin(self) -> None:
        self._turn_to(LATE)
        self._seldom.now()

    def resumed(self) -> None:
        self.changed()

    # Reading

    def changed(self) -> None:
        """Someone who types a filter isn't disturbed; the cursor stays on its record."""
        if self.query_one("#filter").has_focus:
            return
        self._seldom.wanted()

    def do_refresh(self) -> None:
        self._seldom.now()

    def _load(self) -> None:
        self.begin_work(self._read, "supervision")

    async def _read(self) -> None:
        try:
            self._answer = await self.desk.gate.look("overdue")
        except QiaoError as fault:
            self.desk.trouble(fault)
        self._show_late()
        if self._list != LATE:
            self.query_one("#rows", Rows).renew()
        views = await self.desk.look("views", self.desk.matter, self.desk.person)
        self._counts = {view.id: view.count for view in views or ()}
        self._tell_how()

    async def _page(self, after: str | None, limit: int) -> Page | None:
        how = {"view": self._list, "person": self.desk.person, "text": self._text or None, "sort": self._view_sort,
               "limit": limit, "after": after}  # fmt: skip
        page: Page | None = await self.desk.ask("list", self.desk.matter, **how)
        return page

    def _nothing(self) -> str:
        return t("empty") if self._list == LATE else t(f"supervision.no_{self._list}")

    # Showing

    def _show_late(self) -> None:
        self.begin_work(self._arrange, "late")

    async def _arrange(self) -> None:
        """Thousands of deadlines are grouped and sorted: not on the event loop."""
        if self._answer is None:
            return
        answer, text, sort, backwards = self._answer, self._text, self._sort, self._backwards
        rows = await asyncio.to_thread(overdue.rows, answer, text, sort, backwards=backwards)
        self._arranged = [row for row in rows if HEADING not in row]
        if self._list == LATE:
            there = {row["id"] for row in self._arranged}
            self._marked = {key: item for key, item in self._marked.items() if key in there}
        self.query_one("#late", Listed).fill(overdue.folded(rows, self._folded))
        self._tell_how()

    @property
    def _rows(self) -> Rows:
        return self.query_one("#late", Listed) if self._list == LATE else self.query_one("#rows", Rows)

    def _turn_to(self, name: str) -> None:
        """From its beginning: another list, order or filter."""
        self._list = name
        self._marked.clear()
        late, rows = self.query_one("#late", Listed), self.query_one("#rows", Rows)
        late.display, rows.display = name == LATE, name != LATE
        late.sorted_by = ("-" if (self._sort != "number") != self._backwards else "") + self._sort
        rows.sorted_by = self._view_sort
        if name == LATE:
            late.wait()
            self._show_late()
        else:
            rows.reload()
        self._rows.focus()
        self._tell_how()

    def _tell_how(self) -> None:
        """Which list, and beneath it which of its rows, as of when."""
        words = []
        if self._marked:
            words.append(t("supervision.marked", n=len(self._marked)))
        if self._text:
            words.append(t("inbox.filtered", text=safe.cell(self._text)))
        if self._answer:
            words.append(t("board.as_of", time=moments.full(self._answer.get("as_of"))))
        width = max(20, self.size.width - 2)
        self.query_one("#how", Static).update(cut(self._tabs(), width))
        self.query_one("#which", Static).update(cut("  ".join(words) or t("loading"), width))

    def _tabs(self) -> str:
        return "".join(self._tab(at, name) for at, name in enumerate(LISTS, 1))

    def _tab(self, at: int, name: str) -> str:
        count: int | str = (
            len((self._answer or {}).get("items") or ()) if name == LATE else self._counts.get(name, "")
        )
        label = f"{at} {t(f'do.list_{name}')} {count}".rstrip()
        return f"[{label}]" if name == self._list else f" {label} "

    def on_resize(self) -> None:
        if self.is_whole:
            self.query_one("#detail").styles.height = 5 if self.size.height < 36 else 10
            self._tell_how()

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if event.rows is self._rows:
            item = event.item

            async def work() -> None:
                await self._look_at(item)

            self.begin_work(work, "detail")

    async def _look_at(self, item: Item | None) -> None:
        """What the row under the cursor rests on, and what may be done with it."""
        detail = self.query_one("#detail", Lines)
        self._verbs = {}
        if item is None or HEADING in item:
            detail.show(lambda width: [[(cut(t("supervision.on_heading") if item else "", width), "dim")]])
            self.refresh_bindings()
            return
        if self._list == LATE:
            detail.show(lambda width: overdue.told(item, width))
        record = str(item["record"])
        verbs = await self.desk.ask("allowed", self.desk.matter, record, self.desk.person)
        self._verbs = {verb.name: verb for verb in verbs or ()}
        self.refresh_bindings()
        if self._list != LATE:
            shown = await self.desk.ask("show", self.desk.matter, record)
            if shown is not None:
                detail.show(lambda width: overdue.told_record({**item, **shown}, width))

    # Which rows

    def do_list_overdue(self) -> None:
        self._turn_to(LATE)

    def do_list_reminders(self) -> None:
        self._turn_to("reminders")

    def do_list_undelivered(self) -> None:
        self._turn_to("undelivered")

    def do_list_cards(self) -> None:
        self._turn_to("cards")

    def do_list_follow_up(self) -> None:
        self._turn_to("follow_up")

    def do_lists(self) -> None:
        self._turn_to(LISTS[(LISTS.index(self._list) + 1) % len(LISTS)])

    def do_filter(self, text: str = "") -> None:
        if text:
            self._filter(text)
            return
        box = self.query_one("#filter", TextBox)
        box.add_class("-shown")
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_filter()
        self._filter(event.value.strip())

    def _filter(self, text: str) -> None:
        self._text = text
        self._turn_to(self._list)

    def _close_filter(self) -> None:
        self.query_one("#filter").remove_class("-shown")
        self._rows.focus()
        self._seldom.wanted()  # what changed meanwhile wasn't asked for

    def do_back(self) -> None:
        """Esc leaves the filter's field, then takes back the marks, then the filter, then leaves."""
        box = self.query_one("#filter", TextBox)
        if box.has_focus:
            self._close_filter()
        elif self._marked:
            self._unmark()
        elif self._text:
            box.value = ""
            self._filter("")
        else:
            self.desk.do_back()

    def do_sort(self, column: str = "") -> None:
        known = list(overdue.SORTS) if self._list == LATE else list(VIEW_SORTS)
        asked = next((one for one in known if column in (one, t(f"col.{one}"))), None)
        if self._list == LATE:
            self._sort, self._backwards = asked or _following(known, self._sort), False
        else:
            self._view_sort = asked or _following(known, self._view_sort.lstrip("-"))
        self._turn_to(self._list)

    def do_sort_back(self) -> None:
        if self._list == LATE:
            self._backwards = not self._backwards
        else:
            self._view_sort = self._view_sort[1:] if self._view_sort[0] == "-" else f"-{self._view_sort}"
        self._turn_to(self._list)

    def do_pick(self) -> None:
        """The row, and on to the next; on a heading, all of its unit."""
        item = self._rows.highlighted
        if item is None:
            return
        several = self._of_unit(item) if HEADING in item else [item]
        are = all(self._key_of(one) in self._marked for one in several)
        for one in several:
            if are:
                self._marked.pop(self._key_of(one), None)
            else:
                self._marked[self._key_of(one)] = one
        if HEADING not in item:
            self._rows.action_move(1)
        self._drawn_marks()

    def _of_unit(self, heading: Item) -> list[Item]:
        return [row for row in self._arranged if row["unit"] == heading["unit"]]

    def _unmark(self) -> None:
        self._marked.clear()
        self._drawn_marks()

    def _drawn_marks(self) -> None:
        self._rows.refresh()
        self._tell_how()
        self.refresh_bindings()

    def _key_of(self, item: Item) -> str:
        return str(item.get("id") or item.get("record") or "")

    def on_rows_opened(self, event: Rows.Opened) -> None:
        from .ticket import TicketScreen

        event.stop()
        if HEADING in event.item:
            self._folded ^= {str(event.item["unit"])}
            self._show_late()
        else:
            self.app.push_screen(TicketScreen(str(event.item["record"])))

    def copied(self) -> str:
        """The marked rows, or all, with tabs."""
        if self._list != LATE:
            item = self._rows.highlighted
            return str(item.get("number") or "") if item else ""
        chosen = [row for row in self._arranged if row["id"] in self._marked] or self._arranged
        return "\n".join("\t".join([overdue.unit_name(row), *_texts(row)]) for row in chosen)

    # Acting

    def offers(self, name: str) -> bool:
        if name not in ORDERS:
            return True
        if self._marked:
            return self._may(name) and not (name == "rework" and self._list == LATE)  # that one is open still
        return ORDERS[name][0] in self._verbs

    def _may(self, name: str) -> bool:
        """By role; of each marked row it is asked when it is to be signed."""
        action = named(name)
        kind, person = kind_of(self.desk.matter), self.desk.person
        verb = kind.verb(ORDERS[name][0]) if kind else None
        declared = kind.matter.action(verb.action) if kind and verb else None
        return bool(action and person and declared and declared.roles & person.roles)

    async def do_urge(self) -> None:
        await self._order("urge")

    async def do_supervise(self) -> None:
        await self._order("supervise")

    async def do_rework(self) -> None:
        await self._order("rework")

    async def do_clear_card(self) -> None:
        await self._order("clear_card")

    async def _order(self, name: str) -> None:
        """The form, for the marked rows or the one under the cursor."""
        from .order import OrderScreen

        verb_name, asked = ORDERS[name]
        kind = kind_of(self.desk.matter)
        verb = kind.verb(verb_name) if kind else None
        one = self._rows.highlighted
        rows = list(self._marked.values()) or ([one] if one and HEADING not in one else [])
        if verb is None or not rows:
            self.desk.tell(t("supervision.none"), "warning")
            return
        targets = await self._targets(name, rows)
        if not targets:
            self.desk.tell(t("supervision.no_target", label=verb_label(verb)), "warning")
            return
        self.app.push_screen(OrderScreen(verb, self.desk.matter, targets, asked, self._marked.clear))

    async def _targets(self, name: str, rows: Sequence[Item]) -> list[Target]:
        found: dict[tuple[str, str], Target] = {}
        for row in rows:
            several = await self._cards(row) if name == "clear_card" else [self._said(name, row)]
            for data in several:
                target = Target(str(row["record"]), str(row.get("number") or ""), data)
                found.setdefault((target.record, str(sorted(data.items()))), target)
        return list(found.values())

    def _said(self, name: str, row: Item) -> dict[str, Any]:
        """What the row says of the act: whom an order is to."""
        return {"unit": row["unit"]} if name == "supervise" and self._list == LATE else {}

    async def _cards(self, row: Item) -> list[dict[str, Any]]:
        """The key of each card that stands."""
        if self._list == LATE:
            keys = {name: row[name] for name in ("clock", "unit", "round")}
            return [{**keys, "colour": one["colour"]} for one in overdue.standing(row)]
        shown = await self.desk.ask("show", self.desk.matter, row["record"])
        names = ("clock", "unit", "round", "colour")
        return [{name: one[name] for name in names} for one in overdue.standing(shown or {})]


def _following(known: Sequence[str], one: str) -> str:
    return known[(known.index(one) + 1) % len(known)]


def _texts(row: Item) -> list[str]:
    return [safe.cell(column.value(row)) for column in LATE_COLUMNS]


LATE_COLUMNS = (
    Column("number", 20, lambda item: str(item.get("number") or ""), sort="number"),
    Column("title", 0, lambda item: str(item.get("title") or "")),
    Column("clock", 8, overdue.clock_label),
    Figure("late", 10, lambda item: moments.span(item["overdue_seconds"]), sort="late", style=lambda _item: "bad"),
    Figure("line", 9, lambda item: moments.span(item["line_seconds"]) if item["line_seconds"] else "", sort="line"),
    Column("cards", 8, overdue.cards_text, sort="cards", style=lambda _item: "bad"),
    Column("due", 12, lambda item: moments.limit(item.get("due")), from_width=100),
)  # fmt: skip
VIEW_SORTS = ("due", "number", "phase", "changed")
VIEW_COLUMNS = (
    Column("number", 20, lambda item: str(item.get("number") or ""), sort="number"),
    Column("title", 0, lambda item: str(item.get("title") or "")),
    Column("lead", 16, lambda item: str(item.get("lead_name") or item.get("lead") or "")),
    Column("phase", 10, lambda item: name_label(matter_of(str(item.get("matter") or "ticket")),
                                               item.get("status") or item.get("phase")), sort="phase"),
    Column("due", 12, lambda item: ("!" if item.get("overdue") else "") + moments.limit(item.get("due")), sort="due",
           style=lambda item: "bad" if item.get("overdue") else ""),
    Column("changed", 11, lambda item: moments.short(item.get("changed")), sort="changed", from_width=120),
)  # fmt: skip
