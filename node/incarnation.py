"""The incarnation (世代) of a node: its newest log, and when it has to begin another (protocol 3.6, 3.8).

A number is never used twice. So a node that was restored or copied, or whose log ran ahead of its clock, goes
on in a new log, which closes the old one at its last commit present without a gap. Before it is enrolled
nothing has left it, and it goes on in the log it has.
"""

from __future__ import annotations

from typing import Any

from node import intake
from node.lives import LIVES, Life, Reason, packed, read
from node.marker import Mark, Marker
from node.registry import replacing, writing
from node.store import chain, settings
from node.store.chain import LogRow
from node.work import HIGH_WATER, LOG, Left, Work
from sync_protocol.frontier import Frontier
from sync_protocol.names import ZERO
from sync_protocol.registry import NodeEntry
from sync_protocol.run import Head

ENVELOPE = "envelope"  # setting: number of our newest envelope
MARKED = "marked"  # setting: this directory has had a marker; one made by 0.1.0 hadn't
SUPERSEDED = "superseded_ms"  # setting: when a life that another one had overtaken last began a log
MOST_HAD = 100  # logs of former keys of which a new log says how far they are here
PATIENCE_MS = 3600 * 1000  # two copies that both run would else begin logs in turn without an end


def next_number(work: Work) -> int:
    """For an envelope, or anything else by which commits leave the node; the marker is told before it does."""
    number = settings.count(work.db, ENVELOPE)
    work.left = _left(work, number)
    return number


def _left(work: Work, number: int) -> Left:
    row = chain.log_row(work.db, work.log)
    return Left(work.log, number, row.head.seq if row else 0)


# At open


def check(work: Work, marker: Marker) -> Reason | None:
    """Whether the directory is still what its marker says; if not, a new log is begun at once. Raises
    DiskTrouble. The marker is written when this transaction is durable."""
    found = marker.read()
    number = settings.number(work.db, ENVELOPE)
    reason = _misfit(work, found, number)
    if found is not None and number < found.number:
        settings.put_number(work.db, ENVELOPE, number := found.number)
    if reason is not None:
        open_new_log(work, reason, found)
    if reason is not None or found is None:
        settings.put(work.db, MARKED, b"1")
        work.left = _left(work, number)
    return reason


def _misfit(work: Work, found: Mark | None, number: int) -> Reason | None:
    if found is None:  # what it counts as sent says nothing: that is as of the backup
        return Reason.RESTORED if settings.get(work.db, MARKED) is not None else None
    if not found.here:
        return Reason.COPIED
    row = chain.log_row(work.db, found.log)
    ours = found.log == work.log or (row is not None and row.node == work.node)
    held = row.head.seq if row is not None else 0
    return None if ours and found.number <= number and found.seq <= held else Reason.RESTORED


# When a peer has told something


def look(work: Work) -> Reason | None:
    """Behind everything that was taken in, before anything is signed: begins a new log where another life
    of this node shows."""
    reason = Reason.RESTORED if replacing.catch_up(work) else _shown(work)
    if reason is not None:
        open_new_log(work, reason)
    return reason


def seen_ahead(work: Work, frontier: Frontier) -> bool:
    """Whether a peer states commits of our newest log that we don't hold: then we were restored (3.5)."""
    row = chain.log_row(work.db, work.log)
    stated = frontier.get(work.log, ())
    work.overtaken = work.overtaken or any(
        row is None or chain.has(work.db, row.id, one.seq, one.id) is None for one in stated
    )
    return work.overtaken


def outnumbered(work: Work, highest: int | None) -> None:
    """A peer doesn't count our envelope: of our newest log it has taken numbers up to `highest`. One that we
    haven't come to was used by a copy, or a snapshot of the whole machine, with our marker (3.8)."""
    if highest is not None and highest > settings.number(work.db, ENVELOPE):
        work.outnumbered = True


def _shown(work: Work) -> Reason | None:
    entry = work.registry.node(work.node)
    if entry is None or not entry.active:
        return None
    if work.overtaken:
        return Reason.SHOWN
    if (work.outnumbered or entry.newest_log != work.log) and _is_patient(work):
        return Reason.SUPERSEDED
    return None


def _is_patient(work: Work) -> bool:
    last = settings.number(work.db, SUPERSEDED)
    if last and abs(work.now_ms - last) < PATIENCE_MS:
        return False
    settings.put_number(work.db, SUPERSEDED, work.now_ms)
    return True


# A new log


def open_new_log(work: Work, reason: Reason, found: Mark | None = None) -> bytes:
    """Begins a log and closes the one before, in this transaction; the newest log's id. `found`: the marker
    that didn't fit. Not enrolled: the log that there is, since nothing has left the node."""
    work.overtaken = work.outnumbered = False
    entry = work.registry.node(work.node)
    if entry is None:
        return work.log
    old = _before(work, entry)
    log = work.entropy.bytes(16)
    settings.put(work.db, LOG, log)
    settings.put_number(work.db, HIGH_WATER, 0)  # of this log: it has no time yet
    _keep(work, log, old, reason, found)
    begun: dict[str, Any] = {"log": log, "from": [old.log, old.head.seq, old.head.id]}
    if former := work.registry.lineage(work.node) - {work.node}:
        had = chain.logs_of(work.db, sorted(former))
        begun["had"] = [[row.log, row.head.seq, row.head.id] for row in had[:MOST_HAD]]
    writing.write(work, "open_log", begun, entry.record)
    intake.renew(work)
    return log


def _before(work: Work, entry: NodeEntry) -> LogRow:
    """The log to be closed: our newest one, if the registry knows it, else the newest that it knows."""
    known = work.registry.owner_of(work.log)
    name = work.log if known is not None and known.node == work.node else entry.newest_log
    return chain.log_row(work.db, name) or LogRow(0, name, work.node, Head(0, ZERO, 0))


def _keep(work: Work, log: bytes, old: LogRow, reason: Reason, found: Mark | None) -> None:
    upto = found.seq if found is not None and found.log == old.log else 0
    life = Life(log.hex(), old.log.hex(), old.head.seq, upto, str(reason), work.now_ms)
    settings.put(work.db, LIVES, packed([*read(settings.get(work.db, LIVES)), life]))
