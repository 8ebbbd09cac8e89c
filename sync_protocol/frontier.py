"""The frontier (前沿): how far each log is held without a gap, and what a peer lacks (protocol 3.5). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import cbor
from .errors import BadMessage
from .names import SHORT


class Position(NamedTuple):
    """The newest commit of a log held without a gap: its number and id."""

    seq: int
    id: bytes


Frontier = dict[bytes, Position]  # log id → position; a log of which nothing is held isn't in it
IdAt = Callable[[bytes, int], bytes | None]  # (log, seq) → commit id that we hold there


@dataclass(frozen=True, slots=True)
class Gap:
    """What one frontier lacks against another, per log."""

    lacks: dict[bytes, range] = field(default_factory=dict)  # the numbers to send
    ahead: dict[bytes, Position] = field(default_factory=dict)  # the peer holds more; where it stands
    forked: dict[bytes, Position] = field(default_factory=dict)  # it holds another commit at that number


def lacking(mine: Frontier, theirs: Frontier, id_at: IdAt | None = None) -> Gap:
    """What the peer lacks of the logs in `mine`; logs only it has are `ahead`.

    `id_at` lets a position behind ours be checked as well; without it such a position is trusted. A
    forked log isn't offered: which numbers to send depends on where the branches part.
    """
    gap = Gap()
    for log, position in mine.items():
        _compare(gap, log, position, theirs.get(log), id_at)
    gap.ahead.update({log: position for log, position in theirs.items() if log not in mine})
    return gap


def _compare(gap: Gap, log: bytes, mine: Position, theirs: Position | None, id_at: IdAt | None) -> None:
    if theirs is None:
        gap.lacks[log] = range(1, mine.seq + 1)
    elif theirs.seq > mine.seq:
        gap.ahead[log] = theirs
    elif _differs(log, mine, theirs, id_at):
        gap.forked[log] = theirs
    elif theirs.seq < mine.seq:
        gap.lacks[log] = range(theirs.seq + 1, mine.seq + 1)


def _differs(log: bytes, mine: Position, theirs: Position, id_at: IdAt | None) -> bool:
    if theirs.seq == mine.seq:
        return theirs.id != mine.id
    return id_at is not None and id_at(log, theirs.seq) != theirs.id


def covers(frontier: Frontier, log: bytes, seq: int) -> bool:
    """Whether commit `seq` of `log` is within it."""
    position = frontier.get(log)
    return position is not None and seq <= position.seq


def only(frontier: Frontier, logs: Iterable[bytes]) -> Frontier:
    """The part of it about these logs."""
    return {log: frontier[log] for log in logs if log in frontier}


def encode(frontier: Frontier) -> list[list[Any]]:
    """The CBOR value: [[log, seq, id] …], sorted by log."""
    return [[log, at.seq, at.id] for log, at in sorted(frontier.items())]


def decode(value: Any) -> Frontier:
    """From a decoded CBOR value. Raises BadMessage for another shape, order or a log named twice."""
    if type(value) is not list or not all(_is_entry(entry) for entry in value):
        raise BadMessage("a frontier of another form")
    if any(one[0] >= two[0] for one, two in zip(value, value[1:], strict=False)):
        raise BadMessage("a frontier out of order")
    return {log: Position(seq, commit) for log, seq, commit in value}


def digest(frontier: Frontier) -> bytes:
    """SHA-256("qiao/frontier/1\\0" ‖ the CBOR of `encode`): what an idle exchange carries."""
    return hashlib.sha256(b"qiao/frontier/1\0" + cbor.encode(encode(frontier))).digest()


def _is_entry(entry: Any) -> bool:
    if type(entry) is not list or len(entry) != 3:
        return False
    log, seq, commit = entry
    return (
        type(log) is bytes
        and len(log) == SHORT
        and type(seq) is int
        and seq >= 1
        and type(commit) is bytes
        and len(commit) == 32
    )
