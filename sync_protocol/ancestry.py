"""Who stands below whom among the loose commits of one log (protocol 3.5, 3.8). Pure.

An enemy's log may have thousands of branches, each of thousands of commits. So each commit also knows one far
below it (E. W. Myers, An applicative random-access stack, 1983): any question takes a logarithm of its chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Link(NamedTuple):
    seq: int
    prev: bytes  # the commit that it names
    below: bytes | None  # that commit, where it is held and stands right below
    far: bytes  # one further down the same chain; itself at the end
    depth: int  # links down to the end of its chain
    end: bytes  # the lowest of its chain


class Ancestry:
    def __init__(self, commits: Iterable[tuple[bytes, int, bytes]]) -> None:
        """`commits`: id, number, `prev`. An enemy's may name one anywhere: that is no link."""
        self.links: dict[bytes, Link] = {}
        for commit, seq, prev in sorted(commits, key=lambda one: one[1]):
            self.links[commit] = self._link(commit, seq, prev)

    def _link(self, commit: bytes, seq: int, prev: bytes) -> Link:
        below = self.links.get(prev)
        if below is None or below.seq != seq - 1:
            return Link(seq, prev, None, commit, 0, commit)
        far = self.links[below.far]
        even = below.depth - far.depth == far.depth - self.links[far.far].depth
        return Link(seq, prev, prev, far.far if even else prev, below.depth + 1, below.end)

    def __contains__(self, commit: bytes) -> bool:
        return commit in self.links

    def end(self, commit: bytes) -> Link:
        """The lowest of a commit's chain."""
        return self.links[self.links[commit].end]

    def at(self, commit: bytes, number: int) -> bytes | None:
        """The commit with that number on the chain that ends in `commit`; None below its end."""
        one = self.links[commit]
        if not self.links[one.end].seq <= number <= one.seq:
            return None
        while one.seq > number:
            commit = one.far if self.links[one.far].seq >= number else one.prev
            one = self.links[commit]
        return commit

    def meet(self, commit: bytes, other: bytes) -> int | None:
        """The highest number at which two chains have the same commit; None where they share none."""
        mine, theirs = self.links[commit], self.links[other]
        if mine.end != theirs.end:
            return None
        lower = min(mine.seq, theirs.seq)
        one, two = self.at(commit, lower), self.at(other, lower)
        while one != two:
            assert one is not None and two is not None, "they have one end"
            mine, theirs = self.links[one], self.links[two]
            one, two = (mine.far, theirs.far) if mine.far != theirs.far else (mine.below, theirs.below)
        assert one is not None, "they have one end"
        return self.links[one].seq
