"""The chains (链) of one log as a node holds them (protocol 3.5, 3.8): a main one, and loose commits. Pure.

Commits come out of order, with gaps, or on two branches. The main chain is the one that grew from the first
commit without a gap; every other commit is loose: on a branch, or waiting for those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

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
        self._on_main = on_main

    def tips(self) -> tuple[Position, ...]:
        """One position a chain, sorted: each held without a gap from `first` on. Branches share their past."""
        followed = {one.prev for one in self.loose.values() if self._is_next(one)}
        ends = [self.position(one) for one in self.loose.values() if one.id not in followed]
        return tuple(sorted([*ends, *([self.main] if self.main else [])]))

    def _is_next(self, one: Loose) -> bool:
        """Whether it stands right behind the commit that it names; an enemy's may name one anywhere."""
        below = self.loose.get(one.prev)
        return below is not None and below.seq == one.seq - 1

    def position(self, tip: Loose) -> Position:
        path = self.path(tip.id)
        return Position(tip.seq, tip.id, 1 if self.leaves_main(path) is not None else path[-1].seq)

    def path(self, commit: bytes) -> Sequence[Loose]:
        """The loose commits from this one down, newest first; none for one of the main chain."""
        found = []
        one = self.loose.get(commit)
        while one is not None:
            found.append(one)
            one = self.loose.get(one.prev) if self._is_next(one) else None
        return found

    def leaves_main(self, path: Sequence[Loose]) -> int | None:
        """The number at which a path leaves the main chain (0 where it has its own first commit); None for a
        path that hangs in the air."""
        last = path[-1]
        if last.seq == 1:
            return 0
        return last.seq - 1 if self._on_main(last.seq - 1, last.prev) else None

    def meet(self, mine: Position, theirs: Position) -> int | None:
        """The last number that two chains share; None where the end of `theirs` isn't here."""
        if theirs.id not in self.loose and not self._on_main(theirs.seq, theirs.id):
            return None
        ours, other = self.path(mine.id), self.path(theirs.id)
        shared = {one.id for one in ours}
        common = next((one.seq for one in other if one.id in shared), None)
        if common is not None:
            return common
        return min(self._on_main_until(mine, ours), self._on_main_until(theirs, other))

    def _on_main_until(self, at: Position, path: Sequence[Loose]) -> int:
        return at.seq if not path else self.leaves_main(path) or 0
