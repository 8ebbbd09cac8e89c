"""The order of a record's acts, and who has seen whom (protocol 3.7, order).

A past (因果前史) is a bitset over the places in the order: bit p is set when the act at place p was seen.
Held, quarantined and erased acts are links of a past like any other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from .act import Act, Presence

ADOPT = "adopt"  # the action that the engine knows for every matter (3.6)
QUOTES = "acts"  # its datum: short ids of what it stands for


def arrange(acts: Iterable[Act]) -> list[Act]:
    """Sorted by key, each id once; of two with one id the one in the lower place stands."""
    once: dict[bytes, Act] = {}
    for act in sorted(acts, key=_place):
        once.setdefault(act.id, act)
    return list(once.values())


def repeats(acts: Iterable[Act], ordered: Sequence[Act]) -> list[bytes]:
    """Ids that stand at more than one place: a log named them a second time."""
    first = {act.id: act.key for act in ordered}
    return sorted({act.id for act in acts if act.key != first[act.id]})


def _place(act: Act) -> tuple[tuple[int, bytes, int, int], bytes, bool, str]:
    """Two acts never have one key in an honest log; in a forked one the id decides."""
    return act.key, act.id, act.presence is not Presence.PRESENT, act.presence


def quotes_of(act: Act) -> list[bytes]:
    """What an `adopt` quotes; nothing of what isn't a short id."""
    listed = act.data.get(QUOTES) if act.action == ADOPT else None
    return [one for one in listed if isinstance(one, bytes)] if isinstance(listed, list) else []


def later(act: Act, named: Act) -> bool:
    """Whether an act is later than one that it names, or stands behind it in the same commit (order 3)."""
    if act.key[:3] == named.key[:3]:
        return act.key.index > named.key.index
    return act.key.time > named.key.time


def bits(past: int) -> Iterator[int]:
    """The places in a past, lowest first."""
    while past:
        low = past & -past
        yield low.bit_length() - 1
        past ^= low


class Order:
    """The acts of one record in order, their pasts, and what is missing."""

    def __init__(self, acts: Iterable[Act], gone: Container[bytes] = (), again: Sequence[bytes] = ()) -> None:
        """`gone`: short ids that an erasure accounts for; they aren't missing. `again`: of `repeats`."""
        self.acts = arrange(acts)
        self.again = again
        self.gone = gone
        self.place = {act.id: at for at, act in enumerate(self.acts)}
        self.parents = [[self.place[one] for one in act.after if one in self.place] for act in self.acts]
        self.missing = [self._missing(act) for act in self.acts]
        self.sequence = _causes_first(self.parents)
        self.pasts, self.lacking = self._pasts()
        self.late = [self._is_late(at) for at in range(len(self.acts))]
        self.root = self._root()

    def __len__(self) -> int:
        return len(self.acts)

    def counts(self, at: int) -> bool:
        """Whether the act is present and its clock possible: the rest are links and nothing more."""
        return self.acts[at].presence is Presence.PRESENT and not self.late[at]

    @property
    def rootless(self) -> bool:
        """The record's first act is known by name, and isn't here."""
        return self.root is None and any(act.record and act.record not in self.gone for act in self.acts)

    @property
    def owner(self) -> str:
        """Unit of the record's first act, whatever stands of that; empty where it isn't here."""
        return "" if self.root is None else self.acts[self.root].unit

    def _missing(self, act: Act) -> list[bytes]:
        named = (*act.after, *quotes_of(act))
        return [one for one in named if one not in self.place and one not in self.gone]

    def _pasts(self) -> tuple[list[int], list[bool]]:
        """Per place: its past, and whether a part of that isn't here."""
        pasts = [0] * len(self.acts)
        lacking = [bool(missing) for missing in self.missing]
        for at in self.sequence:
            for parent in self.parents[at]:
                pasts[at] |= pasts[parent] | 1 << parent
                lacking[at] = lacking[at] or lacking[parent]
        return pasts, lacking

    def _is_late(self, at: int) -> bool:
        """Present, but its time isn't greater than that of all it names."""
        act = self.acts[at]
        return not all(later(act, self.acts[parent]) for parent in self.parents[at])

    def _root(self) -> int | None:
        """Place of the record's first act."""
        for at, act in enumerate(self.acts):
            if act.id == act.record or not act.record and not act.after:
                return at
        return None


def _causes_first(parents: Sequence[Sequence[int]]) -> list[int]:
    """All places, each behind its parents. That is the order itself, unless a clock went wrong somewhere."""
    if all(parent < at for at, above in enumerate(parents) for parent in above):
        return list(range(len(parents)))
    found: dict[int, None] = {}
    begun: set[int] = set()
    for start in range(len(parents)):
        stack = [start]
        while stack:
            at = stack[-1]
            begun.add(at)
            waiting = [parent for parent in parents[at] if parent not in begun]
            if waiting:
                stack.append(waiting[0])
            else:
                found.setdefault(stack.pop())
    return list(found)
