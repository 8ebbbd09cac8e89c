"""Changes as the fold sees them: words joined to their act, the author's right looked up (protocol 3.2, 3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conflict.act import Act, Key, Presence, Text
from node import branches
from node.erasure import links
from node.store.records import Placed
from node.work import Work
from sync_protocol import cbor
from sync_protocol.change import Act as Body
from sync_protocol.change import Words
from sync_protocol.errors import BadChange
from sync_protocol.limits import MAX_BODY_ITEMS, MAX_RECORD_ITEMS
from sync_protocol.names import short
from sync_protocol.roster import Admission


def acts(work: Work, record: bytes, placed: Sequence[Placed]) -> list[Act]:
    """Input of the fold, from the stored changes of one record, in their order."""
    found: list[tuple[Placed, Body]] = []
    texts: dict[bytes, dict[bytes, Text]] = {}
    empty: list[Placed] = []
    beyond = _beyond(placed)
    for one in placed:
        body = None if one.change in beyond else _body(work, one)
        if isinstance(body, Words):
            texts.setdefault(body.of, {})[short(one.change)] = Text(short(one.change), body.matter, body.data)
        elif body is not None:
            found.append((one, body))
        elif one.of is None:
            empty.append(one)
    whole = [_act(work, record, one, body, texts.get(short(one.change), {})) for one, body in found]
    broken = [(one, "too_large" if one.change in beyond else "bad_change") for one in empty]
    return [*whole, *(_broken(work, record, one, why) for one, why in broken if one.body is not None),
            *links.erased(work, record, whole, [one for one in empty if one.body is None], texts)]  # fmt: skip


def _beyond(placed: Sequence[Placed]) -> frozenset[bytes]:
    """Changes past what one record may hold, which an enemy's few messages would fill memory with. Words count
    apart: they may be withheld here, and the verdict on acts is everybody's.
    """
    if sum(len(one.body or b"") for one in placed) <= MAX_RECORD_ITEMS:
        return frozenset()
    found = set()
    left = {True: MAX_RECORD_ITEMS, False: MAX_RECORD_ITEMS}
    for one in placed:
        words = one.of is not None
        left[words] -= cbor.count(one.body or b"", MAX_BODY_ITEMS) if left[words] >= 0 else 0
        if left[words] < 0:
            found.add(one.change)
    return frozenset(found)


def _body(work: Work, placed: Placed) -> Body | Words | None:
    if placed.body is None:
        return None
    try:
        return work.bodies.take(placed.body)
    except BadChange:
        return None


def _act(work: Work, record: bytes, placed: Placed, body: Body, texts: Mapping[bytes, Text]) -> Act:
    presence, reason = _presence(work, placed)
    return Act(
        id=short(placed.change),
        key=Key(placed.time, placed.log, placed.seq, placed.place),
        unit=work.registry.path_for(placed.node, placed.unit),
        actor=placed.actor,
        matter=body.matter,
        action=body.action,
        data=body.data,
        after=body.after,
        words={name: value for text in texts.values() for name, value in text.data.items()},
        texts=tuple(texts.values()),
        given=_is_given(work, placed),
        presence=presence,
        reason=reason,
        record=record,
    )


def _is_given(work: Work, placed: Placed) -> bool:
    """Before this node is enrolled its own acts stand by the bare code of `init`."""
    if placed.node == work.node and not work.enrolled:
        return True
    return work.registry.given(placed.node, placed.unit)


def _broken(work: Work, record: bytes, placed: Placed, why: str) -> Act:
    """A change whose bytes are no act, or one too many: it keeps its place, and is quarantined (3.5)."""
    return Act(
        id=short(placed.change),
        key=Key(placed.time, placed.log, placed.seq, placed.place),
        unit=work.registry.path_for(placed.node, placed.unit),
        actor=placed.actor,
        matter="",
        action="",
        data={},
        presence=Presence.QUARANTINED,
        reason=placed.fault or why,
        record=record,
    )


def _presence(work: Work, placed: Placed) -> tuple[Presence, str]:
    if placed.fault:
        return Presence.QUARANTINED, placed.fault
    if placed.held:
        return Presence.HELD, "ahead"
    admission = branches.admission(work, placed.log, placed.seq, placed.commit, placed.node)
    if admission is Admission.OK:
        return Presence.PRESENT, ""
    return Presence.QUARANTINED, str(admission)
