"""按键: every action with its keys; one's own in the place of the registry's."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input, Static

from ... import safe
from ...actions import ACTIONS, display, free, keys_of, named
from ...face import Item
from ...found import Found
from ...inputs import TextBox
from ...preferences import Unfit
from ...rows import Column, Rows
from ...texts import t
from ..base import Base


class KeysScreen(Base):
    kind = "setting"

    @property
    def heading(self) -> str:
        return t("settings.keys")

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("action", 20, lambda item: t(f"do.{item['id']}")),
            Column("keys", 0, self._keys),
            Column("changed_key", 8, self._own),
            Column("command", 16, lambda item: f":{str(item['id']).replace('_', '-')}", from_width=70),
        )
        yield Static(t("settings.keys.how"), classes="strip", id="how", markup=False)
        yield Rows(columns, self._page, id="rows")
        yield TextBox(id="typed", hint=t("settings.keys.hint"))

    def begin(self) -> None:
        self.query_one("#typed").display = False
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()

    async def _page(self, after: str | None, limit: int) -> Found:
        items: list[Item] = [{"id": action.name} for action in ACTIONS]
        return Found(items)

    def _keys(self, item: Item) -> str:
        action = named(str(item["id"]))
        return "  ".join(map(display, keys_of(action, self.desk.preferences.keys))) if action else ""

    def _own(self, item: Item) -> str:
        return t("settings.keys.own") if item["id"] in self.desk.preferences.keys else ""

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        action = named(str(event.item["id"]))
        box = self.query_one("#typed", TextBox)
        box.value = " ".join(keys_of(action, self.desk.preferences.keys)) if action else ""
        box.display = True
        box.focus()
        keys = " ".join(free(str(event.item["id"]), self.desk.preferences.keys))
        self.query_one("#how", Static).update(
            t("settings.keys.free", keys=keys) if keys else t("settings.keys.none")
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        item = self.query_one(Rows).highlighted
        if item is not None:
            typed = event.value.lower().split()
            self.begin_work(lambda: self._set(str(item["id"]), typed), "prefer")

    async def _set(self, name: str, typed: list[str]) -> None:
        """None: as the registry has it."""
        keymap = {**self.desk.preferences.keys, name: tuple(typed)}
        action = named(name)
        if not typed or (action is not None and tuple(typed) == action.keys):
            del keymap[name]
        try:
            await self.desk.prefer("keys", keymap)
        except Unfit as fault:
            self.desk.tell(safe.line(fault), "error")
            return
        self._close()

    def _close(self) -> None:
        self.query_one("#typed").display = False
        self.query_one("#how", Static).update(t("settings.keys.how"))
        self.query_one(Rows).focus()
        self.query_one(Rows).refresh()

    def do_back(self) -> None:
        if self.query_one("#typed").display:
            self._close()
        else:
            self.app.pop_screen()
