"""设置: the list of what can be set here; each line opens a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widget import Widget

from ...face import Item
from ...found import Found
from ...rows import Column, Rows
from ...texts import t
from ..base import Base
from .keys import KeysScreen
from .own import OwnScreen
from .sheets import BackupScreen, CalendarScreen, NodesScreen, PolicyScreen
from .staff import StaffScreen

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Section:
    name: str  # key of texts: settings.NAME, settings.NAME.about
    made: Callable[[], Base]


SECTIONS = (
    Section("own", OwnScreen),
    Section("keys", KeysScreen),
    Section("staff", StaffScreen),
    Section("nodes", NodesScreen),
    Section("backup", BackupScreen),
    Section("calendar", CalendarScreen),
    Section("policy", PolicyScreen),
)


class SettingsScreen(Base):
    kind = "settings"

    @property
    def heading(self) -> str:
        return t("do.settings")

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("section", 18, lambda item: t(f"settings.{item['id']}")),
            Column("about", 0, lambda item: t(f"settings.{item['id']}.about")),
        )
        yield Rows(columns, self._page, id="rows")

    def begin(self) -> None:
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()

    async def _page(self, after: str | None, limit: int) -> Found:
        items: list[Item] = [{"id": section.name} for section in SECTIONS]
        return Found(items)

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        section = next(one for one in SECTIONS if one.name == event.item["id"])
        self.app.push_screen(section.made())
