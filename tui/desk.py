"""The application itself: the gate to the node, who is signed in, drafts, keys, and the live refresh."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from typing import Any

from textual import events
from textual.app import App
from textual.binding import BindingsMap
from textual.css.query import NoMatches
from textual.filter import LineFilter
from textual.scrollbar import ScrollBar, ScrollBarRender

from node import language
from node.clock import moved_from_environment
from node.errors import QiaoError

from . import places, preferences, safe, style, texts, welcome
from .actions import bindings, named
from .drafts import Drafts
from .early import Early
from .face import Face, Item, Person
from .folder import Folder
from .garbage import Rest
from .gate import Gate, sentence_of
from .preferences import Preferences
from .screens.base import Base
from .screens.login import LoginScreen
from .screens.small import SmallScreen, is_small
from .screens.tour import TourScreen
from .sheet import Reader
from .signing import UNDO_SECONDS, Intent, Signer
from .style import CSS as STYLE
from .texts import t
from .watch import Watch

LOOKING = frozenset({"auditor", "leader"})  # roles that sign nothing


class PlainBar(ScrollBarRender):
    """Scroll bars drawn by colour alone: block characters have two widths."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8


class QiaoApp(App[int], inherit_bindings=False):
    """`opener` makes the node. `read_only`: nothing can be signed. `tour`: who is here for the first time is led
    around. `undo_seconds`, `pulse_seconds` and `now` are given by tests."""

    CSS = STYLE
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]

    def __init__(
        self,
        opener: Callable[[], Face],
        *,
        ascii_borders: bool = False,
        bell: bool = False,
        read_only: bool = False,
        tour: bool = False,
        folder: Folder = Folder(),  # noqa: B008
        undo_seconds: float = UNDO_SECONDS,
        pulse_seconds: float = 1.0,
        now: Callable[[], datetime] | None = None,
        matter: str = "ticket",
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.gate = Gate(opener)
        self.signer = Signer(self, undo_seconds)
        self.drafts = Drafts(self)
        self.watch_node = Watch(self)
        self.person: Person | None = None
        self.seat = secrets.token_hex(8)  # this terminal's own name, for who has what open
        self.unit = self.unit_name = ""
        self.matter = matter
        self.folder = folder
        self.preferences = Preferences()
        self.moved_seconds = _moved_seconds()
        self.now = now or self._now
        self._wall = safe.Wall()
        self._rest = Rest()
        self._early = Early(self._is_unready, self.on_event)
        self._pulse_seconds = pulse_seconds
        self._read_only = read_only
        self._tour = tour
        self.of_node = Preferences(
            language.used(), preferences.THEMES[0], ascii_borders=ascii_borders, bell=bell
        )
        self._troubles: dict[str, str] = {}  # work → the sentence that was told of it
        for theme in style.THEMES:
            self.register_theme(theme)
        self.set_class(style.has_no_colours(), "-plain")
        self.apply(self.preferences)

    def _now(self) -> datetime:
        """By the clock of the node, which may be a moved one."""
        return datetime.now(UTC) + timedelta(seconds=self.moved_seconds)

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), self._wall]

    async def on_mount(self) -> None:
        ScrollBar.renderer = PlainBar
        await self.push_screen(self.first_screen())
        self.set_interval(0.25, self._tick)
        self.set_interval(1.0, self._save_drafts)
        self.set_interval(self._pulse_seconds, self.watch_node.look)

    def first_screen(self) -> Base:
        return LoginScreen()

    async def enter(self) -> None:
        """Past the login. Not from a worker of the login's: it would wait for its own end."""
        self.watch_node.begin()
        await self._remember()
        await self.drafts.load()
        await self.switch_screen(places.PLACES[0].made())
        if len(self.drafts):
            self.tell(t("drafts.found", count=len(self.drafts)))
        clock = await self.ask("clock")
        if clock and clock.get("question"):
            self.tell(t("line.clock_asked", question=safe.line(clock["question"], 300)), "warning")
        self._rest.signed_in()
        await welcome.greet(self)

    async def again(self) -> None:
        """From the inbox on, in another language: texts that stand stay as they are."""
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        await self.switch_screen(places.PLACES[0].made())

    @property
    def wants_tour(self) -> bool:
        return self._tour and not self.preferences.toured

    def do_tour(self) -> None:
        """Around the inbox, in five steps; then it was seen, or left."""
        self.go_to(places.PLACES[0])
        self.push_screen(TourScreen(), self._toured)

    async def _toured(self, _seen: None) -> None:
        if not self.preferences.toured:
            await self.prefer("toured", True)

    # How it is to be for the person

    async def _remember(self) -> None:
        kept = await self.ask("preferences", self.person)
        found, faults = preferences.read(kept or {})
        await self._apply(found)
        for fault in faults:
            self.tell(fault, "warning")

    def apply(self, found: Preferences) -> None:
        """Screens that are open keep their texts; the next ones are as it says."""
        self.preferences = found
        node = self.of_node
        language.use(found.language or str(node.language))
        self.theme = found.theme or str(node.theme)
        self.set_class(
            bool(node.ascii_borders if found.ascii_borders is None else found.ascii_borders), "-ascii"
        )
        self.watch_node.rings = bool(node.bell if found.bell is None else found.bell)
        self._bindings = BindingsMap(bindings(found.keys))
        if self._base() is not None:
            self.refresh_bindings()

    async def _apply(self, found: Preferences) -> None:
        if found.language:
            await asyncio.to_thread(texts.ready, found.language)
        self.apply(found)

    async def prefer(self, key: str, value: Any, *, quietly: bool = False) -> None:
        """One preference, kept for the next time too; `quietly`: it isn't told where that failed. Raises
        preferences.Unfit."""
        await self._apply(preferences.changed(self.preferences, key, value))
        try:
            await self.gate.act("preferences_put", self.preferences.plain(), self.person)
        except QiaoError as fault:
            if not quietly:
                self.trouble(fault)

    @property
    def reader(self) -> Reader:
        return Reader(self.unit, self.now())

    @property
    def read_only(self) -> bool:
        """So started, or for one whose roles only look."""
        roles = self.person.roles if self.person else frozenset()
        return self._read_only or (bool(roles) and roles <= LOOKING)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "go":
            return super().check_action(action, parameters)
        screen = self._base()
        if screen is None and isinstance(self.screen, TourScreen):
            screen = self._beneath()
        return screen is not None and self.is_offered(str(parameters[0]), screen)

    def is_offered(self, name: str, screen: Base) -> bool:
        if name in ("sign", "undo") and self.signer.waiting is None:
            return False
        action = named(name)
        if action is None or screen.kind not in action.screens or (action.writes and self.read_only):
            return False
        place = places.place(name)
        return (place is None or self.may_see(place)) and screen.offers(name)

    def offers_undo(self) -> bool:
        """Whether Ctrl+Z takes back what waits for its signature."""
        base = self._base()
        return base is not None and self.is_offered("undo", base)

    def pending_key(self) -> str:
        """How what waits is told: with the keys that do something about it on the screen in front."""
        base = self._base()
        if base is not None and self.is_offered("sign", base):
            return "pending"
        return "pending_undo" if self.offers_undo() else "pending_only"

    def may_see(self, place: places.Place) -> bool:
        return self.person is not None and place.is_for(self.person.roles)

    def _base(self) -> Base | None:
        return self.screen if self.screen_stack and isinstance(self.screen, Base) else None

    def _beneath(self) -> Base | None:
        """What a tour leads around in: its keys are shown, though none of them reaches it."""
        beneath = self.screen_stack[-2]
        return beneath if isinstance(beneath, Base) else None

    async def action_go(self, name: str, argument: str = "") -> None:
        """What every key of the registry leads to: a place, `do_NAME` of the screen, else of the application."""
        if (place := places.place(name)) is not None:
            self.go_to(place)
            return
        method = getattr(self._base(), f"do_{name}", None) or getattr(self, f"do_{name}")
        action = named(name)
        answer = method(argument) if action is not None and action.argument else method()
        if isawaitable(answer):
            await answer

    def go_to(self, place: places.Place) -> None:
        """Over the inbox, in the place of what was there."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if place.name != places.PLACES[0].name:
            self.push_screen(place.made())

    def do_places(self) -> None:
        from .screens.dialogs import PickScreen

        seen = [place.name for place in places.PLACES if self.may_see(place)]
        here = base.kind if (base := self._base()) is not None else ""
        options = [(name, f"{at}  {t(f'do.{name}')}") for at, name in enumerate(seen, 1) if name != here]
        self.push_screen(PickScreen(t("places.title"), options), self._chosen)

    def do_refresh(self) -> None:
        self.refresh_screen()

    def do_back(self) -> None:
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def do_help(self) -> None:
        from .screens.help import HelpScreen

        if (base := self._base()) is not None:
            self.push_screen(HelpScreen(base.kind, self.focused))

    def do_palette(self) -> None:
        from .screens.command import CommandScreen, commands

        if (base := self._base()) is not None:
            self.push_screen(CommandScreen(commands(self, base)), self._commanded)

    def _commanded(self, asked: tuple[str, str] | None) -> None:
        if asked is not None:
            self.call_next(self._command, *asked)

    async def _command(self, name: str, argument: str) -> None:
        base = self._base()
        if base is not None and not base.command(name):
            await self.action_go(name, argument)

    def _chosen(self, name: str | None) -> None:
        if name:
            self.call_next(self.action_go, name)

    def do_handover(self) -> None:
        from .screens.handover import HandoverScreen

        self.push_screen(HandoverScreen())

    def do_bulletins(self) -> None:
        from .screens.bulletins import BulletinsScreen

        self.push_screen(BulletinsScreen())

    def do_open(self, number: str) -> None:
        """A ticket by its number or record id."""
        from .screens.ticket import TicketScreen

        self.push_screen(TicketScreen(number))

    def do_jump(self) -> None:
        from .screens.jump import JumpScreen, targets

        if (found := targets(self.screen)) != []:
            self.push_screen(JumpScreen(found))

    def do_copy(self) -> None:
        """Through the terminal (OSC 52), as far as that can."""
        base = self._base()
        text = base.copied() if base is not None else ""
        if text:
            self.copy_to_clipboard(text)
            self.tell(t("copied", text=safe.cell(text, 40)))

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
        self.run_worker(self._sign(intent), group="sign")

    async def _sign(self, intent: Intent) -> None:
        await self.drafts.save()
        self.drafts.hand_in(intent.key)
        await self.signer.offer(intent)
        if (base := self._base()) is not None:
            base.refresh_bar()

    def signed(self, intent: Intent, result: Item) -> None:
        self.drafts.signed(intent.key)
        number = safe.cell(result.get("number") or "")
        self.tell(t("signed", label=intent.label, number="" if number in intent.label else number))
        self.refresh_screen()

    async def unsigned(self, intent: Intent, fault: QiaoError) -> None:
        self._give_back(intent)
        self.tell(f"{t('unsigned', label=intent.label)}\n{sentence_of(fault)}", "error")
        self._reopen(intent, fault)

    def _give_back(self, intent: Intent) -> None:
        if intent.raw:
            self.drafts.keep(intent.key, intent.raw)

    def _reopen(self, intent: Intent, fault: QiaoError | None) -> None:
        """The form again; not over another form, which keeps its focus (the draft waits then)."""
        base = self._base()
        if base is None or base.takes_back(intent, fault) or intent.form is None or base.is_form:
            return
        form = intent.form()
        self.push_screen(form)
        if fault is not None:
            self.call_after_refresh(form.tell_fault, fault)

    # Telling

    def tell(self, text: str, severity: Any = "information") -> None:
        seconds = 5 if severity == "information" else 12
        self.notify(safe.block(text[:500]), severity=severity, timeout=seconds, markup=False)

    def trouble(self, fault: QiaoError, work: str = "reading") -> None:
        """A fault of what goes on by itself; the same one isn't told again each second, until that work was `well`.
        Whoever was signed out has nothing left to read: what was still being asked for him failed of that alone."""
        if self.person is None:
            return
        sentence = sentence_of(fault)
        if sentence != self._troubles.get(work):
            self.tell(sentence, "error")
        self._troubles[work] = sentence

    def well(self, work: str) -> None:
        self._troubles.pop(work, None)

    async def ask(self, name: str, *args: Any, **named: Any) -> Any:
        """Reads from the node; None when that failed, which is told."""
        return await self._asked(self.gate.ask(name, *args, **named))

    async def look(self, name: str, *args: Any, **named: Any) -> Any:
        """The same, for what takes long: no list waits for it."""
        return await self._asked(self.gate.look(name, *args, **named))

    async def _asked(self, asking: Awaitable[Any]) -> Any:
        try:
            answer = await asking
        except QiaoError as fault:
            self.trouble(fault)
            return None
        self.well("reading")
        return answer

    # Live

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._rest.touched()
            if self._early.keeps(event):
                return
            base = self._base()
            if isinstance(event, events.Key) and base is not None and base.leads_on(event.key):
                base.is_ready = False  # what is typed behind it waits for the next field
        await super().on_event(event)

    def _is_unready(self) -> bool:
        return (base := self._base()) is not None and not base.is_ready

    async def let_in(self, screen: Base) -> None:
        """The screen has its focus."""
        screen.is_ready = True
        await self._early.let_in()

    async def _tick(self) -> None:
        self._rest.look()
        await self._early.let_in()  # where their screen was gone before it was there
        await self.signer.tick()
        if (base := self._base()) is not None:
            base.refresh_bar()

    async def _save_drafts(self) -> None:
        if self.person is not None:
            if (base := self._base()) is not None and base.is_whole:
                base.keep_draft()
            await self.drafts.save()

    async def sign_out(self) -> None:
        """His session is over: nothing that he left open stays on the screen, and what waited isn't signed."""
        self.signer.undo()
        self.person = None
        self.watch_node.begin()
        self.drafts.clear()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(LoginScreen())
        self.tell(t("out"), "error")

    def refresh_screen(self) -> None:
        if (base := self._base()) is not None and base.is_whole:
            base.changed()

    def on_resize(self, event: events.Resize) -> None:
        small = is_small(event.size)
        shown = isinstance(self.screen, SmallScreen)
        if small and not shown:
            self.push_screen(SmallScreen())
        elif shown and not small:
            self.pop_screen()

    async def on_exit_app(self) -> None:
        """Also from outside (a signal, a browser that went away): what was typed since the last second is kept. By now
        nothing counts as attached, but most of its widgets are there yet."""
        if self.person is not None:
            if (base := self._base()) is not None:
                with suppress(NoMatches):  # some are gone by now: what the last second kept stands
                    base.keep_draft()
            await self.drafts.save()

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.gate.close)


def _moved_seconds() -> int:
    try:
        return moved_from_environment() // 1000
    except QiaoError:
        return 0
