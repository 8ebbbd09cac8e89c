"""The `enrol` action (登记, protocol 3.4): who may, and what it makes.

Four cases: the root itself in its first commit; an ancestor of the unit; a node itself with new keys
(`replaces`); the recovery key, which puts a new root in the old one's place. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import shape
from .errors import BadMessage, ProtocolError
from .keys import is_sound_key
from .names import SHORT, ZERO, covers, is_above, node_id
from .roster import (
    MOST,
    Admission,
    Cut,
    LogEntry,
    NodeEntry,
    Place,
    RegistryAct,
    Role,
    Roster,
    UnitEntry,
    place_of,
)

_TEXT = 1024  # characters of a name, path or address


class Contested(Exception):
    """Another office was enrolled for the unit by a unit below this author's: `enrolment` is that act."""

    def __init__(self, enrolment: bytes, unit: str) -> None:
        super().__init__("two offices for one unit")
        self.enrolment = enrolment
        self.unit = unit  # its path


class Refused(ProtocolError):
    """Data that can't be enrolled, whoever says so. Caught here and in registry_rules.py."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The data of an `enrol`. A hosted unit has `by`, and neither keys nor log."""

    unit: str
    name: str
    kind: str
    role: Role
    address: str
    node: bytes = b""
    sign: bytes = b""
    seal: bytes = b""
    log: bytes = b""
    by: bytes = b""
    recovery: bytes = b""
    replaces: bytes = b""
    keep: tuple[Place, ...] = ()  # with new keys: how far the node's other logs count


def data_of(wanted: Enrolment) -> dict[str, Any]:
    """As it is written into the change."""
    texts = {"unit": wanted.unit, "name": wanted.name, "kind": wanted.kind, "role": str(wanted.role)}
    names = ("node", "sign", "seal", "log", "by", "recovery", "replaces")
    octets = {name: getattr(wanted, name) for name in names if getattr(wanted, name)}
    keep = {"keep": [list(one) for one in wanted.keep]} if wanted.keep else {}
    return {**texts, "address": wanted.address, **octets, **keep}


def read(data: Mapping[str, Any]) -> Enrolment:
    """Raises Refused: bad_shape, unknown_role, bad_key, bad_node."""
    try:
        return _sound(_hosted(data) if data.get("role") == Role.HOSTED else _keyed(data))
    except BadMessage as fault:
        raise Refused(str(fault), code="bad_shape") from fault


