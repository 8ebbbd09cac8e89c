"""我的设置: language, theme, bell, borders; kept under one's staff id, the same at every seat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from node.language import LANGUAGES

from ... import safe
from ...face import Item
from ...found import Found
from ...inputs import Option
from ...preferences import THEMES, Preferences, Unfit
from ...rows import Column, Rows
from ...texts import t
from ..base import Base
from ..dialogs import PickScreen

YES_NO = ("bell", "ascii_borders")
NAMES = ("language", "theme", *YES_NO)


def valid(name: str) -> Sequence[Option]:
    """What one of them may be; "" is as the node has it."""
    values = {"language": LANGUAGES, "theme": THEMES}.get(name, ("yes", "no"))
    return [("", t("settings.as_node")), *((value, t(f"settings.{name}.{value}")) for value in values)]


def told(preferences: Preferences, name: str, of_node: Preferences) -> str:
    value = getattr(preferences, name)
    if value is not None:
        return t(f"settings.{name}.{_word(value)}")
    return t("settings.as_node_is", value=t(f"settings.{name}.{_word(getattr(of_node, name))}"))


def _word(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


class OwnScreen(Base):
    kind = "setting"

    @property
    def heading(self) -> str:
        return t("settings.own")

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("setting", 16, lambda item: t(f"settings.{item['id']}")),
            Column("value", 0, lambda item: told(self.desk.preferences, item["id"], self.desk.of_node)),
        )
        yield Static(t("settings.own.how"), classes="strip", markup=False)
        yield Rows(columns, self._page, id="rows")

    def begin(self) -> None:
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()

    async def _page(self, after: str | None, limit: int) -> Found:
        items: list[Item] = [{"id": name} for name in NAMES]
        return Found(items)

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        name = str(event.item["id"])
        value = getattr(self.desk.preferences, name)
        shown = "" if value is None else _word(value)
        title = t("pick.title", label=t(f"settings.{name}"))

        def chosen(value: str | None) -> None:
            if value is not None:
                self.begin_work(lambda: self._set(name, value), "prefer")

        self.app.push_screen(PickScreen(title, valid(name), shown), chosen)

    async def _set(self, name: str, value: str) -> None:
        meant: Any = value or None
        if name in YES_NO and meant is not None:
            meant = meant == "yes"
        try:
            await self.desk.prefer(name, meant)
        except Unfit as fault:
            self.desk.tell(safe.line(fault), "error")
        if name == "language":
            self.desk.call_next(self.desk.again)  # every text that stands is of the language before
        else:
            self.query_one(Rows).refresh()
