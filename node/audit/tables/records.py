"""Rows of what has a life: calls, tickets with all that belongs to them, the acts of every matter, people.

One pass over the states as they are stored. Every row names its commits; coded data come by the fields that an action
declares, so that nothing undeclared gets into a file.
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from conflict.declaration import Field, Merge, Type
from conflict.order import ADOPT, QUOTES
from conflict.state import Mark, Standing, State, Verdict
from node import account, author
from node.matters import KINDS
from node.matters.draft import Kind
from node.store import bulk, folded
from sync_protocol import clock
from sync_protocol.change import Words, parse_body
from sync_protocol.errors import BadChange

from .schema import fields_of

Row = tuple[Any, ...]
Put = Callable[[str, list[Row]], None]  # (table, rows)
Fits = Callable[[Any], Any]
Cell = Callable[[State], Any]
Tell = Callable[[int, int], None]  # (records done, of how many)
CALL, TICKET, STAFF = "call", "ticket", "staff"
MOST = (1 << 63) - 1  # that a column holds
# C0 but tab and line feed, DEL, C1, and what turns or hides text
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
_json = msgspec.json.Encoder(order="sorted")
_STANDS = Verdict(Standing.STANDS)


@lru_cache(maxsize=1 << 14)
def clean(text: str) -> str | None:
    """Without what would turn or hide it where it is shown; None for an empty one."""
    return _ODD.sub(lambda hit: f"‹U+{ord(hit[0]):04X}›", text) or None


def told(value: Mapping[str, Any]) -> str:
    """As JSON, ids in hex, the same for equal values."""
    if not value:
        return "{}"
    kinds = set(map(type, value.values()))
    if bytes in kinds and kinds <= _SIMPLE:
        value = {name: one.hex() if type(one) is bytes else one for name, one in value.items()}
    elif not kinds <= _SIMPLE:
        value = account.plain(value)
    text = _json.encode(value).decode()
    return text if text.isascii() and "\x7f" not in text else _ODD.sub(_escaped, text)


_SIMPLE = frozenset({int, bool, str, bytes, type(None)})


def _escaped(hit: re.Match[str]) -> str:
    return f"\\u{ord(hit[0]):04x}"


@lru_cache(maxsize=512)
def _declared(matter: str, action: str) -> frozenset[str]:
    kind = KINDS.get(matter)
    found = author.GENERIC.get(action) or (kind.matter.action(action) if kind else None)
    names = frozenset() if found is None else frozenset(one.name for one in found.data if not one.words)
    return names | {QUOTES} if action == ADOPT else names


@dataclass(slots=True)
class _Found:
    """What the store has of a chunk of records, by record row."""

    wholes: Mapping[int, Any]
    commits: Mapping[int, dict[bytes, tuple[str, str, int]]]  # short id → (change, commit, received)
    words: Mapping[int, dict[bytes, dict[str, Any]]]
    places: Mapping[int, list[Any]] = field(default_factory=dict)
    cards: Mapping[int, list[Any]] = field(default_factory=dict)
    exceptions: Mapping[int, list[Any]] = field(default_factory=dict)


def pour(db: Connection, put: Put, tell: Tell, *, words: bool) -> None:
    """All of it, through `put`, some hundred records at once."""
    done, all_of_them = 0, bulk.count(db)
    with uncollected():
        for matter in bulk.matters(db):
            for rows in bulk.chunks(db, matter):
                for name, several in tables(db, matter, rows, words).items():
                    put(name, several)
                done += len(rows)
                tell(done, all_of_them)


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing of a row goes in circles, and to look for such takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _found(db: Connection, rows: Sequence[int], words: bool) -> _Found:
    commits: dict[int, dict[bytes, tuple[str, str, int]]] = defaultdict(dict)
    for record, change, commit, received in bulk.changes(db, rows):
        commits[record][change[:16]] = (change.hex(), commit.hex(), received)
    return _Found(
        bulk.wholes(db, rows), commits, _words(db, rows) if words else {}, _grouped(bulk.places(db, rows)),
        _grouped(bulk.cards(db, rows)), _grouped(bulk.exceptions(db, rows)),
    )  # fmt: skip


def _grouped(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.record].append(row)
    return found


def _words(db: Connection, rows: Sequence[int]) -> dict[int, dict[bytes, dict[str, Any]]]:
    found: dict[int, dict[bytes, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for record, of, body in bulk.words(db, rows):
        try:
            read = None if body is None else parse_body(body)
        except BadChange:
            continue
        if isinstance(read, Words):
            found[record][of].update(account.plain(read.data))
    return found


def tables(db: Connection, matter: str, rows: Sequence[int], words: bool) -> dict[str, list[Row]]:
    """Of these records of a matter, in this order. `rows`: some hundreds."""
    found, kind = _found(db, rows, words), KINDS.get(matter)
    made: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        record = _Record(
            matter, found.wholes[row], found.commits.get(row, {}), found.words.get(row, {}), words
        )
        made["acts"] += record.acts()
        made["exceptions"] += record.exceptions(found.exceptions.get(row, []))
        if matter == CALL and kind:
            made["calls"].append(record.whole(kind, ()))
        elif matter == STAFF:
            made["people"].append(record.person())
        elif matter == TICKET and kind:
            made["tickets"].append(record.whole(kind, (record.row.round, clean(record.row.lead))))
            made["assignments"] += record.assignments(found.places.get(row, []))
            made["cards"] += record.cards(found.cards.get(row, []))
            made["follow_ups"] += record.attempts("follow_up", _FOLLOW_UP)
            made["quality_checks"] += record.attempts("quality_check", _CHECK)
    return made


class _Record:
    def __init__(
        self, matter: str, row: Any, commits: Mapping[bytes, tuple[str, str, int]],
        texts: Mapping[bytes, dict[str, Any]], words: bool,
    ) -> None:  # fmt: skip
        self.matter, self.row, self._at, self._texts, self._words = matter, row, commits, texts, words
        self.state: State = folded.decode(row.state)
        self.name, self.number = row.name.hex(), clean(row.number)

    def _act(self, act: bytes) -> str | None:
        """Its id in full, as far as it is here."""
        return self._at[act][0] if act in self._at else act.hex() or None

    def _commits(self, acts: Iterator[bytes] | Sequence[bytes]) -> str:
        """Each once, in the order of the acts."""
        return " ".join(dict.fromkeys(self._at[act][1] for act in acts if act in self._at))

    def _all(self) -> str:
        """Those of its acts, then of what is none: words, and what can't be read."""
        return self._commits([*self.state.marks, *sorted(self._at.keys() - self.state.marks.keys())])

    def _meant(self, *actions: str) -> list[Mark]:
        return [mark for mark in self.state.marks.values() if mark.action in actions]

    def _verdict(self, mark: Mark) -> Verdict:
        return self.state.verdicts.get(mark.id, _STANDS)

    # A row for the record

    def whole(self, kind: Kind, more: Row) -> Row:
        row, state = self.row, self.state
        cells, blank = _cells(self.matter, self._words)
        shown = dict(blank)
        for name in state.fields:
            if name in cells:
                shown[name] = cells[name](state)
        shown.update(self._dimensions(kind))
        return (
            self.name, self.number, clean(row.owner), clean(row.author), clock.to_ms(state.created),
            clock.to_ms(state.changed), clean(row.phase), *more, *shown.values(), state.incomplete,
            bool(row.withheld), self._all(),
        )  # fmt: skip

    def _dimensions(self, kind: Kind) -> dict[str, Any]:
        """Values of fields that aren't simply a field's: a ticket's result is its lead's."""
        return {name: value for name, value in kind.dimensions(self.state).items() if value is not None}

    def person(self) -> Row:
        state = self.state
        name = (clean(str(state.shown("name") or "")),) if self._words else ()
        roles = [one for one in state.shown("roles") or [] if isinstance(one, str)]
        return (
            self.name, clean(state.owner), _as_text(state.shown("staff_id")), *name, roles,
            state.shown("enabled", True) is not False, state.shown("on_duty") is True,
            clock.to_ms(state.created), self._all(),
        )  # fmt: skip

    # Rows of what belongs to it

    def acts(self) -> list[Row]:
        rows: list[Row] = []
        for place, (act, mark) in enumerate(self.state.marks.items(), 1):
            verdict, data = self._verdict(mark), mark.data
            change, commit, received = self._at.get(act) or (act.hex(), "", None)
            number, unit = data.get("round"), data.get("unit")
            declared = _declared(self.matter, mark.action)
            rows.append((
                self.matter, self.name, self.number, place, change, clean(mark.action), clean(mark.unit),
                clean(mark.actor), clock.to_ms(mark.time), received, verdict.standing,
                clean(verdict.code), self._act(verdict.by) if verdict.by else None, verdict.provisional,
                _as_whole(number), clean(unit) if type(unit) is str else None,
                told(data if declared.issuperset(data) else {one: data[one] for one in data if one in declared}),
                *((told(self._texts.get(act, {})),) if self._words else ()), commit,
            ))  # fmt: skip
        return rows

    def assignments(self, places: list[Any]) -> list[Row]:
        about: dict[tuple[Any, Any], list[bytes]] = defaultdict(list)
        for act, mark in self.state.marks.items():
            number = mark.data.get("round")
            for unit in {str(mark.data.get("unit") or mark.data.get("assignment") or mark.unit)}:
                about[number, unit].append(act)
        lead = self.row.lead
        return [
            (self.name, self.number, one.round, clean(one.unit), clean(one.status), clean(one.assigner),
             clean(one.actor), clean(one.responsible), one.unit == lead and one.round == self.row.round, one.since,
             self._commits(about[one.round, one.unit]))
            for one in places
        ]  # fmt: skip

    def cards(self, cards: list[Any]) -> list[Row]:
        about: dict[Row, list[bytes]] = defaultdict(list)
        for mark in self._meant("card", "clear_card", "object"):
            about[tuple(mark.data.get(name) for name in ("round", "unit", "clock", "colour"))].append(mark.id)
        return [
            (self.name, self.number, one.round, clean(one.unit), one.clock, one.colour, self._act(one.act),
             clean(one.issuer), one.issued_ms, one.from_ms, one.cleared_ms, one.objections,
             self._commits(about[one.round, one.unit, one.clock, one.colour]))
            for one in cards
        ]  # fmt: skip

    def attempts(self, action: str, told_of: Sequence[tuple[str, Fits]]) -> list[Row]:
        """Follow-ups and checks, with the numbers that they give."""
        rows: list[Row] = []
        for mark in self._meant(action):
            values = (mark.data.get(name) for name, _ in told_of)
            coded = [fits(value) for value, (_, fits) in zip(values, told_of, strict=True)]
            number = mark.data.get("round")
            text = (_as_text(self._texts.get(mark.id, {}).get("text")),) if self._words else ()
            rows.append((
                self.name, self.number, _as_whole(number), self._act(mark.id),
                clean(mark.unit), clean(mark.actor), clock.to_ms(mark.time),
                *coded, str(self._verdict(mark).standing),
                *text, self._commits([mark.id]),
            ))  # fmt: skip
        return rows

    def exceptions(self, listed: list[Any]) -> list[Row]:
        """What the list of exceptions has, and every act beside these that doesn't stand."""
        rows = [self._exception(one.name, one.kind, one.code, one.act, one.place, one.winner, bool(one.open))
                for one in listed]  # fmt: skip
        named = {one.act for one in listed}
        for act, verdict in self.state.verdicts.items():
            if verdict.standing is not Standing.STANDS and act not in named and act in self.state.marks:
                kind = "quarantine" if verdict.standing is Standing.QUARANTINED else str(verdict.standing)
                rows.append(self._exception("", kind, verdict.code, act, "", verdict.by, False))
        return sorted(rows, key=lambda row: (row[10] or 0, row[6] or "", row[4], row[11] or "", row[0] or ""))

    def _exception(
        self, name: str, kind: str, code: str, act: bytes, place: str, winner: bytes, is_open: bool
    ) -> Row:
        mark = self.state.marks.get(act)
        did = (None, None, None, None) if mark is None else (
            clean(mark.action), clean(mark.unit), clean(mark.actor), clock.to_ms(mark.time)
        )  # fmt: skip
        return (
            name or None, self.matter, self.name, self.number, kind, clean(code), self._act(act), *did,
            clean(place), self._act(winner) if winner else None, is_open,
            self._commits([one for one in (act, winner) if one]),
        )  # fmt: skip


