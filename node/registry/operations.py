"""What an administrator does with the registry (design 4, `registry`): revoke, move, retire, admit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from node import people
from node.branches import Places
from node.config import Config
from node.errors import NotFound, Stale, Usage
from node.language import say
from node.matters.draft import Shift
from node.matters.registry import REVOKE_REASONS
from node.page import Person
from node.registry import handing, reassigning, writing
from node.store import chain, reading, records
from node.units import RegistryTree
from node.work import Work
from sync_protocol.names import covers, is_above
from sync_protocol.roster import Admission, NodeEntry, UnitEntry

Params = Mapping[str, Any]
Operation = Callable[[Work, Params, "Person | None", Config], dict[str, Any]]
_BY_PLACE = frozenset(map(str, Admission)) - {str(Admission.OK)}  # quarantines that an `admit` can end


def revoke(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Closes every log of a unit's node: at `keep`, else at what is held here of them."""
    who = people.must_be_admin(person)
    target = _node_of(work, _unit(work, str(params["unit"])))
    keep = _keep(params["keep"]) if params.get("keep") is not None else held(work, target)
    return {"items": [_revoke(work, target, str(params["reason"]), keep, who)]}


def _revoke(work: Work, target: NodeEntry, reason: str, keep: list[list[Any]], who: Person) -> dict[str, Any]:
    if reason not in REVOKE_REASONS:
        known = " ".join(REVOKE_REASONS)
        raise Usage(
            say(f"没有理由 {reason}，应为 {known}", f"no reason {reason}; one of {known}"), code="bad_value",
            hint="qiao registry revoke --help",
        )  # fmt: skip
    data = {"node": target.node, "keep": keep, "reason": reason}
    made = writing.decide(work, "revoke", data, target.record, who.id)
    kept = [{"log": log.hex(), "seq": seq, "id": commit.hex()} for log, seq, commit in keep]
    return {"action": "revoke", "unit": target.path, "node": target.node.hex(), "reason": reason,
            "keep": kept, **made}  # fmt: skip


def held(work: Work, target: NodeEntry) -> list[list[Any]]:
    """Shape: [[log, seq, commit id] …]: of each of a node's logs, the longest chain held here that counts."""
    places = Places(work.db, work.registry)
    found = []
    for log, tips in chain.frontier(work.db, [target.node]).items():
        whole = [one for one in tips if one.first == 1]
        counted = [
            one for one in whole
            if places.admission(log, one.seq, one.id, target.node) is Admission.OK
        ] or whole[:1]  # fmt: skip
        if counted:
            found.append([log, counted[-1].seq, counted[-1].id])
    return sorted(found)


def _keep(given: Any) -> list[list[Any]]:
    """From what `heads --json` gives. Raises Usage `bad_value`."""
    items = given.get("items") if isinstance(given, dict) else given
    try:
        places = [
            [bytes.fromhex(one["log"]), int(one["seq"]), bytes.fromhex(one["id"])] for one in items or ()
        ]
        return sorted(places)
    except (TypeError, KeyError, ValueError) as fault:
        raise Usage(
            say("--keep 的文件应是 qiao heads --json 的输出", "--keep takes what qiao heads --json gives"),
            code="bad_value",
            hint="qiao --dir DIR heads --json > HEADS.json",
        ) from fault


