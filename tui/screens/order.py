"""The form of one act on one record or on several: what is asked is asked once, what differs comes from the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from node.matters.draft import Verb

from .. import safe
from ..drafts import name_of
from ..gate import sentence_of
from ..labels import verb_label
from ..lines import Line, Lines
from ..several import Result, SeveralIntent, Target, checked, params_of, result_lines
from ..signing import Intent
from ..texts import t
from .base import Base
from .dialogs import ConfirmScreen
from .form import FormScreen

SEVERAL = "several"  # in the place of a record, in the key of the draft


class OrderScreen(FormScreen):
    """`asked` are the names of the fields to be filled in. `handed_in` is called when it is on its way."""

    def __init__(
        self,
        verb: Verb,
        matter: str,
        targets: Sequence[Target],
        asked: Sequence[str],
        handed_in: Callable[[], None] = lambda: None,
    ) -> None:
        takes = tuple(field for field in verb.takes if field.name in asked)
        one = targets[0].record if len(targets) == 1 else SEVERAL
        item = {"number": numbers(targets)}
        super().__init__(replace(verb, takes=takes), matter, one, item)
        self._targets, self._asked, self._handed_in = tuple(targets), tuple(asked), handed_in

    async def _hand_in(self, data: dict[str, Any]) -> None:
        verb, draft = self.verb.name, name_of(self.key)
        acts = [(one, params_of(one, self.matter, verb, data, draft)) for one in self._targets]
        results = await checked(self.desk.gate, acts, self.desk.person, self._at)
        refused = [one for one in results if one.fault is not None]
        if len(refused) == len(results):
            first = sentence_of(refused[0].fault)  # type: ignore[arg-type]
            self._say(first if len(refused) == 1 else f"{t('several.none', n=len(refused))} {first}")
            return
        if len(results) == 1:
            self._leave(acts[0][1])
            return
        may = [act for act, one in zip(acts, results, strict=True) if one.fault is None]

        def answered(yes: bool | None) -> None:
            if yes:
                self._leave_several(may)

        self.app.push_screen(ConfirmScreen(self._asking(results, refused)), answered)

    def _at(self, number: int) -> None:
        if len(self._targets) > 1:
            self.query_one("#note", Static).update(t("several.checking", n=number, of=len(self._targets)))

    def _asking(self, results: Sequence[Result], refused: Sequence[Result]) -> str:
        label = verb_label(self.verb)
        if not refused:
            return t("several.ask", label=label, n=len(results))
        first = safe.line(sentence_of(refused[0].fault), 200)  # type: ignore[arg-type]
        number = safe.cell(refused[0].target.number)
        told = t("several.ask_some", label=label, n=len(results) - len(refused), of=len(results))
        return f"{told} {number} {first}"

    def _leave(self, params: dict[str, Any]) -> None:
        self._handed_in()
        super()._leave(params)

    def _leave_several(self, acts: Sequence[tuple[Target, Mapping[str, Any]]]) -> None:
        self._handed_in()
        self.keep_draft()
        desk = self.desk

        def told(label: str, results: Sequence[Result]) -> None:
            tell(desk, label, results)

        intent: Intent = SeveralIntent(self.heading.strip(), "act", {}, self.key, self.raw(), self._again(),
                                       acts=tuple(acts), told=told)  # fmt: skip
        self.app.pop_screen()
        desk.sign(intent)

    def _again(self) -> Any:
        verb, matter, targets, asked = self.verb, self.matter, self._targets, self._asked
        handed_in = self._handed_in
        return lambda: OrderScreen(verb, matter, targets, asked, handed_in)


def numbers(targets: Sequence[Target]) -> str:
    """`370000-20261121-0003 等 5 件`."""
    first = safe.cell(targets[0].number)
    return first if len(targets) == 1 else t("several.numbers", number=first, n=len(targets))


def tell(desk: Any, label: str, results: Sequence[Result]) -> None:
    """A result for each, in a window of its own; while somebody types, in a notice that doesn't move him."""
    base = desk.screen
    refused = [one for one in results if one.fault is not None]
    if isinstance(base, Base) and not base.is_form:
        desk.push_screen(ResultsScreen(label, results))
    elif refused:
        lines = ["".join(text for text, _ in line) for line in result_lines(refused, 60)]
        desk.tell("\n".join([label, *lines]), "warning")


class ResultsScreen(Base):
    """What became of each of them."""

    kind = "reader"

    def __init__(self, label: str, results: Sequence[Result]) -> None:
        super().__init__()
        self._label, self._results = label, results

    @property
    def heading(self) -> str:
        return t("several.results", label=safe.cell(self._label))

    def body(self) -> Iterable[Widget]:
        yield Lines(self._layout, id="sheet")

    def _layout(self, width: int) -> list[Line]:
        signed = sum(one.fault is None for one in self._results)
        head: Line = [(t("several.signed", n=signed, of=len(self._results)), "bold")]
        return [head, [("", "")], *result_lines(self._results, width)]

    def begin(self) -> None:
        self.query_one("#sheet").focus()

    def copied(self) -> str:
        return "\n".join(
            f"{one.target.number}\t{t('several.done') if one.fault is None else sentence_of(one.fault)}"
            for one in self._results
        )