def enrol(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """Code of what forbids it, or "". Raises Refused, Contested."""
    if act.record not in (None, act.id):
        return "not_first"
    wanted = read(act.data)
    if author.role is Role.RECOVERY:
        return _by_recovery(roster, act, author, wanted)
    if wanted.replaces:
        return _by_itself(roster, act, author, wanted)
    return _by_superior(roster, act, author, wanted)


def enrol_root(roster: Roster, act: RegistryAct, anchor: bytes | None) -> str:
    """The first enrolment of all: a node that enrols itself in its first commit. Raises Refused."""
    wanted = read(act.data)
    if wanted.node != act.node or wanted.role is not Role.OFFICE or anchor not in (None, act.node):
        return "unknown_author"
    if act.record not in (None, act.id) or act.seq != 1 or wanted.log != act.log:
        return "not_first"
    if "/" in wanted.unit or wanted.replaces:
        return "outside_subtree"
    if wanted.recovery == wanted.sign:
        return "known_key"
    _seat_root(roster, act, wanted)
    return ""


def remember(roster: Roster, act: RegistryAct) -> None:
    """An enrolment that doesn't stand gives no right. But who took it to stand took in what was signed by these keys,
    and others' acts may name that: by this everybody can tell that it was theirs. The same keys may be enrolled more
    than once, each time with another log: who was put back to before it had them finds them again beside the database.
    So it is with the recovery key that a second replacement of the root named: it may have replaced it once more.
    """
    author = roster.nodes.get(act.node) or roster.fallen.get(act.node)
    try:
        wanted = read(act.data)
    except Refused:
        return
    if author is not None and wanted.node and covers(roster.now(author.path), roster.now(wanted.unit)):
        first = roster.fallen.setdefault(wanted.node, _entry(act, wanted, wanted.unit, author.node))
        if first.enrolment != act.id:
            first.logs.append(wanted.log)
        if author.role is Role.RECOVERY and wanted.recovery:
            roster.fallen.setdefault(node_id(wanted.recovery), _recovery_of(first, wanted.recovery))


def _by_recovery(roster: Roster, act: RegistryAct, author: NodeEntry, wanted: Enrolment) -> str:
    assert roster.root is not None
    old = roster.nodes[roster.root]
    if node_id(old.recovery) != author.node:
        return "replaced"
    if wanted.replaces != old.node:
        return "replaces_other"
    if act.seq != 1 or act.changes != 1:
        return "not_first"
    if (wanted.unit, wanted.role, wanted.kind) != (old.path, old.role, old.kind):
        return "replaces_other"
    if not wanted.recovery:
        return "bad_shape"
    if known := _known(roster, wanted) or _known_recovery(roster, wanted):
        return known
    old.replaced_by = author.replaced_by = wanted.node
    author.logs.append(act.log)
    roster.logs[act.log] = LogEntry(act.log, author.node, old.commit)
    _hand_over(roster, old, wanted.node)
    _seat_root(roster, act, wanted)
    return ""


def _by_itself(roster: Roster, act: RegistryAct, author: NodeEntry, wanted: Enrolment) -> str:
    if wanted.replaces != author.node or wanted.role is not author.role or wanted.kind != author.kind:
        return "replaces_other"
    if roster.now(wanted.unit) != author.path:
        return "replaces_other"
    if author.node == roster.root:
        return "root_needs_recovery"
    if author.replaced_by:
        return "replaced"
    if author.revoked:  # by what is later, and kept all the same: he would go on by keys that nobody revoked
        return "revoked"
    if known := _known(roster, wanted):
        return known
    author.replaced_by = wanted.node
    _close_behind(roster, act, author, wanted.keep)
    _add_node(roster, act, wanted, author.path, author.enrolled_by)
    roster.nodes[wanted.node].paths[:0] = author.paths[:-1]
    unit = roster.units[author.path]
    unit.records.append(act.id)
    if unit.node == author.node:
        unit.node, unit.record, unit.name = wanted.node, act.id, wanted.name
    _hand_over(roster, author, wanted.node)
    return ""


def _by_superior(roster: Roster, act: RegistryAct, author: NodeEntry, wanted: Enrolment) -> str:
    path = roster.here(wanted.unit)
    if author.role is not Role.OFFICE:
        return "auditor"
    if not is_above(author.path, path):
        return "outside_subtree"
    code = _cannot_host(roster, author, wanted) if wanted.role is Role.HOSTED else _known(roster, wanted)
    if code:
        return code
    unit = roster.units.get(path)
    if unit is not None and unit.role is Role.OFFICE and unit.node and wanted.role is not Role.AUDITOR:
        if wanted.role is Role.OFFICE and is_above(author.path, roster.nodes[unit.issuer].path):
            raise Contested(unit.enrolment, path)
        return "unit_taken"
    if wanted.node:
        _add_node(roster, act, wanted, path, author.node)
    _add_unit(roster, act, wanted, path, author.node)
    if wanted.role is Role.OFFICE:
        _go_on_hosting(roster, author, path, wanted.node)
    return ""


def _go_on_hosting(roster: Roster, author: NodeEntry, path: str, node: bytes) -> None:
    """An office whose node was revoked has another: this acts for the units that the one before acted for, those of
    them that are below whoever enrolled it."""
    for hosted, unit in roster.units.items():
        host = None if unit.host is None else roster.nodes[unit.host]
        if host is not None and not host.active and host.path == path and is_above(author.path, hosted):
            roster.host(node, hosted)


def _cannot_host(roster: Roster, author: NodeEntry, wanted: Enrolment) -> str:
    host = roster.nodes.get(wanted.by)
    if host is None or host.role is not Role.OFFICE or not host.active:
        return "unknown_node"
    return "" if covers(author.path, host.path) else "outside_subtree"


def _known(roster: Roster, wanted: Enrolment) -> str:
    if wanted.node in roster.nodes:
        return "known_node"
    if wanted.log in roster.logs:
        return "known_log"
    return "known_key" if roster.keys & {wanted.sign, wanted.seal} else ""


def _known_recovery(roster: Roster, wanted: Enrolment) -> str:
    return "known_key" if wanted.recovery in roster.keys | {wanted.sign} else ""


def _close_behind(roster: Roster, act: RegistryAct, author: NodeEntry, keep: Iterable[Place]) -> None:
    """Nothing counts behind a node's last commit, nor in its older logs behind where it had left them: or, where it
    was restored and has got back since what it had written further on, behind what it says to keep."""
    cuts = {b"": Cut(0, ZERO, Admission.REPLACED, author.node)}
    left = (roster.logs[log].closed for log in author.logs)
    ends = (one for one in (*left, *keep) if one is not None and one.log in author.logs)
    for end in sorted(ends, key=lambda one: one.seq):
        cuts[end.log] = Cut(end.seq, end.id, Admission.REPLACED, author.node)
    cuts[act.log] = Cut(act.seq, act.commit_id, Admission.REPLACED, author.node)
    roster.lower(author.node, cuts)


def _hand_over(roster: Roster, old: NodeEntry, node: bytes) -> None:
    for path, unit in roster.units.items():
        if unit.host == old.node:
            roster.host(node, path)


def _seat_root(roster: Roster, act: RegistryAct, wanted: Enrolment) -> None:
    roster.roots.append(wanted.node)
    _add_node(roster, act, wanted, wanted.unit, wanted.node)
    _add_unit(roster, act, wanted, wanted.unit, wanted.node)
    if wanted.recovery:
        _add_recovery(roster, roster.nodes[wanted.node], wanted.recovery)


def _add_recovery(roster: Roster, root: NodeEntry, key: bytes) -> None:
    root.recovery = key
    roster.keys.add(key)
    roster.nodes[node_id(key)] = _recovery_of(root, key)


def _recovery_of(root: NodeEntry, key: bytes) -> NodeEntry:
    return NodeEntry(
        node_id(key), key, b"", root.path, root.name, root.kind, Role.RECOVERY, "",
        root.enrolment, root.record, root.commit, root.node, [root.path],
    )  # fmt: skip


def _add_node(roster: Roster, act: RegistryAct, wanted: Enrolment, path: str, issuer: bytes) -> None:
    roster.nodes[wanted.node] = _entry(act, wanted, path, issuer)
    roster.logs[wanted.log] = LogEntry(wanted.log, wanted.node, act.commit_id)
    roster.records[act.id] = wanted.node
    roster.keys |= {wanted.sign, wanted.seal}


def _entry(act: RegistryAct, wanted: Enrolment, path: str, issuer: bytes) -> NodeEntry:
    return NodeEntry(
        wanted.node, wanted.sign, wanted.seal, path, wanted.name, wanted.kind, wanted.role, wanted.address,
        act.id, act.id, act.commit_id, issuer, [path], [wanted.log],
    )  # fmt: skip


def _add_unit(roster: Roster, act: RegistryAct, wanted: Enrolment, path: str, issuer: bytes) -> None:
    """An auditor makes a unit only where there is none: the office's stays as it is."""
    unit = roster.units.get(path)
    records = [] if unit is None else unit.records
    records.append(act.id)
    if unit is not None and wanted.role is Role.AUDITOR and unit.role is not Role.AUDITOR:
        return
    roster.units[path] = UnitEntry(
        path, wanted.name, wanted.kind, wanted.role, act.id, wanted.node or None, None,
        issuer, act.id, records, [] if unit is None else unit.former,
    )  # fmt: skip
    if wanted.role is Role.HOSTED:
        roster.host(wanted.by, path)


def _keyed(data: Mapping[str, Any]) -> Enrolment:
    return Enrolment(
        *_texts(data),
        node=shape.octets(data.get("node"), "node", SHORT),
        sign=shape.octets(data.get("sign"), "sign"),
        seal=shape.octets(data.get("seal"), "seal", 32),
        log=shape.octets(data.get("log"), "log", SHORT),
        recovery=shape.octets(data.get("recovery", b""), "recovery"),
        replaces=shape.octets(data.get("replaces", b""), "replaces"),
        keep=tuple(place_of(one) for one in shape.items(data.get("keep", []), "keep", MOST)),
    )


def _hosted(data: Mapping[str, Any]) -> Enrolment:
    if data.keys() & {"node", "sign", "seal", "log", "replaces"}:
        raise BadMessage("a hosted unit with keys")
    return Enrolment(*_texts(data), by=shape.octets(data.get("by"), "by", SHORT))


def _texts(data: Mapping[str, Any]) -> tuple[str, str, str, Role, str]:
    unit = shape.text(data.get("unit"), "unit", _TEXT)
    name = shape.text(data.get("name"), "name", _TEXT, empty=True)
    kind = shape.text(data.get("kind"), "kind", _TEXT)
    role = shape.text(data.get("role"), "role", _TEXT)
    address = shape.text(data.get("address", ""), "address", _TEXT, empty=True)
    if not all(unit.split("/")):
        raise BadMessage("a unit path with an empty code")
    if role not in (Role.OFFICE, Role.AUDITOR, Role.HOSTED):
        raise Refused(f"role {role}", code="unknown_role")
    return unit, name, kind, Role(role), address


def _sound(wanted: Enrolment) -> Enrolment:
    if wanted.role is Role.HOSTED:
        return wanted
    if not is_sound_key(wanted.sign) or (wanted.recovery and not is_sound_key(wanted.recovery)):
        raise Refused("a key that isn't sound", code="bad_key")
    if wanted.node != node_id(wanted.sign):
        raise Refused("a node id that isn't its key's", code="bad_node")
    return wanted
