"""The frontier (前沿): which chains of each log are held, and what a peer lacks (protocol 3.5). Pure.

A log may have forked, and commits may have come out of their turn, so a log's place in a frontier is a
tuple of positions: one for each tip that is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

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


class Tree(Protocol):
    """The chains of one log as they are held here (chains.py)."""

    def meet(self, mine: Position, theirs: Position) -> int | None:
        """The last number that our chain shares with the chain that ends in theirs, 0 where they share nothing; None
        where that commit isn't held here."""

    def apart(self, tips: Sequence[Position], theirs: Sequence[Position]) -> Sequence[tuple[int, int]]:
        """Of each of our chains the last number that it shares with any of `theirs`, which are held here, and with any
        of those or a chain before it; 0 for none. An enemy's log may have thousands of them."""

    def foot(self, theirs: Position) -> int:
        """The number down to which the chain that ends in `theirs`, which is held here, is here without a gap."""


Held = Callable[[bytes], Tree | None]
"""Log → its chains; None for one of which nothing is here."""


@dataclass(frozen=True, slots=True)
class Span:
    """Commits first … last of the chain that ends in `tip`, which a peer lacks."""

    first: int
    last: int
    tip: bytes
    backwards: bool = False  # to be sent from `last` down: where the peer's branch parts isn't known
    sure: bool = True  # False: below a gap of ours in a chain of theirs, so the peer may have them


@dataclass(frozen=True, slots=True)
class Gap:
    """What one frontier lacks against another, per log."""

    lacks: dict[bytes, tuple[Span, ...]] = field(default_factory=dict)
    ahead: dict[bytes, tuple[Position, ...]] = field(default_factory=dict)  # it holds more than we do
    forked: dict[bytes, tuple[Position, ...]] = field(default_factory=dict)  # it holds another branch


def lacking(mine: Frontier, theirs: Frontier, held: Held) -> Gap:
    """What the peer lacks of the chains in `mine`, and which of its chains we don't know."""
    gap = Gap()
    for log in {**mine, **theirs}:
        tree, chains = held(log), mine.get(log, ())
        known, unknown = _told_apart(tree if chains else None, chains, theirs.get(log, ()))
        spans = tuple(_spans(tree, chains, known, unknown)) if tree is not None else ()
        if spans:
            gap.lacks[log] = spans
        _note(gap.forked, log, [one for one in unknown if _is_forked(chains, one)])
        _note(gap.ahead, log, [one for one in unknown if not _is_forked(chains, one)])
    return gap


def _note(found: dict[bytes, tuple[Position, ...]], log: bytes, positions: list[Position]) -> None:
    if positions:
        found[log] = tuple(positions)


def _told_apart(
    tree: Tree | None, chains: Sequence[Position], theirs: Iterable[Position]
) -> tuple[list[Position], list[Position]]:
    """Their positions whose commits are held here, and those whose aren't."""
    known: list[Position] = []
    unknown: list[Position] = []
    for one in theirs:
        here = tree is not None and tree.meet(chains[0], one) is not None
        (known if here else unknown).append(one)
    return known, unknown


def _is_forked(chains: Iterable[Position], unknown: Position) -> bool:
    """Whether another commit than theirs stands at its number here."""
    return any(one.first <= unknown.seq <= one.seq for one in chains)


def _spans(
    tree: Tree, chains: Sequence[Position], known: Sequence[Position], unknown: Sequence[Position]
) -> list[Span]:
    """What is left of each of our chains, first what the peer is sure to lack.

    That order brings two peers together, however small a batch is. Of the commits that only one of them holds, the
    highest is sure: what could hide it, a gap of its holder's in a chain of the other's, would lie higher.
    """
    below = [(one.first, one.seq - 1) for one in unknown] + [(one.first, tree.foot(one) - 2) for one in known]
    hidden = [(first, last) for first, last in below if first <= last]
    found = [part for span in _left(tree, chains, known, unknown) for part in _parted(span, hidden)]
    return sorted(found, key=lambda span: not span.sure)


def _parted(span: Span, hidden: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """A span, parted into what the peer can't have and what it may have."""
    whole = (span.first, span.last)
    sure = _without(whole, hidden)
    for parts, is_sure in ((sure, True), (_without(whole, sure), False)):
        for first, last in parts:
            yield replace(span, first=first, last=last, sure=is_sure)


def _left(
    tree: Tree, chains: Sequence[Position], known: Sequence[Position], unknown: Sequence[Position]
) -> Iterator[Span]:
    """Chain by chain; what two of ours share goes with the earlier one."""
    pieces = [one for one in known if one.first > 1]  # there is a gap below
    apart = tree.apart(chains, [one for one in known if one.first == 1])
    for chain, (whole, shared) in zip(chains, apart, strict=True):
        covered = [(chain.first, whole), *(_piece(tree, chain, one) for one in pieces),
                   *(_presumed(chain, one) for one in unknown)]  # fmt: skip
        lowest = min((first for first, last in covered if first <= last), default=None)
        forked = any(_is_forked((chain,), one) for one in unknown)
        for first, last in _without((chain.first, chain.seq), [*covered, (chain.first, shared)]):
            yield Span(first, last, chain.id, backwards=forked and (lowest is None or lowest > first))


def _piece(tree: Tree, chain: Position, theirs: Position) -> tuple[int, int]:
    """The numbers of our chain that a position of theirs says it holds; first > last for none."""
    return max(theirs.first, chain.first), min(tree.meet(chain, theirs) or 0, chain.seq)


def _presumed(chain: Position, unknown: Position) -> tuple[int, int]:
    """The same of one that isn't known here: where it stands beyond our chain it is presumed to continue it."""
    return max(unknown.first, chain.first), chain.seq if unknown.seq > chain.seq else 0


def _without(whole: tuple[int, int], parts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of an interval, both ends included, once the parts are taken from it."""
    left: list[tuple[int, int]] = []
    at, end = whole
    within = ((max(first, at), min(last, end)) for first, last in parts)
    for first, last in sorted(part for part in within if part[0] <= part[1]):
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
