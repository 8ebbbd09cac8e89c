"""帮助: what the keys do, made from the registry of actions for the screen from which it is opened; first what has
the focus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from .. import places
from ..actions import display, keys_of, offered
from ..cells import cut, pad, wrap
from ..inputs import Area, Choice, TextBox
from ..lines import Line, Lines
from ..rows import Rows
from ..texts import t
from .base import Base

_FOCUSED = {
    Rows: "help.rows",
    Choice: "help.choice",
    Area: "help.area",
    TextBox: "help.box",
    Lines: "help.lines",
}


class HelpScreen(Base):
    kind = "reader"

    def __init__(self, about: str, focused: Widget | None) -> None:
        super().__init__()
        self._about = about
        self._focus = next((key for kind, key in _FOCUSED.items() if isinstance(focused, kind)), "")

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
        keymap = self.desk.preferences.keys
        about = [[(piece, "")] for piece in wrap(t(self._focus), width)] if self._focus else []
        rows: list[Line] = [
            [
                (pad(action.label, 20), "bold"),
                (cut(_keys(keys_of(action, keymap), action.label), width - 20), ""),
            ]
            for action in offered(self._about)
            if (place := places.place(action.name)) is None or self.desk.may_see(place)
        ]
        more: list[Line] = [[(piece, "dim")] for piece in wrap(t("help.more"), width)]
        return [*about, [("", "")], *rows, [("", "")], *more]


def _keys(keys: Sequence[str], label: str) -> str:
    """The keys, else the command, as it is said in this language: what has no key can be said."""
    return "  ".join(map(display, keys)) if keys else f":{label}"
