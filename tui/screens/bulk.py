"""批量办理: the form of a verb once, for many records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from node.matters.draft import Verb

from ..cells import cut
from ..labels import verb_label
from ..signing import Intent
from ..texts import t
from .dialogs import ConfirmScreen
from .form import FormScreen


class BulkScreen(FormScreen):
    """`records`: (id, number) of each."""

    def __init__(self, verb: Verb, matter: str, records: Sequence[tuple[str, str]]) -> None:
        self.records = tuple(records)
        super().__init__(verb, matter, None, {})
        self.first = {}

    @property
    def heading(self) -> str:
        return t("bulk.title", label=verb_label(self.verb), count=len(self.records))

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.matter, self.verb.name, "bulk")

    async def _hand_in(self, data: dict[str, Any]) -> None:
        """Asked before: many acts are harder to take back than one."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._leave({"matter": self.matter, "verb": self.verb.name, "data": data})

        self.app.push_screen(ConfirmScreen(self.sentence(data)), answered)

    def sentence(self, data: Mapping[str, Any]) -> str:
        numbers = ", ".join(number for _, number in self.records)
        return f"{self.heading}: {cut(numbers, 300)}"

    def _leave(self, params: dict[str, Any]) -> None:
        intent = Intent(self.heading, "act", params, self.key, self.raw(), self._again(), self.records)
        self.app.pop_screen()
        self.desk.sign(intent)

    def _again(self) -> Any:
        verb, matter, records = self.verb, self.matter, self.records
        return lambda: BulkScreen(verb, matter, records)
