"""One piece of work: what a single transaction of the writer knows and gathers (design 2).

Verify, store, fold, project, enqueue and advance the cursor commit together or not at all; the cores
hand each other this and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from node.bodies import Bodies
from node.config import Config
from node.entropy import Entropy
from node.keys import Keys
from node.news import News
from node.store import settings
from sync_protocol.registry import Registry

UNIT, LOG, ROOT, NAME = "unit", "log", "root", "name"  # settings: own code, newest log, root node id
HIGH_WATER = "high_water"  # the highest time written (3.6)


class Left(NamedTuple):
    """What the marker is told before an envelope leaves (3.8)."""

    log: bytes
    number: int
    seq: int  # of the log's newest commit


@dataclass(slots=True)
class Work:
    db: Connection
    keys: Keys
    registry: Registry
    now_ms: int  # disciplined
    entropy: Entropy
    fresh: dict[int, set[int]] = field(default_factory=dict)  # record row → commit rows new to it
    again: set[int] = field(default_factory=set)  # record rows whose verdicts may have changed
    registry_changed: bool = False
    children: set[bytes] = field(default_factory=set)  # nodes for which something new waits
    up: bool = False  # something new waits for the parent
    stale: bool = False  # some records are still to be folded once more, after an upgrade (node/rebuild.py)
    touched: set[bytes] = field(default_factory=set)  # record ids, for whoever watches
    news: list[News] = field(default_factory=list)  # for people and programs that want to hear of it
    quiet: bool = False  # what this brings is no news: it was asked for, row by row
    urgent: bool = False
    offset_ms: int | None = None  # our clock, when an exchange has set it
    config: Config | None = None  # limits of what is outside the database
    overtaken: bool = False  # a peer has shown commits of our newest log that we don't hold: we were restored
    outnumbered: bool = (
        False  # it has taken envelopes of that log that we never made: another life of ours runs
    )
    left: Left | None = None  # the newest envelope made by this transaction
    scrub: bool = False  # something was destroyed whose traces in the files are still to go (3.11)
    compare: bool = False  # something that was here is to come back from whoever has it: links are compared
    doubt: bool = (
        False  # the link with the parent is to be compared: a fork has its ruling, or the parent is new
    )
    facts: dict[str, Any] = field(default_factory=dict)  # policies, calendar, once loaded
    former: Keys | None = None  # ours before the last change of keys (3.4)
    older: tuple[Keys, ...] = ()  # ours before those
    newer: tuple[Keys, ...] = ()  # ours after these, where the database was put back; newest first
    # log → (number, id) of commits that came between others, or of which something was said (3.8)
    joined: dict[bytes, list[tuple[int, bytes]]] = field(default_factory=dict)
    links: set[int] = field(default_factory=set)  # commit rows whose headers every child is to have (3.8)
    queued: set[tuple[int, int, int]] = field(
        default_factory=set
    )  # (peer, commit row, ahead) put into an outbox
    alike_key: bytes = field(default=b"", repr=False)  # of the blind index (node/alike.py)
    steady_ms: int = 0  # since the machine was started
    refused: Exception | None = None  # raised once the transaction is durable: what was noted of it stays
    signed: dict[int, tuple[bytes, str]] = field(default_factory=dict)  # commit row stored now → node, unit
    family: Any = None  # the children (node/scope.py), as of this registry
    tree: Any = None  # the units (node/units.py), as of this registry
    bodies: Bodies = field(default_factory=Bodies)  # parsed, and needed once more
    places: Any = None  # which commits count (node/branches.py), as of this registry

    @property
    def node(self) -> bytes:
        return self.keys.node

    @property
    def path(self) -> str:
        """This node's unit: its path, or before enrolment the bare code of `init`."""
        entry = self.registry.node(self.node)
        return settings.text(self.db, UNIT) if entry is None else entry.path

    @property
    def log(self) -> bytes:
        """The newest log of this node: its incarnation."""
        found = settings.get(self.db, LOG)
        assert found is not None, "a node has a log from init on"
        return found

    @property
    def enrolled(self) -> bool:
        return self.registry.node(self.node) is not None

    def note(self, record: int, commit: int) -> None:
        """A commit brought something new for a record."""
        self.fresh.setdefault(record, set()).add(commit)

    def unqueue(self, peer: int) -> None:
        """A child's outbox was emptied: what this transaction had put into it may have to go there again."""
        self.queued = {one for one in self.queued if one[0] != peer}
