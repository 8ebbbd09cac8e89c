"""查看原文: what is masked, in clear, for a reason; signed before it is shown, and seen by every unit above."""

from __future__ import annotations

from typing import Any

from textual.widgets import Static

from conflict.declaration import Field, Matter, Type
from node.errors import QiaoError
from node.matters.draft import Verb

from .. import safe
from ..face import Item
from ..labels import field_label, matter_of
from ..texts import t
from .dialogs import TextScreen
from .form import FormScreen

TEXTS = "text"  # every text of its acts


def masked(matter: Matter, item: Item) -> dict[str, str]:
    """Field → label of what can be asked for in this record."""
    personal = {one.name: field_label(one) for one in matter.fields if one.personal and item.get(one.name)}
    return {**personal, TEXTS: t("reveal.texts")}


class RevealScreen(FormScreen):
    def __init__(self, matter: str, record: str, item: Item) -> None:
        declared = matter_of(matter)
        codes = masked(declared, item) if declared else {TEXTS: t("reveal.texts")}
        takes = (
            Field("field", t("reveal.field"), type=Type.CODE, codes=codes),
            Field("reason", t("reveal.reason"), type=Type.TEXT),
        )
        verb = Verb("reveal", t("do.reveal"), "reveal", takes, lambda _state, _data, _desk: [],
                    frozenset({"field", "reason"}))  # fmt: skip
        super().__init__(verb, matter, record, item)

    def begin(self) -> None:
        super().begin()
        self.query_one("#note", Static).update(t("reveal.how"))

    def keep_draft(self) -> None:
        """A reason is for once."""

    async def _hand_in(self, data: dict[str, Any]) -> None:
        """At once: who looks has looked, so there is nothing to undo."""
        try:
            found = await self.desk.gate.act(
                "reveal", self.record, data["field"], data["reason"], self.desk.person
            )
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        said = [str(one) for one in found.get("values") or [found.get("value")]]
        self.app.pop_screen()
        self.app.push_screen(TextScreen(t("reveal.shown"), [safe.block(one) for one in said]))
