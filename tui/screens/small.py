"""Says that the terminal is too small, over whatever is open, until it is larger again."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from ..cells import wrap
from ..texts import t

LEAST = (72, 20)


def is_small(size: Size) -> bool:
    return size.width < LEAST[0] or size.height < LEAST[1]


class SmallScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,f10", "app.go('quit')", show=False)]

    def compose(self) -> ComposeResult:
        yield Static("", classes="small", markup=False)

    def on_resize(self) -> None:
        width, height = self.app.size
        text = t("small", width=width, height=height)
        self.query_one(Static).update("\n".join(wrap(text, max(2, width))))
