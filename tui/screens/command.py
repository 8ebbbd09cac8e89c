"""命令: what can be done now, said by name, label or pinyin initials; behind it what it is to be done with
(`filter 工资`, `排序 到期`).

Opened by Ctrl+P and by `:`, full-width too. All of it comes from the registry and from the screen in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option as Row

from .. import pinyin, safe
from ..actions import offered, shown_key
from ..cells import cut, pad
from ..inputs import TextBox
from ..texts import t
from .base import Base

if TYPE_CHECKING:
    from ..desk import QiaoApp

WIDTH = 52  # cells of a row, beside a scroll bar


@dataclass(frozen=True, slots=True)
class Command:
    """`argument`: what may follow; "" for nothing. `key` is shown beside it."""

    name: str
    label: str
    key: str = ""
    argument: str = ""

    @property
    def words(self) -> tuple[str, str]:
        return self.name.replace("_", "-"), self.label


def commands(desk: QiaoApp, base: Base) -> list[Command]:
    """What is possible now: the screen's own, as the verbs of a ticket, then the registry's."""
    now = [one for one in offered(base.kind) if one.name != "palette" and desk.is_offered(one.name, base)]
    found = [
        Command(
            one.name,
            one.label,
            shown_key(one, desk.preferences.keys),
            t(one.argument) if one.argument else "",
        )
        for one in now
    ]
    return [*(Command(name, label) for name, label in base.commands()), *found]


def matching(asked: str, known: Sequence[Command]) -> list[Command]:
    """The commands that answer to what was typed; where it has an argument, those that take one."""
    word, blank, _ = asked.strip().replace("\u3000", " ").partition(" ")
    word = word.lower().lstrip(":：")
    found = [one for one in known if not word or _answers(word, one)]
    exact = [one for one in found if word in one.words]
    rest = [one for one in found if one not in exact]
    return [one for one in (*exact, *rest) if not blank or one.argument or one.name.replace("_", "-") == word]


def _answers(word: str, command: Command) -> bool:
    name, label = command.words
    return name.startswith(word) or word in label.lower() or pinyin.matches(word, label)


class CommandScreen(ModalScreen[tuple[str, str] | None]):
    """Answers the command's name and its argument."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
    ]

    def __init__(self, known: Sequence[Command]) -> None:
        super().__init__()
        self._known = known
        self._found: list[Command] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(t("palette.title"), markup=False)
            yield TextBox(id="typed")
            yield OptionList(id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one("#found").can_focus = False
        self._fill("")

    def _fill(self, typed: str) -> None:
        self._found = matching(typed, self._known)
        rows = self.query_one(OptionList)
        rows.clear_options()
        rows.add_options([Row(Text(_told(one))) for one in self._found])
        if not self._found:
            rows.add_option(Row(Text(t("palette.none"), "dim"), disabled=True))
        rows.highlighted = 0 if self._found else None

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answer()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._answer()

    def _answer(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is None or at >= len(self._found):
            return
        _, _, argument = self.query_one("#typed", TextBox).value.strip().replace("\u3000", " ").partition(" ")
        self.dismiss((self._found[at].name, argument.strip()))

    def action_move(self, by: int) -> None:
        rows = self.query_one(OptionList)
        if self._found:
            rows.highlighted = ((rows.highlighted or 0) + by) % len(self._found)

    def action_complete(self) -> None:
        """Tab writes out the command, so that its argument can follow."""
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found):
            box = self.query_one("#typed", TextBox)
            box.value = f"{self._found[at].words[0]} "
            box.cursor_position = len(box.value)

    def action_leave(self) -> None:
        self.dismiss(None)


def _told(command: Command) -> str:
    """`筛选 [文字]      filter   F6`."""
    left = f"{safe.cell(command.label)} {f'[{command.argument}]' if command.argument else ''}"
    right = f"{command.words[0]}  {command.key:>4}"
    return f"{pad(left, WIDTH - cell_len(right) - 1)} {cut(right, WIDTH)}"
