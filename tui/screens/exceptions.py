"""待处理异常: everything that didn't simply apply, with what happened in one sentence and both values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from conflict.declaration import Field, Type
from node.matters.draft import Verb

from .. import moments, safe
from ..cells import cut
from ..face import Item, Page
from ..form import Unfit
from ..intake import may
from ..labels import actor_name, matter_of, value_text
from ..lines import Line, Lines
from ..rows import Column, Rows
from ..sheet import named, text_lines, unit_of
from ..signing import Intent
from ..texts import known, t
from .base import Base
from .form import FormScreen

KINDS = (None, "conflict", "denied", "held", "quarantine", "incomplete", "left")


def kind_label(kind: object) -> str:
    return known(f"kind.{kind or 'all'}", safe.cell(kind))


def _by(item: Item) -> Item:
    """Who wrote what didn't simply apply, and when."""
    found = item.get("by")
    return found if isinstance(found, dict) else {}


COLUMNS = (
    Column("kind", 8, lambda item: kind_label(item.get("kind"))),
    Column("sentence", 0, lambda item: str(item.get("sentence") or item.get("reason") or "")),
    Column("number", 18, lambda item: str(item.get("number") or ""), from_width=100),
    Column("time", 11, lambda item: moments.short(_by(item).get("time"))),
)


class ExceptionsScreen(Base):
    kind = "exceptions"

    def __init__(self) -> None:
        super().__init__()
        self._only: str | None = None

    @property
    def heading(self) -> str:
        return t("exceptions.title")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="how", markup=False)
        yield Rows(COLUMNS, self._page, id="rows", empty=self._nothing)

    def begin(self) -> None:
        self._start_over()
        self.rows.focus()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    async def _page(self, after: str | None, limit: int) -> Page | None:
        page: Page | None = await self.desk.ask("exceptions", self._only, limit=limit, after=after)
        return page

    def _nothing(self) -> str:
        return t("empty.exceptions") if self._only is None else t("empty.kind", kind=kind_label(self._only))

    def _start_over(self) -> None:
        self.query_one("#how", Static).update(t("exceptions.kind", kind=kind_label(self._only)))
        self.rows.reload()

    def do_kinds(self) -> None:
        self._only = KINDS[(KINDS.index(self._only) + 1) % len(KINDS)]
        self._start_over()

    def changed(self) -> None:
        self.rows.renew()

    do_refresh = changed

    def resumed(self) -> None:
        if self.rows.known:
            self.rows.renew()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.app.push_screen(ExceptionScreen(str(event.item["id"])))

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()


class ExceptionScreen(Base):
    kind = "exception"

    def __init__(self, id: str) -> None:
        super().__init__()
        self.exception = id
        self.item: Item = {}

    @property
    def heading(self) -> str:
        return f"{t('exception.title')}  {kind_label(self.item.get('kind'))}"

    def body(self) -> Iterable[Widget]:
        yield Lines(id="sheet")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.changed()

    def changed(self) -> None:
        self.begin_work(self._load, "exception")

    do_refresh = changed

    def resumed(self) -> None:
        if self.item:
            self.changed()

    async def _load(self) -> None:
        item = await self.desk.ask("exception", self.exception)
        if item is not None:
            self.item = item
            self.query_one("#sheet", Lines).show(lambda width: told(item, width))
            self.refresh_bindings()
            self.refresh_bar()

    def offers(self, name: str) -> bool:
        remedy = self.item.get("remedy")
        wanted = {
            "settle": remedy == "settle" and self._may_amend(),
            "adopt": remedy == "adopt",
            "admit": self.item.get("kind") == "quarantine" and is_open(self.item),
            "ticket": bool(self.item.get("record")),
        }
        return wanted.get(name, True)

    def _may_amend(self) -> bool:
        """A value is settled by an amendment."""
        person, matter = self.desk.person, str(self.item.get("matter") or self.desk.matter)
        return person is not None and may(person.roles, matter, "amend")

    def do_ticket(self) -> None:
        from .ticket import TicketScreen

        self.app.push_screen(TicketScreen(str(self.item["record"])))

    def do_settle(self) -> None:
        self.app.push_screen(SettleScreen(self.item, self.desk.matter))

    def do_adopt(self) -> None:
        self._sign("adopt")

    def do_admit(self) -> None:
        self._sign("admit")

    def _sign(self, operation: str) -> None:
        label = f"{t(f'do.{operation}')} {safe.cell(self.item.get('number') or '')}".strip()
        key = ("exception", operation, self.exception)
        self.desk.sign(Intent(label, operation, {"id": self.exception}, key))


