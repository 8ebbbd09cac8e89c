"""The footer: the keys that can be pressed now, as many as there is room for. Where there isn't, what matters least is
left out (F1 lists it still); help and the way out never are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

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
    """One line, whatever the width."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        keys = [one for one in super().compose() if isinstance(one, FooterKey)]
        cells = [cell_len(f"{one.key_display} {one.description}") for one in keys]
        names = [named_by(one.action) for one in keys]
        shown = kept(names, cells, self.app.size.width - 1)
        yield from (key for name, key in zip(names, keys, strict=True) if name in shown)

    def on_resize(self) -> None:
        if self.is_attached:
            self.call_after_refresh(self.recompose)
