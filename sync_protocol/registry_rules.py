"""What each registry action may do and does (protocol 3.4), but for `enrol`, which is in enrolment.py.

A rule is given what stands before the act, the act and its author's enrolment; it returns the code of
what forbids it, or "" after it has been applied. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from . import commit, shape
from .enrolment import Refused, enrol
from .errors import BadMessage, RemoteError
from .names import SHORT, ZERO, code_of, covers, is_above, parent_of, short
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
    Ruling,
    place_of,
)

_TEXT = 1024  # characters of a path or reason
INSTEAD = "instead"  # in an act's data: short ids of held ones by the same keys for which it was issued
ISSUED_AGAIN = "issued_again"  # code of these, once their time comes

Rule = Callable[[Roster, RegistryAct, NodeEntry], str]


def judge(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """The code of what forbids an act whose author and place are known to be good. Raises Contested."""
    try:
        return RULES[act.action](roster, act, author)
    except BadMessage:
        return "bad_shape"
    except Refused as fault:
        return fault.code


def open_log(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """The node itself, first change of the new log."""
    left = place_of(act.data.get("from"))
    old = roster.logs.get(left.log)
    if act.seq != 1 or act.key[3] != 0 or act.data.get("log") != act.log:
        return "not_first"
    if old is None or old.node != author.node:
        return "foreign_log"
    if act.record != author.record:
        return "wrong_record"
    roster.logs[act.log] = LogEntry(act.log, author.node, author.commit)
    author.logs.append(act.log)
    old.closed = old.closed or left
    for one in (left, *_had(roster, act, author)):
        entry = roster.logs[one.log]
        entry.left = one.seq if entry.left is None else min(entry.left, one.seq)
    return ""


def _had(roster: Roster, act: RegistryAct, author: NodeEntry) -> Iterator[Place]:
    """Up to where the node has logs of its former keys. What else stands there says nothing, and forbids nothing: a
    program that doesn't know of it goes by the rest."""
    told = act.data.get("had")
    for one in told[:MOST] if isinstance(told, list) else ():
        with suppress(BadMessage):
            place = place_of(one)
            if place.log in roster.logs and _heir(roster, roster.logs[place.log].node) == author.node:
                yield place


def _heir(roster: Roster, node: bytes) -> bytes:
    """By which keys a node goes on that had these."""
    seen = {node}
    while (entry := roster.nodes.get(node)) and entry.replaced_by and entry.replaced_by not in seen:
        node = entry.replaced_by
        seen.add(node)
    return node


