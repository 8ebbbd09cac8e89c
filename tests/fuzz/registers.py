"""A registry with wrong acts in it: it is folded all the same, and the same in whatever order."""

from __future__ import annotations

from random import Random

from sync_protocol import (
    cbor,
    change,
)
from sync_protocol import registry as registries
from sync_protocol.change import Act
from sync_protocol.errors import ProtocolError
from sync_protocol.registry import RegistryAct
from tests.fuzz import mutation, samples, values
from tests.fuzz.target import Target


def _feed_registry(raw: bytes) -> str:
    rows = cbor.decode(raw)
    acts = [act for row in rows if (act := _registry_act(row)) is not None] if type(rows) is list else []
    found = registries.fold(acts)
    assert set(found.verdicts) == {one.id for one in acts}
    assert registries.fold(acts[::-1]).digest() == found.digest()
    _ask_everything(found, acts)
    return f"{sum(one.standing == 'stands' for one in found.verdicts.values())} stand"


def _registry_act(row: object) -> RegistryAct | None:
    """As the node makes it: the shape of an act's body is checked before."""
    if type(row) is not list or len(row) != 12:
        return None
    time, log, seq, index, node, unit, action, data, after, record, name, changes = row
    numbers = all(type(one) is int and one >= 0 for one in (time, seq, index, changes))
    octets = all(type(one) is bytes for one in (log, node, name))
    if not (numbers and octets and type(unit) is str and type(action) is str and type(data) is dict):
        return None
    try:
        body = change.parse_body(change.encode_body(Act("registry/1", action, tuple(after), data, record)))
    except (ProtocolError, TypeError):
        return None
    assert isinstance(body, Act)
    short = change.change_id(log, bytes(16), cbor.encode([time, index, name, action]))[:16]
    key = (time, log, seq, index)
    return RegistryAct(short, key, node, unit, action, body.data, body.after, body.record, name, changes)


def _ask_everything(found: registries.Registry, acts: list[RegistryAct]) -> None:
    for path in found.units():
        found.parent(path), found.children(path), found.below(path), found.office(path), found.now(path)
    for one in found.nodes():
        found.given(one.node, one.path), found.scope_of(one.node), found.hosted_by(one.node)
    for act in acts:
        found.admits(act.log, act.seq, act.commit_id), found.path_for(act.node, act.unit)
    found.positions(), found.missing_stamped(), found.stamp_age(0), found.unstamped()


def _bad_registry(draw: Random) -> bytes:
    """Its acts, some of them wrong; the ids that they name follow from the bytes, and so do too."""
    rows = [list(row) for row in samples.registry()[1]]
    named: dict[bytes, bytes] = {}
    for row, act in zip(rows, samples.registry()[0].acts, strict=True):
        named[act.id] = change.change_id(row[1], bytes(16), cbor.encode([row[0], row[3], row[10], row[6]]))[
            :16
        ]
    tree = _renamed(rows, named)
    for _ in range(draw.randint(0, 3)):
        at = draw.randrange(len(tree))
        tree[at] = mutation.of_tree(draw, tree[at])
    if draw.random() < 0.3:
        draw.shuffle(tree)
    return values.encode(tree)


def _renamed(value: object, named: dict[bytes, bytes]) -> list:  # type: ignore[type-arg]
    def renew(one: object) -> object:
        if isinstance(one, list):
            return [renew(each) for each in one]
        if isinstance(one, dict):
            return {key: renew(each) for key, each in one.items()}
        return named.get(one, one) if isinstance(one, bytes) else one

    found = renew(value)
    assert isinstance(found, list)
    return found


TARGETS = (Target("registry", _bad_registry, _feed_registry),)
