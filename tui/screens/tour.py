"""导览: five short sentences over the inbox, each beside what it speaks of. Enter goes on, Esc leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from ..cells import pad, wrap
from ..foot import Foot
from ..texts import t

WIDTH = 46  # cells of the sentence
STEPS = (
    ("tour.inbox", "#views"),
    ("tour.open", "#rows"),
    ("tour.undo", "#bar"),
    ("tour.line", "line"),
    ("tour.help", "help"),
)  # sentence; a widget's id, else the action whose key in the footer is meant


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the box stands, and in which of its lines the mark that points."""

    x: int
    y: int
    mark: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a sentence speaks of: a widget, or the key of an action in the footer."""

    widget: Widget
    region: Region
    action: str = ""

    def mark(self, pointed: bool) -> None:
        if isinstance(self.widget, Foot):
            self.widget.pointed = self.action if pointed else ""
        else:
            self.widget.set_class(pointed, "-pointed")


def spot(target: Region, size: Size, box: Size) -> Spot:
    """Beside what is narrow, below what is above, over what is below, and inside what is large."""
    if target.right + box.width <= size.width and target.height > 1:
        return Spot(target.right, min(target.y + 1, size.height - box.height), "<")
    x = max(0, min(target.x, size.width - box.width))
    if target.bottom + box.height <= size.height:
        return Spot(x, target.bottom, "^")
    if target.y >= box.height and target.height <= 1:
        return Spot(x, target.y - box.height, "v")
    return Spot(max(0, target.right - box.width - 2), max(0, target.bottom - box.height - 1), "^")


class TourScreen(ModalScreen[None]):
    """A screen of its own and no widget over the inbox: drawn with it, its wide characters would be cut at the edges of
    what lies beneath. The footer beneath shows its keys meanwhile (`QiaoApp.check_action`)."""

    CSS = """
    TourScreen { background: transparent; align: left top; }
    TourScreen #said { position: absolute; width: auto; height: auto; background: $warning; color: $background;
                       text-style: bold; }
    .-pointed { tint: $warning 25%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right,down,pagedown,tab", "step(1)", show=False),
        Binding("left,up,pageup,shift+tab,backspace", "step(-1)", show=False),
        Binding("escape,ctrl+q,f10", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self._target: Target | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="said", markup=False)

    def on_mount(self) -> None:
        self.call_after_refresh(self._tell)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    def on_click(self) -> None:
        self.action_step(1)

    def action_step(self, by: int) -> None:
        self.at = max(0, self.at + by)
        if self.at >= len(STEPS):
            self.action_leave()
        else:
            self._tell()

    def action_leave(self) -> None:
        self._point(None)
        self.dismiss(None)

    def _tell(self) -> None:
        if not self.is_attached or self.at >= len(STEPS):
            return
        key, name = STEPS[self.at]
        found, size = target(self.app.screen_stack[-2], name), self.app.size
        self._point(found)
        width = min(WIDTH, size.width - 4)
        lines = [*wrap(t(key), width), "", t("tour.keys", at=self.at + 1, count=len(STEPS))]
        place = spot(found.region if found else size.region, size, Size(width + 2, len(lines) + 1))
        said = self.query_one("#said", Static)
        said.update(told(lines, width, place.mark))
        said.styles.offset = (place.x, place.y)

    def _point(self, found: Target | None) -> None:
        if self._target is not None:
            self._target.mark(False)
        self._target = found
        if found is not None:
            found.mark(True)


def told(lines: list[str], width: int, mark: str) -> str:
    """The box as text, with the pointing mark at its edge."""
    points = " " + mark * 3 + " " * (width - 2)
    body = [f"{mark if mark == '<' and at == 0 else ' '}{pad(line, width)} " for at, line in enumerate(lines)]
    if mark == "^":
        return "\n".join([points, *body])
    return "\n".join([*body, points if mark == "v" else " " * (width + 2)])


def target(screen: Screen[object], name: str) -> Target | None:
    """What is spoken of; None where it isn't in sight."""
    found = list(_targets(screen, name))
    return next((one for one in found if one.region.overlaps(screen.region)), None)


def _targets(screen: Screen[object], name: str) -> Iterator[Target]:
    if name.startswith("#"):
        yield from (Target(one, one.region) for one in screen.query(name))
        return
    for foot in screen.query(Foot):
        if region := foot.region_of(name):
            yield Target(foot, region, name)