def revoke(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """An ancestor of the node's unit; the root for one that was root before it."""
    target = roster.nodes.get(shape.octets(act.data.get("node"), "node", SHORT))
    keep = [place_of(one) for one in shape.items(act.data.get("keep"), "keep", MOST)]
    reason = shape.text(act.data.get("reason"), "reason", _TEXT)
    if target is None or target.role is Role.RECOVERY:
        return "unknown_node"
    if code := _no_right(roster, act, author, target):
        return code
    target.revoked = reason
    unit = roster.units.get(target.path)
    if unit is not None and unit.node == target.node:
        unit.node = None
    roster.lower(target.node, _cuts(keep, author.node))
    _shut_again(roster, target)
    return ""


def admit(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """An ancestor, but none below whoever closed it: lets in the chain up to a commit."""
    place = place_of([act.data.get(name) for name in ("log", "seq", "id")])
    entry = roster.logs.get(place.log)
    owner = roster.nodes.get(entry.node if entry else roster.records.get(act.record or b"", b""))
    if owner is None:
        return "unknown_log"
    if code := _no_right(roster, act, author, owner):
        return code
    cut = roster.cut_of(place.log, owner.node)
    if _is_superiors(roster, author, cut.by if cut else b"") or (
        entry is not None and any(_is_superiors(roster, author, one.by) for one in entry.rulings.values())
    ):
        return "superior_ruled"
    if entry is not None:
        entry.admitted.append(place)
    elif cut is not None and place.seq >= cut.seq:
        roster.cuts[owner.node][place.log] = Cut(place.seq, place.id, cut.reason, author.node)
    return ""


def fork(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """A common ancestor, on two signed headers with one number; one from above replaces it."""
    entry = roster.logs.get(shape.octets(act.data.get("log"), "log", SHORT))
    keep = shape.octets(act.data.get("keep"), "keep", 32)
    headers = shape.exactly(act.data.get("headers"), "headers", 2)
    if entry is None:
        return "unknown_log"
    owner = roster.nodes[entry.node]
    if code := _no_right(roster, act, author, owner):
        return code
    seq = _forked_at(entry, owner, headers, keep)
    if seq is None:
        return "bad_evidence"
    known = entry.rulings.get(seq)
    if known is not None:
        if not is_above(author.path, roster.nodes[known.by].path):
            return "already_ruled"
        entry.admitted = [one for one in entry.admitted if one.seq < seq]
    entry.rulings[seq] = Ruling(keep, author.node)
    return ""


def move(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """An ancestor of both places. What is below the unit goes with it."""
    unit = roster.here(shape.text(act.data.get("unit"), "unit", _TEXT))
    named = shape.text(act.data.get("to"), "to", _TEXT)
    entry = roster.units.get(unit)
    if entry is None:
        return "unknown_unit"
    if act.record not in entry.records:
        return "wrong_record"
    code = _cannot_take(roster, author, unit, to := _destination(roster, named))
    if code:
        _remember(roster, author, act, unit)
    else:
        roster.relocate(unit, to)
    return code


def instead(data: Mapping[str, Any]) -> list[bytes]:
    """Short ids of the acts for which one was issued. What else stands there says nothing, and forbids nothing."""
    told = data.get(INSTEAD)
    return [one for one in told[:MOST] if type(one) is bytes] if isinstance(told, list) else []


def set_aside(roster: Roster, act: RegistryAct) -> None:
    """What an act leaves behind that doesn't count by its place: whoever obeyed a move goes by the path it named."""
    author, unit, named = roster.nodes.get(act.node), act.data.get("unit"), act.data.get("to")
    if act.action != "move" or author is None or not (isinstance(unit, str) and isinstance(named, str)):
        return
    here = roster.here(unit)
    if here in roster.units:
        _remember(roster, author, act, here)


def _remember(roster: Roster, author: NodeEntry, act: RegistryAct, unit: str) -> None:
    """The path that a move named which doesn't count, of whoever is above the unit, or was when it stood where the
    move has it: he didn't know yet that it had been moved away from him."""
    left, named = act.data["unit"], act.data["to"]
    if is_above(author.path, unit) or any(
        is_above(one, left) and is_above(one, named) for one in author.paths
    ):
        roster.meant.setdefault(named, unit)


def _cannot_take(roster: Roster, author: NodeEntry, unit: str, to: str) -> str:
    if not (is_above(author.path, unit) and is_above(author.path, to)):
        return "outside_subtree"
    if covers(unit, to):
        return "cycle"
    if any(covers(to, path) for path in roster.units) or roster.here(to) not in (to, unit):
        return "unit_taken"
    return ""


def stamp(roster: Roster, act: RegistryAct, author: NodeEntry) -> str:
    """The root, daily: which registry changes there are."""
    shape.uint(act.data.get("time"), "time")
    new = shape.items(act.data.get("new"), "new", MOST)
    if author.node != roster.root:
        return "not_root"
    if roster.records.get(act.record or b"") not in roster.roots:
        return "wrong_record"
    if not all(type(one) is bytes and len(one) in (SHORT, 32) for one in new):
        return "bad_shape"
    roster.stamps.append((act.key[0], act.id, tuple(map(short, new))))
    return ""


RULES: dict[str, Rule] = {
    "enrol": enrol,
    "open_log": open_log,
    "revoke": revoke,
    "admit": admit,
    "fork": fork,
    "move": move,
    "stamp": stamp,
}


def _no_right(roster: Roster, act: RegistryAct, author: NodeEntry, target: NodeEntry) -> str:
    own_predecessor = author.node == roster.root and roster.is_former_root(target.node)
    if not (is_above(author.path, target.path) or own_predecessor):
        return "outside_subtree"
    return "" if act.record == target.record else "wrong_record"


def _shut_again(roster: Roster, target: NodeEntry) -> None:
    """Of several positions the lowest stands: a later revocation ends what was let in beyond its own."""
    for log in target.logs:
        cut, entry = roster.cut_of(log, target.node), roster.logs[log]
        entry.admitted = [one for one in entry.admitted if cut is None or one.seq <= cut.seq]


def _is_superiors(roster: Roster, author: NodeEntry, ruler: bytes) -> bool:
    return ruler != b"" and is_above(roster.nodes[ruler].path, author.path)


def _cuts(keep: list[Place], by: bytes) -> dict[bytes, Cut]:
    cuts = {b"": Cut(0, ZERO, Admission.REVOKED, by)}
    for place in sorted(keep, reverse=True):
        cuts[place.log] = Cut(place.seq, place.id, Admission.REVOKED, by)
    return cuts


def _forked_at(entry: LogEntry, owner: NodeEntry, headers: list[Any], keep: bytes) -> int | None:
    """The number that two good signatures of the owner give to two commits, one of them `keep`."""
    try:
        one, two = (commit.parse(shape.octets(raw, "header")) for raw in headers)
        one.verify(owner.sign)
        two.verify(owner.sign)
    except RemoteError:
        return None
    places = {(each.node, each.header.log, each.header.seq) for each in (one, two)}
    same = places == {(owner.node, entry.log, one.header.seq)}
    return one.header.seq if same and one.id != two.id and keep in (one.id, two.id) else None


def _destination(roster: Roster, to: str) -> str:
    parent = parent_of(to)
    return to if parent is None else f"{roster.here(parent)}/{code_of(to)}"
