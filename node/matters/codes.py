"""Coded lists (代码表): which codes a field may hold, from which day until which (product 1.2).

Pure. A list is replicated data of the root (codelist.py); where none has come, the one shipped with the
program serves. A code whose time is over stays readable, and isn't offered any more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

TOPIC = "topic"
SHIPPED = {TOPIC: ("主题", "topics.csv")}  # name → label, file in data/
MOST_CODES = 5_000  # of one list: the classification of occupations has 1,639
_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    label: str  # Chinese
    order: int = 0
    parent: str = ""  # "": the part before its last `/`, if any
    since: str = ""  # first day, ISO; "" ever
    until: str = ""  # last day, ISO; "" open

    @property
    def above(self) -> str:
        return self.parent or self.code.rpartition("/")[0]

    def is_current(self, day: str) -> bool:
        """On a day, ISO."""
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)

    def row(self) -> list[Any]:
        """As it travels: what is empty at the end is left out."""
        row: list[Any] = [self.label, self.order, self.parent, self.since, self.until]
        while row and row[-1] in ("", 0):
            row.pop()
        return row


def from_row(code: str, row: Any) -> Code | None:
    """None where it isn't one; receivers check nothing, so a reader has to."""
    if not isinstance(row, list) or not row or not isinstance(row[0], str):
        return None
    order = row[1] if len(row) > 1 else 0
    texts = [*row[2:5], "", "", ""][:3]
    if type(order) is not int or not all(isinstance(one, str) for one in texts):
        return None
    return Code(code, row[0], order, *texts)


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    label: str
    codes: Mapping[str, Code]
    _labels: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        labels: dict[str, str] = {}
        for one in self.codes.values():
            for name in {one.label, self.path_label(one.code)}:
                labels[name] = "" if name in labels else one.code  # "": of several
        object.__setattr__(self, "_labels", labels)

    def path_label(self, code: str) -> str:
        """`法律维权/劳动权益/工资报酬`."""
        labels: list[str] = []
        while code in self.codes and len(labels) < 8:
            labels.append(self.codes[code].label)
            code = self.codes[code].above
        return "/".join(reversed(labels))

    def named(self, text: str) -> Code | None:
        """By its code, or by a label or path of labels that is one code's alone."""
        found = self.codes.get(text)
        return found if found is not None else self.codes.get(self._labels.get(text, ""))

    def offered(self, day: str) -> list[Code]:
        """Those that may be used on a day, in their order; what stands under one that may not, not either."""
        chosen = [one for one in self.codes.values() if self._is_open(one, day)]
        return sorted(chosen, key=lambda one: (one.order, one.code))

    def _is_open(self, one: Code, day: str) -> bool:
        seen = {one.code}
        while one.is_current(day):
            above = self.codes.get(one.above)
            if above is None or above.code in seen:
                return True
            one = above
            seen.add(one.code)
        return False

    def is_offered(self, code: str, day: str) -> bool:
        return code in self.codes and self._is_open(self.codes[code], day)

    def nearest(self, text: str, day: str) -> Code | None:
        """Of those offered, the one whose code or label is most like it."""
        names = {name: one for one in self.offered(day) for name in (one.label, one.code)}
        found = get_close_matches(text[:128], list(names), n=1, cutoff=0.4)
        return names[found[0]] if found else None


def made(name: str, label: str, codes: Iterable[Code]) -> CodeList:
    return CodeList(name, label, {one.code: one for one in codes})


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, CodeList]:
    """The lists that come with the program."""
    return {name: made(name, label, _read(_DATA / file)) for name, (label, file) in SHIPPED.items()}


def _read(path: Path) -> list[Code]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Code(row["code"], row["label"], at) for at, row in enumerate(csv.DictReader(file), 1)]
