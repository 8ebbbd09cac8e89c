"""Two sides that reconcile, in memory: holdings, and a parent that answers over the line's bytes."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sync_protocol import cbor
from sync_protocol.comparison import (
    MAX_TOLD,
    REGISTRY,
    Ask,
    Told,
    answer,
    bucket_digests,
    bucket_of,
    decode_ask,
    decode_told,
    encode_ask,
    encode_told,
    record_digest,
)
from sync_protocol.names import SHORT
from sync_protocol.reconcile import Plan


@dataclass
class Held:
    """Record id → its change ids; `registry` says which records are the registry's."""

    ids: dict[bytes, set[bytes]] = field(default_factory=dict)
    registry: frozenset[bytes] = frozenset()
    gone: dict[bytes, set[bytes]] = field(default_factory=dict)  # record that left → the acts that say so

    def buckets(self) -> bytes:
        return bucket_digests((self._bucket(one), one, record_digest(ids)) for one, ids in self.ids.items())

    def records(self, bucket: int) -> Mapping[bytes, bytes]:
        return {one: record_digest(ids) for one, ids in self.ids.items() if self._bucket(one) == bucket}

    def changes(self, record: bytes) -> tuple[bytes, ...]:
        return tuple(self.ids.get(record, ()))

    def parting(self, record: bytes, known: Collection[bytes]) -> Collection[bytes]:
        by = self.gone.get(record, set())
        return () if by <= set(known) or not known else by - set(known)

    def add(self, record: bytes, ids: Iterable[bytes]) -> int:
        known = self.ids.setdefault(record, set())
        before = len(known)
        known.update(ids)
        added = len(known) - before
        if record in self.gone and self.gone[record] <= known:
            del self.ids[record]  # it isn't the other side's any more
        return added

    def _bucket(self, record: bytes) -> int:
        return bucket_of(record, record in self.registry)


@dataclass
class Parent:
    """Answers as a node would; `room`: bytes told, and changes that go with one message either way."""

    held: Held
    told_room: int = MAX_TOLD
    most: int = 1000
    others: dict[bytes, set[bytes]] = field(default_factory=dict)  # record that isn't the child's → all of it
    asks: list[bytes] = field(default_factory=list)
    tolds: list[bytes] = field(default_factory=list)

    def exchange(self, plan: Plan, child: Held) -> None:
        ask = self._over(plan.ask())
        for record, ids in cut(plan.send(), self.most):
            if record not in self.others:
                self.held.add(record, ids)
        for one in ask.holds:
            child.add(one.record, self.others.get(one.record, set()) - set(one.ids))
        told = answer(ask, self.held, self.told_room)
        for record, ids in cut([one for one in ask.wants if one.record not in child.gone], self.most):
            child.add(record, set(ids) & self.held.ids.get(record, set()))
        self.tolds.append(cbor.encode(encode_told(told)))
        plan.take(decode_told(cbor.decode(self.tolds[-1])))

    def _over(self, ask: Ask) -> Ask:
        self.asks.append(cbor.encode(encode_ask(ask)))
        return decode_ask(cbor.decode(self.asks[-1]))

    def reconcile(self, child: Held, limit: int = 10_000) -> Plan:
        plan = Plan(child)
        while not plan.done:
            assert len(self.asks) < limit, "it ends"
            self.exchange(plan, child)
        return plan


def cut(named: Iterable[tuple[bytes, tuple[bytes, ...]]], most: int) -> list[tuple[bytes, tuple[bytes, ...]]]:
    """The first `most` changes."""
    found = []
    for record, ids in named:
        found.append((record, ids[:most]))
        most -= len(found[-1][1])
    return found


def many(records: int, seed: int, each: int = 5) -> Held:
    draw = random.Random(seed)
    return Held({draw.randbytes(SHORT): {draw.randbytes(SHORT) for _ in range(each)} for _ in range(records)})


def copy(held: Held) -> Held:
    return Held({record: set(ids) for record, ids in held.ids.items()}, held.registry)


NOTHING = Told()
__all__ = ["NOTHING", "REGISTRY", "Held", "Parent", "copy", "many"]
