"""The footer: the keys that can be pressed now, as many as there is room for. Where there isn't, what matters least is
left out (F1 lists it still); help and the way out never are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove
from textual.geometry import Region
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

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


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as the footer names it, from which cell on."""

    key: str
    display: str
    label: str
    name: str  # of the action
    enabled: bool = True
    x: int = 0

    @property
    def cells(self) -> int:
        return cell_len(f"{self.display} {self.label}")

    @property
    def end(self) -> int:
        """The first cell behind it."""
        return self.x + self.cells


def in_a_row(keys: Sequence[Shown], width: int) -> list[Shown]:
    """Those that fit, each in its place, with a blank between two."""
    fitting = kept([one.name for one in keys], [one.cells for one in keys], width - 1)
    placed, x = [], 0
    for one in keys:
        if one.name in fitting:
            placed.append(replace(one, x=x))
            x = placed[-1].end + 1
    return placed


class Foot(Widget, can_focus=False):
    """One line, whatever the width. It is drawn, and has no widgets in it: Textual's own footer makes one a key, anew
    with each change of the focus, which was half the time that a screen took to appear."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"foot--key", "foot--label", "foot--hovered", "foot--pointed"}
    DEFAULT_CSS = """
    Foot { dock: bottom; height: 1; color: $footer-foreground; background: $panel; }
    Foot > .foot--key { color: $footer-key-foreground; text-style: bold; }
    Foot > .foot--label { color: $footer-description-foreground; }
    Foot > .foot--hovered { background: $block-hover-background; }
    Foot > .foot--pointed { background: $warning 25%; }
    """

    hovered: reactive[str] = reactive("")  # the key below the mouse, by its action's name
    pointed: reactive[str] = reactive("")  # the one that the tour speaks of
    _keys: reactive[tuple[Shown, ...]] = reactive(())

    def __init__(self) -> None:
        super().__init__()
        self._asks = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Asked once for however many changes came at a time."""
        if not self._asks and screen.app.app_focus and self.is_attached and screen is self.screen:
            self._asks = self.call_after_refresh(self._ask)

    def _ask(self) -> None:
        self._asks = False
        if self.is_attached:
            self._keys = tuple(self._active())

    def _active(self) -> Iterator[Shown]:
        """The first key of each action that is to be seen."""
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                display, name = self.app.get_key_display(binding), named_by(binding.action)
                yield Shown(binding.key, display, binding.description, name, active.enabled)

    @property
    def keys(self) -> list[Shown]:
        """What is in sight."""
        return in_a_row(self._keys, self.size.width)

    def at(self, x: int) -> Shown | None:
        return next((one for one in self.keys if one.x <= x < one.end), None)

    def region_of(self, name: str) -> Region | None:
        """Where on the screen the key of an action stands."""
        shown = next((one for one in self.keys if one.name == name), None)
        return Region(self.region.x + shown.x, self.region.y, shown.cells, 1) if shown else None

    def render_line(self, y: int) -> Strip:
        base, segments = self.rich_style, list[Segment]()
        for one in self.keys:
            segments += [Segment(" ", base)] if segments else []
            segments += self._drawn(one, base)
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _drawn(self, one: Shown, base: Style) -> list[Segment]:
        over = base if one.enabled else base + Style(dim=True)
        key, label = (over + self._component(name) for name in ("key", "label"))
        stands_out = "pointed" if one.name == self.pointed else "hovered" if one.name == self.hovered else ""
        if stands_out:
            ground = Style(bgcolor=self._component(stands_out).bgcolor)
            key, label = key + ground, label + ground
        return [Segment(one.display, key), Segment(" " + one.label, label)]

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"foot--{name}")

    def on_mouse_move(self, event: MouseMove) -> None:
        below = self.at(event.x)
        self.hovered = below.name if below else ""

    def on_leave(self) -> None:
        self.hovered = ""

    def on_mouse_down(self, event: MouseDown) -> None:
        below = self.at(event.x)
        if below is None:
            return
        if below.enabled:
            self.app.simulate_key(below.key)
        else:
            self.app.bell()
