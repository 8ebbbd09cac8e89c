"""Judgement (判定): is an act allowed, against what its author had seen (protocol 3.7, judgement)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sync_protocol.names import is_above

from . import erasure, reveal
from .act import Act, Key, Presence
from .declaration import Action, Matter, Merge
from .merge import Write, plain, writes
from .order import ADOPT, QUOTES, quotes_of
from .state import Standing, State, Verdict, meant_by

_NEVER_QUOTED = frozenset({ADOPT, reveal.REVEAL}) | erasure.ACTIONS


class Quote(NamedTuple):
    """An act that an `adopt` may quote, and whether it is the record's first."""

    act: Act
    root: bool


Quoted = Callable[[bytes], Quote | None]

STANDS = Verdict(Standing.STANDS)
UNKNOWN = Verdict(Standing.UNKNOWN, "newer_version")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an allowed act does."""

    source: Act  # whose action and data slot and trace show: the act, or what it adopts
    slot: str | None = None
    outcome: Any = None
    writes: tuple[Write, ...] = ()
    quoted: tuple[bytes, ...] = ()


class Judgement(NamedTuple):
    verdict: Verdict
    effect: Effect | None = None


class Refused(Exception):
    """Carries the code out of a check; never leaves this module."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NeedsNewer(Exception):
    """An `adopt` that quotes what only a newer version understands."""


def judge(matter: Matter, state: State, act: Act) -> Verdict:
    """What `on_top` would say of an act; asked before it is signed."""
    if not is_later(state, act):
        return Verdict(Standing.QUARANTINED, "clock")
    return judged(matter, state, act, lambda one: from_marks(matter, state, act.record, one)).verdict


def is_later(state: State, act: Act) -> bool:
    """Than what it names and is here, but for the last act where that is of its own commit (order 3)."""
    named = (state.marks.get(one) for one in act.after)
    late = [mark.time for mark in named if mark and mark.time >= act.key.time]
    return not late or (late == [state.last[0]] and state.last[:3] == act.key[:3] and state.last < act.key)


def judged(
    matter: Matter,
    state: State,
    act: Act,
    quoted: Quoted,
    root: bool | None = None,
    standing: Container[bytes] | None = None,
) -> Judgement:
    """`state` is folded from the act's past; `root` says whether it is the record's first act; `standing`: the orders
    to erase older than it that stand, else those of that past."""
    if act.action in erasure.ACTIONS:
        return _erasing(state, act, standing)
    if act.action == reveal.REVEAL:
        return _known_everywhere(act, "erased" if erasure.is_whole(state) else reveal.refusal(act))
    version = matter.named(act.matter)
    if version is None or (version.action(act.action) is None and act.action != ADOPT):
        return Judgement(UNKNOWN)
    try:
        if erasure.is_whole(state):
            raise Refused("erased")
        if act.action == ADOPT:
            effect = _adopted(matter, version, state, act, quoted)
        else:
            effect = _allowed(matter, version, state, act, is_root(state, act) if root is None else root)
    except Refused as refused:
        return Judgement(Verdict(Standing.DENIED, refused.code))
    except NeedsNewer:
        return Judgement(UNKNOWN)
    except Exception:  # data of a form that the declaration didn't expect is its author's fault
        return Judgement(Verdict(Standing.DENIED, "malformed"))
    return Judgement(STANDS, effect)


def _erasing(state: State, act: Act, standing: Container[bytes] | None) -> Judgement:
    """An order to erase, or a receipt for one: known to every matter, in every version."""
    if act.action == erasure.ERASE:
        code = erasure.refusal(state.owner, act)
    else:
        known = {one.id for one in erasure.orders(state)} if standing is None else standing
        code = erasure.receipt_refusal(act, known)
    return _known_everywhere(act, code)


def _known_everywhere(act: Act, code: str | None) -> Judgement:
    """An act of every matter, in every version: a statement, or denied."""
    return Judgement(Verdict(Standing.DENIED, code)) if code else Judgement(STANDS, Effect(act))


def is_root(state: State, act: Act) -> bool:
    return act.id == act.record if act.record else not state.marks and not act.after


def _allowed(matter: Matter, version: Matter, state: State, act: Act, root: bool) -> Effect:
    """Raises Refused."""
    action = version.action(act.action)
    if action is None:
        raise NeedsNewer
    if not act.given:
        raise Refused("not_given")
    _check_beginning(action, act, root)
    _check_rules(action, state, act)
    effect = effect_of(matter, action, act)
    _check_once(effect.writes, root)
    return effect


def _check_beginning(action: Action, act: Act, root: bool) -> None:
    if action.first and not root:
        raise Refused("not_first")
    if not act.after and not (action.first and root):
        raise Refused("no_beginning")


