"""看板: what is happening now, who is in time, where trouble grows; pictures, each with a table that says the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from node.errors import QiaoError

from .. import figures, moments, panels, periods, safe
from ..cells import cut
from ..face import Item
from ..gate import sentence_of
from ..lines import Lines
from ..listed import Listed
from ..moments import CHINA
from ..panels import Ask, View
from ..pictures.ink import ink
from ..pictures.table import Table
from ..ranking import TREND_FROM, rank_columns, topic_columns
from ..rows import Column, Rows
from ..seldom import Seldom
from ..texts import t
from .base import Base

PAGES = ("overview", "ranking", "topics", "kline")
LISTS = frozenset({"ranking", "topics"})
EVERY = 15.0  # seconds: no oftener does what changes ask for all figures again
HELD = 400  # answers; past it those that aren't shown go
TRENDS = 40  # units whose course is drawn


class BoardScreen(Base):
    kind = "board"

    def __init__(self) -> None:
        super().__init__()
        self._page = PAGES[0]
        self._span: periods.Span | None = None
        self._is_chosen = False  # the period, by the person: it holds for every page then
        self._scope = ""
        self._figure = "completed_in_time"
        self._figure_name = ""
        self._is_of_tickets = True
        self._topic = ""
        self._plain = False
        self._is_turned = False  # the lowest first
        self._followed: periods.Span | None = None  # the present one, while it is shown
        self._names: dict[str, str] = {}
        self._answers: dict[Ask, Item] = {}
        self._fault = ""
        self._seldom = Seldom(self, EVERY, self._renew)

    @property
    def heading(self) -> str:
        return t("board.title")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="how", markup=False)
        yield Lines(id="picture")
        yield Listed((), id="ranks", empty=t("board.empty"))
        yield Static("", classes="strip", id="offices", markup=False)

    def begin(self) -> None:
        self._scope = self.desk.unit
        self._span = self._usual()
        self._show()
        self._seldom.now()

    def resumed(self) -> None:
        if self._span is not None:
            self.changed()

    # When

    def _now(self) -> datetime:
        return self.desk.now()

    def _today(self) -> Any:
        return self._now().astimezone(CHINA).date()

    def _usual(self) -> periods.Span:
        """Today for what happens now; for who is in time, a month."""
        return periods.of("day" if self._page == "overview" else "month", self._today())

    def changed(self) -> None:
        """What is shown stays until the new figures are there; they are asked for once in a while."""
        self._seldom.wanted()

    def do_refresh(self) -> None:
        self._seldom.now()

    def _renew(self) -> None:
        self._load(anew=True)

    # What is looked at

    @property
    def view(self) -> View:
        assert self._span is not None
        return View(
            self._span, self._scope, self.desk.unit, self._now(), self._figure,
            self._figure_name or self._figure, ink(self.desk.has_class("-ascii")), self._names, self._plain,
        )  # fmt: skip

    @property
    def _room(self) -> tuple[int, int]:
        """Cells of the picture."""
        return max(20, self.size.width - 3), max(8, self.size.height - 4)

    def _asks(self) -> list[Ask]:
        view = self.view
        if self._page == "overview":
            return panels.overview_asks(view, *self._room)
        if self._page == "topics":
            return list(panels.topic_asks(view))
        return [panels.rank_ask(view)] if self._page == "ranking" else [panels.kline_ask(view)]

    def _load(self, *, anew: bool = False) -> None:
        async def work() -> None:
            await self._ask_all(anew)

        self.begin_work(work, "board")

    async def _ask_all(self, anew: bool) -> None:
        """One after the other, so that who looks at the line gets between; each is drawn when it is there."""
        self._follow_today()
        if not self._names:
            await self._learn()
        wanted = self._asks()
        for one in wanted:
            if anew or one not in self._answers:
                await self._ask(one)
        if self._page == "ranking" and self.size.width >= TREND_FROM:
            await self._ask_trends(anew)
        if len(self._answers) > HELD:
            self._answers = {one: self._answers[one] for one in wanted if one in self._answers}

    async def _learn(self) -> None:
        units = await self.desk.ask("units")
        self._names = {str(one["path"]): str(one["name"]) for one in units or ()}
        self._figure_name, _ = (await asyncio.to_thread(figure_names))[self._figure]

    async def _ask(self, one: Ask) -> None:
        try:
            self._answers[one] = await self.desk.gate.look(one.method, *one.args, **dict(one.how))
            self._fault = ""
        except QiaoError as fault:
            self._fault = sentence_of(fault)
        self._show()

    async def _ask_trends(self, anew: bool) -> None:
        view = self.view
        below = [
            row for row in self._ranked() if row["path"] != view.scope
        ]  # its own course is that of the whole
        for row in below[:TRENDS]:
            one = panels.trend_ask(view, row["path"])
            if anew or one not in self._answers:
                await self._ask(one)

    def _follow_today(self) -> None:
        """A board that shows today shows the new day at midnight."""
        assert self._span is not None
        current = periods.of(self._span.kind, self._today())
        if self._followed == self._span:
            self._span = current
        self._followed = current if self._span == current else None

    # Showing

    def _show(self) -> None:
        if not self.is_whole:
            return
        self._tell_how()
        is_list = self._page in LISTS
        lines, ranks = self.query_one("#picture", Lines), self.query_one("#ranks", Listed)
        lines.display, ranks.display = not is_list, is_list
        wanted: Widget = ranks if is_list else lines
        if not wanted.has_focus:
            wanted.focus()
        if is_list:
            self._show_list(ranks)
        else:
            lines.show(self._picture)

    def _picture(self, width: int) -> list[Any]:
        view, (_, height) = self.view, self._room
        if self._page == "kline":
            return panels.kline(view, self._answers, width, height)
        return panels.overview(view, self._answers, width, height)

    def _show_list(self, ranks: Listed) -> None:
        rows = self._ranked() if self._page == "ranking" else self._topics()
        ranks.columns = tuple(self._columns(rows))
        if self._listed is None:
            ranks.wait()
        else:
            ranks.fill(rows)

    @property
    def _listed(self) -> Item | None:
        view = self.view
        one = panels.rank_ask(view) if self._page == "ranking" else panels.topic_asks(view)[0]
        return self._answers.get(one)

    def _ranked(self) -> list[Item]:
        view = self.view
        answer = self._answers.get(panels.rank_ask(view))
        rows = figures.ranks(answer, view.scope, view.own, view.names) if answer else []
        if self._is_turned:
            rows.reverse()
        keys = [(key, begun) for key, _, begun in periods.buckets(view.span, view.now)]
        for row in rows:
            own = row["path"] == view.scope
            trend = None if own else self._answers.get(panels.trend_ask(view, row["path"]))
            row["trend"] = figures.course(trend, "assignments", keys) if trend else []
        return rows

    def _topics(self) -> list[Item]:
        counts, codes = (self._answers.get(one) for one in panels.topic_asks(self.view))
        if counts is None:
            return []
        return figures.topics(counts, self._topic, figures.topic_labels(codes or {}), ("tickets", "calls"))

    def _columns(self, rows: Sequence[Item]) -> list[Column]:
        return rank_columns(self.view, rows) if self._page == "ranking" else topic_columns(self.view, rows)

    def _tell_how(self) -> None:
        width = max(20, self.size.width - 2)
        tabs = [_tab(at, page, page == self._page) for at, page in enumerate(PAGES, 1)]
        words = ["".join(tabs), self.view.span.label, self._where()]
        if self._page == "ranking":
            words.append(self._figure_name)
        if self._page == "topics":
            words.append(self._topic_path())
        self.query_one("#how", Static).update(cut("  ".join(filter(None, words)), width))
        self.query_one("#offices", Static).update(cut(self._standing(), width))

    def _where(self) -> str:
        """ "" for this node's own unit, which stands in the bar."""
        return "" if self._scope == self.desk.unit else safe.cell(self._names.get(self._scope) or self._scope)

    def _topic_path(self) -> str:
        labels = figures.topic_labels(self._answers.get(panels.topic_asks(self.view)[1]) or {})
        parts = self._topic.split("/") if self._topic else []
        paths = ["/".join(parts[: at + 1]) for at in range(len(parts))]
        return " > ".join(figures.topic_label(path, labels) for path in paths)

    def _standing(self) -> str:
        """As of when, and whose numbers are old."""
        if self._fault:
            return safe.line(self._fault, 300)
        shown = [self._answers[one] for one in self._asks() if one in self._answers]
        told = [one for one in shown if one.get("as_of")]
        if not told:
            return t("loading")
        oldest = min(told, key=lambda one: str(one["as_of"]))
        late = figures.offline(oldest)
        words = [t("board.as_of", time=moments.full(oldest["as_of"]))]
        if oldest.get("offices"):
            words.append(t("board.late", units="  ".join(late)) if late else t("board.all_fresh"))
        return "  ".join(words)

    def on_resize(self) -> None:
        if self._span is not None and self.is_whole:
            self._show()
            self._load()

    def copied(self) -> str:
        """The table of what is shown, with tabs between its cells."""
        table = self._table()
        return "" if table is None else table.text

    def _table(self) -> Table | None:
        view = self.view
        if self._page == "kline":
            answer = self._answers.get(panels.kline_ask(view))
            return panels.kline_table(figures.candles_of(answer)) if answer else None
        if self._page == "overview":
            answer = self._answers.get(panels.volume_ask(view))
            return panels.volume_table(view, answer) if answer else None
        rows, plain = self.query_one("#ranks", Listed).items, replace(view, plain=True)
        columns = rank_columns(plain, rows) if self._page == "ranking" else topic_columns(plain, rows)
        head = tuple(t(f"col.{one.name}") for one in columns)
        return Table(head, [tuple(safe.cell(one.value(row)) for one in columns) for row in rows])

    # Keys

    def do_page_overview(self) -> None:
        self._turn_to("overview")

    def do_page_ranking(self) -> None:
        self._turn_to("ranking")

    def do_page_topics(self) -> None:
        self._turn_to("topics")

    def do_page_kline(self) -> None:
        self._turn_to("kline")

    def do_pages(self) -> None:
        self._turn_to(PAGES[(PAGES.index(self._page) + 1) % len(PAGES)])

    def _turn_to(self, page: str) -> None:
        self._page = page
        if not self._is_chosen:
            self._span = self._usual()
        self._start_over()

    def _start_over(self) -> None:
        """Something else is looked at: what is known of it is shown at once, the rest is asked for."""
        ranks = self.query_one("#ranks", Listed)
        ranks.wait()
        self.query_one("#picture", Lines).scroll_to(y=0, animate=False)
        self._show()
        self.refresh_bindings()
        self._load()

    def do_period(self) -> None:
        assert self._span is not None
        following = periods.KINDS[(periods.KINDS.index(self._span.kind) + 1) % len(periods.KINDS)]
        today = self._today()
        day = today if self._span.first <= today <= self._span.last else self._span.first
        self._span, self._is_chosen = periods.of(following, day), True
        self._start_over()

    def do_earlier(self) -> None:
        self._move(-1)

    def do_later(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        assert self._span is not None
        moved = self._span.moved(by)
        if not periods.FIRST <= moved.first <= self._today():
            self.desk.tell(t("board.no_further"))
            return
        self._span, self._is_chosen = moved, True
        self._start_over()

    def do_table(self) -> None:
        self._plain = not self._plain
        self._start_over()

    async def do_figure(self) -> None:
        from .dialogs import PickScreen

        found = await asyncio.to_thread(figure_names)

        def chosen(figure: str | None) -> None:
            if figure:
                self._figure, (self._figure_name, matter) = figure, found[figure]
                self._is_of_tickets = matter == self.desk.matter
                self._turn_to("ranking")

        options = [(figure, name) for figure, (name, _) in found.items()]
        self.app.push_screen(PickScreen(t("board.choose_figure"), options, self._figure), chosen)

    def do_reverse(self) -> None:
        self._is_turned = not self._is_turned
        self._turn_to("ranking")

    def do_of_unit(self) -> None:
        from .dialogs import PickScreen

        def chosen(path: str | None) -> None:
            if path:
                self._scope = path
                self._start_over()

        options = [
            (path, name) for path, name in self._names.items() if figures.is_within(path, self.desk.unit)
        ]
        self.app.push_screen(PickScreen(t("board.choose_unit"), options, self._scope), chosen)

    def do_back(self) -> None:
        """A level up, then to the whole, then away."""
        if self._page == "topics" and self._topic:
            self._topic = self._topic.rpartition("/")[0]
        elif self._scope != self.desk.unit:
            self._scope = self._scope.rpartition("/")[0]
        else:
            self.desk.do_back()
            return
        self._start_over()

    # Deeper

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        if self._page == "topics":
            self._open_topic(event.item)
        else:
            self._open_unit(event.item)

    def _open_topic(self, item: Item) -> None:
        if item["deeper"]:
            self._topic = str(item["key"])
            self._start_over()
            return
        key = str(item["key"])
        by = "topic" if key in ("", self._topic) else f"topic:{key.count('/') + 1}"
        name = f"{t('board.topic')} {item['name']}"
        self._open_records("tickets", name, item["first"], by=by, key=key)

    def _open_unit(self, item: Item) -> None:
        path = str(item["path"])
        if path != self._scope and any(one.startswith(path + "/") for one in self._names):
            self._scope = path
            self._start_over()
            return
        if not self._is_of_tickets:
            self.desk.tell(t("board.no_list"))
            return
        own = {"by": "unit", "key": path} if path == self._scope else {}
        self._open_records(
            self._figure, f"{self._figure_name} {item['name']}", item["sum"].number, path, **own
        )

    def _open_records(
        self, figure: str, name: str, count: int, unit: str | None = None, **narrowed: str
    ) -> None:
        from .counted import CountedScreen

        assert self._span is not None
        counted = {"figure": figure, "period": self._span.text, **narrowed}
        self.app.push_screen(
            CountedScreen(f"{name}  {self._span.label}  {count:,}", counted, unit or self.view.unit)
        )


def _tab(at: int, page: str, is_shown: bool) -> str:
    label = f"{at} {t(f'do.page_{page}')}"
    return f"[{label}]" if is_shown else f" {label} "


def figure_names() -> dict[str, tuple[str, str]]:
    """(name, matter) of everything that is counted of calls and tickets. Reads a file: not for the event loop."""
    from node.figures.catalogue import catalogue

    return {
        one.id: (safe.cell(one.name), one.matter) for one in catalogue() if one.matter in ("call", "ticket")
    }
