"""What the fold says of a record. Plain data: equal states are equal values, fit to be stored as a blob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from .order import ADOPT, QUOTES

ADOPTED = "adopted"  # code of an act for which an `adopt` stands that hadn't seen it


class Standing(StrEnum):
    """The verdict (判定) on an act."""

    STANDS = "stands"
    OVERTAKEN = "overtaken"
    DENIED = "denied"
    HELD = "held"
    QUARANTINED = "quarantined"
    UNKNOWN = "unknown"  # a matter, version or action that this program doesn't know: kept, folded later


@dataclass(frozen=True, slots=True)
class Mark:
    """An act in short, as slots, fields and traces name it."""

    id: bytes
    time: int
    unit: str
    actor: str
    action: str
    value: Any = None  # the slot's outcome, or the field's value
    data: dict[str, Any] = field(default_factory=dict)  # coded data, never words


@dataclass(frozen=True, slots=True)
class Verdict:
    standing: Standing
    code: str = ""  # why, when it doesn't stand: code of a guard, relation, or of the engine
    by: bytes = b""  # the act that overtook it, or that it lost to
    provisional: bool = False  # a part of its past isn't here


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the exceptions list (待处理异常)."""

    kind: str  # conflict | denied | held | quarantine | incomplete
    act: bytes  # short id of what didn't simply apply
    code: str  # sentence template (conflict/sentence.py)
    place: str = ""  # slot or field key
    winner: bytes = b""
    values: tuple[Any, ...] = ()  # both values of a field, coded ones only
    open: bool = True


@dataclass(slots=True)
class State:
    """Of one record. `marks` has every act present, in order: the timeline."""

    owner: str = ""  # unit of the first act
    created: int = 0  # hybrid time of the first act
    changed: int = 0  # of the newest standing act
    heads: tuple[bytes, ...] = ()
    slots: dict[str, list[Mark]] = field(default_factory=dict)  # standing, unseen; the last wins
    traces: dict[str, dict[str, Mark]] = field(default_factory=dict)  # slot or "" → action → last standing
    fields: dict[str, list[Mark]] = field(default_factory=dict)  # key → standing writes; the last is shown
    marks: dict[bytes, Mark] = field(default_factory=dict)
    verdicts: dict[bytes, Verdict] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    incomplete: bool = False
    last: tuple[int, bytes, int, int] = (0, b"", 0, 0)  # key of the last act that counts

    def meant(self) -> Iterator[Mark]:
        """The timeline, with an `adopt` of what was held as what it stands for, at its own time (3.6)."""
        stands: dict[bytes, bytes] = {}
        for mark in self.marks.values():
            quoted = self._stood_for(mark) if mark.action == ADOPT else []
            if not quoted:
                yield mark
                continue
            stands.update((one.id, mark.id) for one in quoted)
            for one in quoted:
                yield replace(mark, action=one.action, value=one.value, data=meant_by(one.data, stands))

    def _stood_for(self, mark: Mark) -> list[Mark]:
        """Held acts, or such as were held, that a standing `adopt` quotes."""
        verdict = self.verdicts.get(mark.id)
        if verdict is None or verdict.standing is not Standing.STANDS:
            return []
        found = [self.marks[one] for one in mark.data.get(QUOTES, ()) if one in self.marks]
        return [one for one in found if self._was_held(self.verdicts[one.id])]

    @staticmethod
    def _was_held(verdict: Verdict) -> bool:
        return verdict.standing is Standing.HELD or verdict.code == ADOPTED

    def at(self, name: str) -> Mark | None:
        """Who holds a slot now."""
        writers = self.slots.get(name)
        return writers[-1] if writers else None

    def held(self, name: str, default: Any = None) -> Any:
        """The value of a slot."""
        mark = self.at(name)
        return default if mark is None else mark.value

    def trace(self, name: str, action: str) -> Mark | None:
        """The last standing act of an action on a slot: `trace("status/1/…", "assign")` is who assigned."""
        return self.traces.get(name, {}).get(action)

    def of_kind(self, kind: str) -> dict[str, Any]:
        """Slot name → value, of one kind."""
        return {name: writers[-1].value for name, writers in self.slots.items()
                if name == kind or name.startswith(kind + "/")}  # fmt: skip

    def shown(self, key: str, default: Any = None) -> Any:
        """The value of a field as figures use it."""
        writes = self.fields.get(key)
        return writes[-1].value if writes else default

    def every(self, key: str) -> list[Any]:
        """All that stands in an `append` or `union` field, in order, each element of a union once."""
        found: list[Any] = []
        for write in self.fields.get(key, ()):
            values = write.value if isinstance(write.value, list) else [write.value]
            found.extend(one for one in values if one not in found)
        return found


def meant_by(data: Mapping[str, Any], stands: Mapping[bytes, bytes]) -> dict[str, Any]:
    """Data in which an act for which an `adopt` stands is named by that one."""
    return {name: _meant(value, stands) for name, value in data.items()} if stands else dict(data)


def _meant(value: Any, stands: Mapping[bytes, bytes]) -> Any:
    if isinstance(value, bytes):
        return stands.get(value, value)
    return [_meant(one, stands) for one in value] if isinstance(value, list) else value
