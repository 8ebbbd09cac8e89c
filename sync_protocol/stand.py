"""The stand (所在, docs/protocol.md 3.7): a node's signed word on where it stands, kept by whoever hears of it.

Two stands of one node that can't both be true, or one that isn't what is held of its logs, prove what that node
did, to anybody, without its help. COSE_Sign1 with aad `qiao/stand/1` over a CBOR map: 1 the signer's newest log,
2 time in unix milliseconds, 3 where its own logs stand, 4 digest of its whole frontier, 5 size and root of the tree
of all commits that it has stored (checkpoint.py), absent while it isn't known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from . import cbor, cose, shape
from .errors import BadCommit, BadMessage
from .keys import Sign
from .names import SHORT

MAX_HEADS = 8  # logs of its own that a stand names: the newest ones
MAX_BYTES = 1024  # of a stand
BAD = "bad_stand"

TWO_HISTORIES = "two_histories"  # two commits with one number of its log
DROPPED = "dropped"  # less than it had shown
DIFFERS = "checkpoint_differs"  # another list of as many commits


class Head(NamedTuple):
    """The newest commit of a log, held without a gap from the first."""

    log: bytes
    seq: int  # from 1
    id: bytes


class Stored(NamedTuple):
    """The commits that a node has stored, as a tree (merkle.py)."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Stand:
    log: bytes  # the signer's newest log: its incarnation
    time_ms: int  # rises within that log
    heads: tuple[Head, ...]  # of its own logs, sorted by log
    frontier: bytes  # digest of its whole frontier (frontier.digest)
    stored: Stored | None
    signed: cose.Sign1

    @property
    def node(self) -> bytes:
        """Node id of the signer (kid)."""
        return self.signed.kid

    @property
    def says(self) -> tuple[Any, ...]:
        """What it says, but for when."""
        return self.log, self.heads, self.frontier, self.stored

    def verify(self, key: bytes) -> None:
        """Raises BadSignature."""
        self.signed.verify(key, cose.STAND)


class Clash(NamedTuple):
    """What two stands of one node prove: in which of its logs, from which number on."""

    code: str  # TWO_HISTORIES, DROPPED, DIFFERS
    log: bytes
    seq: int = 0  # 0: what it stored, or said, in that life as a whole


def make(
    *,
    log: bytes,
    time_ms: int,
    heads: Iterable[Head],
    frontier: bytes,
    stored: Stored | None,
    kid: bytes,
    signer: Sign,
) -> Stand:
    """The stand, signed. `heads`: up to MAX_HEADS."""
    named = tuple(sorted(heads))
    fields: dict[int, Any] = {1: log, 2: time_ms, 3: [list(one) for one in named], 4: frontier}
    if stored is not None:
        fields[5] = list(stored)
    return Stand(
        log, time_ms, named, frontier, stored, cose.sign(cbor.encode(fields), kid, cose.STAND, signer)
    )


def parse(raw: bytes) -> Stand:
    """Raises BadMessage `bad_stand`. The signature isn't looked at; unknown keys are ignored."""
    if len(raw) > MAX_BYTES:
        raise BadMessage(f"a stand of {len(raw)} bytes", code="bad_stand")
    try:
        signed = cose.parse(raw)
        return _parsed(signed, shape.numbered(shape.decoded(signed.payload), "stand"))
    except (BadCommit, BadMessage) as fault:
        raise BadMessage(f"stand: {fault}", code="bad_stand") from fault


def _parsed(signed: cose.Sign1, fields: dict[int, Any]) -> Stand:
    heads = tuple(map(_head, shape.items(fields.get(3), "heads", MAX_HEADS)))
    if any(one.log >= two.log for one, two in pairwise(heads)):
        raise BadMessage("heads out of order")
    stored = fields.get(5)
    return Stand(
        shape.octets(fields.get(1), "log", SHORT),
        shape.uint(fields.get(2), "time"),
        heads,
        shape.octets(fields.get(4), "digest", 32),
        None if stored is None else _stored(stored),
        signed,
    )


def _head(value: Any) -> Head:
    log, seq, commit = shape.exactly(value, "head", 3)
    found = Head(shape.octets(log, "head", SHORT), shape.uint(seq, "head"), shape.octets(commit, "head", 32))
    if found.seq == 0:
        raise BadMessage("a head of nothing")
    return found


def _stored(value: Any) -> Stored:
    size, root = shape.exactly(value, "stored", 2)
    return Stored(shape.uint(size, "stored"), shape.octets(root, "stored", 32))


def clashes(one: Stand, other: Stand) -> Iterator[Clash]:
    """What can't both be said by one node that never drops anything. Both are of one signer, and verified.

    Which is the later is known within one life alone, by their times: a node that was restored goes on in another
    log. What is less there than in an earlier life, the closing of that log tells.
    """
    if one.log == other.log:
        yield from _of_one_life(*sorted((one, other), key=lambda stand: stand.time_ms))
    known = {head.log: head for head in one.heads}
    for head in other.heads:
        before = known.get(head.log)
        if before is not None and before.seq == head.seq and before.id != head.id:
            yield Clash(TWO_HISTORIES, head.log, head.seq)


def _of_one_life(earlier: Stand, later: Stand) -> Iterator[Clash]:
    if earlier.time_ms == later.time_ms:
        if earlier.says != later.says:
            yield Clash(TWO_HISTORIES, earlier.log)
        return
    now = {head.log: head for head in later.heads}
    for head in earlier.heads:
        after = now.get(head.log)
        if after is not None and after.seq < head.seq:
            yield Clash(DROPPED, head.log, after.seq + 1)
        elif after is None and len(later.heads) < MAX_HEADS:
            yield Clash(DROPPED, head.log, 1)
    if earlier.stored is None or later.stored is None:
        return
    if later.stored.size < earlier.stored.size:
        yield Clash(DROPPED, earlier.log)
    elif later.stored.size == earlier.stored.size and later.stored.root != earlier.stored.root:
        yield Clash(DIFFERS, earlier.log)
