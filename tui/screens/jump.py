"""跳转: a letter at each thing that can have the focus; pressing it goes there."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


def targets(screen: Screen[object]) -> list[tuple[str, Widget]]:
    """(letter, widget) of what is in sight and can have the focus, from above to below."""
    seen = [one for one in screen.focus_chain if one.region.overlaps(screen.region)]
    return list(zip(LETTERS, seen, strict=False))


class JumpScreen(ModalScreen[None]):
    CSS = """
    JumpScreen { background: transparent; }
    JumpScreen .letter { width: 3; height: 1; background: $accent; color: $background; text-style: bold; }
    """

    def __init__(self, found: Sequence[tuple[str, Widget]]) -> None:
        super().__init__()
        self._found = dict(found)

    def compose(self) -> ComposeResult:
        for letter, widget in self._found.items():
            mark = Static(f" {letter} ", classes="letter", markup=False)
            mark.styles.position = "absolute"
            mark.styles.offset = (widget.region.x, widget.region.y)
            yield mark

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        chosen = self._found.get(event.character or "")
        self.dismiss()
        if chosen is not None:
            chosen.focus()
