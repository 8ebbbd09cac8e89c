"""The chains (链) of one log as a node holds them (protocol 3.5, 3.8): a main one, and loose commits. Pure.

Commits come out of order, with gaps, or on two branches. The main chain is the one that grew from the first
commit without a gap; every other commit is loose: on a branch, or waiting for those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from .ancestry import Ancestry, Link
from .frontier import Position

OnMain = Callable[[int, bytes], bool]  # (seq, commit id) → whether it is on the main chain


class Loose(NamedTuple):
    """A commit that isn't on the main chain."""

    row: int  # of the store
    seq: int
    id: bytes
    prev: bytes
    time: int


class Chains:
    """`main`: the newest commit of the main chain, None where there is none."""

    def __init__(self, main: Position | None, loose: Iterable[Loose], on_main: OnMain) -> None:
        self.main = main
        self.loose = {one.id: one for one in loose}
        self._on_main = cache(on_main)
        self._ancestry = Ancestry((one.id, one.seq, one.prev) for one in self.loose.values())

    def tips(self) -> tuple[Position, ...]:
        """One position a chain, sorted: each held without a gap from `first` on. Branches share their past."""
        followed = {link.below for link in self._ancestry.links.values()}
        ends = [self.position(one) for one in self.loose.values() if one.id not in followed]
        return tuple(sorted([*ends, *([self.main] if self.main else [])]))

    def position(self, tip: Loose) -> Position:
        end = self._ancestry.end(tip.id)
        return Position(tip.seq, tip.id, 1 if self._leaves_main(end) is not None else end.seq)

    def path(self, commit: bytes, first: int, last: int) -> Sequence[Loose]:
        """The loose commits first … last of the chain that ends in this one, newest first; none for one of the main
        chain."""
        found = []
        below = self._ancestry.at(commit, min(last, self.loose[commit].seq)) if commit in self.loose else None
        while below is not None and self.loose[below].seq >= first:
            found.append(self.loose[below])
            below = self._ancestry.links[below].below
        return found

    def _leaves_main(self, end: Link) -> int | None:
        """The number at which a chain leaves the main one (0 where it has its own first commit); None for one that
        hangs in the air. `end`: its lowest commit."""
        if end.seq == 1:
            return 0
        return end.seq - 1 if self._on_main(end.seq - 1, end.prev) else None

    def meet(self, mine: Position, theirs: Position) -> int | None:
        """The last number that two chains share; None where the end of `theirs` isn't here."""
        if theirs.id not in self.loose and not self._on_main(theirs.seq, theirs.id):
            return None
        both = mine.id in self.loose and theirs.id in self.loose
        common = self._ancestry.meet(mine.id, theirs.id) if both else None
        return common if common is not None else min(self._on_main_until(mine), self._on_main_until(theirs))

    def foot(self, theirs: Position) -> int:
        """As frontier.Tree has it."""
        loose = self.loose.get(theirs.id)
        return 1 if loose is None else self.position(loose).first

    def apart(self, tips: Iterable[Position], theirs: Iterable[Position]) -> Sequence[tuple[int, int]]:
        """As frontier.Tree has it: each commit is walked over once."""
        walk = _Walk(self)
        for one in theirs:
            walk.over(one, theirs=True)
        return [walk.over(one) for one in tips]

    def _on_main_until(self, at: Position) -> int:
        return at.seq if at.id not in self.loose else self._leaves_main(self._ancestry.end(at.id)) or 0


class _Walk:
    """Over the chains of a log, one after the other, each down to where another went before."""

    def __init__(self, chains: Chains) -> None:
        self._chains = chains
        self._until: dict[bytes, int] = {}  # loose commit walked over → up to where its chain is theirs
        self._theirs = self._any = 0  # up to which number the main chain was

    def over(self, tip: Position, *, theirs: bool = False) -> tuple[int, int]:
        """Up to which number the chain is one of theirs, and up to which it was walked over before."""
        path, met = self._down(tip)
        if met is not None:
            seq = self._chains.loose[met].seq
            whole, before, main = min(self._until[met], seq), seq, 0
        else:
            main = self._chains._on_main_until(tip)
            whole, before = min(main, self._theirs), min(main, self._any)
        loose = self._chains.loose
        self._until.update({one: loose[one].seq if theirs else whole for one in path})
        self._any = max(self._any, main)
        self._theirs = max(self._theirs, main if theirs else 0)
        return whole, before

    def _down(self, tip: Position) -> tuple[list[bytes], bytes | None]:
        """The loose commits that nobody walked over, and the first that somebody did."""
        path: list[bytes] = []
        at = tip.id if tip.id in self._chains.loose else None
        while at is not None and at not in self._until:
            path.append(at)
            at = self._chains._ancestry.links[at].below
        return path, at
