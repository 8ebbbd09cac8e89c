"""Which commits of a log count, where it was closed or has forked (分叉, protocol 3.4, 3.8). Pure.

Two machines with one key sign two commits with one number: from there the log has two branches. Nothing on
either counts until a ruling is known; then what is on the chain of the commit kept. What isn't held says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from .ancestry import Ancestry
from .roster import Admission, Cut, Place
from .shape import HIGHEST


class Branches:
    """The commits of one log by their chains: a main one that grew without a gap, and the loose ones beside it.

    Which branch is the main one makes no difference to any answer.
    """

    __slots__ = ("_ancestry", "loose", "main")

    def __init__(
        self,
        loose: Mapping[bytes, tuple[int, bytes]] | None = None,
        main: Callable[[int], bytes | None] = lambda _: None,
    ) -> None:
        """`loose`: commit id → its number, its `prev`. `main`: number → commit id on the main chain."""
        self.loose = loose or {}
        self.main = cache(main)
        self._ancestry = Ancestry((commit, seq, prev) for commit, (seq, prev) in self.loose.items())

    def at(self, seq: int, commit: bytes, number: int) -> bytes | None:
        """The id that the chain ending in a commit has at a number up to its own; None where that isn't held."""
        if seq > number and commit in self._ancestry:
            end = self._ancestry.end(commit)
            if number >= end.seq:
                return self._ancestry.at(commit, number)
            seq, commit = end.seq - 1, end.prev
        if seq == number:
            return commit
        return self.main(number) if self.main(seq) == commit else None

    def foot(self, seq: int, commit: bytes) -> int:
        """The lowest number at which the loose ones alone tell what the chain ending in a commit has: its lowest names
        the commit below it."""
        return self._ancestry.end(commit).seq - 1 if commit in self._ancestry else seq


class Held(Protocol):
    """The logs as they are held, for a fold of the registry."""

    @property
    def forked(self) -> frozenset[bytes]:
        """Logs of which two commits with one number are held."""

    def branches(self, log: bytes) -> Branches: ...


class _Straight:
    """Where nothing is known of chains: every commit is its log's only one."""

    forked: frozenset[bytes] = frozenset()

    def branches(self, log: bytes) -> Branches:
        return Branches()


STRAIGHT: Held = _Straight()


@dataclass(frozen=True, slots=True)
class Said:
    """What the registry says of one log."""

    cut: Cut | None = None  # where it was closed against its author
    rulings: Mapping[int, bytes] = field(default_factory=dict)  # number at which it forked → commit kept
    admitted: tuple[Place, ...] = ()  # chains let in after all

    @property
    def nothing(self) -> bool:
        return self.cut is None and not self.rulings


def lowest(said: Said, log: Branches) -> int:
    """The number below which what is said of a log turns nothing, but for branches that leave it there: where the
    chain of a commit that it names is held in a piece, that of the commit which this piece names."""
    cut = [] if said.cut is None else [(said.cut.seq, said.cut.id)]
    return min((log.foot(*one) for one in (*said.rulings.items(), *cut)), default=HIGHEST)


def admission(said: Said, log: Branches, seq: int, commit: bytes, disputed: int | None = None) -> Admission:
    """Whether a commit counts. `disputed`: the number from which no branch does, see there."""
    if any(_precedes(log, seq, commit, place) for place in said.admitted):
        return Admission.OK
    found = _by_what_was_said(said, log, seq, commit)
    if found is Admission.OK and disputed is not None and seq >= disputed:
        return Admission.FORKED
    return found


def disputed(said: Said, log: Branches) -> int | None:
    """The lowest number at which two commits are left that nothing was said against: a fork without a ruling."""
    beside: dict[int, list[bytes]] = {}
    for commit, (seq, _) in log.loose.items():
        if seq not in said.rulings:  # which leaves one
            beside.setdefault(seq, []).append(commit)
    return next((seq for seq in sorted(beside) if len(_left(said, log, seq, beside[seq])) > 1), None)


def contenders(said: Said, log: Branches, seq: int) -> list[bytes]:
    """The commits with that number that nothing was said against, sorted."""
    return _left(said, log, seq, (one for one, (number, _) in log.loose.items() if number == seq))


def _left(said: Said, log: Branches, seq: int, beside: Iterable[bytes]) -> list[bytes]:
    """`beside`: the commits with that number that aren't on the main chain."""
    main = log.main(seq)
    held = {*beside, *([main] if main is not None else ())}
    return sorted(one for one in held if _by_what_was_said(said, log, seq, one) is Admission.OK)


def _precedes(log: Branches, seq: int, commit: bytes, place: Place) -> bool:
    return seq <= place.seq and log.at(place.seq, place.id, seq) in (None, commit)


def _by_what_was_said(said: Said, log: Branches, seq: int, commit: bytes) -> Admission:
    cut = said.cut
    if cut is not None and (seq > cut.seq or log.at(cut.seq, cut.id, seq) not in (None, commit)):
        return cut.reason
    if said.rulings.get(seq, commit) != commit:
        return Admission.FORKED
    off = any(_is_off(log, seq, commit, *one) for one in said.rulings.items())
    return Admission.FORKED if off else Admission.OK


def _is_off(log: Branches, seq: int, commit: bytes, number: int, kept: bytes) -> bool:
    """Whether the commit isn't on the chain that a ruling keeps."""
    if seq >= number:
        return log.at(seq, commit, number) not in (None, kept)
    return log.at(number, kept, seq) not in (None, commit)


def turned(old: Said, new: Said, log: Branches, commits: Iterable[tuple[int, bytes]]) -> set[bytes]:
    """Of these commits (number, id) those that count otherwise by what is said now; all that is left aside is whether
    a fork is in dispute. Where hundreds of forks were ruled on, only the newest ruling is asked of most."""
    rulings = set(old.rulings.items()) ^ set(new.rulings.items())
    places = set(old.admitted) ^ set(new.admitted)
    return {
        commit
        for seq, commit in commits
        if (
            old.cut != new.cut
            or any(_is_off(log, seq, commit, *one) for one in rulings)
            or any(_precedes(log, seq, commit, one) for one in places)
        )
        and admission(old, log, seq, commit) is not admission(new, log, seq, commit)
    }
