"""Witnesses (见证): what the stands and receipts that are kept here, or come in files, prove against whoever signed
them.

A finding carries its evidence: the signed bytes themselves, which anybody can verify by the signers' keys. Nothing is
found of what the registry tells already: a log that its node has left (it was restored), one closed against its author,
a fork that was ruled on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from node.proof.problems import Problem, problem
from node.stands import parsed
from node.store import chain, links, settings
from node.store import stands as store
from node.work import LOG
from sync_protocol import commit, receipt, stand
from sync_protocol.errors import ProtocolError
from sync_protocol.frontier import Frontier
from sync_protocol.receipt import Receipt
from sync_protocol.registry import Registry
from sync_protocol.stand import BAD, DIFFERS, DROPPED, TWO_HISTORIES, Clash, Stand

from . import checkpoints

_GOT = (
    select(links.RECEIPT.c.peer, links.RECEIPT.c.raw)
    .where(links.RECEIPT.c.given.is_(False))
    .order_by(links.RECEIPT.c.peer, links.RECEIPT.c.id)
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Of what a node did, in one of its logs; `evidence`: signed objects, as received."""

    node: bytes
    clash: Clash
    evidence: tuple[bytes, ...]

    def told(self) -> Problem:
        one, *other = self.evidence
        where = f"{self.clash.log.hex()}/{self.clash.seq}"
        return problem(
            self.clash.code, where, node=self.node, said=one, otherwise=other[0] if other else None
        )


def findings(db: Connection, registry: Registry, told: Iterable[Stand] = ()) -> Iterator[Problem]:
    """What is proven by what is kept, and by verified stands that others keep (`told`): of each log each code once.
    Reads only."""
    seen: set[tuple[bytes, Clash]] = set()
    for one in _sound(registry, _proofs(db, registry, told)):
        key = one.node, Clash(one.clash.code, one.clash.log)
        if key not in seen:
            seen.add(key)
            yield one.told()


def _proofs(db: Connection, registry: Registry, told: Iterable[Stand]) -> Iterator[Proof]:
    rows = store.every(db)
    stands = [found for row in rows if (found := parsed(row)) is not None]
    kept = {one.signed.raw for one in stands}
    stands += (one for one in told if one.signed.raw not in kept)
    stands.sort(key=lambda one: (one.node, one.log, one.time_ms))
    for _, group in groupby(stands, key=lambda one: one.node):
        known = list(group)
        yield from _of_node(known)
        yield from _against_commits(db, known)
    yield from (Proof(row.node, Clash(BAD, row.log), (row.raw,)) for row in rows if parsed(row) is None)
    yield from _of_receipts(db, registry)
    yield from _of_ourselves(db, stands)


def _sound(registry: Registry, proofs: Iterable[Proof]) -> Iterator[Proof]:
    """Without what the registry tells, and with the signatures verified: of a row that was altered nothing follows but
    that it was."""
    for one in proofs:
        if one.clash.code != BAD and is_told(registry, one.node, one.clash):
            continue
        key = registry.key_of(one.node) or b""
        bad = next((raw for raw in one.evidence if not _is_signed(raw, key)), None)
        yield (
            one
            if bad is None or one.clash.code == BAD
            else Proof(one.node, Clash(BAD, one.clash.log), (bad,))
        )


def is_told(registry: Registry, node: bytes, clash: Clash) -> bool:
    """Whether the registry says why that log is another than it was: nothing beyond counts as a lie. One that was left,
    closed or forked may have been gone on with by a copy which had less. Of a log that it gives to somebody else,
    nothing that this node signed says anything."""
    entry = registry.log(clash.log)
    if entry is None or entry.node != node:
        return True
    said = registry.said(clash.log, node)
    lefts = [entry.left] if entry.left is not None else []
    cuts = [said.cut.seq] if said.cut is not None else []
    ends = [*lefts, *cuts, *(at - 1 for at in said.rulings)]
    return bool(ends) and (clash.code != TWO_HISTORIES or clash.seq == 0 or clash.seq > min(ends))


def _is_signed(raw: bytes, key: bytes) -> bool:
    """Whether a stand, receipt or commit is good by that key."""
    for parse in (stand.parse, receipt.parse, commit.parse):
        try:
            parse(raw).verify(key)
        except ProtocolError:
            continue
        return True
    return False


