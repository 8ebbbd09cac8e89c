"""What of the registry didn't simply apply (protocol 3.4, 3.7): a row of the exceptions list for each change that is
denied, quarantined, held or of a newer version.

The registry's records are folded apart, so their rows are made here, with every fold of it. Every node has them; open
they are where its own people, or those above, can do something about it: at the author's unit, at the one that the
change is about, and above both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection

from conflict.explain import moment
from conflict.sentence import FRAMES, REASONS, filled
from conflict.state import Row
from node.errors import Stale
from node.iso import iso
from node.language import say
from node.matters.registry import REGISTRY
from node.registry import refusals
from node.store import folded, records
from node.store.records import Placed
from sync_protocol.change import Act, parse_body
from sync_protocol.clock import to_ms
from sync_protocol.errors import ProtocolError
from sync_protocol.names import covers, short
from sync_protocol.registry import Registry
from sync_protocol.registry_rules import ISSUED_AGAIN
from sync_protocol.roster import Standing

MATTER = REGISTRY.name
Names = Callable[[str], str]
_KINDS = {
    Standing.DENIED: "denied", Standing.QUARANTINED: "quarantine", Standing.UNKNOWN: "incomplete",
}  # fmt: skip
_NEWER = "newer_version"
MOST = 100  # denied changes that are looked at for a later decision


class Found(NamedTuple):
    """A registry change as it lies here; `act` None where its bytes are none."""

    record: int  # row
    name: bytes  # of the record
    placed: Placed
    act: Act | None


def project(db: Connection, registry: Registry, own: str) -> None:
    """`own`: this node's unit. What was listed before goes, where it applies now."""
    found = list(_changes(db))
    rows: dict[int, list[Row]] = {one.record: [] for one in found}
    named = _overruled(found, registry)
    for one in found:
        told = _row(one, registry)
        if told is not None:
            done = told.act in named or told.code == ISSUED_AGAIN
            open = not done and _is_ours(one, registry, own)
            rows[one.record].append(Row(told.kind, told.act, told.code, open=open))
    folded.save_apart(db, rows)


def _changes(db: Connection) -> Iterator[Found]:
    for row, name, placed in records.changes_of_matter(db, MATTER):
        if placed.body is not None:
            yield Found(row, name, placed, _act(placed))


def _act(placed: Placed) -> Act | None:
    try:
        body = parse_body(placed.body or b"")
    except ProtocolError:
        return None
    return body if isinstance(body, Act) else None


def _row(one: Found, registry: Registry) -> Row | None:
    """None for what stands."""
    act = short(one.placed.change)
    if one.placed.fault:
        return Row("quarantine", act, one.placed.fault)
    if one.act is None:
        return Row("quarantine", act, "bad_change")
    if one.placed.held:
        return Row("held", act, "ahead")
    verdict = registry.verdicts.get(act)
    if verdict is None or verdict.standing is Standing.STANDS:
        return None
    return Row(
        _KINDS[verdict.standing], act, _NEWER if verdict.standing is Standing.UNKNOWN else verdict.code
    )


def _is_ours(one: Found, registry: Registry, own: str) -> bool:
    concerned = [_author(one, registry), *_subjects(one, registry)]
    return any(covers(own, registry.now(unit)) for unit in concerned)


def _author(one: Found, registry: Registry) -> str:
    signer = registry.signer(one.placed.node)
    return registry.path_for(one.placed.node, one.placed.unit) if signer is None else signer.path


def _subjects(one: Found, registry: Registry) -> Iterator[str]:
    """Units that a change is about: the one that it names, and the one on whose record it stands."""
    if one.act is not None and isinstance(unit := one.act.data.get("unit"), str):
        yield unit
    node = registry.node(registry.roster.records.get(one.name, b""))
    if node is not None:
        yield node.path


