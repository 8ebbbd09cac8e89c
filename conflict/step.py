"""One act on top of a state: the way of nearly every act (protocol 3.7, order 5)."""

from __future__ import annotations

from dataclasses import replace

from .act import Act, Key, Presence
from .declaration import Matter, Merge
from .erasure import ACTIONS, ERASE, is_whole, summary
from .judge import Effect, Judgement, is_later, is_root
from .merge import REPLACING, Write, mark, removed, replaced, rows, settled
from .order import ADOPT
from .state import Mark, Row, Standing, State, Verdict


def fits(state: State, act: Act) -> bool:
    """Whether an act names exactly the heads, and nothing else keeps it from being applied on top."""
    if act.presence is not Presence.PRESENT or act.action in (ADOPT, ERASE):
        return False
    if act.action not in ACTIONS and is_whole(state):
        return False  # it goes with its record
    if not state.heads:
        return not state.marks and not act.after and is_root(state, act)
    return tuple(sorted(act.after)) == state.heads and is_later(state, act) and _has_room(state, act)


def extends(state: State, act: Act) -> bool:
    """The same for an act of which it is known that it has seen the whole state, misses nothing and isn't
    late: it may name older acts beside the heads."""
    if act.action in (ADOPT, ERASE) or not state.heads:
        return fits(state, act)
    return set(act.after).issuperset(state.heads) and _has_room(state, act)


def _has_room(state: State, act: Act) -> bool:
    """Its place in the timeline can be told by times alone, and it isn't one that was missing: an act that is
    quarantined, and so no head, may have named it."""
    if state.incomplete and any(act.id in row.values for row in state.rows if row.kind == "incomplete"):
        return False
    last = next(reversed(state.marks.values()))
    if last.time < act.key.time or last.id in state.heads:
        return act.key > state.last
    others = (mark for one, mark in state.marks.items() if one not in state.heads)
    return act.key > state.last and all(mark.time != act.key.time for mark in others)


def copied(state: State) -> State:
    """A state whose dictionaries may be changed; what they hold is shared, and never changed in place."""
    return State(
        state.owner, state.created, state.changed, state.heads, dict(state.slots), dict(state.traces),
        dict(state.fields), dict(state.marks), dict(state.verdicts), list(state.rows), state.incomplete,
        state.last,
    )  # fmt: skip


def advance(matter: Matter, state: State, act: Act, judgement: Judgement) -> None:
    """Applies an act that fits, in place."""
    verdict, effect = judgement
    if _is_unsure(state):
        verdict = replace(verdict, provisional=True)
    if not state.marks:
        state.owner, state.created = act.unit, act.key.time
    state.heads, state.last = (act.id,), plain_key(act.key)
    state.verdicts[act.id] = verdict
    whole = mark_of(act, effect)
    _place(state, whole)
    if effect is None:
        _list(state, act, verdict)
    else:
        state.changed = act.key.time
        _write_slot(matter, state, effect, whole)
        for write in effect.writes:
            write_field(state, act, write)


def _is_unsure(state: State) -> bool:
    """A part of what the heads have seen isn't here, or isn't understood."""
    verdicts = (state.verdicts[head] for head in state.heads)
    return any(one.provisional or one.standing is Standing.UNKNOWN for one in verdicts)


def _place(state: State, whole: Mark) -> None:
    """In the timeline: behind all but what waits for its time."""
    waiting = state.marks and next(reversed(state.marks.values())).time > whole.time
    later = [one for one in state.marks.values() if one.time > whole.time] if waiting else []
    for one in later:
        del state.marks[one.id]
        state.verdicts[one.id] = state.verdicts.pop(one.id)
    state.marks[whole.id] = whole
    state.marks.update((one.id, one) for one in later)


def plain_key(key: Key) -> tuple[int, bytes, int, int]:
    """As it comes back from a store."""
    return key.time, key.log, key.seq, key.index


def mark_of(act: Act, effect: Effect | None) -> Mark:
    """The act in the timeline."""
    return Mark(act.id, act.key.time, act.unit, act.actor, act.action,
                effect.outcome if effect else None, summary(act))  # fmt: skip


def shown(act: Act, effect: Effect, whole: Mark) -> Mark:
    """The act as slots and traces name it: an `adopt` shows what it stands for."""
    if effect.source is act:
        return whole
    return replace(whole, action=effect.source.action, data=dict(effect.source.data))


def refusal_row(act: bytes, verdict: Verdict, open: bool = True) -> Row | None:
    """The row of an act without effect. While its past isn't all here, a denial isn't listed."""
    match verdict.standing:
        case Standing.UNKNOWN:
            return Row("incomplete", act, verdict.code)
        case Standing.DENIED if not verdict.provisional:
            return Row("denied", act, verdict.code, open=open)
        case Standing.HELD:
            return Row("held", act, verdict.code, open=open)
        case Standing.QUARANTINED:
            return Row("quarantine", act, verdict.code, open=open)
    return None


def _list(state: State, act: Act, verdict: Verdict) -> None:
    row = refusal_row(act.id, verdict)
    if row:
        state.rows.append(row)
        sort_rows(state)


def _write_slot(matter: Matter, state: State, effect: Effect, whole: Mark) -> None:
    name = effect.slot
    state.traces[name or ""] = {**state.traces.get(name or "", {}), whole.action: whole}
    if name is None:
        return
    state.slots[name] = [whole]
    if state.rows:
        state.rows = [_closed(row) if _is_on(matter, row, name) else row for row in state.rows]


def _is_on(matter: Matter, row: Row, slot: str) -> bool:
    return row.open and row.code in SLOT_ROWS and matter.within(row.place, slot)


SLOT_ROWS = frozenset({"overtaken", "overtaken_wider", "overtaken_narrower", "lost"})


def _closed(row: Row) -> Row:
    return replace(row, open=False)


def write_field(state: State, act: Act, write: Write) -> None:
    standing = state.fields.get(write.key, [])
    if write.removal:
        left = removed(standing, write.value)
    elif write.field.merge in REPLACING:
        left = _replace(state, act, write, standing)
    elif write.field.merge is Merge.UNION and not write.value:
        left = standing
    else:
        left = [*standing, mark(act, write.value)]
    if left:
        state.fields[write.key] = left
    else:
        state.fields.pop(write.key, None)


def _replace(state: State, act: Act, write: Write, standing: list[Mark]) -> list[Mark]:
    out = replaced(write, standing, act.data)
    left = [*(one for one in standing if one not in out), mark(act, write.value)]
    if len(standing) > 1 and not state.incomplete:
        kept = [row for row in state.rows if row.place != write.key or not row.open]
        state.rows = [*kept, *settled(write, standing, out), *rows(write.key, write.field, left)]
        sort_rows(state)
    return left


def sort_rows(state: State) -> None:
    """By the place of their act in the order."""
    at = {one: place for place, one in enumerate(state.marks)}
    state.rows.sort(key=lambda row: (at[row.act], row.place, row.code))
