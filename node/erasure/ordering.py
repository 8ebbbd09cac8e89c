"""An order to erase, made: what it destroys is listed, so that holders can check it (protocol 3.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from conflict import erasure
from conflict.erasure import ACTION, AFTER, ERASE, ID, MATTER, OF, PLACE, RECORD
from conflict.state import State
from node import author, facts, reactions
from node.errors import Stale, Usage
from node.language import say
from node.matters import border
from node.matters.draft import Draft, Kind
from node.page import Person
from node.store import records
from node.store.records import Placed
from node.trust import host_path
from node.work import Work
from sync_protocol import cbor
from sync_protocol.change import Act, Body, Words, parse_body
from sync_protocol.errors import BadChange
from sync_protocol.names import ancestors

MOST_GROUND = 500  # characters
LIST = 200_000  # bytes of one order's list: a body has at most 256 KiB; a longer list takes several orders
Item = dict[int, Any]


def order(
    work: Work, kind: Kind, name: bytes, state: State, ground: str, fields: Sequence[str], who: Person
) -> int:
    """Signs what erases a record, or the words of these fields. Returns how many changes it lists.

    Raises Usage (a bad ground or field), Stale (nothing to erase), Forbidden (role, or unit).
    """
    told = _ground(ground)
    named = list(dict.fromkeys(_field(kind, one) for one in fields))
    found = list(reached(work, kind, name, state, named))
    _check_ground(told, found)
    data = {erasure.GROUND: told, erasure.UNITS: holders(kind, state)}
    if named:
        data[erasure.FIELDS] = named
    for items in _parts([item for item, _ in found]):
        draft = Draft(ERASE, {**data, erasure.CHANGES: items}, _unit(work, state.owner))
        author.write(work, kind, name, [draft], actor=who.id, roles=who.roles)
        reactions.settle(work)
    return len(found)


def _unit(work: Work, owner: str) -> str | None:
    """The registering unit, where this node acts for it: hosts it, or is it under a path of before a move."""
    mine = work.registry.now(owner) == work.path or host_path(work.registry, owner) == work.path
    return owner if mine and owner != work.path else None


def _ground(ground: str) -> str:
    clean = str(border.value(author.ERASE.data[0], ground))
    if not clean or len(clean) > MOST_GROUND:
        raise Usage(
            say(
                f"须写明法律依据，不超过 {MOST_GROUND} 字",
                f"a legal ground of at most {MOST_GROUND} characters",
            ),
            code="bad_ground",
            hint="qiao erase ID --ground '《个人信息保护法》第四十七条'",
        )
    return clean


def _field(kind: Kind, name: str) -> str:
    known = words_of(kind)
    found = name.replace("-", "_")
    if found not in known:
        raise Usage(
            say(f"不能单独删除 {name}；可以：{'、'.join(sorted(known))}",
                f"{name} can't be erased alone; only {', '.join(sorted(known))}"),
            code="not_words",
            hint="qiao erase ID --ground TEXT",
        )  # fmt: skip
    return found


def words_of(kind: Kind) -> set[str]:
    """Data names that travel as words; the rest goes only with its whole record (3.2)."""
    arguments = (one for action in (*kind.matter.actions, *author.GENERIC.values()) for one in action.data)
    return {one.name for one in (*kind.matter.fields, *arguments) if one.words}


def reached(
    work: Work, kind: Kind, name: bytes, state: State, fields: Sequence[str]
) -> Iterator[tuple[Item, Body | None]]:
    """(item of the list, body) of each change that such an order destroys here. Raises Stale."""
    if kind.matter.name in facts.MATTERS or erasure.is_whole(state):
        raise Stale(
            say("该事项已经删除，或不能删除", "that record has been erased, or can't be"),
            code="not_erasable",
            hint=f"qiao erase status {name.hex()}",
        )
    row = records.row_of(work.db, name)
    found = [(_item(one, body), body) for one in (records.changes_of(work.db, row) if row is not None else ())
             if one.body is not None and _is_reached(body := _body(one.body), fields)]  # fmt: skip
    if not found:
        raise Stale(say("没有可删除的内容", "there is nothing to erase"), code="nothing_to_erase",
                    hint=f"qiao erase status {name.hex()}")  # fmt: skip
    yield from found


def _body(raw: bytes) -> Body | None:
    try:
        return parse_body(raw)
    except BadChange:
        return None


def _is_reached(body: Body | None, fields: Sequence[str]) -> bool:
    if isinstance(body, Words):
        return not fields or not set(fields).isdisjoint(body.data)
    return not fields and not (body is not None and body.action in erasure.ACTIONS)


def _item(placed: Placed, body: Body | None) -> Item:
    """Keys 1 to 4 and 6 of the body, the change's id, and where it stands."""
    item: Item = {ID: placed.change, PLACE: [placed.log, placed.seq, placed.place]}
    if isinstance(body, Words):
        return item | {MATTER: body.matter, OF: body.of}
    if isinstance(body, Act):
        item |= {MATTER: body.matter, ACTION: body.action, AFTER: list(body.after)}
        return item if body.record is None else item | {RECORD: body.record}
    return item


def _parts(items: Sequence[Item]) -> Iterator[list[Item]]:
    part: list[Item] = []
    size = 0
    for item in items:
        size += len(cbor.encode(item))
        if part and size > LIST:
            yield part
            part, size = [], len(cbor.encode(item))
        part.append(item)
    yield part


def holders(kind: Kind, state: State) -> list[str]:
    """Units that hold the record or once did, as far as its acts say, and all above them."""
    found = {*kind.matter.scope(state), *(mark.unit for mark in state.marks.values())}
    for place in kind.places(state):
        found |= {place.unit, place.assigner}
    found |= {above for one in list(found) for above in ancestors(one)}
    return sorted(one for one in found if one)


def _check_ground(ground: str, found: Iterable[tuple[Item, Body | None]]) -> None:
    """What stays for good says nothing of what goes."""
    for _, body in found:
        if isinstance(body, Words) and any(_tells(ground, value) for value in body.data.values()):
            raise Usage(
                say("法律依据里含有要删除的内容", "the ground tells something of what is to be erased"),
                code="bad_ground",
                hint="qiao erase ID --ground '《个人信息保护法》第四十七条'",
            )


def _tells(ground: str, value: Any) -> bool:
    return isinstance(value, str) and len(value) > 1 and value in ground


def preview(work: Work, kind: Kind, name: bytes, state: State, fields: Sequence[str]) -> dict[str, Any]:
    """What an order would destroy here: for the question before it."""
    named = [_field(kind, one) for one in fields]
    bodies = [body for _, body in reached(work, kind, name, state, named)]
    texts = [body for body in bodies if isinstance(body, Words)]
    return {
        "record": name.hex(),
        "acts": len(bodies) - len(texts),
        "texts": len(texts),
        "fields": sorted({one for body in texts for one in body.data}),
        "units": holders(kind, state),
    }