def _as_text(value: Any) -> str | None:
    return clean(value) if type(value) is str else None


@lru_cache(maxsize=4)
def _cells(matter: str, words: bool) -> tuple[dict[str, Cell], dict[str, Any]]:
    """Of each of its fields, what reads a state, and what stands there where nothing was written. Only such as fits
    the declared shape: a stranger writes anything."""
    fields = [one for one in fields_of(KINDS[matter].matter.fields) if words or not one.words]
    cells = {one.name: _cell(one) for one in fields}
    return cells, {name: cell(State()) for name, cell in cells.items()}


def _cell(one: Field) -> Cell:
    name = one.name
    if one.type is Type.IDS:
        return lambda state: " ".join(each.hex() for each in state.every(name) if type(each) is bytes) or None
    if one.merge in (Merge.APPEND, Merge.UNION) or one.type is Type.LIST:
        return lambda state: [
            found for each in state.every(name) if type(each) is str and (found := clean(each))
        ]
    fits: Fits = _FITS.get(one.type, _as_text)
    return lambda state: fits(state.shown(name))


def _as_yes_no(value: Any) -> bool | None:
    return value if type(value) is bool else None


def _as_whole(value: Any) -> int | None:
    return value if type(value) is int and -MOST <= value <= MOST else None


_FITS: Mapping[Type, Fits] = {
    Type.YES_NO: _as_yes_no,
    Type.INTEGER: _as_whole, Type.MONEY: _as_whole, Type.SCORE: _as_whole,
}  # fmt: skip
_FOLLOW_UP = (("outcome", _as_text), ("satisfaction_result", _as_whole), ("satisfaction_attitude", _as_whole))
_CHECK = (("outcome", _as_text), ("score", _as_whole), ("sampled", _as_yes_no))
