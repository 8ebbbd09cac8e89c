"""帮助 and 命令: both made from the registry of actions, for the screen from which they are opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from ..actions import display, offered
from ..cells import cut, pad, wrap
from ..lines import Line, Lines
from ..texts import t
from .base import Base
from .dialogs import PickScreen

if TYPE_CHECKING:
    from ..desk import QiaoApp


class HelpScreen(Base):
    kind = "reader"

    def __init__(self, about: str) -> None:
        super().__init__()
        self._about = about

    @property
    def heading(self) -> str:
        return t("help.title")

    def body(self) -> Iterable[Widget]:
        yield Lines(self._layout, id="sheet")

    def begin(self) -> None:
        self.query_one("#sheet").focus()

    def offers(self, name: str) -> bool:
        return name in ("back", "quit")

    def _layout(self, width: int) -> list[Line]:
        rows: list[Line] = [
            [(pad(action.label, 20), "bold"), (cut("  ".join(map(display, action.keys)), width - 20), "")]
            for action in offered(self._about)
        ]
        return [*rows, [("", "")], *([(piece, "dim")] for piece in wrap(t("help.more"), width))]


def palette(desk: QiaoApp, base: Base) -> PickScreen:
    """Every action that is possible now, by name or pinyin initials."""
    now = [one for one in offered(base.kind) if one.name != "palette" and desk.is_offered(one.name, base)]
    options = [(action.name, f"{action.label}  {action.shown_key}") for action in now]
    return PickScreen(t("palette.title"), options)