def _overruled(found: Iterable[Found], registry: Registry) -> set[bytes]:
    """Denied changes behind which somebody who had seen them decided the same anew, on the same record: of these
    nothing is left to do. Of a flood the last are left open."""
    acts = {short(one.placed.change): one for one in found}
    seen_by: dict[bytes, list[bytes]] = {}
    for name, one in acts.items():
        for named in one.act.after if one.act is not None else ():
            seen_by.setdefault(named, []).append(name)
    denied = (name for name in acts if _standing(registry, name) is Standing.DENIED)
    return {one for one in islice(denied, MOST) if _is_overruled(one, acts, seen_by, registry)}


def _is_overruled(
    name: bytes, acts: Mapping[bytes, Found], seen_by: Mapping[bytes, list[bytes]], registry: Registry
) -> bool:
    ahead, known = list(seen_by.get(name, ())), {name}
    while ahead:
        one = ahead.pop()
        if one in known or acts[one].record != acts[name].record:
            continue
        known.add(one)
        if _standing(registry, one) is Standing.STANDS and _action(acts[one]) == _action(acts[name]):
            return True
        ahead += seen_by.get(one, ())
    return False


def _standing(registry: Registry, name: bytes) -> Standing | None:
    verdict = registry.verdicts.get(name)
    return None if verdict is None else verdict.standing


def _action(one: Found) -> str:
    return one.act.action if one.act is not None else ""


# As a person is told


def told(db: Connection, stored: Any, names: Names, language: str) -> dict[str, Any]:
    """An item of the list. `stored`: of reading.exceptions."""
    placed = _placed(db, stored)
    act = _act(placed)
    return {
        "id": stored.name,
        "kind": stored.kind,
        "reason": stored.code,
        "sentence": _sentence(stored, placed, act, names, language),
        "record": stored.record_id.hex(),
        "number": "",
        "matter": MATTER,
        "act": stored.act.hex(),
        "place": "",
        "values": [],
        "by": {
            "unit": placed.unit,
            "unit_name": names(placed.unit),
            "actor": placed.actor,
            "time": iso(to_ms(placed.time)),
            "action": act.action if act else "",
        },
        "against": None,
        "open": bool(stored.open),
        "commit": placed.commit.hex(),
    }


def _placed(db: Connection, stored: Any) -> Placed:
    return next(one for one in records.changes_of(db, stored.record) if short(one.change) == stored.act)


def whole(db: Connection, stored: Any, item: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what was to be registered; a registry change has no words."""
    act = _act(_placed(db, stored))
    return {**item, "data": _plain(act.data) if act else {}, "words": {}, "words_against": {}}


def _sentence(stored: Any, placed: Placed, act: Act | None, names: Names, language: str) -> str:
    params = {
        "unit": names(placed.unit),
        "actor": say("系统", "the node") if placed.actor == "system" else placed.actor,
        "time": moment(placed.time),
        "action": _label(act),
        "reason": _reason(stored.code, language),
    }
    told = filled(FRAMES.get(stored.kind, FRAMES["denied"]), language, params)
    subject = act.data.get("unit") if act else None
    return told + say(f"（{names(subject)}）", f" ({names(subject)})") if isinstance(subject, str) else told


def _label(act: Act | None) -> str:
    if act is None:
        return say("登记变更", "a registry change")
    declared = REGISTRY.action(act.action)
    return say(declared.label, act.action.replace("_", " ")) if declared else act.action


def _reason(code: str, language: str) -> str:
    if code == _NEWER:
        return say("需要更新版本的程序", "it needs a newer version of this program")
    if code in refusals.SENTENCES:
        return refusals.clause(code)
    return filled(REASONS[code], language, {}) if code in REASONS else code


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def refuse(kind: str) -> Stale:
    """Of a person who wants to settle or adopt one: the registry knows neither."""
    hint = "qiao exceptions admit ID" if kind == "quarantine" else "qiao registry --help"
    return Stale(
        say("登记册的变更不能采纳或裁定，只能另作决定",
            "a registry change is neither adopted nor settled: decide anew"),
        code="registry_change", hint=hint,
    )  # fmt: skip