def _check_rules(action: Action, state: State, act: Act) -> None:
    if action.units and not any(relation(state, act) for _, relation in action.units):
        raise Refused(action.units[0][0])
    for _, guard in action.guards:
        code = guard(state, act)
        if code:
            raise Refused(code)


def _check_once(found: tuple[Write, ...], root: bool) -> None:
    """A `once` field is the first act's alone. Words don't count: they may be withheld from the judge."""
    if not root and any(one.field.merge is Merge.ONCE and not one.field.words for one in found):
        raise Refused("once")


def effect_of(matter: Matter, action: Action, act: Act) -> Effect:
    slot = action.slot(act)
    if slot is not None and not isinstance(slot, str):
        raise Refused("malformed")
    outcome = None if slot is None else plain(action.outcome(act))
    return Effect(act, slot, outcome, writes(matter, action.fields(act)))


def _adopted(matter: Matter, version: Matter, state: State, act: Act, quoted: Quoted) -> Effect:
    """What the quoted acts would have done, by this one's authority (3.6). Raises Refused."""
    if not act.given:
        raise Refused("not_given")
    if len(quotes_of(act)) != len(act.data[QUOTES]):
        raise Refused("malformed")
    quotes = [_quote(state, one, quoted) for one in quotes_of(act)]
    root = any(one.root for one in quotes)
    if not quotes:
        raise Refused("nothing_quoted")
    if not act.after and not root:
        raise Refused("no_beginning")
    effects = [_quoted_effect(matter, version, state, act, one) for one in quotes]
    effect = _joined(act, effects)
    _check_once(effect.writes, root)
    return effect


def _quote(state: State, short: bytes, quoted: Quoted) -> Quote:
    found = quoted(short)
    if found is None or found.act.presence is Presence.ERASED:
        raise Refused("quoted_missing")
    if found.act.action in _NEVER_QUOTED:
        raise Refused("quoted_adopt")
    verdict = state.verdicts.get(short)
    if verdict is not None and verdict.standing is Standing.STANDS:
        raise Refused("quoted_stands")
    return found


def _quoted_effect(matter: Matter, version: Matter, state: State, act: Act, quote: Quote) -> Effect:
    """Allowed to the adopter as if it were his own, or to whoever is above its author."""
    theirs = matter.named(quote.act.matter)
    action = theirs.action(quote.act.action) if theirs else None
    if theirs is None or action is None:
        raise NeedsNewer
    source = replace(quote.act, data=_restated(state, quote.act.data))
    if not is_above(act.unit, source.unit):
        mine = replace(source, unit=act.unit, actor=act.actor, after=act.after, given=True)
        _allowed(matter, theirs, state, mine, quote.root)
    effect = effect_of(matter, action, source)
    return replace(effect, writes=_not_yet(state, source, effect.writes))


def _restated(state: State, data: Mapping[str, Any]) -> dict[str, Any]:
    """Where the data name an act for which a standing `adopt` stands, they mean that one."""
    stands: dict[bytes, bytes] = {}
    for mark in state.marks.values():
        if mark.action == ADOPT and state.verdicts[mark.id].standing is Standing.STANDS:
            stands.update((one, mark.id) for one in mark.data.get(QUOTES, ()))
    return meant_by(data, stands)


def _not_yet(state: State, act: Act, found: tuple[Write, ...]) -> tuple[Write, ...]:
    """The fields of an overtaken act stand: what is merely added isn't added twice."""
    verdict = state.verdicts.get(act.id)
    if verdict is None or verdict.standing is not Standing.OVERTAKEN:
        return found
    return tuple(one for one in found if one.field.merge not in (Merge.APPEND, Merge.UNION))


def _joined(act: Act, effects: list[Effect]) -> Effect:
    """One slot at most; of several outcomes and values the last in the order."""
    ordered = sorted(effects, key=lambda one: one.source.key)
    slots = {one.slot for one in ordered if one.slot is not None}
    if len(slots) > 1:
        raise Refused("two_slots")
    main = next((one for one in reversed(ordered) if one.slot is not None), ordered[-1])
    found: dict[Any, Write] = {}
    for at, one in enumerate(write for effect in ordered for write in effect.writes):
        replacing = one.field.merge not in (Merge.APPEND, Merge.UNION)
        found[one.key if replacing else at] = one
    quoted = tuple(one.source.id for one in ordered)
    return Effect(main.source, main.slot, main.outcome, tuple(found.values()), quoted)


def from_marks(matter: Matter, state: State, record: bytes, short: bytes) -> Quote | None:
    """An act as far as a state remembers it: coded data, no words."""
    mark = state.marks.get(short)
    if mark is None:
        return None
    key = Key(mark.time, b"", 0, 0)
    act = Act(short, key, mark.unit, mark.actor, matter.versioned, mark.action, mark.data)
    return Quote(act, short == (record or next(iter(state.marks))))
