"""The matters that the demo registers: the shipped day, a file from elsewhere, real messages.

A line of a file is a ticket's fields by their names in the declaration, and beside them what becomes of it:
`registered_by` (unit), `target` (the county that acts; null: answered, or kept by a county that registered
it), `answer`, `result` and `recovered` (fen), and `source`, where its facts were published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.commands.reading import parse, split
from node.errors import Usage
from node.language import say

BESIDE = frozenset({"source", "registered_by", "target", "answer", "result", "recovered"})
DAY = Path(__file__).with_name("day.jsonl")


@dataclass(slots=True)
class Case:
    """One matter of the demo; `record` is its record id once it is registered."""

    fields: dict[str, Any]
    owner: str
    target: str | None = None
    answer: str | None = None
    result: str = ""
    recovered: int | None = None
    record: str = ""
    handlers: list[str] = field(default_factory=list)  # units that act, the lead first

    @property
    def title(self) -> str:
        return str(self.fields.get("narrative", ""))[:16]


def read(path: Path, units: frozenset[str], root: str) -> list[Case]:
    """The file's matters. Raises Usage (`bad_input`), which names the line."""
    return [_case(parse(raw, path, number), units, root, f"{path}:{number}") for number, raw in split(path)]


def _case(item: dict[str, Any], units: frozenset[str], root: str, where: str) -> Case:
    owner, target = item.get("registered_by") or root, item.get("target")
    for unit in (owner, target):
        if unit is not None and unit not in units:
            raise Usage(say(f"{where} 没有单位 {unit!r}", f"{where}: no unit {unit!r}"), code="bad_input")
    fields = {name: value for name, value in item.items() if name not in BESIDE and value is not None}
    return Case(fields, owner, target, item.get("answer"), item.get("result") or "", item.get("recovered"))


def spread(cases: Iterable[Case], counties: list[str], root: str) -> None:
    """Gives each case without target or answer, registered at the root, one of the counties in turn."""
    turn = 0
    for case in cases:
        if case.owner == root and case.target is None and case.answer is None:
            case.target = counties[turn % len(counties)]
            turn += 1