def is_open(item: Item) -> bool:
    return bool(item.get("open", True))


def values_of(item: Item) -> list[Item]:
    """The values that stand against each other, `{"value": ...}` with who wrote each and when. Of words
    the values come with the words of both sides."""
    sides = [item.get("by") or {}, item.get("against") or {}]
    place = str(item.get("place") or "").partition("@")[0]
    values = list(item.get("values") or [])
    if not values:
        words = [item.get("words") or {}, item.get("words_against") or {}]
        values = [one[place] for one in words if place in one]
    return [{**side, "value": value} for side, value in zip(sides, values, strict=False)]


def field_of(item: Item) -> Field | None:
    """The field whose values these are: money is told as money."""
    matter = matter_of(str(item.get("matter") or ""))
    return matter.field(str(item.get("place") or "").partition("@")[0]) if matter else None


def told(item: Item, width: int) -> list[Line]:
    """One exception as lines: the sentence, then each value with who wrote it and when."""
    lines: list[Line] = [] if is_open(item) else [[(cut(t("exception.settled"), width), "head")]]
    sentence = safe.block(item.get("sentence") or item.get("reason") or "")
    lines += text_lines(sentence, width, 0, "warn", 2000)
    by = _by(item)
    where = "  ".join(
        filter(None, (safe.cell(item.get("number") or ""), unit_of(by), moments.full(by.get("time"))))
    )
    lines += [[(cut(where, width), "dim")], [("", "")]]
    values = values_of(item)
    if values:
        lines.append([(cut(t("exception.values"), width), "head")])
    for index, one in enumerate(values, 1):
        lines += _value(index, one, field_of(item), width)
    words = item.get("words")
    if words:
        lines += [[("", "")], [(cut(t("exception.words"), width), "head")]]
        lines += text_lines(value_text(None, words), width, 0, "", 2000)
    return lines


def _value(index: int, one: Item, field: Field | None, width: int) -> Iterable[Line]:
    yield from named(t("exception.value", n=index), value_text(field, one.get("value")) or t("none"), width)
    if whose := _whose(one):
        yield [(cut(" " * 4 + whose, width), "dim")]


def _whose(one: Item) -> str:
    """Who wrote it, and when."""
    return "  ".join(filter(None, (unit_of(one), actor_name(one), moments.short(one.get("time")))))


class SettleScreen(FormScreen):
    """定值: one of the values, or another one."""

    def __init__(self, item: Item, matter: str) -> None:
        field = field_of(item)
        codes = {
            str(index): safe.cell(f"{index}  {value_text(field, one.get('value'))}  {_whose(one)}")
            for index, one in enumerate(values_of(item), 1)
        }
        takes = (
            Field("value", t("exception.settle"), type=Type.CODE, codes=codes),
            Field("text", t("exception.own"), type=Type.TEXT),
        )
        verb = Verb("settle", t("do.settle"), "amend", takes, lambda _state, _data, _desk: [])
        super().__init__(verb, matter, str(item["id"]), item)

    def data(self) -> dict[str, Any]:
        data = super().data()
        if len(data) != 1:
            raise Unfit("value", t("form.required", label=t("exception.settle")))
        if "value" not in data:
            return data
        # The value itself and not its place: of three that stand, this list shows two.
        return {"text": values_of(self.item)[int(data["value"]) - 1]["value"]}

    async def _hand_in(self, data: dict[str, Any]) -> None:
        params = {"id": self.record, **data}
        intent = Intent(self.heading.strip(), "settle", params, self.key, self.raw(), self._again())
        self.app.pop_screen()
        self.desk.sign(intent)

    def _again(self) -> Any:
        item, matter = self.item, self.matter
        return lambda: SettleScreen(item, matter)
