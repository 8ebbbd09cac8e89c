"""A scrolling text of lines laid out by cells: the ticket, the preview, whole texts, the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .cells import cut

Span = tuple[str, str]  # safe text, name of a style: "" dim head warn bad good bold
Line = list[Span]
Layout = Callable[[int], list[Line]]  # width in cells → lines, none wider


class Lines(ScrollView, can_focus=True):
    """Lays its content out again for every width it gets."""

    COMPONENT_CLASSES = {f"lines--{name}" for name in ("dim", "head", "warn", "bad", "good", "bold")}
    DEFAULT_CSS = """
    Lines { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; padding: 0 1; }
    Lines .lines--dim { color: $text-muted; }
    Lines .lines--head { color: $text-accent; text-style: bold; }
    Lines .lines--warn { color: $text-warning; }
    Lines .lines--bad { color: $text-error; text-style: bold; }
    Lines .lines--good { color: $text-success; }
    Lines .lines--bold { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def __init__(self, layout: Layout | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout: Layout = layout or (lambda _width: [])
        self._laid: list[Line] = []
        self._width = 0

    def show(self, layout: Layout) -> None:
        """New content; where one was reading stays."""
        self._layout = layout
        self._lay()

    @property
    def text(self) -> str:
        """What stands here, for tests and copying."""
        return "\n".join("".join(text for text, _ in line) for line in self._laid)

    def _lay(self) -> None:
        self._width = self.scrollable_content_region.width or self.size.width
        if self._width <= 0:
            return
        self._laid = self._layout(self._width)
        self.virtual_size = Size(self._width, len(self._laid))
        self.refresh()

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay()

    def render_line(self, y: int) -> Strip:
        row = int(self.scroll_offset.y) + y
        line = self._laid[row] if row < len(self._laid) else []
        segments = [Segment(cut(text, self._width), self._style(name)) for text, name in line]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"lines--{name}") if name else self.rich_style
