"""Type-ahead over long lists of codes: topics (183), divisions (3,215). Pure.

What each entry answers to is worked out once, so that a key is answered in a millisecond: its code, its label,
the labels on the way to it, and the pinyin initials of both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, product

from . import pinyin
from .face import Item

MOST_READINGS = 4  # spellings of one label by initials: 重庆 is `cq` and `zq`
_SUFFIXES = "省市区县旗盟州"  # left out on the way, so that 青岛黄岛 and `qdhd` are found


@dataclass(frozen=True, slots=True)
class Entry:
    """`path`: the labels from above down to it, joined by `/`."""

    code: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class _Known:
    entry: Entry
    order: int
    initials: tuple[str, ...]
    way: str  # the path without slashes and suffixes
    way_initials: tuple[str, ...]


class Index:
    """`near`: a code; of entries that fit alike those go first that share more of its beginning."""

    def __init__(self, entries: Iterable[Entry], near: str = "") -> None:
        self._near = near
        self._known = [_known(entry, order) for order, entry in enumerate(entries)]
        self._by_code = {one.entry.code: one.entry for one in self._known}

    def __len__(self) -> int:
        return len(self._known)

    def named(self, code: str) -> Entry | None:
        return self._by_code.get(code)

    def find(self, typed: str, most: int = 8) -> list[Entry]:
        """Best first; nothing for nothing typed."""
        wanted = "".join(unicodedata.normalize("NFKC", typed).lower().split())
        if not wanted:
            return []
        found = [(rank, one) for one in self._known if (rank := _rank(one, wanted)) is not None]
        found.sort(key=lambda pair: (pair[0], -self._closeness(pair[1]), pair[1].order))
        return [one.entry for _, one in islice(found, most)]

    def _closeness(self, one: _Known) -> int:
        """Pairs of digits in common, as divisions nest."""
        code, near = one.entry.code, self._near
        pairs = (code[at : at + 2] == near[at : at + 2] for at in range(0, min(len(code), len(near)), 2))
        return next((count for count, same in enumerate(pairs) if not same), len(near) // 2) if near else 0


def _known(entry: Entry, order: int) -> _Known:
    way = "".join(part.rstrip(_SUFFIXES) or part for part in entry.path.split("/"))
    return _Known(entry, order, readings(entry.label), way, readings(way))


def readings(text: str) -> tuple[str, ...]:
    """Its spellings by initials; a character without any stands for itself."""
    letters = [pinyin.letters(char)[:-1] or char.lower() for char in text]
    return tuple("".join(one) for one in islice(product(*letters), MOST_READINGS))


def _rank(one: _Known, wanted: str) -> int | None:
    """0 is the best; None: it doesn't answer."""
    entry = one.entry
    if wanted in (entry.code, entry.label):
        return 0
    wanted = wanted.replace("/", "") or wanted
    if entry.label.startswith(wanted) or any(name.startswith(wanted) for name in one.initials):
        return 1
    if wanted in entry.label or any(wanted in name for name in one.initials):
        return 2
    if wanted in one.way or any(wanted in name for name in one.way_initials):
        return 3
    if entry.code.lower().startswith(wanted) or wanted in entry.path.replace("/", ""):
        return 4
    return 5 if _may_be_mixed(one, wanted) and pinyin.matches(wanted, one.way) else None


def _may_be_mixed(one: _Known, wanted: str) -> bool:
    """Characters and initials together, and the characters are there."""
    characters = [char for char in wanted if not char.isascii()]
    return 0 < len(characters) < len(wanted) and all(char in one.way for char in characters)


def of_divisions(items: Sequence[Item], unit: str) -> Index:
    """`unit`: one's own path; divisions near it go first."""
    entries = (Entry(str(one["code"]), str(one["label"]), str(one["path"])) for one in items)
    return Index(entries, near=unit.rpartition("/")[2])


def of_codes(items: Sequence[Item]) -> Index:
    """As `Node.codes` gives them, each with its parent."""
    labels = {str(one["code"]): (str(one["label"]), str(one.get("parent") or "")) for one in items}
    return Index(Entry(code, label, _path(code, labels)) for code, (label, _) in labels.items())


def _path(code: str, labels: dict[str, tuple[str, str]]) -> str:
    parts: list[str] = []
    while code in labels and len(parts) < 8:
        parts.append(labels[code][0])
        code = labels[code][1]
    return "/".join(reversed(parts))
