"""A field that takes a code of a long list: one types what it is called, and takes it from what is found.

What is found lies over the rows below while one types, and moves nothing. What was typed and not taken stays as
it is: the node says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option as Row

from . import safe
from .cells import MARK, cut
from .inputs import TextBox
from .seek import Entry, Index

MOST = 8


class Finds(OptionList, can_focus=False):
    """What was found, over the form; one a screen."""

    DEFAULT_CSS = """
    Finds { layer: above; position: absolute; display: none; height: auto; max-height: 8; background: $panel; }
    Finds.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="finds", markup=False)

    def show_under(self, finder: Finder, entries: list[Entry]) -> None:
        """Under the field, or over it where the screen ends."""
        self.clear_options()
        width = finder.region.width - 3  # a scroll bar, and a blank on each side
        self.add_options([Row(Text(told(entry, width))) for entry in entries])
        self.highlighted = 0 if entries else None
        self.set_class(bool(entries), "-shown")
        region, room = finder.region, self.screen.size.height
        below = region.y + 1 + len(entries) < room
        self.styles.width = region.width
        self.styles.offset = Offset(region.x, region.y + 1 if below else region.y - len(entries))

    def hide(self) -> None:
        self.remove_class("-shown")


def told(entry: Entry, width: int) -> str:
    """One line; of a long way the end, which tells one from another. Of a division its code as well."""
    code = f"  {safe.cell(entry.code)}" if entry.code.isdigit() else ""
    way = safe.cell(entry.path)
    while cell_len(way) + cell_len(code) > width and "/" in way.removeprefix(MARK + "/"):
        way = f"{MARK}/{way.removeprefix(MARK + '/').partition('/')[2]}"
    return cut(way + code, width)


class Finder(TextBox):
    """`raw` is the code that was taken, else what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("tab", "take_on", show=False),
        Binding("escape", "close", show=False),
    ]

    @dataclass
    class Typed(Message):
        finder: Finder

    def __init__(self, raw: str = "", *, id: str) -> None:
        super().__init__(raw, id=id)
        self.index = Index([])
        self.code = ""
        self.found: list[Entry] = []

    def know(self, index: Index) -> None:
        """The list has come."""
        self.index = index
        if not self.code:
            self.put(self.value)

    @property
    def raw(self) -> str:
        return self.code or self.value

    def put(self, raw: str) -> None:
        """A code as its path of labels; anything else as it is."""
        entry = self.index.named(raw.strip())
        self.code = entry.code if entry else ""
        self.value = safe.cell(entry.path) if entry else raw
        self.cursor_position = len(self.value)
        self._show([])

    def typed(self) -> None:
        """Its text has changed, maybe by itself."""
        entry = self.index.named(self.code) if self.code else None
        if entry is not None and self.value == safe.cell(entry.path):
            return
        self.code = ""
        self._show(self.index.find(self.value, MOST) if self.has_focus else [])

    def _show(self, found: list[Entry]) -> None:
        self.found = found
        for finds in self.screen.query(Finds) if self.is_attached else ():
            finds.show_under(self, found)

    def _take(self) -> None:
        at = self.screen.query_one(Finds).highlighted
        if self.found and at is not None:
            self.put(self.found[at].code)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With nothing found, these keys are the screen's."""
        return bool(self.found) if action in ("move", "take_on", "close") else True

    def action_move(self, by: int) -> None:
        finds = self.screen.query_one(Finds)
        finds.highlighted = ((finds.highlighted or 0) + by) % len(self.found)

    def action_take_on(self) -> None:
        self._take()
        self.screen.focus_next()

    def action_close(self) -> None:
        self._show([])

    async def action_submit(self) -> None:
        self._take()
        await super().action_submit()

    def on_blur(self) -> None:
        self._show([])

    def on_input_changed(self, event: Input.Changed) -> None:
        self.typed()
