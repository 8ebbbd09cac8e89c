"""Who has called before, and what may have been registered twice (product 1.2; the repeat-caller card).

Found by the blind index alone: nothing is revealed for it, and what is told is masked as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from conflict.state import State
from node.language import say
from node.matters.draft import Kind
from node.store import alike, folded
from node.store.alike import Token
from sync_protocol import clock

DAY_MS = 24 * 3600 * 1000
MOST_LOOKED_AT = 200  # candidates whose states are read: 50 µs each
CALLER, EMPLOYER = frozenset({"phone", "id_number"}), frozenset({"credit_code", "organisation"})
# What two records have in common, as points of a hundred; from ENOUGH on one may be the other. The caller alone
# is enough, and employer and topic together are (two workmates with one matter); each of these alone isn't.
POINTS = {"id_number": 60, "phone": 55, "credit_code": 25, "organisation": 25, "topic": 15, "near_topic": 8}
ENOUGH = 40
NEAR_LEVELS = 3  # of a topic's four
_SAID = {
    "id_number": ("同一身份证号", "same identity number"),
    "phone": ("同一来电号码", "same telephone number"),
    "credit_code": ("同一信用代码的用人单位", "same employer by its credit code"),
    "organisation": ("同一用人单位", "same employer by its name"),
    "topic": ("主题相同", "same topic"),
    "near_topic": ("主题相近", "near topic"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    record: int
    score: int
    reason: str


def earlier(db: Connection, tokens: Collection[Token], most: int) -> dict[int, set[str]]:
    """Record row → by what it was found; the newest first."""
    found: dict[int, set[str]] = {}
    for one in sorted(alike.find(db, tokens, most=most), key=lambda one: -one.created):
        found.setdefault(one.record, set()).add(one.key)
    return found


def candidates(
    db: Connection,
    kind: Kind,
    tokens: Collection[Token],
    topic: str,
    around_ms: int,
    days: int,
    without: Collection[int] = (),
) -> list[Candidate]:
    """What may be the same matter as a form's, registered within so many days of it; best first. `tokens`: of the
    form's values; `without`: records that it isn't asked about."""
    since = clock.from_ms(max(0, around_ms - days * DAY_MS))
    common: dict[int, set[str]] = {}
    for one in sorted(alike.find(db, tokens, since), key=_nearest_first):
        if one.record not in without and one.created <= clock.from_ms(around_ms + days * DAY_MS):
            common.setdefault(one.record, set()).add(one.key)
    found = (_scored(db, kind, record, keys, topic, around_ms) for record, keys in _chosen(common))
    return sorted((one for one in found if one is not None), key=lambda one: (-one.score, -one.record))


def _nearest_first(one: alike.Match) -> tuple[bool, int]:
    return (one.key not in CALLER, -one.created)


def _chosen(common: Mapping[int, set[str]]) -> Iterable[tuple[int, set[str]]]:
    return list(common.items())[:MOST_LOOKED_AT]


def _scored(
    db: Connection, kind: Kind, record: int, keys: set[str], topic: str, around_ms: int
) -> Candidate | None:
    state = folded.state(db, record)
    if state is None or not state.marks or not _is_of(db, record, kind):
        return None
    shared = _shared(keys, topic, str(state.shown("topic", "") or ""))
    score = sum(POINTS[one] for one in shared)
    return Candidate(record, score, _sentence(shared, state, around_ms)) if score >= ENOUGH else None


def _is_of(db: Connection, record: int, kind: Kind) -> bool:
    return folded.matter(db, record) == kind.matter.name


def _shared(keys: set[str], topic: str, other: str) -> list[str]:
    """Of several names for the caller or the employer the one that says most."""
    best = [max(found, key=POINTS.__getitem__) for of in (CALLER, EMPLOYER) if (found := keys & of)]
    if topic and topic == other:
        return [*best, "topic"]
    level = topic.split("/")[:NEAR_LEVELS]
    return [*best, "near_topic"] if topic and level == other.split("/")[:NEAR_LEVELS] else best


def _sentence(shared: Iterable[str], state: State, around_ms: int) -> str:
    created = clock.to_ms(state.created)
    days = abs(around_ms - created) // DAY_MS
    zh = "、".join(_SAID[one][0] for one in shared)
    en = ", ".join(_SAID[one][1] for one in shared)
    if days == 0:
        return say(f"{zh}，相隔不到一天", f"{en}; registered within a day")
    when, side = ("前", "before") if created <= around_ms else ("后", "after")
    return say(f"{zh}，{days} 天{when}登记", f"{en}; registered {days} days {side}")
