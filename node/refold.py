"""From changes to the state of a record, and from the state to the projections (design 2, 3.7).

An act whose `after` equals the heads is put on top; anything else folds the record again. Both give the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from conflict import digest as fingerprint
from conflict import erasure
from conflict import fold as folding
from conflict.state import Mark, Row, Standing, State
from node import (
    alike,
    author,
    call_records,
    facts,
    filling,
    lanes,
    masking,
    news,
    reconciling,
    scope,
    trust,
    withholding,
)
from node.acts import acts
from node.attachments import named, reference
from node.erasure import destruction
from node.figures import counted
from node.matters import KINDS
from node.matters.draft import Card, Due, Fact, Kind, Place
from node.registry import apart, neighbours
from node.store import facts as counts
from node.store import folded, records, search, stale
from node.work import Work
from sync_protocol import cbor
from sync_protocol.limits import MAX_RECORD_ITEMS
from sync_protocol.names import code_of, short

ERASED, GONE = "erased", "已依法删除"  # phase and title of a record of which nothing is left


def settle(work: Work, *, only: Collection[int] | None = None) -> None:
    """Folds everything that this piece of work touched, or `only` these record rows of it for now, and tells the
    children's outboxes."""
    registry_changed = work.registry_changed
    if registry_changed:
        trust.project(work.db, work.registry)
        neighbours.follow(work)
        filling.greet_children(work)
        work.registry_changed = False
    scope.tell_forks(work)
    fresh, again = work.fresh, work.again
    chosen = set(fresh) | again if only is None else set(only)
    if work.stale:
        again |= stale.among(work.db, chosen)
    work.fresh, work.again = {row: fresh[row] for row in fresh.keys() - chosen}, again - chosen
    ordered = sorted(_global_first(work, row) for row in chosen)
    if registry_changed or (ordered and ordered[0][0] == 0):
        apart.project(work.db, work.registry, work.path)
    for _, record in ordered:
        _settle_record(work, record, fresh.get(record, set()), whole=record in again)
    if work.stale:
        stale.done(work.db, chosen)


def _global_first(work: Work, record: int) -> tuple[int, int]:
    """Policies and calendars before the records whose deadlines rest on them."""
    _, matter = records.name_of(work.db, record)
    return (0 if matter == trust.MATTER else 1 if matter in facts.MATTERS else 2, record)


def _settle_record(work: Work, record: int, commits: set[int], *, whole: bool) -> None:
    name, matter = records.name_of(work.db, record)
    work.touched.add(name)
    if matter == trust.MATTER:
        scope.deliver_everywhere(work, record, commits)
        return
    kind = KINDS.get(matter)
    if kind is None:
        _keep_unknown(work, record, matter)
        return
    before, bare = folded.in_scope(work.db, record)
    new = before is None and not whole  # else rows of it may be left from before an upgrade
    state = None if whole or new else _on_top(work, record, name, kind, commits)
    named_before: set[bytes] = set()
    erased = False
    if state is None:
        found = acts(work, name, records.changes_of(work.db, record))
        state = folding.fold(kind.matter, found)
        if destruction.carry_out(work, record, name, found):
            erased = True
            left = acts(work, name, records.changes_of(work.db, record))
            named_before = destruction.named(work.db, record) | reference.contents(found)
            named_before -= reference.contents(left)  # of what is quarantined the projection says nothing
    was_away = before is False
    stood = None if whole or work.quiet or not kind.clocks else _stood(work, record, new=new)
    rested = folded.state(work.db, record) if matter in facts.MATTERS else None
    withheld = bare and withholding.is_from_parent(work, record, kind.matter)
    save(work, record, name, kind, state, erased=erased, new=new)
    if stood is not None:
        _tell(work, record, name, kind, state, stood)
    if was_away and not folded.is_away(work.db, record) and _lacks_own(work, record):
        reconciling.doubt(work)
    if withheld and withholding.is_over(work, record, kind.matter, state):
        reconciling.doubt(work)
    work.compare = work.compare or destruction.comes_back(work.db, record, state, commits)
    destruction.forget(work, named_before)
    scope.deliver(work, record, kind.matter, state, commits)
    if matter == facts.LIST:
        work.facts.pop(facts.LIST, None)
    if matter in facts.MATTERS and state != rested:  # else all that rests on it would be folded once more
        facts.changed(work)