def _of_node(known: list[Stand]) -> Iterator[Proof]:
    """Two stands that can't both be true. Of a life the newest with each: what it has again it hasn't dropped; number
    by number and list by list, all of them."""
    sizes: dict[tuple[bytes, int], tuple[bytes, Stand]] = {}
    for log, group in groupby(known, key=lambda one: one.log):
        *life, newest = group
        for one in life:
            for clash in stand.clashes(one, newest):
                yield Proof(newest.node, clash, (one.signed.raw, newest.signed.raw))
        for one, stored in ((one, one.stored) for one in (*life, newest) if one.stored is not None):
            root, by = sizes.setdefault((log, stored.size), (stored.root, one))
            if root != stored.root:
                yield Proof(one.node, Clash(DIFFERS, log), (by.signed.raw, one.signed.raw))
    named: dict[tuple[bytes, int], tuple[bytes, Stand]] = {}
    for one in known:
        for log, seq, name in one.heads:
            before, by = named.setdefault((log, seq), (name, one))
            if before != name:
                yield Proof(one.node, Clash(TWO_HISTORIES, log, seq), (by.signed.raw, one.signed.raw))


def _against_commits(db: Connection, known: list[Stand]) -> Iterator[Proof]:
    """A stand names a commit; here another one has its number, signed by the same node."""
    rows = {log: chain.log_row(db, log) for log in {head.log for one in known for head in one.heads}}
    claims = {head: one for one in known for head in one.heads}
    for (log, seq, name), one in claims.items():
        row = rows[log]
        if row is None or chain.has(db, row.id, seq, name) is not None:
            continue
        for _, raw in chain.raws(db, row.id, seq, seq):
            if _is_at(raw, log, seq, name):
                yield Proof(one.node, Clash(TWO_HISTORIES, log, seq), (one.signed.raw, raw))


def _is_at(raw: bytes, log: bytes, seq: int, other: bytes) -> bool:
    """Whether a commit says of itself that it has that number, and is another one: a row that was altered isn't."""
    try:
        found = commit.parse(raw)
    except ProtocolError:
        return False
    return (found.header.log, found.header.seq) == (log, seq) and found.id != other


def _of_receipts(db: Connection, registry: Registry) -> Iterator[Proof]:
    """A parent's newest receipt covers less of a log than an earlier one, of the same life of it: what it was brought
    again since, it has. Of a log that it doesn't name at all nothing is known, but for our own: a unit that was moved
    takes its logs with it."""
    own = settings.get(db, "node") or b""
    for _, group in groupby(db.execute(_GOT), key=lambda row: row.peer):
        lives: dict[bytes, list[Receipt]] = {}
        for found in _received(group):
            lives.setdefault(found.log, []).append(found)
        for life in lives.values():
            yield from _of_life(registry, own, life)


def _of_life(registry: Registry, own: bytes, life: list[Receipt]) -> Iterator[Proof]:
    """The newest is the one that came last; by its signer's own clock, which may have gone back, it has to be later."""
    *others, newest = life
    earlier = [one for one in others if one.time_ms < newest.time_ms]
    highest: dict[bytes, tuple[int, Receipt]] = {}
    for one in earlier:
        for log, seq in _ends(one.frontier):
            if seq > highest.get(log, (0,))[0]:
                highest[log] = seq, one
    now = dict(_ends(newest.frontier))
    for log, (seq, one) in highest.items():
        entry = registry.log(log)
        is_named = log in now or (entry is not None and entry.node == own)
        if is_named and now.get(log, 0) < seq and not _is_moving(registry, log):
            yield Proof(newest.node, Clash(DROPPED, newest.log), (one.signed.raw, newest.signed.raw))


def _received(rows: Iterable[Any]) -> Iterator[Receipt]:
    for row in rows:
        try:
            yield receipt.parse(row.raw)
        except ProtocolError:
            continue  # `verify` names it


def _ends(frontier: Frontier) -> Iterator[tuple[bytes, int]]:
    """How far each log is held from its first commit on; of a forked one, on its longest branch."""
    for log, chains in frontier.items():
        yield log, max((one.seq for one in chains if one.first == 1), default=0)


def _is_moving(registry: Registry, log: bytes) -> bool:
    """Whether something was said of a log, or it was left: what is held of it may be told otherwise since."""
    entry = registry.log(log)
    return entry is None or entry.left is not None or not registry.said(log, entry.node).nothing


def _of_ourselves(db: Connection, stands: list[Stand]) -> Iterator[Proof]:
    """What is stored here now, hashed anew, against what this node signed in this life: that it had stored so much,
    and that its logs went so far."""
    life = settings.get(db, "node"), settings.get(db, LOG)
    own = [one for one in stands if (one.node, one.log) == life]
    for one in own:
        for head in one.heads:
            row = chain.log_row(db, head.log)
            if row is None or row.head.seq < head.seq:
                yield Proof(one.node, Clash(DROPPED, head.log, head.seq), (one.signed.raw,))
    signed = [(one, one.stored) for one in own if one.stored is not None]
    roots = checkpoints.roots(db, {stored.size for _, stored in signed})
    for one, stored in signed:
        if roots.get(stored.size) != stored.root:
            yield Proof(one.node, Clash(DIFFERS, one.log), (one.signed.raw,))
