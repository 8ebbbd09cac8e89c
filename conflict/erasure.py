"""Erasure (依法删除, protocol 3.11): which acts and words of a record are gone, by what the acts say alone.

The fold answers as if all that has been destroyed already. So destroying it changes no state, a holder who
never had a body agrees with one who destroyed it, and what arrives late is gone the moment it comes.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .act import Act, Presence, Text
from .order import Order, later
from .state import Mark, Standing, State

ERASE, ERASED = "erase", "erased"  # actions that the engine knows for every matter: the order, the receipt
ACTIONS = frozenset({ERASE, ERASED})
GROUND, FIELDS, CHANGES, UNITS = "ground", "fields", "changes", "units"  # data of an order
BY, COUNT = "by", "count"  # data of a receipt: the order's short id, how many changes it destroyed
# Keys of an item of the list: those of a body, the change's id, and where it stands: [log, seq, index].
ID, RECORD, MATTER, ACTION, AFTER, OF, PLACE = 0, 1, 2, 3, 4, 6, 7
SHORT, LONG = 16, 32


@dataclass(frozen=True, slots=True)
class Mandate:
    """An erase act as read. `fields` empty: the whole record."""

    ground: str
    fields: frozenset[str]
    items: tuple[Mapping[int, Any], ...]
    units: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.fields


@dataclass(frozen=True, slots=True)
class Reach:
    """What standing orders destroy of one record."""

    orders: tuple[bytes, ...] = ()  # short ids of those that stand
    acts: Mapping[bytes, bytes] = field(
        default_factory=dict
    )  # act that goes with its record → by which order
    texts: Mapping[bytes, bytes] = field(default_factory=dict)  # words (short id) → by which order
    gone: frozenset[bytes] = frozenset()  # short ids of acts that a list names, here or not
    lies: Mapping[bytes, tuple[bytes, ...]] = field(
        default_factory=dict
    )  # order → what stays, as its list lies


NOTHING = Reach()


def read(act: Act) -> Mandate | None:
    """None where the data have another form."""
    ground, fields, items = act.data.get(GROUND), act.data.get(FIELDS), act.data.get(CHANGES)
    units = act.data.get(UNITS, [])
    if not isinstance(ground, str) or not ground or not isinstance(items, list | tuple):
        return None
    if fields is not None and not (fields and _are(str, fields)) or not _are(str, units):
        return None
    if not all(_is_item(one) for one in items):
        return None
    return Mandate(ground, frozenset(fields or ()), tuple(items), tuple(units))


def _are(kind: type, found: Any) -> bool:
    return isinstance(found, list | tuple) and all(isinstance(one, kind) for one in found)


def _is_item(item: Any) -> bool:
    known = isinstance(item, Mapping) and isinstance(item.get(ID), bytes) and len(item[ID]) == LONG
    return known and _are(bytes, item.get(AFTER, []))


def refusal(owner: str, act: Act) -> str | None:
    """Why an order isn't allowed. `owner`: unit of the record's first act."""
    if not act.given:
        return "not_given"
    if not act.after:
        return "no_beginning"
    if read(act) is None:
        return "malformed"
    return None if act.unit == owner or "/" not in act.unit else "not_registrar"


def receipt_refusal(act: Act, standing: Container[bytes]) -> str | None:
    """Why a receipt isn't allowed. `standing`: short ids of the orders older than it that stand. It says itself which
    one it answers: the acts by which its author had seen that may be gone with the record."""
    by, count = act.data.get(BY), act.data.get(COUNT)
    if not act.given:
        return "not_given"
    if not isinstance(by, bytes) or not isinstance(count, int) or isinstance(count, bool):
        return "malformed"
    return None if by in standing else "nothing_erased"


def orders(state: State) -> list[Mark]:
    """The standing orders of a record; at no price where nothing was erased."""
    if ERASE not in state.traces.get("", {}):
        return []
    return [mark for one, mark in state.marks.items()
            if mark.action == ERASE and state.verdicts[one].standing is Standing.STANDS]  # fmt: skip


def is_whole(state: State) -> bool:
    """Whether the whole record was erased."""
    return any(FIELDS not in one.data for one in orders(state))


def summary(act: Act) -> dict[str, Any]:
    """Data as the timeline has them: of an order's list, how long it is."""
    data = dict(act.data)
    if act.action == ERASE:
        items = data.pop(CHANGES, ())
        data[COUNT] = len(items) if isinstance(items, list | tuple) else 0
    return data


def reach(acts: Iterable[Act]) -> Reach:
    """Whatever order, duplicates and batches the acts of one record come in. What is reached once is reached whatever
    else may come, as long as its order stands: destroying can't be taken back."""
    found = list(acts)
    if not any(act.action == ERASE for act in found):
        return NOTHING
    order = Order(found)
    standing = [(at, read(order.acts[at])) for at in range(len(order)) if _stands(order, at)]
    return _reached(order, [(at, one) for at, one in standing if one is not None])