def _stood(work: Work, record: int, *, new: bool) -> news.Stood:
    return news.Stood(False, 0, 0) if new else news.Stood(*folded.stood(work.db, record))


def _tell(work: Work, record: int, name: bytes, kind: Kind, state: State, stood: news.Stood) -> None:
    """What is new of it. A record that is folded whole once more is none."""
    number, unit = str(state.shown("number", "")), code_of(state.owner)
    for event in news.between(stood, news.Stood(*folded.stood(work.db, record))):
        work.news.append(news.News(event, kind.matter.name, name, number, unit))


def _lacks_own(work: Work, record: int) -> bool:
    """Whether of a record that comes back into our scope something isn't here that our own subtree wrote. The parent
    doesn't send it: we had it, it thinks. But we were restored since, and a child gave the commit back that had
    never been told its words."""
    ours = set(lanes.ours(work))
    mine = {one.commit: one.changes for one in records.changes_of(work.db, record) if one.node in ours}
    return any(records.count_in(work.db, commit) < changes for commit, changes in mine.items())


def _on_top(work: Work, record: int, name: bytes, kind: Kind, commits: set[int]) -> State | None:
    state = folded.state(work.db, record)
    if state is None or not commits or records.size_of(work.db, record) > MAX_RECORD_ITEMS:
        return None
    new = records.changes_of(work.db, record, commits)
    for act in acts(work, name, new):
        if act.id in state.marks:
            return None
        state = folding.on_top(kind.matter, state, act)
        if state is None:
            return None
    return state


def save(
    work: Work, record: int, name: bytes, kind: Kind, state: State, *, erased: bool = False, new: bool = False
) -> None:
    """Every projection of one record. `erased`: something of it was destroyed just now. `new`: it has none yet."""
    if not new:
        folded.clear(work.db, record)
    dues = facts.dues(work, kind, state)
    folded.save_dues(work.db, record, dues)
    cards = facts.cards(work, kind, state, dues)
    folded.save_cards(work.db, record, cards)
    folded.save_places(work.db, record, places(kind, state))
    folded.save_links(work.db, record, kind.links(state))
    folded.save_citations(work.db, record, _cited(kind, state))
    folded.save_usable(work.db, record, kind.shelf.usable(state) if kind.shelf else None)
    folded.save_charges(
        work.db, record, ((work.registry.now(unit), one) for unit, one in kind.charges(state))
    )
    folded.save_notices(work.db, record, _noted(kind, state))
    folded.save_exceptions(work.db, record, state.rows)
    found = columns(work, name, kind, state, dues)
    work.urgent = work.urgent or found["urgent"]
    folded.save(work.db, record, found)
    if kind.counted:
        told = counts_of(kind, state, dues, cards, here=found["here"])
        counts.save(work.db, record, *told, new=new)
    search.put(work.db, kind.matter.name, record, _searched(kind, state), new=new)
    gone = alike.save(work, record, kind.matter, state)
    if erased:
        call_records.forget(work.db, gone)
    named.save(work, record, kind.matter, state)


def counts_of(
    kind: Kind, state: State, dues: list[Due], cards: list[Card], *, here: bool
) -> tuple[list[Fact], bool, dict[str, str] | None]:
    """What statistics add up: facts, whether they stand apart as excluded, dimensions. A record left behind is
    like one that was never here (R11)."""
    found = counted.facts(kind, state, dues, cards) if here else []
    return found, counted.is_excluded(state), counted.dimensions(kind, state) if found else None


def _noted(kind: Kind, state: State) -> list[Mark]:
    """Acts that stand and are to catch the eye above; at no price where there was none."""
    names = {one.name for one in (*author.GENERIC.values(), *kind.matter.actions) if one.noted}
    if names.isdisjoint(state.traces.get("", {})):
        return []
    return [mark for mark in state.marks.values()
            if mark.action in names and state.verdicts[mark.id].standing is Standing.STANDS]  # fmt: skip


