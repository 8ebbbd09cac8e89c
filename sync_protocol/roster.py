"""What the registry is made of (登记): acts as they come in, and the nodes, units and logs that they make.

Plain data. Who may change it is in registry_rules.py and enrolment.py; who may ask it, in registry.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from . import shape
from .names import SHORT, ancestors, covers, parent_of

MOST = 100_000  # entries of one list; a body of 256 KiB holds fewer

Key = tuple[int, bytes, int, int]  # commit time (hybrid), log id, seq, index in the commit


@dataclass(frozen=True, slots=True)
class RegistryAct:
    """One change of the matter `registry`, out of a commit whose signature is good."""

    id: bytes  # short id of the change, 16 bytes
    key: Key
    node: bytes  # node id of the signer (kid)
    unit: str  # unit path, as its header has it
    action: str
    data: Mapping[str, Any]
    after: tuple[bytes, ...]  # short ids
    record: bytes | None  # record id; None (or its own id) where it begins one
    commit_id: bytes  # 32 bytes
    changes: int = 1  # how many its commit has

    @property
    def log(self) -> bytes:
        return self.key[1]

    @property
    def seq(self) -> int:
        return self.key[2]


class Standing(StrEnum):
    """The verdict on a registry change; the values are those of the conflict engine."""

    STANDS = "stands"
    DENIED = "denied"
    QUARANTINED = "quarantined"  # beyond the position at which its log was closed, or against the clock
    UNKNOWN = "unknown"  # an action that this program doesn't know


class Verdict(NamedTuple):
    standing: Standing
    code: str = ""


class Role(StrEnum):
    """What an enrolment makes of a node."""

    OFFICE = "office"
    AUDITOR = "auditor"
    HOSTED = "hosted"  # a unit without keys; never a node's role
    RECOVERY = "recovery"  # the key kept on paper: a node that only ever replaces the root


class Admission(StrEnum):
    """Whether a commit counts, by its place."""

    OK = "ok"
    UNKNOWN_AUTHOR = "unknown_author"  # no node has that log (yet): it waits
    REVOKED = "revoked"
    REPLACED = "replaced"  # behind the enrolment by which its node changed keys
    FORKED = "forked"


@dataclass(slots=True)
class NodeEntry:
    """An enrolled node. `path` is where its unit is now; read it, never change it."""

    node: bytes
    sign: bytes  # Ed25519 public key
    seal: bytes  # X25519 public key; empty for a recovery key
    path: str
    name: str
    kind: str  # place industry enterprise department
    role: Role
    address: str
    enrolment: bytes  # short id of the enrol that stands: what its own registry changes name
    record: bytes  # record id, where every registry change about it goes
    commit: bytes  # id of the commit that enrolled it
    enrolled_by: bytes  # node id of who enrolled it; its own for the root
    paths: list[str]  # every path its unit had since, oldest first: the first is what its bare code means
    logs: list[bytes] = field(default_factory=list)  # oldest first, the newest is its incarnation
    recovery: bytes = b""  # root: public key that may replace it
    replaced_by: bytes = b""  # node id
    revoked: str = ""  # reason, once revoked

    @property
    def active(self) -> bool:
        """Neither replaced nor revoked."""
        return not self.replaced_by and not self.revoked

    @property
    def standing(self) -> str:
        """`active`, `revoked` or `replaced`."""
        return "revoked" if self.revoked else "replaced" if self.replaced_by else "active"

    @property
    def newest_log(self) -> bytes:
        return self.logs[-1] if self.logs else b""


@dataclass(slots=True)
class UnitEntry:
    """A unit: its registry record, whatever its path. `node` is None while the office has none."""

    path: str
    name: str
    kind: str
    role: Role
    record: bytes  # of the enrolment in force
    node: bytes | None = None  # its office's node, or an auditor's
    host: bytes | None = None  # hosted: the node that acts for it
    issuer: bytes = b""  # node id of who enrolled it
    enrolment: bytes = b""  # short id of that enrol (a node's own `replaces` doesn't change it)
    records: list[bytes] = field(default_factory=list)  # every enrolment it ever had
    former: list[str] = field(default_factory=list)  # every path that it was moved from, oldest first

    @property
    def code(self) -> str:
        return self.path.rpartition("/")[2]


class Cut(NamedTuple):
    """Where a log was closed against its author: nothing beyond counts. Seq 0 lets nothing in."""

    seq: int
    id: bytes
    reason: Admission
    by: bytes  # node id of who said so


class Place(NamedTuple):
    """A commit's place, as registry data name it."""

    log: bytes
    seq: int
    id: bytes


def place_of(value: Any) -> Place:
    """A place as it is written in registry data. Raises BadMessage."""
    log, seq, commit_id = shape.exactly(value, "place", 3)
    return Place(shape.octets(log, "log", SHORT), shape.uint(seq, "seq"), shape.octets(commit_id, "id", 32))


class Ruling(NamedTuple):
    """Of a fork (分叉): the commit kept, and who says so."""

    keep: bytes
    by: bytes  # node id


@dataclass(slots=True)
class LogEntry:
    log: bytes
    node: bytes
    admitted_by: bytes  # id of the commit with the registry change on which it rests: its node's enrolment
    closed: Place | None = None  # by an `open_log`: later ones are admitted alone, by their own signature
    left: int | None = None  # the lowest number at which an `open_log` says that it was left, or had
    rulings: dict[int, Ruling] = field(default_factory=dict)  # number at which it forked → what was ruled
    admitted: list[Place] = field(default_factory=list)  # chains let in after all


