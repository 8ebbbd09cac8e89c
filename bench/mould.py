"""A record as a mould (模子): its acts and its state cut at every value that is a copy's own, to be poured again.

What is poured is real: bodies with ids of their own, that name each other, in signed commits of the node's log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import cbor2
import msgspec
from sqlalchemy import Connection

from bench.lives import Case
from node import refold
from node.matters import KINDS
from node.store import folded, records
from node.store.records import Placed
from sync_protocol import clock
from sync_protocol.names import short

AFTER = 4  # key of a body (protocol 3.2)
MS = range(1_300_000_000_000, 2_500_000_000_000)  # an integer among these is an instant
Slot = tuple[str, Any]  # kind ("id", "time", "ms", "packed", "cbor") and which


class Cut:
    """Bytes with holes."""

    def __init__(self, raw: bytes, marks: Mapping[bytes, Slot]) -> None:
        pattern = b"|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
        self._parts: list[bytes] = re.split(b"(" + pattern + b")", raw, flags=re.DOTALL)
        self._holes = [(at, marks[self._parts[at]]) for at in range(1, len(self._parts), 2)]

    def pour(self, values: Mapping[Slot, bytes]) -> bytes:
        parts = self._parts.copy()
        for at, slot in self._holes:
            parts[at] = values[slot]
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    slot: int  # which change of the record
    of: int | None  # words: the slot of their act
    body: Cut
    joins: bool = False  # it names several heads, whose ids have an order

    def poured(self, values: Mapping[Slot, bytes]) -> bytes:
        body = self.body.pour(values)
        if not self.joins:
            return body
        fields = cbor2.loads(body)
        return cbor2.dumps({**fields, AFTER: sorted(fields[AFTER])}, canonical=True)


@dataclass(frozen=True, slots=True)
class Step:
    """One commit."""

    time: int
    unit: str
    actor: str
    changes: Sequence[Change]


class Mould:
    """`row`: the template's. What a copy has of its own: its acts' ids and times, its number, and `texts`."""

    def __init__(self, db: Connection, case: Case) -> None:
        self.matter, self.texts = case.matter, case.texts
        self.row = records.row_of(db, bytes.fromhex(case.record)) or 0
        placed = records.changes_of(db, self.row)
        found = folded.state(db, self.row)
        assert found is not None, "a template was folded"
        self.state, self.topic = found, case.topic
        if found.shown("number"):
            self.texts["number"] = str(found.shown("number"))
        self._moments: set[int] = set()
        self.steps = list(self._steps(placed))
        self._last = found.last
        raw = folded.encode(found)
        tail = msgspec.msgpack.encode(found.last)
        assert raw.endswith(tail), "`last` is the last field of a state"
        self._state = Cut(
            raw[: -len(tail)], self._marks(placed, msgspec.msgpack.decode(raw), _packed, "packed")
        )
        self.cards = self._carded(placed)

    def _steps(self, placed: Sequence[Placed]) -> Iterator[Step]:
        slots = {short(one.change): at for at, one in enumerate(placed)}
        for _, group in groupby(placed, key=lambda one: one.commit):
            several = list(group)
            assert len(several) == several[0].changes, "a commit is on one record"
            changes = [self._change(one, slots, placed) for one in several]
            yield Step(several[0].time, several[0].unit, several[0].actor, changes)

    def _change(self, one: Placed, slots: Mapping[bytes, int], placed: Sequence[Placed]) -> Change:
        assert one.body is not None, "nothing of a template was erased"
        told = cbor2.loads(one.body)
        body = Cut(one.body, self._marks(placed, told, cbor2.dumps, "cbor"))
        of = None if one.of is None else slots[one.of]
        return Change(slots[short(one.change)], of, body, len(told.get(AFTER, ())) > 1)

    def _marks(self, placed: Sequence[Placed], told: Any, encode: Any, how: str) -> dict[bytes, Slot]:
        ids: dict[bytes, Slot] = {short(one.change): ("id", at) for at, one in enumerate(placed)}
        times: dict[bytes, Slot] = {_eight(one.time): ("time", one.time) for one in placed}
        self._moments |= {one for one in _integers(told) if one in MS}
        moments: dict[bytes, Slot] = {_eight(one): ("ms", one) for one in self._moments}
        texts: dict[bytes, Slot] = {encode(text): (how, name) for name, text in self.texts.items()}
        return {**ids, **times, **moments, **texts}

    def _carded(self, placed: Sequence[Placed]) -> list[tuple[int, bytes]]:
        """(slot, short id) of each act that issued a card."""
        ids = {short(one.change): at for at, one in enumerate(placed)}
        return [(ids[act], act) for act, mark in self.state.marks.items() if mark.action == "card"]

    @cached_property
    def searched(self) -> str:
        return refold._searched(KINDS[self.matter], self.state)

    @property
    def begun_ms(self) -> int:
        return clock.to_ms(self.steps[0].time)

    @property
    def ended_ms(self) -> int:
        return clock.to_ms(self.steps[-1].time)

    @property
    def acts(self) -> int:
        return sum(one.of is None for step in self.steps for one in step.changes)

    def values(self, shift_ms: int, texts: Mapping[str, str]) -> dict[Slot, bytes]:
        """What a copy's holes hold from the beginning; ids and times come as it is poured."""
        packed: dict[Slot, bytes] = {("packed", name): _packed(text) for name, text in texts.items()}
        coded: dict[Slot, bytes] = {("cbor", name): cbor2.dumps(text) for name, text in texts.items()}
        return packed | coded | {("ms", one): _eight(one + shift_ms) for one in self._moments}

    def poured(self, values: Mapping[Slot, bytes], log: bytes, seqs: Mapping[int, int]) -> bytes:
        """The state. `seqs`: time of a template's commit → the copy's number in the log."""
        time, _, _, place = self._last
        last = (int.from_bytes(values["time", time], "big"), log, seqs[time], place)
        return self._state.pour(values) + msgspec.msgpack.encode(last)

    def words(self, texts: Mapping[str, str]) -> str:
        """What is searched for of a copy."""
        found = self.searched
        for name, own in self.texts.items():
            found = found.replace(own, texts[name])
        return found


def _eight(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _packed(text: str) -> bytes:
    return msgspec.msgpack.encode(text)


def _integers(told: Any) -> Iterator[int]:
    if type(told) is int:
        yield told
    elif isinstance(told, dict):
        yield from _each(told.values())
    elif isinstance(told, list | tuple):
        yield from _each(told)


def _each(told: Iterable[Any]) -> Iterator[int]:
    for one in told:
        yield from _integers(one)
