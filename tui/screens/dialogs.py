"""Small windows over a screen: choose one of a list, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option as Row

from .. import pinyin, safe
from ..cells import wrap
from ..inputs import Option, TextBox
from ..texts import t

WIDTH = 54  # cells inside a dialog


class PickScreen(ModalScreen[str | None]):
    """One of a list, with type-ahead by label, pinyin initials and value. Answers the value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Sequence[Option], value: str = "", typed: str = "") -> None:
        super().__init__()
        self._typed = typed
        self._title = title
        self._options = list(options)
        self._chosen = value
        self._shown: list[Option] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(safe.cell(self._title), markup=False)
            yield TextBox(self._typed, id="typed")
            yield OptionList(id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one("#found").can_focus = False
        self.query_one("#typed", TextBox).value = self._typed
        self._fill(self._typed)

    def add(self, text: str) -> bool:
        """What was typed while this wasn't there yet. False where it is gone again."""
        if self not in self.app.screen_stack:
            return False
        self._typed += text
        for box in self.query("#typed").results(TextBox):
            box.value += text
            box.cursor_position = len(box.value)
        return True

    def _fill(self, typed: str) -> None:
        self._shown = [one for one in self._options if found(typed, *one)]
        rows = self.query_one(OptionList)
        rows.clear_options()
        rows.add_options([Row(Text(safe.cell(label) or t("none"))) for _, label in self._shown])
        if not self._shown:
            rows.add_option(Row(Text(t("pick.none"), "dim"), disabled=True))
        values = [value for value, _ in self._shown]
        rows.highlighted = (values.index(self._chosen) if self._chosen in values else 0) if values else None

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Where nothing answers to what was typed, nothing is chosen by it."""
        event.stop()
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at][0])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index][0])

    def action_move(self, by: int) -> None:
        rows = self.query_one(OptionList)
        if self._shown:
            rows.highlighted = ((rows.highlighted or 0) + by) % len(self._shown)

    def action_leave(self) -> None:
        self.dismiss(None)


def found(typed: str, value: str, label: str) -> bool:
    typed = typed.strip().lower()
    return not typed or typed in value.lower() or pinyin.matches(typed, label)


class MarkScreen(ModalScreen[list[str] | None]):
    """Several of a list, in the order in which they were marked. Answers their values."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("space", "mark", show=False, priority=True),
        Binding("enter", "answer", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Sequence[Option], marked: Sequence[str]) -> None:
        super().__init__()
        self._title, self._options, self._marked = title, list(options), list(marked)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(safe.cell(self._title), markup=False)
            yield OptionList(*(Row(Text(self._told(one))) for one in self._options), id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def _told(self, option: Option) -> str:
        value, label = option
        number = str(self._marked.index(value) + 1) if value in self._marked else ""
        return f"[{number:>2}] {safe.cell(label)}"

    def action_mark(self) -> None:
        rows = self.query_one(OptionList)
        if rows.highlighted is None:
            return
        value = self._options[rows.highlighted][0]
        if value in self._marked:
            self._marked.remove(value)
        else:
            self._marked.append(value)
        for at, option in enumerate(self._options):
            rows.replace_option_prompt_at_index(at, Text(self._told(option)))

    def action_answer(self) -> None:
        self.dismiss(self._marked)

    def action_leave(self) -> None:
        self.dismiss(None)


class TextScreen(ModalScreen[None]):
    """Something to be read and left again. `lines`: safe texts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("enter", "leave", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(safe.cell(self._title), markup=False)
            with VerticalScroll(classes="text"):
                yield Static(
                    "\n".join(piece for one in self._lines for piece in wrap(one, WIDTH)),
                    markup=False,
                    id="text",
                )
            yield Static(t("text.keys"), markup=False)

    def on_mount(self) -> None:
        self.query_one(".text").focus()

    def action_leave(self) -> None:
        self.dismiss(None)


class ConfirmScreen(ModalScreen[bool]):
    """What will be done, in one sentence; Enter does it, Esc doesn't."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", show=False),
        Binding("escape", "answer(False)", show=False),
    ]

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(t("confirm.title"), markup=False)
            yield Static("\n".join(wrap(safe.cell(self._sentence), WIDTH)), markup=False, id="sentence")
            yield Static(t("confirm.keys"), markup=False)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
