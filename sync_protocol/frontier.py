"""The frontier (前沿): which chains of each log are held, and what a peer lacks (protocol 3.5). Pure.

A log may have forked, and commits may have come out of their turn, so a log's place in a frontier is a
tuple of positions: one for each tip that is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from . import cbor
from .errors import BadMessage
from .names import SHORT

MAX_LOGS = 40_000  # of one frontier: 2.3 MB and 160,000 items, so that a head holds it
MAX_BESIDES = 10_000  # further chains of one frontier: 600 kB
MAX_CHAINS = 256  # further chains of one log: one office's gaps don't crowd out the others'


class Position(NamedTuple):
    """A chain (链): commits first … seq of a log, held without a gap, the newest with this id."""

    seq: int
    id: bytes
    first: int = 1  # above 1: it came out of its turn, and what is below is a gap


Frontier = dict[bytes, tuple[Position, ...]]
"""Log id → its chains, sorted by (seq, id), one a tip. Two branches of a fork are two, both from 1."""

Meet = Callable[[bytes, Position, Position], int | None]
"""(log, a chain of ours, a position of theirs) → the last number that our chain shares with the chain that
ends in theirs, 0 where they share nothing; None where that commit isn't held here."""


@dataclass(frozen=True, slots=True)
class Span:
    """Commits first … last of the chain that ends in `tip`, which a peer lacks."""

    first: int
    last: int
    tip: bytes
    backwards: bool = False  # to be sent from `last` down: where the peer's branch parts isn't known


@dataclass(frozen=True, slots=True)
class Gap:
    """What one frontier lacks against another, per log."""

    lacks: dict[bytes, tuple[Span, ...]] = field(default_factory=dict)
    ahead: dict[bytes, tuple[Position, ...]] = field(default_factory=dict)  # it holds more than we do
    forked: dict[bytes, tuple[Position, ...]] = field(default_factory=dict)  # it holds another branch


def lacking(mine: Frontier, theirs: Frontier, meet: Meet) -> Gap:
    """What the peer lacks of the chains in `mine`, and which of its chains we don't know."""
    gap = Gap()
    for log, chains in mine.items():
        spans = tuple(_spans(log, chains, theirs.get(log, ()), meet))
        if spans:
            gap.lacks[log] = spans
    for log, positions in theirs.items():
        unknown = [one for one in positions if not _is_known(log, mine.get(log, ()), one, meet)]
        _note(gap.forked, log, [one for one in unknown if _is_forked(mine.get(log, ()), one)])
        _note(gap.ahead, log, [one for one in unknown if not _is_forked(mine.get(log, ()), one)])
    return gap


def _note(found: dict[bytes, tuple[Position, ...]], log: bytes, positions: list[Position]) -> None:
    if positions:
        found[log] = tuple(positions)


def _is_known(log: bytes, chains: tuple[Position, ...], theirs: Position, meet: Meet) -> bool:
    return bool(chains) and meet(log, chains[0], theirs) is not None


def _is_forked(chains: tuple[Position, ...], unknown: Position) -> bool:
    """Whether another commit than theirs stands at its number here."""
    return any(one.first <= unknown.seq <= one.seq for one in chains)


def _spans(log: bytes, chains: tuple[Position, ...], theirs: tuple[Position, ...], meet: Meet) -> list[Span]:
    found: list[Span] = []
    for at, chain in enumerate(chains):
        covered = [_covered(log, chain, one, meet) for one in theirs]
        shared = [_shared(log, chain, one, meet) for one in chains[:at]]
        lowest = min((first for first, last in covered if first <= last), default=None)
        forked = any(_is_forked((chain,), one) and meet(log, chain, one) is None for one in theirs)
        for first, last in _without((chain.first, chain.seq), covered + shared):
            backwards = forked and (lowest is None or lowest > first)
            found.append(Span(first, last, chain.id, backwards))
    return found


def _covered(log: bytes, chain: Position, theirs: Position, meet: Meet) -> tuple[int, int]:
    """The numbers of our chain that a position of theirs says it holds; first > last for none.

    One that isn't known here and stands beyond our chain is presumed to continue it.
    """
    last = meet(log, chain, theirs)
    if last is None:
        last = theirs.seq if theirs.seq > chain.seq else 0
    return max(theirs.first, chain.first), min(last, chain.seq)


def _shared(log: bytes, chain: Position, earlier: Position, meet: Meet) -> tuple[int, int]:
    """What two of our own chains share goes with the earlier one."""
    return max(chain.first, earlier.first), min(meet(log, chain, earlier) or 0, chain.seq)


