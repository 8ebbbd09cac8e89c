"""The widgets of a form: one line, several lines, one of a list. None of them moves by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from . import safe
from .cells import pad
from .texts import t

Option = tuple[str, str]  # value, label


class TextBox(Input):
    """An Input whose password dots have one width everywhere."""

    def __init__(self, value: str = "", *, id: str, hint: str = "", password: bool = False) -> None:
        super().__init__(
            value, placeholder=hint, id=id, password=password, compact=True, select_on_focus=False
        )
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        if self.password:
            return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")
        return super()._value


class Area(TextArea, inherit_bindings=False):
    """Several lines of plain text; Tab leaves it. F6 and F7 are the screen's, not for selecting."""

    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in TextArea.BINDINGS if isinstance(one, Binding) and one.key not in ("f6", "f7")
    ]

    def __init__(self, value: str = "", *, id: str | None = None) -> None:
        super().__init__(value, id=id, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.cursor_blink = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While an act waits for its signature, and the bar says that Ctrl+Z takes it back, Ctrl+Z does that."""
        if action == "undo" and (offers := getattr(self.app, "offers_undo", None)) is not None and offers():
            return False
        return super().check_action(action, parameters)


class Choice(Widget, can_focus=True):
    """One of a list: left and right change it in place, Enter opens the list (posts Wanted)."""

    DEFAULT_CSS = """
    Choice { height: 1; padding: 0 1; background: $surface-lighten-1; }
    Choice:focus { background: $primary-background; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
        Binding("enter,space", "want", show=False),
        Binding("delete,backspace", "clear", show=False),
    ]
    value = reactive("")

    @dataclass
    class Wanted(Message):
        """`typed`: by what the list is to be narrowed at first. An input method commits several characters, each a key
        of its own: what comes before the list is there is added, by `add` once it is."""

        choice: Choice
        typed: str = ""
        add: Callable[[str], bool] | None = None

    def __init__(
        self, options: Sequence[Option], value: str = "", *, id: str | None = None, needed: bool = False
    ) -> None:
        """`needed`: of a single option nothing else can be meant."""
        super().__init__(id=id)
        self.options = [*([] if needed and len(options) == 1 else [("", "")]), *options]
        self.set_reactive(Choice.value, value)
        self._wanted: Choice.Wanted | None = None  # the last: its list may not be there yet

    @property
    def label(self) -> str:
        return next((label for value, label in self.options if value == self.value), self.value)

    def action_turn(self, by: int) -> None:
        values = [value for value, _ in self.options]
        at = values.index(self.value) if self.value in values else 0
        self.value = values[(at + by) % len(values)]

    def action_want(self) -> None:
        self.post_message(self.Wanted(self))

    def on_key(self, event: events.Key) -> None:
        """Who types where there is a list means to find in it."""
        if event.character and event.character.isalnum():
            event.stop()
            self._find(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if text := "".join(char for char in event.text if char.isalnum())[:40]:
            self._find(text)

    def _find(self, text: str) -> None:
        wanted = self._wanted
        if wanted is not None and wanted.add is None:
            wanted.typed += text
        elif wanted is None or wanted.add is None or not wanted.add(text):
            self._wanted = self.Wanted(self, text)
            self.post_message(self._wanted)

    def action_clear(self) -> None:
        self.value = ""

    def on_click(self) -> None:
        self.action_want()

    def render_line(self, y: int) -> Strip:
        text = safe.cell(self.label)
        if self.has_focus:
            text = f"< {text} >  {t('form.pick')}"
        return Strip([Segment(pad(text, self.size.width), self.rich_style)])
