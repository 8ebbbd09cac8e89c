"""What all screens have: a bar on top, a footer, and how they take part in keys and in the live refresh."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.await_remove import AwaitRemove
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from node.errors import QiaoError

from .. import garbage, safe
from ..actions import PLACES
from ..cells import cut, pad
from ..foot import Foot
from ..gate import sentence_of
from ..texts import t

if TYPE_CHECKING:
    from ..desk import QiaoApp
    from ..signing import Intent


class Base(Screen[Any]):
    """`kind` is what the registry of actions knows it by."""

    AUTO_FOCUS = ""  # each says in `begin` what gets the focus
    kind: ClassVar[str] = ""
    is_form: ClassVar[bool] = False
    is_ready = False  # has its focus: keys find where they belong
    _was_shown = False

    @property
    def desk(self) -> QiaoApp:
        return cast("QiaoApp", self.app)

    def compose(self) -> ComposeResult:
        self._know_width()
        yield Static("", classes="bar", id="bar", markup=False)
        yield from self.body()
        yield Foot()

    def _know_width(self) -> None:
        """Before there are widgets: what they look like is made out once, not again with the first size."""
        width, breakpoints = self.app.size.width, self.app.HORIZONTAL_BREAKPOINTS or []
        fitting = self._get_breakpoint_classes(width, breakpoints)
        self.update_classes({name: name in fitting for _, name in breakpoints}, update=False)

    def remove(self) -> AwaitRemove:
        garbage.undrawn(self)
        return super().remove()

    @property
    def is_whole(self) -> bool:
        """Its widgets are there. Before, and while it is taken down, a timer must ask nothing of it."""
        return self.is_attached and bool(self.query(Foot))

    def body(self) -> Iterable[Widget]:
        return ()

    @property
    def heading(self) -> str:
        """Safe text for the left of the bar."""
        return t("app")

    def offers(self, name: str) -> bool:
        """Whether an action of this kind of screen is possible now."""
        return True

    def changed(self) -> None:
        """The database has changed."""

    def leads_on(self, key: str) -> bool:
        """Whether a key moves the focus to where what follows mustn't come too early. The screen lets that in then."""
        return False

    def keep_draft(self) -> None:
        """Each second: a form says what was typed so far."""

    def commands(self) -> Iterable[tuple[str, str]]:
        """(name, label) of what can be said here beside the registry's actions."""
        return ()

    def command(self, name: str) -> bool:
        """Does one of these; False where it is none of them."""
        return False

    def copied(self) -> str:
        """What Ctrl+Y copies; "" for nothing."""
        return ""

    def begin_work(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Starts it in place of what still runs of its group. Never a coroutine made already: where the
        screen is going, nobody would await it."""

        async def guarded() -> None:
            try:
                await work()
            except NoMatches:
                # What it waited for came while this screen was being taken down, or the whole application: nobody
                # sees it any more.
                if self in self.app.screen_stack and self.app.is_running:
                    raise

        self.run_worker(cast(Any, guarded), group=group, exclusive=True)

    def takes_back(self, intent: Intent, fault: QiaoError | None) -> bool:
        """Whether it shows by itself what was undone, or refused. It is a draft again already."""
        return False

    def tell_fault(self, fault: QiaoError) -> None:
        self.desk.tell(sentence_of(fault), "error")

    # Textual calls the handlers of every class of an object's line; these are the only ones, and
    # lead to methods that a screen may override.

    def on_mount(self) -> None:
        self.refresh_bar()
        self.begin()
        self.desk.call_later(self.desk.let_in, self)  # behind the focus that it asked for

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        if not self._was_shown:
            self._was_shown, event.refresh_styles = (
                True,
                False,
            )  # they were made out with its widgets just now
        self.refresh_bar()
        if self.is_whole:
            self.resumed()

    def on_resize(self) -> None:
        """What is told by the width is told anew, and what is being typed into stays in sight."""
        self.refresh_bar()
        if self.is_whole:
            self.resized()
            if self.focused is not None:
                self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def resized(self) -> None:
        """Its own sentences that are cut to the width."""

    def begin(self) -> None:
        """Once, when its widgets are there."""

    def resumed(self) -> None:
        """Seen again, after what was above it is gone."""

    def refresh_bar(self) -> None:
        """The heading and who is here; while an act waits for its signature, that instead."""
        if not self.is_whole or not self.size.width:
            return
        notice = self.desk.signer.notice
        text = pad(" " + safe.cell(notice), self.size.width) if notice else self._bar_text()
        # A notice may come between the screen's being shown and its widgets' being there.
        for bar in self.query("#bar").results(Static):
            bar.set_class(bool(notice), "-pending")
            if text != getattr(self, "_bar_shown", None):
                self._bar_shown = text
                bar.update(text)

    def _bar_text(self) -> str:
        width, crumbs = self.size.width, safe.cell(self._crumbs())
        right = self._who(max(width // 2, width - cell_len(crumbs) - 4)) + " "
        return pad(" " + crumbs, width - cell_len(right) - 1) + " " + right

    def _crumbs(self) -> str:
        """Where one is, and through what one came: `inbox > ticket > form`, the last of it in full."""
        stack = [one.crumb for one in self.app.screen_stack if isinstance(one, Base) and one is not self]
        above = [*filter(None, stack)]
        told = self.heading.removesuffix(above[-1]).rstrip() if above else self.heading
        return " > ".join([*above, told or self.heading])

    @property
    def crumb(self) -> str:
        """Its name where another screen lies over it; "" for none."""
        return t(f"do.{self.kind}") if self.kind in PLACES else ""

    def _who(self, room: int) -> str:
        """What to beware of, the unit, the person. The unit is left out first, and the person never."""
        unit, name = safe.cell(self.desk.unit_name), ""
        if self.desk.person:
            name = cut(safe.cell(self.desk.person.name), room // 2)
        beware = list(self._beware())
        for words in ([*beware, unit, name], [*beware, name]):
            told = "  ".join(filter(None, words))
            if cell_len(told) <= room:
                return told
        before = "  ".join(beware or [unit])
        return "  ".join(filter(None, [cut(before, room - cell_len(name) - 2), name]))

    def _beware(self) -> Iterable[str]:
        desk = self.desk
        if desk.watch_node.line:
            yield desk.watch_node.line
        if desk.person and desk.read_only:
            yield t("read_only")
        if desk.moved_seconds:
            yield t("clock_moved", seconds=desk.moved_seconds)
