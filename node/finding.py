"""Looking things up: what has all the words asked for, and what may answer a matter while it is told (product 1.1).

The fit is BM25's; of what is an answer it counts for more the more often it was used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.errors import Usage
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind
from node.store import reading, search

OFTEN = 0.1  # what each doubling of its use adds to a fit
TIES = 1  # decimal places of a score that are told apart: a routine answer goes before a near equal
CANDIDATES = 200  # the best by their words, of which the best of all are chosen


@dataclass(frozen=True, slots=True)
class Here:
    """Who looks, and when."""

    unit: str  # path
    today: str  # ISO


@dataclass(frozen=True, slots=True)
class Fit:
    record: int  # row
    score: float
    used: int


def matching(db: Connection, kind: Kind, words: str, here: Here, limit: int) -> list[Fit]:
    """What has every word of a text in it, or another word for it; best first, whatever its phase."""
    means = kind.shelf.means() if kind.shelf else {}
    found = search.find(db, kind.matter.name, search.asked(words, means), max(limit, CANDIDATES))
    return _ranked(db, found, here)[:limit]


def suggested(db: Connection, kind: Kind, narrative: str, here: Here, limit: int) -> list[Fit]:
    """What may be proposed to whoever tells this: fit to be used today and here, best first."""
    if kind.shelf is None:
        return []
    matter = kind.matter.name
    tokens = search.telling(db, matter, search.typed(narrative, kind.shelf.means()))
    found = search.find(db, matter, search.any_of(tokens), max(4 * limit, CANDIDATES))
    rows = reading.usable(db, [row for row, _ in found], here.unit)
    fit = [(row, score) for row, score in found if row in rows and may_be_used(rows[row], here)]
    return _ranked(db, fit, here)[:limit]


def _ranked(db: Connection, found: list[tuple[int, float]], here: Here) -> list[Fit]:
    rows = reading.usable(db, [row for row, _ in found], here.unit)
    fits = [(_fit(row, score, rows), _is_routine(rows, row)) for row, score in found]
    fits.sort(key=lambda one: (-round(one[0].score, TIES), not one[1], -one[0].score, one[0].record))
    return [fit for fit, _ in fits]


def _fit(row: int, score: float, usable: Mapping[int, Any]) -> Fit:
    if row not in usable:
        return Fit(row, score, 0)
    times = max(usable[row].used, usable[row].cited)
    return Fit(row, score * usable[row].weight * (1 + OFTEN * math.log2(1 + times)), times)


def _is_routine(usable: Mapping[int, Any], row: int) -> bool:
    return row in usable and bool(usable[row].routine)


def may_be_used(usable: Any, here: Here) -> bool:
    """Within its days, and its area: that of the tree's root, as codes of places nest."""
    begun = not usable.valid_from or usable.valid_from <= here.today
    ended = bool(usable.valid_until) and usable.valid_until < here.today
    return begun and not ended and usable.area[:2] in ("", here.unit[:2])


def cited(matter: str, name: str, answers: Sequence[str]) -> dict[str, Any]:
    """Parameters of the act by which a record says what answered it. Raises Usage."""
    kind = KINDS.get(matter)
    if kind is None or not kind.cites:
        text = say(f"“{matter}”不引用知识", f"{matter} cites no answers")
        raise Usage(text, code="unknown_field", hint="qiao --help")
    return {"matter": matter, "verb": "amend", "record": name, "data": {kind.cites: list(answers)}}
