"""Whose a log is (protocol 3.3, 3.4): known before its commits are verified, as the key depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from node.store import chain, records, settings
from node.store.chain import COMMIT, LOG
from node.store.prepared import Prepared, given
from node.work import ROOT, Work
from sync_protocol import commit as commits
from sync_protocol import enrolment
from sync_protocol.change import Act, parse_body
from sync_protocol.commit import Commit
from sync_protocol.enrolment import Enrolment
from sync_protocol.errors import ProtocolError
from sync_protocol.names import node_id
from sync_protocol.registry import Registry
from sync_protocol.roster import NodeEntry, Role

Author = tuple[bytes, bytes]  # node id, Ed25519 public key

_LOGS = Prepared(select(LOG))
_FIRSTS = Prepared(select(COMMIT.c.id, COMMIT.c.raw).where(COMMIT.c.log == given("of"), COMMIT.c.seq == 1))


def author_of(work: Work, log: bytes, first: Commit, bodies: Sequence[bytes]) -> Author | None:
    """Who signs that log, or None while nothing here says so.

    `first`: the commit with the lowest number that came of it; `bodies`: what came of its changes, in order.
    The registry's word comes first, then that of what is stored. A log that nothing is known of is its
    signer's where its first commit says so: a known node's `open_log`, the recovery key's `enrol`, the root's own.
    """
    entry = work.registry.owner_of(log)
    if entry is not None:
        return entry.node, entry.sign
    row = chain.log_row(work.db, log)
    known = work.registry.signer(first.node if row is None else row.node)
    if known is not None:
        named = row is not None or work.registry.names(known.node, log)
        if named or _may_begin(known, log, first, bodies):
            return known.node, known.sign
    return _root_itself(work, first, bodies)


def logs_of_nobody(db: Connection, registry: Registry) -> list[int]:
    """Rows of the logs whose author is known here alone: the registry doesn't give them to anybody, or not any more,
    and they don't say themselves whose they are. A neighbour may keep their commits aside (3.4), where nothing is
    compared."""
    unknown = (row for row in _LOGS(db) if registry.log(row.log) is None)
    return [row.id for row in unknown if not _says_whose_it_is(db, registry, row)]


def _says_whose_it_is(db: Connection, registry: Registry, log: Any) -> bool:
    """Whether a known node began it, though what began it doesn't stand: everybody takes it in, and judges it alike."""
    signer = registry.signer(log.node)
    if signer is None or registry.names(signer.node, log.log):
        return signer is not None
    return any(
        _may_begin(signer, log.log, commits.parse(one.raw), [body for *_, body in records.bodies(db, one.id)])
        for one in _FIRSTS(db, of=log.id)
    )


def _may_begin(signer: NodeEntry, log: bytes, first: Commit, bodies: Sequence[bytes]) -> bool:
    """Whether a node that is known begins a log with this commit. Whether it counts is the registry's to say."""
    act = _act(bodies[0]) if bodies and first.header.seq == 1 else None
    if act is None or act.matter.partition("/")[0] != "registry":
        return False
    if signer.role is Role.RECOVERY:
        return act.action == "enrol" and "replaces" in act.data
    return act.action == "open_log" and act.data.get("log") == log


def _root_itself(work: Work, first: Commit, bodies: Sequence[bytes]) -> Author | None:
    """The root's first commit carries its own key; its id was compared by a person."""
    root = settings.get(work.db, ROOT)
    if root is None or first.node != root:
        return None
    keys = (wanted.sign for wanted in map(_enrolment, bodies) if wanted is not None)
    return next(((root, key) for key in keys if node_id(key) == root), None)


def _act(body: bytes) -> Act | None:
    try:
        found = parse_body(body)
    except ProtocolError:
        return None
    return found if isinstance(found, Act) else None


def _enrolment(body: bytes) -> Enrolment | None:
    """What an enrolment says, before anything says whether it stands."""
    act = _act(body)
    try:
        return enrolment.read(act.data) if act is not None and act.action == "enrol" else None
    except ProtocolError:
        return None
