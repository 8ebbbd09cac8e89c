"""The footer: the keys that can be pressed now, as many as there is room for. Where there isn't, what matters least is
left out (F1 lists it still); help and the way out never are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

Key = tuple[str, str, str, str, bool, str]  # of a binding: key, as shown, label, action, disabled, tooltip

# These go first, in this order: F11 leads to the places as well.
LEAST = ("exceptions", "inbox", "fold", "line", "places")
LAST = ("help", "submit", "lodge", "back", "quit")  # never go


def kept(names: Sequence[str], cells: Sequence[int], room: int) -> list[str]:
    """Which of the actions, each so many cells wide with a blank behind, fit into `room` cells: from the order of LEAST
    on, then from the right."""
    left = dict(zip(names, cells, strict=True))
    for name in _in_order(names):
        if sum(left.values()) + len(left) - 1 <= room:
            break
        del left[name]
    return list(left)


def _in_order(names: Sequence[str]) -> Iterable[str]:
    """The one that is left out first comes first."""
    yield from (name for name in LEAST if name in names)
    yield from (name for name in reversed(names) if name not in (*LEAST, *LAST))


def named_by(action: str) -> str:
    """`go('sort')` → `sort`."""
    return action.partition("'")[2].partition("'")[0] or action


class Foot(Footer):
    """One line, whatever the width. It is made anew only where its keys are others: each widget costs time, and what
    `Footer` makes is bound to it, and stays in memory as long as its screen."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._told: list[Key] = []

    def compose(self) -> ComposeResult:
        if self._bindings_ready:
            self._told = self._wanted()
            yield from (FooterKey(*one) for one in self._told)

    def _wanted(self) -> list[Key]:
        """What the keys in force say, each action once, as much of it as there is room for."""
        found: dict[str, Key] = {}
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in found:
                display, told = self.app.get_key_display(binding), binding.description
                found[binding.action] = (binding.key, display, told, binding.action, not enabled, tooltip)
        names = [named_by(action) for action in found]
        cells = [cell_len(f"{display} {told}") for _, display, told, *_ in found.values()]
        shown = kept(names, cells, self.app.size.width - 1)
        return [one for name, one in zip(names, found.values(), strict=True) if name in shown]

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Beneath another screen the keys in force are that one's."""
        self._bindings_ready = True
        front = self.app.screen
        if screen.app.app_focus and screen is self.screen and (front is screen or front.is_modal):
            self._renew()

    def on_resize(self) -> None:
        self._renew()

    def _renew(self) -> None:
        if self.is_attached and self._wanted() != self._told:
            self.call_after_refresh(self.recompose)
