"""The registry (登记册, protocol 3.4): who may write is itself replicated data. This is where it is asked.

How it is judged is in judgement.py, the rules in enrolment.py and registry_rules.py, the data in roster.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from . import cbor, judgement
from .branches import STRAIGHT, Branches, Held, Said
from .clock import to_ms
from .names import code_of, is_above, parent_of
from .roster import (
    Admission,
    Cut,
    LogEntry,
    NodeEntry,
    Place,
    RegistryAct,
    Role,
    Roster,
    Ruling,
    Standing,
    UnitEntry,
    Verdict,
)

__all__ = [
    "Admission", "Cut", "LogEntry", "NodeEntry", "Place", "Registry", "RegistryAct", "Role", "Ruling",
    "Said", "Standing", "UnitEntry", "Verdict", "fold",
]  # fmt: skip

_ALONE = Branches()


@dataclass(slots=True)
class Registry:
    """What stands. Equal acts give equal registries, in whatever order they came."""

    roster: Roster
    verdicts: dict[bytes, Verdict] = field(default_factory=dict)  # short id → stands | denied …, code

    @property
    def root(self) -> NodeEntry | None:
        """The root now."""
        node = self.roster.root
        return None if node is None else self.roster.nodes[node]

    @property
    def anchor(self) -> NodeEntry | None:
        """The first root, where it was replaced: what a fingerprint names."""
        return self.roster.nodes[self.roster.roots[0]] if self.roster.roots else None

    def node(self, node: bytes) -> NodeEntry | None:
        """Whoever was enrolled under that id, also once replaced or revoked; also a root's recovery key."""
        return self.roster.nodes.get(node)

    def lineage(self, node: bytes) -> set[bytes]:
        """The node and those whose keys it replaced, one after the other."""
        found = {node}
        while True:
            before = {one.node for one in self.roster.nodes.values() if one.replaced_by in found} - found
            if not before:
                return found
            found |= before

    def nodes(self) -> list[NodeEntry]:
        """Offices and auditors ever enrolled, by path and id."""
        known = (one for one in self.roster.nodes.values() if one.role is not Role.RECOVERY)
        return sorted(known, key=lambda one: (one.path, one.node))

    def signer(self, node: bytes) -> NodeEntry | None:
        """Whoever an enrolment names, also one that doesn't stand: what he signed is his, though it doesn't count."""
        known, fallen = self.roster.nodes.get(node), self.roster.fallen.get(node)
        return known or (fallen and replace(fallen, path=self.roster.now(fallen.path)))

    def names(self, node: bytes, log: bytes) -> bool:
        """Whether the log is known as the node's, or an enrolment of these keys that doesn't stand names it."""
        entries = (self.roster.nodes.get(node), self.roster.fallen.get(node))
        return any(entry is not None and log in entry.logs for entry in entries)

    def signers(self) -> list[NodeEntry]:
        """As `nodes`, with those of enrolments that don't stand."""
        fallen = [self.signer(one) for one in self.roster.fallen if one not in self.roster.nodes]
        found = [*self.nodes(), *(one for one in fallen if one is not None)]
        return sorted(found, key=lambda one: (one.path, one.node))

    def key_of(self, node: bytes) -> bytes | None:
        """The key of that node's signatures; of a revoked one too: what was kept is still its word."""
        entry = self.signer(node)
        return None if entry is None else entry.sign

    def peer_key(self, node: bytes) -> bytes | None:
        """As `key_of`, but none for who may not take part in an exchange any more."""
        entry = self.roster.nodes.get(node)
        return entry.sign if entry is not None and entry.active and entry.role is not Role.RECOVERY else None

    def owner_of(self, log: bytes) -> NodeEntry | None:
        entry = self.roster.logs.get(log)
        return None if entry is None else self.roster.nodes[entry.node]

    def log(self, log: bytes) -> LogEntry | None:
        return self.roster.logs.get(log)

    def logs(self) -> dict[bytes, LogEntry]:
        return self.roster.logs

    def left(self, entry: NodeEntry) -> dict[bytes, int]:
        """Logs that a node has left → up to which number it had them by then, as it said itself: 0 for one that it
        didn't know of any more."""
        heir = self.roster.nodes.get(entry.replaced_by)
        forgot = heir is not None and bool(heir.logs) and self.roster.logs[heir.logs[0]].left == 0
        lefts = {log: self.roster.logs[log].left for log in entry.logs}
        newest = entry.newest_log
        return {log: upto or 0 for log, upto in lefts.items() if log != newest or forgot or upto is not None}

    def admits(
        self, log: bytes, seq: int, commit_id: bytes, held: Branches = _ALONE, disputed: int | None = None
    ) -> Admission:
        """Whether a commit counts, by its place in a log that was given to a node.

        `held`: the log's chains, without which only what a commit's own number says is known; `disputed` as
        branches.disputed gives it.
        """
        entry = self.roster.logs.get(log)
        if entry is None:
            return Admission.UNKNOWN_AUTHOR
        return judgement.admission(self.roster, entry.node, log, seq, commit_id, held, disputed)

    def said(self, log: bytes, node: bytes = b"") -> Said:
        """What was said of a log; of one that isn't known, as of that node's."""
        entry = self.roster.logs.get(log)
        return judgement.said(self.roster, log, node if entry is None else entry.node)

    def positions(self) -> dict[bytes, Cut]:
        """Every known log that was closed against its author, and where."""
        cuts = ((log, self.roster.cut_of(log, entry.node)) for log, entry in self.roster.logs.items())
        return {log: cut for log, cut in cuts if cut is not None}

    def given(self, node: bytes, path: str) -> bool:
        """Whether the node was ever given that path, or acts for its unit; a bare code means its first."""
        entry = self.roster.nodes.get(node)
        if entry is None:
            return False
        if path in entry.paths or path == code_of(entry.paths[0]):
            return True
        return path in self.roster.hosting.get(node, ())

    def path_for(self, node: bytes, header_unit: str) -> str:
        """The full path that a header's unit means: before its enrolment a node knows its code alone."""
        entry = self.roster.nodes.get(node)
        if entry is None or header_unit in entry.paths:
            return header_unit
        return entry.paths[0] if header_unit == code_of(entry.paths[0]) else header_unit

    def now(self, path: str) -> str:
        """A path of before a move, or of one that was denied, as it is now."""
        return self.roster.now(path)

    def every_path(self, path: str) -> list[str]:
        """Of the unit that has that path now: this, and those that it had."""
        return self.roster.names(path) or [path]

    def ever_above(self, path: str) -> set[str]:
        """Units that one stands below, or once did, by their paths now."""
        return self.roster.ever_above(self.roster.now(path))

    def units(self) -> dict[str, UnitEntry]:
        """By their paths now, sorted."""
        return dict(sorted(self.roster.units.items()))

    def unit(self, path: str) -> UnitEntry | None:
        return self.roster.units.get(path)

    def office(self, path: str) -> NodeEntry | None:
        """The node of the office at that path; None for hosted units, auditors and an office without one."""
        unit = self.roster.units.get(path)
        if unit is None or unit.role is not Role.OFFICE or unit.node is None:
            return None
        return self.roster.nodes[unit.node]

    def parent(self, path: str) -> UnitEntry | None:
        """The nearest unit above that there is."""
        above = parent_of(path)
        while above is not None and above not in self.roster.units:
            above = parent_of(above)
        return None if above is None else self.roster.units[above]

    def children(self, path: str) -> list[UnitEntry]:
        """Units whose nearest unit above is this one, sorted by path."""
        below = (unit for unit in self.roster.units.values() if is_above(path, unit.path))
        return sorted((unit for unit in below if self._is_child(path, unit)), key=lambda one: one.path)

    def below(self, path: str) -> list[UnitEntry]:
        """Every unit under that path, sorted by path."""
        below = (unit for unit in self.roster.units.values() if is_above(path, unit.path))
        return sorted(below, key=lambda one: one.path)

    def hosted_by(self, node: bytes) -> list[str]:
        """Paths of the units that the node acts for now."""
        return sorted(path for path, unit in self.roster.units.items() if unit.host == node)

    def scope_of(self, node: bytes) -> str | None:
        """The subtree that a node is entitled to: its own; an auditor's is that of whoever enrolled it."""
        entry = self.roster.nodes.get(node)
        if entry is None or entry.role is not Role.AUDITOR:
            return None if entry is None else entry.path
        return self.roster.nodes[entry.enrolled_by].path

    def missing_stamped(self, present: Container[bytes] | None = None) -> list[bytes]:
        """Short ids that a stamp names and that aren't here: a red line in `status`, sorted.

        `present`: short ids of the registry changes held, quarantined and held ones too; by default
        those that were folded.
        """
        here = self.verdicts if present is None else present
        return sorted({one for _, _, new in self.roster.stamps for one in new if one not in here})

    def stamp_time(self, present: Container[bytes] | None = None) -> int | None:
        """Hybrid time of the newest stamp of which every id is here."""
        here = self.verdicts if present is None else present
        whole = (time for time, _, new in reversed(self.roster.stamps) if all(one in here for one in new))
        return next(whole, None)

    def stamp_age(self, now_ms: int, present: Container[bytes] | None = None) -> int | None:
        """Milliseconds since then, never negative; None without such a stamp."""
        time = self.stamp_time(present)
        return None if time is None else max(0, now_ms - to_ms(time))

    def unstamped(self) -> list[bytes]:
        """Short ids for the root's next stamp: everything folded that none has named yet, sorted."""
        named = {one for _, _, new in self.roster.stamps for one in new}
        return sorted(self.verdicts.keys() - named)

    def digest(self) -> bytes:
        """SHA-256("qiao/registry/1\\0" ‖ CBOR [[short id, standing, code] …], sorted by id)."""
        lines = [[one, str(verdict.standing), verdict.code] for one, verdict in sorted(self.verdicts.items())]
        return hashlib.sha256(b"qiao/registry/1\0" + cbor.encode(lines)).digest()

    def _is_child(self, path: str, unit: UnitEntry) -> bool:
        parent = self.parent(unit.path)
        return parent is not None and parent.path == path


def fold(acts: Iterable[RegistryAct], root: bytes | None = None, held: Held = STRAIGHT) -> Registry:
    """All registry acts whose commits have good signatures and aren't held, in any order.

    `held`: the chains of the logs that have forked.

    `root`: node id of the first root, where it is known (an invitation names it); else the first node
    that enrols itself is believed. What others wrote never raises; it gets a verdict.
    """
    return Registry(*judgement.settle(acts, root, held))
