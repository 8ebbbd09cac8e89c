"""取附件: a file that the ticket names is laid where the person can open it, under its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.widgets import Static

from conflict.declaration import Field, Type
from node.errors import QiaoError
from node.matters.draft import Verb

from .. import safe
from ..face import Item
from ..inputs import TextBox
from ..texts import t
from .form import FormScreen


def held(item: Item) -> list[Item]:
    """What a ticket names of files, as far as they have come whole."""
    return [
        one
        for one in item.get("attachments") or ()
        if isinstance(one, dict) and one.get("state") == "present"
    ]


class TakeOutScreen(FormScreen):
    def __init__(self, matter: str, record: str, item: Item) -> None:
        files = {
            str(one["number"]): safe.cell(f"{one['number']}  {one.get('name') or ''}") for one in held(item)
        }
        takes = (
            Field("which", t("take_out.which"), type=Type.CODE, codes=files),
            Field("file", t("take_out.file"), type=Type.TEXT),
        )
        verb = Verb("take_out", t("do.take_out"), "take_out", takes, lambda _state, _data, _desk: [],
                    frozenset({"which", "file"}))  # fmt: skip
        super().__init__(verb, matter, record, item)

    def begin(self) -> None:
        super().begin()
        self.query_one("#note", Static).update(t("take_out.how"))
        box, files = self.query_one("#f-file", TextBox), held(self.item)
        if len(files) == 1:
            name = safe.cell(files[0].get("name") or "").replace("/", "_")
            box.value = name if self.desk.folder.is_bound else str(Path.home() / name)

    def keep_draft(self) -> None:
        """Nothing that is signed."""

    async def _hand_in(self, data: dict[str, Any]) -> None:
        try:
            done = await self.desk.gate.look(
                "take_out", self.matter, self.record, data["which"], Path(data["file"]), self.desk.person
            )
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self.app.pop_screen()
        self.desk.tell(t("take_out.done", name=safe.line(done["name"]), file=safe.line(str(data["file"]))))
