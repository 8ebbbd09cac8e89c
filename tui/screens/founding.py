"""开局: root office, invitation by line or by file, the first person; one step a screen, told beside its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from node import beginning as standings
from node.errors import QiaoError

from .. import safe
from ..cells import cut, in_two, wrap
from ..founding_checks import Check, checked
from ..gate import sentence_of
from ..inputs import Area, Choice, TextBox
from ..texts import t
from .base import Base
from .dialogs import PickScreen
from .form import NAME

if TYPE_CHECKING:
    from ..founding import FoundingApp


class FoundingScreen(Base):
    is_form = True

    @property
    def founding(self) -> FoundingApp:
        return cast("FoundingApp", self.app)

    @property
    def heading(self) -> str:
        return f"{t('app')}  {t('founding.title')}"


class StartScreen(FoundingScreen):
    """What can be done with this directory as it stands."""

    kind = "start"

    def __init__(self) -> None:
        super().__init__()
        self._ways: list[str] = []

    def body(self) -> Iterable[Widget]:
        place = safe.line(str(self.founding.beginning.directory.absolute()), 300)
        yield Static(cut(t("founding.place", place=place), 78), classes="strip", markup=False)
        yield Static("", classes="fault", id="fault", markup=False)
        yield OptionList(id="ways", markup=False)
        yield Static("", classes="strip", id="about", markup=False)

    def begin(self) -> None:
        self.query_one("#ways").focus()
        self.begin_work(self._look, "standing")

    def resumed(self) -> None:
        self.begin_work(self._look, "standing")

    def offers(self, name: str) -> bool:
        return name not in ("submit", "back")

    async def _look(self) -> None:
        try:
            standing = await self.desk.gate.work(self.founding.beginning.standing)
        except QiaoError as fault:
            self._show([], sentence_of(fault))
            return
        if standing == standings.READY:
            self.app.exit(0)
        self._show(list(WAYS.get(standing, ())), self.founding.told or t(f"founding.{standing}"))

    def _show(self, ways: list[str], told: str) -> None:
        self._ways = ways
        width = max(20, self.app.size.width - 2)
        self.query_one("#fault", Static).update(in_two(safe.line(told, 400), width))
        found = self.query_one(OptionList)
        found.clear_options()
        found.add_options([Option(f"{at}  {t(f'founding.way_{way}')}") for at, way in enumerate(ways, 1)])
        found.highlighted = 0 if ways else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        about = wrap(t(f"founding.about_{self._ways[event.option_index]}"), max(20, self.app.size.width - 2))
        self.query_one("#about", Static).update("\n".join(about))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.app.push_screen(StepScreen(STEPS[self._ways[event.option_index]]))

    def on_key(self, event: Any) -> None:
        """The numbers choose, too."""
        at = int(event.key) - 1 if event.key.isdigit() else -1
        if 0 <= at < len(self._ways):
            event.stop()
            self.app.push_screen(StepScreen(STEPS[self._ways[at]]))


@dataclass(frozen=True, slots=True)
class Step:
    """`fields`: name → kind of widget. `work` is given what was typed, in a thread."""

    name: str
    fields: Sequence[tuple[str, str]]
    work: Callable[[standings.Beginning, dict[str, str]], dict[str, Any]]


STEPS = {
    "root": Step(
        "root", (("unit", "line"), ("name", "line"), ("recovery", "line")),
        lambda node, raw: node.root(raw["unit"], raw["name"], Path(raw["recovery"].strip()).expanduser()),
    ),
    "join": Step("join", (("invitation", "area"),), lambda node, raw: node.join(raw["invitation"])),
    "ask": Step(
        "ask", (("invitation", "area"), ("request", "line")),
        lambda node, raw: node.ask(raw["invitation"], Path(raw["request"].strip()).expanduser()),
    ),
    "take": Step("take", (("reply", "line"),), lambda node, raw: node.take(Path(raw["reply"].strip()).expanduser())),
    "staff": Step(
        "staff",
        (("staff_id", "line"), ("staff_name", "line"), ("password", "secret"), ("again", "secret"),
         ("works", "choice")),
        lambda node, raw: node.staff(
            raw["staff_id"].strip(), raw["staff_name"], raw["password"], works=raw["works"] != "no"
        ),
    ),
}  # fmt: skip
WAYS = {
    standings.EMPTY: ("root", "join", "ask"),
    standings.ALONE: ("join", "ask", "staff"),
    standings.WAITING: ("take", "join", "staff"),
    standings.UNSTAFFED: ("staff",),
}


class StepScreen(FoundingScreen):
    """One step. What is typed is checked as it is typed; Ctrl+S does it, Esc goes back and keeps what was typed."""

    kind = "founding"

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
        self.checks: dict[str, Check] = {}

    @property
    def heading(self) -> str:
        return f"{t('founding.title')} > {t(f'founding.way_{self.step.name}')}"

    def body(self) -> Iterable[Widget]:
        yield Static(t(f"founding.about_{self.step.name}"), classes="about", markup=False)
        yield VerticalScroll(*self._rows(), classes="body", can_focus=False)
        yield Static("", classes="fault", id="fault", markup=False)

    def _rows(self) -> Iterable[Widget]:
        kept = self.founding.typed.get(self.step.name, {})
        for name, kind in self.step.fields:
            label = Static(cut(t(f"founding.{name}"), NAME), classes="name", markup=False)
            yield Horizontal(label, _widget(name, kind, kept.get(name, "")), classes="row")
            yield Static("", classes="check", id=f"check-{name}", markup=False)

    def begin(self) -> None:
        self._widget(self.step.fields[0][0]).focus()
        self._check()

    def _widget(self, name: str) -> Widget:
        return self.query_one(f"#f-{name}")

    def raw(self) -> dict[str, str]:
        found = {}
        for name, _ in self.step.fields:
            widget = self._widget(name)
            found[name] = widget.text if isinstance(widget, Area) else cast(Any, widget).value
        return found

    # Checking

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._check()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._check()

    def _check(self) -> None:
        self.begin_work(self._look, "check")

    async def _look(self) -> None:
        raw = self.raw()
        try:
            self.checks = await self.desk.gate.work(self._checked, raw)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        width = max(20, self.app.size.width - 20)
        for name, check in self.checks.items():
            line = self.query_one(f"#check-{name}", Static)
            line.set_class(check.bad, "-bad")
            line.update("\n".join(wrap(safe.line(check.text, 400), width)))

    def _checked(self, raw: dict[str, str]) -> dict[str, Check]:
        """In a thread: some look at files."""
        return {name: checked(self.founding.beginning, name, raw) for name in raw}

    # Doing

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        names = [name for name, _ in self.step.fields]
        last = event.input.id == f"f-{names[-1]}"
        if last:
            self.do_submit()
        else:
            self.focus_next()

    def on_choice_wanted(self, event: Choice.Wanted) -> None:
        event.stop()
        choice = event.choice

        def chosen(value: str | None) -> None:
            if value is not None:
                choice.value = value

        pick = PickScreen(t("founding.works"), choice.options[1:], choice.value, event.typed)
        event.add = pick.add
        self.app.push_screen(pick, chosen)

    def do_submit(self) -> None:
        self.begin_work(self._do, "step")

    async def _do(self) -> None:
        await self._look()
        raw = self.raw()
        wrong = next((name for name in raw if self._is_wrong(name, raw[name])), None)
        if wrong is not None:
            self._widget(wrong).focus()
            self._say(self.checks[wrong].text if raw[wrong].strip() else t("founding.empty_field"))
            return
        self._say(t("founding.working"))
        try:
            done = await self.desk.gate.work(self.step.work, self.founding.beginning, raw)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self._leave(done)

    def _is_wrong(self, name: str, typed: str) -> bool:
        return name != "works" and (not typed.strip() or self.checks[name].bad)

    def _leave(self, done: dict[str, Any]) -> None:
        """Back to the start, which knows what is left to do."""
        self.founding.typed.pop(self.step.name, None)
        self.founding.told = told(self.step.name, done)
        self.app.pop_screen()

    def do_back(self) -> None:
        self.founding.typed[self.step.name] = {
            name: text for name, text in self.raw().items() if name not in ("password", "again")
        }
        self.app.pop_screen()

    def tell_fault(self, fault: QiaoError) -> None:
        self._say(sentence_of(fault))

    def _say(self, text: str) -> None:
        width = max(20, self.app.size.width - 2)
        self.query_one("#fault", Static).update("\n".join(wrap(safe.line(text, 400), width)[:3]))


def told(step: str, done: dict[str, Any]) -> str:
    """What the step came to, for the next screen."""
    known = {
        name: safe.line(done.get(name) or "", 200) for name in ("unit", "recovery", "parent", "file", "id")
    }
    return t(f"founding.done_{step}", **known)


def _widget(name: str, kind: str, kept: str) -> Widget:
    named = f"f-{name}"
    if kind == "area":
        return Area(kept, id=named)
    if kind == "choice":
        options = (("yes", t("founding.works_yes")), ("no", t("founding.works_no")))
        return Choice(options, kept or "yes", id=named)
    return TextBox(kept, id=named, password=kind == "secret")