def move(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """A unit with all below it to another place, and the work that they have open with it."""
    who = people.must_be_admin(person)
    unit, to = _unit(work, str(params["unit"])), str(params["to"]).strip("/")
    if not all(to.split("/")) or not is_above(work.path, to):
        raise outside(to, work.path)
    old = unit.path
    made = writing.decide(work, "move", {"unit": old, "to": to}, unit.record, who.id)
    new = unit_at(work, old)
    done = reassigning.reassign(work, Shift(old, new, now=work.registry.now), who)
    return {"items": [{"action": "move", "unit": old, "to": new, **made}, *done]}


def unit_at(work: Work, path: str) -> str:
    """Where a unit is now that was at `path`."""
    return work.registry.now(path)


def retire(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Ends a unit: its node is revoked, its open work goes to the successor. Merging is the same."""
    who = people.must_be_admin(person)
    unit, successor = _unit(work, str(params["unit"])), _unit(work, str(params["successor"]))
    _check_successor(work, unit, successor)
    items = []
    if unit.node is not None:
        target = _node_of(work, unit)
        items.append(_revoke(work, target, "retired", held(work, target), who))
    shift = Shift(unit.path, successor.path, whole=False, now=work.registry.now)
    return {"items": [*items, *reassigning.reassign(work, shift, who)]}


def _check_successor(work: Work, unit: UnitEntry, successor: UnitEntry) -> None:
    if not is_above(work.path, unit.path):
        raise outside(unit.path, work.path)
    if not covers(work.path, successor.path) or successor.path == unit.path:
        raise outside(successor.path, work.path)
    if work.registry.office(successor.path) is None and successor.host is None:
        raise Stale(
            say(f"{successor.path} 没有节点", f"{successor.path} has no node"), code="no_successor",
            hint="qiao registry list",
        )  # fmt: skip
    below = [one for one in work.registry.below(unit.path) if one.node is not None or one.host is not None]
    if below:
        raise Stale(
            say(
                f"{unit.path} 之下还有 {len(below)} 个单位，先迁走",
                f"{unit.path} has {len(below)} units below",
            ),
            code="has_units_below",
            hint=f"qiao registry move {below[0].path} --to {successor.path}/{below[0].code}",
        )


def admit(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Lets in a quarantined commit, up to which its log's chain then counts."""
    who = people.must_be_admin(person)
    row = reading.exception(work.db, str(params["id"]))
    if row is None or row.kind != "quarantine":
        raise NotFound(say("没有这条被隔离的提交", "no such quarantined commit"), hint="qiao exceptions list")
    one = next(x for x in records.changes_of(work.db, row.record) if x.change[:16] == row.act)
    owner = work.registry.owner_of(one.log) or work.registry.node(one.node)
    if owner is None or row.code not in _BY_PLACE:
        raise Stale(
            say("隔离的原因在内容本身，不能准入", "it is quarantined for its content, and can't be admitted"),
            code="not_admissible",
            hint="qiao exceptions show ID",
        )
    data = {"log": one.log, "seq": one.seq, "id": one.commit}
    made = writing.decide(work, "admit", data, owner.record, who.id)
    return {"log": one.log.hex(), "seq": one.seq, "by": who.id, **made}


def _unit(work: Work, name: str) -> UnitEntry:
    """By code or path. Raises Usage `unknown_unit`."""
    path = RegistryTree(work.registry).path(name)
    found = work.registry.unit(path) if path is not None else None
    if found is None:
        raise Usage(
            say(f"没有这个单位：{name}", f"there is no unit {name}"), code="unknown_unit",
            hint="qiao registry list",
        )  # fmt: skip
    return found


def _node_of(work: Work, unit: UnitEntry) -> NodeEntry:
    found = work.registry.node(unit.node) if unit.node is not None else None
    if found is None:
        raise Stale(
            say(f"{unit.path} 没有节点", f"{unit.path} has no node"), code="no_node_of_unit",
            hint="qiao registry list",
        )  # fmt: skip
    return found


def outside(path: str, own: str) -> Usage:
    return Usage(
        say(f"{path} 不在本单位（{own}）之下", f"{path} isn't below this unit ({own})"),
        code="outside_subtree",
        hint="qiao registry list",
    )


OPERATIONS: dict[str, Operation] = {
    "admit": admit,
    "registry.revoke": revoke,
    "registry.move": move,
    "registry.retire": retire,
    "registry.save": handing.save,
    "registry.load": handing.load,
}
