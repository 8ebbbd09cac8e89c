"""Leaving a scope (protocol 3.5): which acts tell a child that a record is its no more, and nothing beyond.

The act that says so is judged by its past. So what of that past hadn't reached the child yet goes with it, as
acts without words: when they were written, the child was entitled to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conflict import erasure
from conflict import fold as folding
from conflict.act import Act
from conflict.declaration import Matter
from conflict.state import State
from node.acts import acts
from node.store import records
from node.work import Work

Place = tuple[int, int]  # (change row, commit row)
Wants = Callable[[State], bool]  # whether a state has the record in the child's scope
SEARCHED = 200  # newest acts among which the one is looked for


def parting(work: Work, record: int, matter: Matter, state: State, wants: Wants) -> list[Place]:
    """The act by which the child lost the record, behind its past; empty where nothing says so."""
    whole = [one for one in erasure.orders(state) if erasure.FIELDS not in one.data]
    if whole:
        return _placed(work, record, [whole[0].id])
    name, _ = records.name_of(work.db, record)
    found = sorted(acts(work, name, records.changes_of(work.db, record)), key=lambda one: one.key)
    act = _behind_a_past(found, matter, wants) or _that_took_it(found, matter, wants)
    return [] if act is None else _placed(work, record, [*_past(found, act), act.id])


def _behind_a_past(found: Sequence[Act], matter: Matter, wants: Wants) -> Act | None:
    """The first act behind the newest past in which the record was still the child's."""
    for length in range(len(found) - 1, max(0, len(found) - SEARCHED), -1):
        if wants(folding.fold(matter, found[:length])):
            return found[length]
    return None


def _that_took_it(found: Sequence[Act], matter: Matter, wants: Wants) -> Act | None:
    """An act without which the record would still be the child's: it overtook what had given it to him, and may
    stand before that in the order."""
    for at in range(len(found) - 1, max(-1, len(found) - 1 - SEARCHED), -1):
        if wants(folding.fold(matter, [*found[:at], *found[at + 1 :]])):
            return found[at]
    return found[-1] if found else None


def _past(found: Sequence[Act], act: Act) -> list[bytes]:
    """Short ids of everything that an act has seen, in the order."""
    known = {one.id: one for one in found}
    seen: set[bytes] = set()
    waiting = list(act.after)
    while waiting:
        one = waiting.pop()
        if one in known and one not in seen:
            seen.add(one)
            waiting.extend(known[one].after)
    return [one.id for one in found if one.id in seen]


def _placed(work: Work, record: int, ids: Sequence[bytes]) -> list[Place]:
    places = records.acts_at(work.db, record)
    return [places[one] for one in ids if one in places]
