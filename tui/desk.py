"""The application itself: the gate to the node, who is signed in, drafts, keys, and the live refresh."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from textual import events
from textual.app import App
from textual.filter import LineFilter
from textual.scrollbar import ScrollBar, ScrollBarRender

from node.clock import moved_from_environment
from node.errors import QiaoError

from . import safe
from .actions import bindings, offered
from .face import Face, Item, Person
from .gate import Gate, sentence_of
from .screens.base import Base
from .screens.login import LoginScreen
from .screens.small import SmallScreen, is_small
from .signing import UNDO_SECONDS, Intent, Signer
from .style import CSS as STYLE
from .texts import t


class PlainBar(ScrollBarRender):
    """Scroll bars drawn by colour alone: block characters have two widths."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8


class QiaoApp(App[int], inherit_bindings=False):
    """`opener` makes the node. `undo_seconds` and `pulse_seconds` are given by tests."""

    CSS = STYLE
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]

    def __init__(
        self,
        opener: Callable[[], Face],
        *,
        ascii_borders: bool = False,
        bell: bool = False,
        undo_seconds: float = UNDO_SECONDS,
        pulse_seconds: float = 1.0,
        matter: str = "ticket",
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.gate = Gate(opener)
        self.signer = Signer(self, undo_seconds)
        self.person: Person | None = None
        self.unit = self.unit_name = ""
        self.matter = matter
        self.drafts: dict[tuple[str, ...], dict[str, str]] = {}
        self.moved_seconds = _moved_seconds()
        self._wall = safe.Wall()
        self._pulse_seconds = pulse_seconds
        self._pulse = -1
        self._rings = bell
        self._heard: int | None = None  # the number of the newest news
        self._pulsing = False
        self._trouble = ""
        self.set_class(ascii_borders, "-ascii")
        for key in bindings():
            shown = key.key_display
            self.bind(key.key, key.action, description=key.description, show=key.show, key_display=shown)

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), self._wall]

    async def on_mount(self) -> None:
        ScrollBar.renderer = PlainBar
        await self.push_screen(LoginScreen())
        self.set_interval(0.25, self._tick)
        self.set_interval(self._pulse_seconds, self._watch)

    def enter(self) -> None:
        """Past the login. Not from a worker of the login's: it would wait for its own end."""
        from .screens.inbox import InboxScreen

        self.switch_screen(InboxScreen())

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "go":
            return super().check_action(action, parameters)
        screen = self._base()
        return screen is not None and self.is_offered(str(parameters[0]), screen)

    def is_offered(self, name: str, screen: Base) -> bool:
        if name in ("sign", "undo") and self.signer.waiting is None:
            return False
        return any(action.name == name for action in offered(screen.kind)) and screen.offers(name)

    def _base(self) -> Base | None:
        return self.screen if self.screen_stack and isinstance(self.screen, Base) else None

    async def action_go(self, name: str) -> None:
        """What every key of the registry leads to: `do_NAME` of the screen, else of the application."""
        method = getattr(self._base(), f"do_{name}", None) or getattr(self, f"do_{name}")
        answer = method()
        if isawaitable(answer):
            await answer

    def do_back(self) -> None:
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def do_help(self) -> None:
        from .screens.help import HelpScreen

        if (base := self._base()) is not None:
            self.push_screen(HelpScreen(base.kind))

    def do_palette(self) -> None:
        from .screens.help import palette

        if (base := self._base()) is not None:
            self.push_screen(palette(self, base), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name:
            self.call_next(self.action_go, name)

    def do_inbox(self) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def do_exceptions(self) -> None:
        from .screens.exceptions import ExceptionsScreen

        self.push_screen(ExceptionsScreen())

    def do_line(self) -> None:
        from .screens.line import LineScreen

        self.push_screen(LineScreen())

    async def do_quit(self) -> None:
        """What waits for its signature is signed first; where that fails, the program stays."""
        if await self.signer.now():
            self.exit(0)

    # Signing

    async def do_sign(self) -> None:
        self.run_worker(self.signer.now(), group="sign")

    async def do_undo(self) -> None:
        intent = self.signer.undo()
        if intent is not None:
            self.tell(t("undone", label=intent.label))
            self._give_back(intent)
            self._reopen(intent, None)

    def sign(self, intent: Intent) -> None:
        """A form hands in what it means; the form is closed already."""
        self.drafts.pop(intent.key, None)
        self.run_worker(self.signer.offer(intent), group="sign")

    def signed(self, intent: Intent, result: Item) -> None:
        number = safe.cell(result.get("number") or "")
        self.tell(t("signed", label=intent.label, number="" if number in intent.label else number))
        self._refresh_screen()

    async def unsigned(self, intent: Intent, fault: QiaoError) -> None:
        self._give_back(intent)
        self.tell(f"{t('unsigned', label=intent.label)}\n{sentence_of(fault)}", "error")
        self._reopen(intent, fault)

    def _give_back(self, intent: Intent) -> None:
        if intent.raw:
            self.drafts[intent.key] = dict(intent.raw)

    def _reopen(self, intent: Intent, fault: QiaoError | None) -> None:
        """The form again; not over another form, which keeps its focus (the draft waits then)."""
        base = self._base()
        if intent.form is None or base is None or base.is_form:
            return
        form = intent.form()
        self.push_screen(form)
        if fault is not None:
            self.call_after_refresh(form.tell_fault, fault)

    # Telling

    def tell(self, text: str, severity: Any = "information") -> None:
        seconds = 5 if severity == "information" else 12
        self.notify(safe.block(text[:500]), severity=severity, timeout=seconds, markup=False)

    def trouble(self, fault: QiaoError) -> None:
        """A fault of reading; the same one isn't told again each second."""
        sentence = sentence_of(fault)
        if sentence != self._trouble:
            self.tell(sentence, "error")
        self._trouble = sentence

    async def ask(self, name: str, *args: Any, **named: Any) -> Any:
        """Reads from the node; None when that failed, which is told."""
        try:
            answer = await self.gate.ask(name, *args, **named)
        except QiaoError as fault:
            self.trouble(fault)
            return None
        self._trouble = ""
        return answer

    # Live

    async def _tick(self) -> None:
        await self.signer.tick()
        if (base := self._base()) is not None:
            base.refresh_bar()

    async def _watch(self) -> None:
        """Once a second: has the database changed?"""
        if self.person is None or self._pulsing:
            return
        self._pulsing = True
        pulse = await self.ask("pulse")
        self._pulsing = False
        if pulse is not None and pulse != self._pulse:
            first, self._pulse = self._pulse == -1, pulse
            if await self._is_out():
                await self.sign_out()
            elif not first:
                self._refresh_screen()
            if self._rings:
                await self._hear()

    async def _hear(self) -> None:
        """Rings once for what came since it was asked last, but for what this office registered itself. In the acting
        thread: the process that writes keeps the news."""
        try:
            told = await self.gate.act("news", self._heard)
        except QiaoError as fault:
            self.trouble(fault)
            return
        self._heard = told["next"]
        own = self.unit.rpartition("/")[2]
        if any(one["event"] != "new" or one["unit"] != own for one in told["items"]):
            self.bell()

    async def _is_out(self) -> bool:
        """Whether the person was disabled since. His roles are as they are now."""
        if self.person is None:
            return False
        try:
            found = await self.gate.ask("person", self.person.id)
        except QiaoError as fault:
            self.trouble(fault)
            return False
        self.person = found or self.person
        return found is None

    async def sign_out(self) -> None:
        """His session is over: nothing that he left open stays on the screen, and what waited isn't signed."""
        self.signer.undo()
        self.person, self._pulse = None, -1
        self.drafts.clear()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(LoginScreen())
        self.tell(t("out"), "error")

    def _refresh_screen(self) -> None:
        if (base := self._base()) is not None and base.is_whole:
            base.changed()

    def on_resize(self, event: events.Resize) -> None:
        small = is_small(event.size)
        shown = isinstance(self.screen, SmallScreen)
        if small and not shown:
            self.push_screen(SmallScreen())
        elif shown and not small:
            self.pop_screen()

    async def on_unmount(self) -> None:
        import asyncio

        await asyncio.to_thread(self.gate.close)


def _moved_seconds() -> int:
    try:
        return moved_from_environment() // 1000
    except QiaoError:
        return 0
