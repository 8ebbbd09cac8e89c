"""Where the commits of an export stand (protocol 3.9): in their logs, and in the order of the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field

from .commit import Commit

Key = tuple[int, bytes, int]  # (time, log id, seq): the order of commits


@dataclass(slots=True)
class Log:
    """The commits of one log that are out, packed: an auditor has millions of them."""

    top: int = 0  # highest number
    seqs: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("q"))  # the commit's number in the file
    times: array[int] = field(default_factory=lambda: array("q"))  # hybrid logical
    ids: bytearray = field(default_factory=bytearray)

    def add(self, commit: Commit, number: int) -> None:
        self.top = max(self.top, commit.header.seq)
        self.seqs.append(commit.header.seq)
        self.numbers.append(number)
        self.times.append(commit.header.time)
        self.ids += commit.id

    def find(self, commit: bytes, seq: int) -> tuple[int, int] | None:
        """The number in the file of commit `seq` with this id, and its time. Cheap for the newest, a search for
        others."""
        if self.seqs and self.seqs[-1] == seq and self.ids[-32:] == commit:
            return self.numbers[-1], self.times[-1]
        at = self.ids.find(commit)
        while at >= 0:
            if at % 32 == 0 and self.seqs[at // 32] == seq:
                return self.numbers[at // 32], self.times[at // 32]
            at = self.ids.find(commit, at + 1)
        return None


class Order:
    """Whether each commit was the smallest that could come next."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._keys: list[Key] = []  # falling: each is the largest from its number on

    def add(self, key: Key, number: int, released: int) -> bool:
        """False when a larger key came after commit `released`, from which on this one could have come. Two branches
        of a log may have the same."""
        at = bisect_right(self._numbers, released)
        good = at == len(self._keys) or self._keys[at] <= key
        while self._keys and self._keys[-1] < key:
            self._keys.pop()
            self._numbers.pop()
        self._keys.append(key)
        self._numbers.append(number)
        return good
