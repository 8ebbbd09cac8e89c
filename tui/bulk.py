"""One act on each of many records (批量): the same checks as for a single one, one result a record.

Each is an act of its own: what is refused keeps none of the others from being signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.errors import QiaoError

from . import safe
from .face import Item
from .gate import sentence_of
from .texts import t


@dataclass(slots=True)
class Outcome:
    """How far it has come. `refused`: number → the sentence why."""

    total: int
    done: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def signed(self) -> None:
        self.done += 1

    def refuse(self, number: str, fault: QiaoError) -> None:
        self.refused[number] = sentence_of(fault)

    @property
    def told(self) -> int:
        return self.done + len(self.refused)

    def lines(self) -> list[str]:
        """Safe lines: the count, then each that was refused with its reason."""
        head = t("bulk.done", done=self.done, total=self.total)
        return [
            head,
            *(f"{safe.cell(number)}  {safe.line(why, 300)}" for number, why in self.refused.items()),
        ]


def numbered(items: Sequence[Item]) -> list[tuple[str, str]]:
    """(record id, number) of rows of a list."""
    return [(str(item["record"]), str(item.get("number") or item["record"])) for item in items]