def _stands(order: Order, at: int) -> bool:
    act = order.acts[at]
    return act.action == ERASE and order.counts(at) and refusal(order.owner, act) is None


def _reached(order: Order, standing: Sequence[tuple[int, Mandate]]) -> Reach:
    lies = {at: _lies(order, one) for at, one in standing}
    unsure = _unsure(order)
    acts: dict[bytes, bytes] = {}
    texts: dict[bytes, bytes] = {}
    for place, act in enumerate(order.acts):
        if act.action in ACTIONS:
            continue
        for at, one in standing:
            by = order.acts[at].id
            # Of a record that was erased as a whole, an act that had seen the order goes, too: it could have no effect,
            # and those through which it had seen it may be gone wherever it comes.
            if one.whole and act.id not in lies[at]:
                acts.setdefault(act.id, by)
            if not one.whole and _may_have_seen(order, place, at, unsure[place]):
                continue
            for text in act.texts:
                if _takes(one, lies[at], text):
                    texts.setdefault(text.id, by)
    gone = {item[ID][:SHORT] for _, one in standing if one.whole for item in one.items if OF not in item}
    left = {order.acts[at].id: tuple(one for one in lied if one not in acts and one not in texts)
            for at, lied in lies.items()}  # fmt: skip
    orders = tuple(order.acts[at].id for at, _ in standing)
    return Reach(orders, acts, texts, frozenset(gone), {one: lied for one, lied in left.items() if lied})


def _unsure(order: Order) -> list[bool]:
    """Per place: whether more may yet become known of what its author had seen."""
    found = [_is_open(order, act) for act in order.acts]
    for at in order.sequence:
        found[at] = found[at] or any(found[parent] for parent in order.parents[at])
    return found


def _is_open(order: Order, act: Act) -> bool:
    """What it names isn't all here; or nothing tells what it names."""
    untold = act.presence is Presence.ERASED or not act.matter
    return untold or any(one not in order.place for one in act.after)


def _may_have_seen(order: Order, place: int, at: int, unsure: bool) -> bool:
    """Of an act and an order. Not by a clock that went wrong: what is older had never seen it, whatever it names."""
    return later(order.acts[place], order.acts[at]) and (unsure or bool(order.pasts[place] >> at & 1))


def _takes(one: Mandate, lied: Sequence[bytes], text: Text) -> bool:
    return text.id not in lied and (one.whole or not one.fields.isdisjoint(text.data))


def _lies(order: Order, one: Mandate) -> tuple[bytes, ...]:
    """Short ids of listed changes that are here and aren't as the list says."""
    texts = {text.id: (act, text) for act in order.acts for text in act.texts}
    found = [item[ID][:SHORT] for item in one.items if not _is_true(order, one, item, texts)]
    return tuple(sorted(set(found)))


def _is_true(order: Order, one: Mandate, item: Mapping[int, Any], texts: Mapping[bytes, Any]) -> bool:
    short = item[ID][:SHORT]
    if short in texts:
        act, text = texts[short]
        written = one.whole or not one.fields.isdisjoint(text.data)
        told = {key: value for key, value in item.items() if ID < key < PLACE}
        return written and told == {MATTER: text.matter, OF: act.id}
    at = order.place.get(short)
    if at is None or order.acts[at].presence is Presence.ERASED:
        return True
    return one.whole and _is_of(order.acts[at], item)


def _is_of(act: Act, item: Mapping[int, Any]) -> bool:
    """Keys 1 to 4 and 6 against an act; of bytes that are no act a list says nothing but the id."""
    told = (item.get(MATTER, ""), item.get(ACTION, ""), tuple(item.get(AFTER, ())))
    first = act.id == act.record or not act.matter
    return told == (act.matter, act.action, act.after) and OF not in item and (
        item.get(RECORD) == (None if first else act.record))  # fmt: skip


def cleansed(acts: Iterable[Act], found: Reach) -> list[Act]:
    """The acts as they are once everything was destroyed: what one that no list names had seen, its body knew
    alone."""
    return [_cleansed(act, found) for act in acts] if found is not NOTHING else list(acts)


def _cleansed(act: Act, found: Reach) -> Act:
    left = tuple(text for text in act.texts if text.id not in found.texts)
    if act.id in found.acts:
        gone = replace(act, presence=Presence.ERASED, data={}, words={}, texts=left)
        return gone if act.id in found.gone else replace(gone, matter="", action="", after=())
    if len(left) == len(act.texts):
        return act
    return replace(act, words={name: text.data[name] for text in left for name in text.data}, texts=left)