def _without(whole: tuple[int, int], parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of an interval, both ends included, once the parts are taken from it."""
    left: list[tuple[int, int]] = []
    at, end = whole
    for first, last in sorted(part for part in parts if part[0] <= part[1]):
        if first > at:
            left.append((at, first - 1))
        at = max(at, last + 1)
    return [*left, (at, end)] if at <= end else left


def covers(frontier: Frontier, log: bytes, seq: int) -> bool:
    """Whether a commit `seq` of `log` is within it; on which branch of a fork is for `lacking` to say."""
    return any(one.first <= seq <= one.seq for one in frontier.get(log, ()))


def only(frontier: Frontier, logs: Iterable[bytes]) -> Frontier:
    """The part of it about these logs."""
    return {log: frontier[log] for log in logs if log in frontier}


def encode(frontier: Frontier) -> tuple[list[list[Any]], list[list[Any]]]:
    """Two CBOR values, both sorted: [[log, seq, id] …], a log's lowest chain from 1, and all others,
    [[log, first, seq, id] …], which are left out of a message when there are none.
    """
    plain: list[list[Any]] = []
    besides: list[list[Any]] = []
    for log, chains in sorted(frontier.items()):
        whole = min((one for one in chains if one.first == 1), default=None)
        if whole is not None:
            plain.append([log, whole.seq, whole.id])
        for one in sorted(_worth_stating([one for one in chains if one != whole])):
            besides.append([log, one.first, one.seq, one.id])
    return plain, besides[:MAX_BESIDES]


def _worth_stating(chains: list[Position]) -> list[Position]:
    """Branches, then the highest; what isn't stated is sent to us once more, and known when it comes."""
    return sorted(chains, key=lambda one: (one.first != 1, -one.seq))[:MAX_CHAINS]


def decode(plain: Any, besides: Any = None) -> Frontier:
    """From decoded CBOR values. Raises BadMessage for another shape or order, or a chain stated twice."""
    others = [] if besides is None else besides
    _check(plain, MAX_LOGS, _is_plain)
    _check(others, MAX_BESIDES, _is_beside)
    if any(one[0] == two[0] for one, two in pairwise(plain)):
        raise BadMessage("a frontier that names a log twice")
    found: Frontier = {log: (Position(seq, commit),) for log, seq, commit in plain}
    for log, group in groupby(others, key=itemgetter(0)):
        found[log] = _with(
            found.get(log, ()), [Position(seq, commit, first) for _, first, seq, commit in group]
        )
    return found


def _check(entries: Any, most: int, is_entry: Callable[[Any], bool]) -> None:
    if type(entries) is not list or len(entries) > most or not all(map(is_entry, entries)):
        raise BadMessage("a frontier of another form")
    if any(_order(one) >= _order(two) for one, two in pairwise(entries)):
        raise BadMessage("a frontier out of order")


def _order(entry: list[Any]) -> tuple[bytes, int, bytes]:
    return entry[0], entry[-2], entry[-1]


def _with(plain: tuple[Position, ...], others: list[Position]) -> tuple[Position, ...]:
    """The plain one is the lowest from 1; it isn't stated again, and nobody has that many chains of a log."""
    misplaced = [one for one in others if one.first == 1 and (not plain or one < plain[0])]
    if misplaced or len(others) > MAX_CHAINS or any(one[:2] == two[:2] for one in plain for two in others):
        raise BadMessage("a frontier whose chains aren't where they belong")
    return tuple(sorted((*plain, *others)))


def digest(frontier: Frontier) -> bytes:
    """SHA-256("qiao/frontier/1\\0" ‖ CBOR of the first value of `encode`, and of the second unless it is
    empty): what an idle exchange carries.
    """
    plain, besides = encode(frontier)
    raw = cbor.encode(plain) + (cbor.encode(besides) if besides else b"")
    return hashlib.sha256(b"qiao/frontier/1\0" + raw).digest()


def _is_plain(entry: Any) -> bool:
    return type(entry) is list and len(entry) == 3 and _is_place(*entry)


def _is_beside(entry: Any) -> bool:
    if type(entry) is not list or len(entry) != 4:
        return False
    log, first, seq, commit = entry
    return type(first) is int and _is_place(log, seq, commit) and 1 <= first <= seq


def _is_place(log: Any, seq: Any, commit: Any) -> bool:
    return (
        type(log) is bytes
        and len(log) == SHORT
        and type(seq) is int
        and seq >= 1
        and type(commit) is bytes
        and len(commit) == 32
    )