@dataclass(slots=True)
class Roster:
    """Everything that stands, while folding and afterwards."""

    roots: list[bytes] = field(default_factory=list)  # node ids, the first one, … the root now
    nodes: dict[bytes, NodeEntry] = field(default_factory=dict)
    units: dict[str, UnitEntry] = field(default_factory=dict)  # by the path now
    logs: dict[bytes, LogEntry] = field(default_factory=dict)
    cuts: dict[bytes, dict[bytes, Cut]] = field(default_factory=dict)  # node → log → cut; b"" is every other
    records: dict[bytes, bytes] = field(default_factory=dict)  # record id → node it is about
    hosting: dict[bytes, set[str]] = field(default_factory=dict)  # node → every path it ever acted for
    keys: set[bytes] = field(default_factory=set)  # every key ever enrolled
    moved: dict[str, str] = field(default_factory=dict)  # path left → path taken
    meant: dict[str, str] = field(default_factory=dict)  # path that a denied move named → the unit's then
    fallen: dict[bytes, NodeEntry] = field(default_factory=dict)  # whom enrolments name that don't stand
    stamps: list[tuple[int, bytes, tuple[bytes, ...]]] = field(default_factory=list)  # (time, id, new)

    @property
    def root(self) -> bytes | None:
        """Node id of the root now."""
        return self.roots[-1] if self.roots else None

    def is_former_root(self, node: bytes) -> bool:
        return node in self.roots[:-1]

    def cut_of(self, log: bytes, node: bytes) -> Cut | None:
        """Where this log of this node was closed."""
        cuts = self.cuts.get(node)
        return None if cuts is None else cuts.get(log, cuts[b""])

    def lower(self, node: bytes, cuts: dict[bytes, Cut]) -> None:
        """Closes logs: of several positions the lowest stands. `cuts[b""]` is for every log not named."""
        old = self.cuts.get(node)
        if old is None:
            self.cuts[node] = dict(cuts)
            return
        for log in [*old, *cuts]:
            known, new = old.get(log, old[b""]), cuts.get(log, cuts[b""])
            old[log] = new if new.seq < known.seq else known

    def here(self, path: str) -> str:
        """A path that was named before a move, as it is now."""
        for _ in range(len(self.moved)):
            step = self._step(path)
            if step == path:
                break
            path = step
        return path

    def now(self, path: str) -> str:
        """As `here`; also a path that a unit was to have by a move that is denied, or would have if it hadn't been
        moved away before: whoever didn't know better gave it work by that name. A path by a move that isn't known here
        stays as it is named: by what was known of the tree before, it would be below anybody."""
        found = self.here(path)
        if found in self.units:
            return found
        return self._as_named(path) or (path if found != path and self._is_ahead(found) else found)

    def _is_ahead(self, path: str) -> bool:
        """Whether a path names a unit that stands elsewhere, as far as is known here."""
        codes = {one.code for one in self.units.values()}
        while path and path not in self.units:
            path, _, code = path.rpartition("/")
            if code in codes:
                return True
        return False

    def _as_named(self, path: str) -> str:
        """Code by code from the root, whose unit each has; empty where none has another name than `here` tells."""
        codes, told, at = path.split("/"), "", ""
        for one in range(1, len(codes) + 1):
            name = "/".join(codes[:one])
            at, above = self.here(name), at
            if at not in self.units:
                meant = self.meant.get(name) or self._beside(above, codes[one - 1])
                at = self.here(meant or f"{above}/{codes[one - 1]}")
                told = at if meant or told else ""
            elif told:
                told = at
        return told

    def _beside(self, above: str, code: str) -> str | None:
        """Where a unit stood, or was to, that is looked for below another one's path now: below it by another name."""
        for one in (f"{name}/{code}" for name in self.names(above)):
            if one in self.moved or one in self.meant:
                return self.meant.get(one, one)
        return None

    def names(self, path: str) -> list[str]:
        """Every path of a unit (its path now), the newest first."""
        unit = self.units.get(path)
        return [] if unit is None else [path, *reversed(unit.former)]

    def _step(self, path: str) -> str:
        head: str | None = path
        while head is not None and head not in self.units:
            if head in self.moved:
                return self.moved[head] + path[len(head) :]
            head = parent_of(head)
        return path

    def ever_above(self, path: str) -> set[str]:
        """Units that one stands below (its path now), or once did, by their paths now; also by a move that doesn't
        count: whoever obeyed it gave the office named there what he had."""
        unit = self.units.get(path)
        stood = [path, *(unit.former if unit is not None else ())]
        stood += [to + one[len(at) :] for to, at in self.meant.items() for one in stood if covers(at, one)]
        return {self.now(above) for one in stood for above in ancestors(one)}

    def host(self, node: bytes, path: str) -> None:
        """That node acts for that unit from now on, also by the paths that it was named by before."""
        self.units[path].host = node
        self.hosting.setdefault(node, set()).update(self.names(path))

    def relocate(self, unit: str, to: str) -> None:
        """Moves a unit with all below it."""
        for path in [one for one in self.units if covers(unit, one)]:
            entry = self.units.pop(path)
            entry.former.append(path)
            entry.path = self.moved[path] = to + path[len(unit) :]
            self.units[entry.path] = entry
            if entry.host is not None:
                self.host(entry.host, entry.path)
        for node in self.nodes.values():
            if covers(unit, node.path):
                node.path = to + node.path[len(unit) :]
                node.paths.append(node.path)
        self.moved[unit] = to