def columns(work: Work, name: bytes, kind: Kind, state: State, dues: list[Due]) -> dict[str, Any]:
    """What lists and deadlines need of a record; nothing in it depends on the present."""
    gone = erasure.is_whole(state)
    turn = None if gone else kind.turn(state)
    still_open = [due.due_ms for due in dues if due.done_ms is None and due.owed and not due.paused]
    return {
        "matter": kind.matter.name,
        "state": folded.encode(state),
        "digest": record_digest(name, kind, state),
        "number": str(state.shown("number", "")),
        "external_id": str(state.shown("external_id", "")),
        "title": GONE if gone else masking.text(kind.title(state), masking.known(kind.matter, state))[:200],
        "phase": ERASED if gone else kind.phase(state),
        "round": _round(state),
        "owner": work.registry.now(state.owner),
        "author": next(iter(state.marks.values())).actor if state.marks else "",
        "lead": str(state.held(f"lead/{_round(state)}", "") or ""),
        "urgency": str(state.shown("urgency", "")),
        "urgent": kind.matter.urgent(state),
        "created": state.created,
        "changed": state.changed,
        "next_due": min(still_open, default=None),
        "turn_ms": None if turn is None else turn.at_ms,
        "attempts": 0 if turn is None else turn.attempts,
        "ruling": _ruling(work, kind, state),
        "here": scope.is_here(work, kind.matter, state),
        "withheld": scope.is_withheld_here(work, kind.matter, state),
        "open_rows": sum(row.open for row in state.rows),
    }


def _ruling(work: Work, kind: Kind, state: State) -> str:
    unit = "" if erasure.is_whole(state) else kind.ruling(state)
    return work.registry.now(unit) if unit else ""


def places(kind: Kind, state: State) -> list[dict[str, Any]]:
    return [_place(one) for one in kind.places(state)]


def record_digest(name: bytes, kind: Kind, state: State) -> bytes:
    """Record id and what the fold says of it, without words (design 4, `digest`)."""
    return hashlib.sha256(name + fingerprint.digest(kind.matter, state)).digest()


def _round(state: State) -> int:
    phase = state.held("phase")
    return int(phase.get("round", 0)) if isinstance(phase, dict) else 0


def _place(place: Place) -> dict[str, Any]:
    return {
        "round": place.round,
        "unit": place.unit,
        "status": place.status,
        "actor": place.actor,
        "assigner": place.assigner,
        "since": place.since_ms,
        "responsible": place.responsible,
    }


def _cited(kind: Kind, state: State) -> list[bytes]:
    return [one for one in state.every(kind.cites) if isinstance(one, bytes)] if kind.cites else []


def _searched(kind: Kind, state: State) -> str:
    """Every text that isn't personal, number and outside number included, and those of lists; free text as it is
    shown, masked."""
    parts: list[str] = [kind.shelf.words(state)] if kind.shelf else []
    own = masking.known(kind.matter, state)
    for key, writes in state.fields.items():
        field = kind.matter.field(key)
        if field is not None and not field.personal:
            texts = (one for write in writes for one in _texts(write.value))
            parts.extend(masking.text(one, own) if field.words else one for one in texts)
    return "\n".join(parts)


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]


def _keep_unknown(work: Work, record: int, matter: str) -> None:
    """A matter of a newer version: stored and passed on, shown as such (3.5). A body that is no act, and words
    whose act isn't there, come here as well: what is wrong with their bytes is listed."""
    state = State()
    name, _ = records.name_of(work.db, record)
    destruction.carry_out(work, record, name, acts(work, name, records.changes_of(work.db, record)))
    faults = [one for one in records.changes_of(work.db, record) if one.fault and one.body is not None]
    rows = [Row("quarantine", short(one.change), one.fault) for one in faults]
    folded.clear(work.db, record)
    open_rows = folded.save_exceptions(work.db, record, rows)
    folded.save(
        work.db,
        record,
        {"matter": matter, "state": folded.encode(state), "digest": hashlib.sha256(cbor.encode(matter)).digest(),
         "title": matter, "here": True, "open_rows": open_rows},
    )  # fmt: skip
