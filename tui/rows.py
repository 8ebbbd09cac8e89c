"""A list of any length that holds a few pages of it: what is seen is asked for by key, page by page.

(The built-in DataTable takes seconds for 10,000 rows; this one takes as long for ten million as for ten.)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from . import safe
from .cells import pad, wrap
from .face import Item, Page
from .texts import t

Source = Callable[[str | None, int], Awaitable[Page | None]]  # (after, limit); None: it failed, and was told

PAGE = 100
WIDEST = 12  # cells that the column without a width has at least
MORE = 2  # cells of the sign that there are more columns
KEPT = 30  # pages; 3,000 rows of about 1 KB are 3 MB


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in cells; 0 takes what is left. `value` gives foreign text; `sort` is the node's sort key."""

    name: str  # key of texts: col.NAME
    width: int
    value: Callable[[Item], str]
    sort: str = ""
    style: Callable[[Item], str] = lambda _item: ""  # "", "dim", "warn", "bad"
    from_width: int = 0  # shown only where the list is at least this wide
    label: str = ""  # in the place of the text

    @property
    def heading(self) -> str:
        return self.label or t(f"col.{self.name}")


class Rows(ScrollView, can_focus=True):
    """Line 0 is the header. Posts Highlighted and Opened."""

    COMPONENT_CLASSES = {
        "rows--header", "rows--cursor", "rows--dim", "rows--warn", "rows--bad", "rows--good", "rows--head",
    }  # fmt: skip
    DEFAULT_CSS = """
    Rows { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    Rows .rows--header { text-style: bold; color: $text-accent; background: $panel; }
    Rows .rows--cursor { background: $surface-lighten-2; }
    Rows:focus .rows--cursor { background: $primary; color: $text; text-style: bold; }
    Rows .rows--dim { color: $text-muted; }
    Rows .rows--warn { color: $text-warning; }
    Rows .rows--bad { color: $text-error; text-style: bold; }
    Rows .rows--good { color: $text-success; }
    Rows .rows--head { color: $text-accent; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "leaf(-1)", show=False),
        Binding("pagedown", "leaf(1)", show=False),
        Binding("home", "move(-1000000000)", show=False),
        Binding("end", "move(1000000000)", show=False),
        Binding("enter", "open", show=False),
        Binding("left", "shift(-1)", show=False),
        Binding("right", "shift(1)", show=False),
    ]
    cursor = reactive(0, repaint=False)

    @dataclass
    class Highlighted(Message):
        rows: Rows
        item: Item | None

    @dataclass
    class Opened(Message):
        rows: Rows
        item: Item

    def __init__(
        self,
        columns: Sequence[Column],
        source: Source,
        *,
        id: str | None = None,
        empty: Callable[[], str] = lambda: t("empty"),
    ) -> None:
        """`empty`: what would be here and which key fills it, in safe text; asked for when nothing is."""
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.marked: dict[str, Item] = {}  # by id; they stay marked from page to page
        self._empty = empty
        self.source = source
        self.sorted_by = ""
        self._shift = 0  # columns behind the first that were moved out of sight
        self._forget()

    def _forget(self) -> None:
        self._pages: dict[int, list[Item]] = {}
        self._starts = [0]  # row at which each known page begins; the last one may not be loaded yet
        self._after: list[str | None] = [None]  # its cursor
        self._ended = False
        self._asked: set[int] = set()
        self._sought = ""  # the record that the cursor lost when pages were cut, until it is found or left
        self._age = getattr(self, "_age", 0) + 1  # answers to questions of before are dropped

    # What it holds

    @property
    def known(self) -> int:
        """Rows known so far; there may be more behind."""
        return self._starts[-1]

    @property
    def pages_held(self) -> int:
        return len(self._pages)

    def item_at(self, row: int) -> Item | None:
        """The row, where its page is held."""
        page = self._page_of(row)
        items = self._pages.get(page, [])
        offset = row - self._starts[page]
        return items[offset] if 0 <= offset < len(items) else None

    @property
    def highlighted(self) -> Item | None:
        return self.item_at(self.cursor)

    def _id_of(self, item: Item) -> str:
        return str(item.get("record") or item.get("id") or item.get("path") or "")

    def _page_of(self, row: int) -> int:
        return max(0, bisect_right(self._starts, row) - 1)

    # Loading

    def reload(self) -> None:
        """From the beginning, for another view, filter or order."""
        self._forget()
        self.scroll_to(y=0, animate=False, immediate=True)
        self.cursor = 0
        self._ask(0)

    def renew(self) -> None:
        """Asks again for the page under the cursor; the cursor stays on its record."""
        page = self._page_of(self.cursor)
        if page not in self._asked:
            self._ask(page)

    def _ask(self, page: int) -> None:
        self._asked.add(page)
        self.run_worker(self._load(page, self._age), group="rows", exit_on_error=True)

    async def _load(self, page: int, age: int) -> None:
        answer = await self.source(self._after[page], PAGE)
        if age != self._age or not self.is_attached:
            return
        self._asked.discard(page)
        if answer is None:
            self._ended = True
        else:
            self._take(page, list(answer.items), answer.next)
        self._resize()
        self._announce()

    def _take(self, page: int, items: list[Item], following: str | None) -> None:
        kept = self._sought or (self._id_of(self.highlighted) if self.highlighted else "")
        was_here = bool(self._sought) or self._page_of(self.cursor) == page
        end = self._starts[page] + len(items)
        last_known = page + 1 >= len(self._starts)
        same = not last_known and self._starts[page + 1] == end and self._after[page + 1] == following
        if not same:
            self._cut_behind(page)
            if following is not None and items:
                self._after.append(following)
            self._ended = following is None or not items
            self._starts.append(end)
            if self._ended:
                self._after.append(None)
        self._pages[page] = items
        self._evict(page)
        self._follow(kept, page, was_here)

    def _cut_behind(self, page: int) -> None:
        del self._starts[page + 1 :], self._after[page + 1 :]
        self._pages = {index: held for index, held in self._pages.items() if index <= page}

    def _evict(self, page: int) -> None:
        while len(self._pages) > KEPT:
            del self._pages[max(self._pages, key=lambda held: abs(held - page))]

    def _follow(self, kept: str, page: int, was_here: bool) -> None:
        """The cursor stays on its record. Where that isn't on this page any more, the next one is asked for it, and
        meanwhile the cursor stays at its row."""
        if not kept or not (was_here or self.cursor >= self.known):
            self.cursor = min(self.cursor, max(0, self.known - 1))
            return
        found = next((at for at, item in enumerate(self._pages[page]) if self._id_of(item) == kept), None)
        wanted = self.cursor if found is None else self._starts[page] + found
        self.cursor = min(wanted, max(0, self.known - 1))
        self._seek("" if found is not None else kept, page + 1)

    def _seek(self, record: str, page: int) -> None:
        """Only on the page after the one that it left: a record that is gone isn't looked for in all of them."""
        is_there = page in self._pages or (page == len(self._starts) - 1 and not self._ended)
        self._sought = record if is_there and not self._sought else ""
        if self._sought and page not in self._asked:
            self._ask(page)

    def _want(self) -> None:
        """Asks for what is in sight and isn't held."""
        first = int(self.scroll_offset.y)
        last = min(first + max(1, self.size.height), self.known)
        for page in range(self._page_of(first), self._page_of(last) + 1):
            missing = page not in self._pages and page not in self._asked
            if missing and (page < len(self._starts) - 1 or not self._ended):
                self._ask(page)

    # Moving

    def action_move(self, by: int) -> None:
        self._sought = ""
        if self.known:
            self.cursor = min(max(0, self.cursor + by), self.known - 1)

    def action_leaf(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height - 2))

    def show_columns(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.refresh()

    def mark(self) -> None:
        """Marks the row under the cursor, or takes its mark away, and goes on to the next."""
        if (item := self.highlighted) is not None:
            name = self._id_of(item)
            if self.marked.pop(name, None) is None:
                self.marked[name] = item
            self.action_move(1)
            self.refresh()

    def action_shift(self, by: int) -> None:
        """Columns that don't fit come into sight; the first one stays."""
        if by < 0 or self._is_more(self.size.width):
            self._shift = max(0, self._shift + by)
            self.refresh()

    def action_open(self) -> None:
        if (item := self.highlighted) is not None:
            self.post_message(self.Opened(self, item))

    def watch_cursor(self) -> None:
        if not self.is_mounted:
            return
        self.scroll_to_region(Region(0, self.cursor, 1, 2), animate=False, force=True)
        self._want()
        if self.cursor >= self.known - 1 and not self._ended and len(self._starts) - 1 not in self._asked:
            self._ask(len(self._starts) - 1)
        self.refresh()
        self._announce()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_mounted:
            self._want()

    def on_resize(self) -> None:
        self._resize()
        if self.known:
            self._want()

    def on_click(self, event: object) -> None:
        row = int(self.scroll_offset.y) + int(getattr(event, "y", 0)) - 1
        if 0 <= row < self.known:
            self._sought, again = "", row == self.cursor
            self.cursor = row
            if again:
                self.action_open()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.known + 1 + (0 if self._ended else 1))
        self.refresh()

    def _announce(self) -> None:
        self.post_message(self.Highlighted(self, self.highlighted))

    # Drawing

    def _fitting(self, width: int) -> list[Column]:
        return [column for column in self.columns if column.from_width <= width]

    def columns_shown(self, width: int) -> list[tuple[Column, int]]:
        """The columns in sight, each with its cells; one blank stands between two. What doesn't fit is behind them."""
        wanted = self._fitting(width)
        first, rest = wanted[:1], wanted[1 + self._shift :]
        seen: list[Column] = []
        used = 0
        for column in (*first, *rest):
            used += (column.width or WIDEST) + bool(seen)
            if seen and used > width - (MORE if column is not wanted[-1] else 0):
                break
            seen.append(column)
        left = width - sum(column.width for column in seen) - (len(seen) - 1)
        left -= MORE if seen[-1:] != wanted[-1:] else 0
        return [(column, column.width or max(4, left)) for column in seen]

    def render_line(self, y: int) -> Strip:
        width, whole = self.scrollable_content_region.width, self.size.width
        if y == 0:
            return self._strip(self._header(width), whole, self._style("header"))
        row = int(self.scroll_offset.y) + y - 1
        base = self._style("cursor") if row == self.cursor and self.known else self.rich_style
        return self._strip(self._row(row, width), whole, base)

    def _header(self, width: int) -> Iterable[tuple[str, str]]:
        if self.marked:
            yield " ", ""
        for column, cells in self.columns_shown(self._room(width)):
            way = {column.sort: " ^", "-" + column.sort: " v"}.get(self.sorted_by, "") if column.sort else ""
            yield pad(safe.cell(column.heading) + way, cells), ""
        if self._is_more(width):
            yield ">", ""

    def _is_more(self, width: int) -> bool:
        """Whether columns are out of sight to the right."""
        shown = self.columns_shown(self._room(width))
        return bool(shown) and shown[-1][0] is not self._fitting(width)[-1]

    def _row(self, row: int, width: int) -> Iterable[tuple[str, str]]:
        item = self.item_at(row)
        if item is None:
            yield self._placeholder(row, width), "dim"
            return
        if self.marked:
            yield ("*" if self._id_of(item) in self.marked else " "), ""
        for column, cells in self.columns_shown(self._room(width)):
            yield pad(safe.cell(column.value(item)), cells), column.style(item)

    def _room(self, width: int) -> int:
        """What the marks leave of it."""
        return width - 2 if self.marked else width

    def _placeholder(self, row: int, width: int) -> str:
        if self._ended and not self.known:
            lines = wrap(self._empty(), max(2, width - 2))
            return " " + lines[row] if row < len(lines) else ""
        return t("loading") if row < self.known or (row == self.known and not self._ended) else ""

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")

    def _colour(self, name: str) -> Style:
        style = self._style(name)
        return Style(color=style.color, bold=style.bold)

    def _strip(self, parts: Iterable[tuple[str, str]], width: int, base: Style) -> Strip:
        segments: list[Segment] = []
        for text, name in parts:
            style = base + self._colour(name) if name else base
            segments += [*([Segment(" ", base)] if segments else []), Segment(text, style)]
        return Strip(segments).adjust_cell_length(width, base)
