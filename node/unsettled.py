"""Everything that didn't simply apply (待处理异常), told in words: rows of records here, what stands in no record, and
what this unit did in records that have left it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from conflict.state import Row, State
from node import account, masking, waiting
from node.errors import NotFound
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind
from node.registry import apart
from node.store import folded, reading, records
from sync_protocol import clock

LEFT = "left"  # kind of what this unit did in a record that was taken away from it meanwhile
LEFT_MS = 30 * 24 * 60 * 60 * 1000  # for how long it is listed: nothing that this unit hears of ends it


@dataclass(frozen=True, slots=True)
class Seer:
    """Who looks, when, in which language."""

    unit: str
    now_ms: int
    language: str
    names: Callable[[str], str]  # unit path → name


def told(db: Connection, row: Any, seer: Seer) -> dict[str, Any]:
    """One item of the list. `row`: of reading.exceptions; `remedy`: how this unit can end it."""
    if row.matter == apart.MATTER:
        return {**apart.told(db, row, seer.names, seer.language), "remedy": ""}
    kind = KINDS.get(row.matter)
    state, found = _folded(db, row)
    matter = kind.matter if kind else None
    item = account.exception(row, matter, state, found, seer.names, seer.language)
    commit = reading.commit_of(db, row.record, row.act)
    remedy = account.remedy(kind, state, found, seer.unit, seer.now_ms)
    return {**item, "commit": commit.hex() if commit else None, "remedy": remedy}


def _folded(db: Connection, row: Any) -> tuple[State, Row | None]:
    state = folded.state(db, row.record) or State()
    return state, next((one for one in state.rows if folded.exception_name(one) == row.name), None)


def beside(db: Connection, seer: Seer, kind: str | None = None) -> list[dict[str, Any]]:
    """What stands before the first page: a line for each neighbour whose commits wait, and what has left."""
    waits = waiting.told(db, seer.names, seer.language) if kind in (None, waiting.KIND) else []
    left = [item for _, item in _left(db, seer)] if kind in (None, LEFT) else []
    return [*waits, *left]


def _left(db: Connection, seer: Seer) -> list[tuple[Any, dict[str, Any]]]:
    """What this unit did and what was overtaken by what took the record away: it has no say in it any more, and
    hears nothing of what becomes of it."""
    after = say(
        "它已不在本单位；是否采纳，由上级决定。",
        " It is in this unit's hands no more; an office above decides whether to adopt this.",
    )
    rows = reading.departed(db, clock.from_ms(max(0, seer.now_ms - LEFT_MS)))
    items = [(row, told(db, row, seer)) for row in rows]
    return [
        (row, {**item, "kind": LEFT, "sentence": f"{item['sentence']}{after}", "remedy": ""})
        for row, item in items
        if item["by"] and item["by"]["unit"] == seer.unit
    ]


def whole(db: Connection, name: str, seer: Seer) -> dict[str, Any]:
    """One of them, with the words of both sides. Raises NotFound."""
    row = reading.exception(db, name)
    if row is not None and row.matter == apart.MATTER:
        return apart.whole(db, row, told(db, row, seer))
    if row is not None:
        return {**told(db, row, seer), **_words(db, row)}
    waits = next((one for one in waiting.told(db, seer.names, seer.language) if one["id"] == name), None)
    if waits is not None:
        return {**waits, "words": {}, "words_against": {}}
    for row, item in _left(db, seer):
        if item["id"] == name:
            return {**item, **_words(db, row)}
    text = say(f"没有这条异常：{name}", f"no such exception: {name}")
    raise NotFound(text, hint="qiao exceptions list")


def _words(db: Connection, row: Any) -> dict[str, Any]:
    changes, kind = records.changes_of(db, row.record), KINDS.get(row.matter)
    own = _known(kind, folded.state(db, row.record))
    return {
        "words": account.words_of(changes, row.act, own),
        "words_against": account.words_of(changes, row.winner, own),
    }


def _known(kind: Kind | None, state: State | None) -> tuple[str, ...]:
    return masking.known(kind.matter, state) if kind is not None and state is not None else ()
