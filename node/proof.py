"""What a node can prove of itself: where its logs stand, the digest of what a unit is entitled to, and that
chains, signatures, bodies, receipts and projections are what they should be (design 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from conflict import fold as folding
from conflict.state import State
from node import alike, facts, faults, glance, lives, refold, trust
from node.acts import acts
from node.entropy import SystemEntropy
from node.erasure import listed
from node.keys import Keys
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind
from node.registry import authors
from node.store import chain, folded, links, reading, records, settings, stale
from node.store import facts as counts
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.prepared import Prepared, given
from node.store.records import RECORD
from node.work import ROOT, Work
from sync_protocol import cbor, commit, receipt
from sync_protocol.change import change_id
from sync_protocol.errors import ProtocolError
from sync_protocol.frontier import Frontier, Position
from sync_protocol.frontier import digest as frontier_digest
from sync_protocol.names import ZERO, covers
from sync_protocol.registry import Registry


def heads(db: Connection) -> list[dict[str, Any]]:
    registry = trust.load(db, settings.get(db, ROOT))
    return [_head(registry, row) for row in reading.heads(db)]


def _head(registry: Registry, row: Any) -> dict[str, Any]:
    entry = registry.node(row.node)
    return {
        "log": row.log.hex(),
        "node": row.node.hex(),
        "unit": entry.path if entry else None,
        "seq": row.head_seq,
        "id": row.head_id.hex(),
    }


def digest(db: Connection, path: str) -> dict[str, Any]:
    """The fingerprint of what the unit at `path` is entitled to by this node's fold, and eight digits of it. Raises
    Stale `rebuilding`."""
    if stale.left(db):
        raise folded.rebuilding()
    registry = trust.load(db, settings.get(db, ROOT))
    seen = hashlib.sha256(b"qiao/digest/1\0" + registry.digest())
    count = 0
    for name, told in _entitled(db, registry, path):
        seen.update(name + told)
        count += 1
    found = seen.digest()
    up, down = _undelivered(db, path)
    return {
        "unit": path,
        "digest": found.hex(),
        "code": f"{int.from_bytes(found[:8], 'big') % 10**8:08d}",
        "records": count,
        "frontier": _frontier(db),
        "undelivered_up": up,
        "undelivered_down": down,
        "matters": sorted(kind.matter.versioned for kind in KINDS.values()),
    }


def _entitled(db: Connection, registry: Registry, path: str) -> Iterator[tuple[bytes, bytes]]:
    """(record id, digest of its state and words) of each record in scope, by record id."""
    rows = db.execute(
        select(RECORD.c.id, RECORD.c.record, folded.FOLDED.c.matter, folded.STATE.c.state,
               folded.FOLDED.c.digest)
        .join(folded.FOLDED, folded.FOLDED.c.record == RECORD.c.id)
        .join(folded.STATE, folded.STATE.c.record == RECORD.c.id)
        .order_by(RECORD.c.record)
    )  # fmt: skip
    nobodys = authors.logs_of_nobody(db, registry)
    for row in rows:
        kind = KINDS.get(row.matter)
        if kind is None:
            continue
        state = folded.decode(row.state)
        units = kind.matter.scope(state)
        if kind.matter.everywhere or any(covers(path, registry.now(unit)) for unit in units):
            yield (
                row.record,
                row.digest + _words(db, row.id, state, nobodys, _may_have(registry, path, kind, state)),
            )


def _may_have(registry: Registry, path: str, kind: Kind, state: State) -> bool:
    units = kind.matter.words_to(state)
    return units is None or any(covers(path, registry.now(unit)) for unit in units)


_WORDS = Prepared(
    select(CHANGE.c.change, COMMIT.c.log)
    .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
    .where(CHANGE.c.record == given("of_record"), CHANGE.c.of.is_not(None), CHANGE.c.fault == "",
           CHANGE.c.body.is_not(None), COMMIT.c.held.is_(False))
)  # fmt: skip


def _words(db: Connection, record: int, state: State, nobodys: Sequence[int], theirs: bool) -> bytes:
    """Words by id and state, but for those in logs of nobody; where they aren't the unit's, as absent, whether or not
    it has some. Erased are those that a standing order lists, whether or
    not they ever came here; what is destroyed on arrival is as if it hadn't come (3.11)."""
    if not theirs:
        return hashlib.sha256(cbor.encode([])).digest()
    states = dict.fromkeys(listed.words(db, record, state), "erased") | {
        row.change: "present" for row in _WORDS(db, of_record=record) if row.log not in nobodys
    }
    return hashlib.sha256(cbor.encode([[one, states[one]] for one in sorted(states)])).digest()


def _frontier(db: Connection) -> str:
    stands: Frontier = {row.log: (Position(row.head_seq, row.head_id),) for row in reading.heads(db)}
    return frontier_digest(stands).hex()


def _undelivered(db: Connection, path: str) -> tuple[int, int]:
    """(what waits for our parent, what waits for the child in whose subtree `path` is)."""
    own = settings.get(db, "node")
    raw = db.connection.driver_connection
    up = glance.pending_up(raw) if _own_path(db, own) == path else 0
    down = 0
    for unit in reading.units(db):
        if unit.node and unit.node != own and covers(unit.path, path):
            peer = links.peer(db, unit.node)
            if peer is not None and peer.node != settings.get(db, "parent"):
                down += links.count_waiting(db, peer.id)[0]
    return up, down


def _own_path(db: Connection, node: bytes | None) -> str:
    row = next((one for one in reading.units(db) if one.node == node), None)
    return row.path if row else settings.text(db, "unit")


# Verification


def verify(db: Connection, keys: Keys, alike_key: bytes, *, every_signature: bool = False) -> dict[str, Any]:
    """`problems`: code, sentence, where. Reads only. `alike_key`: of the blind index (node/alike.py)."""
    registry = trust.load(db, settings.get(db, ROOT))
    problems: list[dict[str, str]] = []
    count = 0
    for row in db.execute(select(LOG).order_by(LOG.c.log)):
        key = registry.key_of(row.node)
        if key is None and row.node == keys.node:
            key = keys.sign_key  # before it is enrolled, a node knows its own key
        count += _verify_log(db, key, row, problems, every_signature)
    problems.extend(_bodies(db))
    problems.extend(_receipts(db, registry))
    problems.extend(_projections(Work(db, keys, registry, 0, SystemEntropy(), alike_key=alike_key)))
    lost = lives.lost_told(db.connection.driver_connection)
    return {"ok": not problems, "commits": count, "problems": problems, "lost": lost,
            "rebuild_left": stale.left(db)}  # fmt: skip


_SENTENCES = {
    "chain_broken": ("链断了，或首个提交不接零", "the chain is broken, or doesn't begin from nothing"),
    "commit_mismatch": ("提交与登记的位置、时间、单位或人员不符", "the commit isn't the one of its place"),
    "head_missing": ("链头不在库中", "a log's newest commit isn't here"),
    "body_mismatch": ("正文与签过的编号不符", "a body doesn't match the id that was signed"),
    "receipt": ("回执不对", "a receipt doesn't verify"),
    "receipted_missing": ("回执里的提交不在库中", "a commit that a receipt covers isn't here"),
    "projection": ("投影与重新折叠不符", "what is stored isn't what a fresh fold gives"),
}


def _problem(code: str, where: str) -> dict[str, str]:
    sentence = say(*_SENTENCES[code]) if code in _SENTENCES else faults.sentence_of(code)
    return {"code": code, "sentence": sentence, "where": where}


def _verify_log(
    db: Connection, key: bytes | None, log: Any, problems: list[dict[str, str]], every: bool
) -> int:
    """A chain link by link; the newest signature of an unbroken stretch vouches for what is before it."""
    rows = list(
        db.execute(select(COMMIT.c.seq, COMMIT.c.commit, COMMIT.c.raw, COMMIT.c.time, COMMIT.c.unit,
                          COMMIT.c.actor, COMMIT.c.chained)
                   .where(COMMIT.c.log == log.id)
                   .order_by(COMMIT.c.chained.desc(), COMMIT.c.seq))
    )  # fmt: skip
    before: Any = None
    for at, row in enumerate(rows):
        last = at + 1 == len(rows) or rows[at + 1].seq != row.seq + 1 or not rows[at + 1].chained
        signature = every or last or not row.chained  # out of its turn, or on a branch: it counts alone
        fault = _commit_fault(row, log, key, before if row.chained else None, signature=signature)
        if fault:
            problems.append(_problem(fault, f"{log.log.hex()}/{row.seq}"))
        before = row
    if log.head_seq and not any(row.commit == log.head_id and row.chained for row in rows):
        problems.append(_problem("head_missing", log.log.hex()))
    return len(rows)


def _commit_fault(row: Any, log: Any, key: bytes | None, before: Any, *, signature: bool) -> str | None:
    """The code of what is wrong with it."""
    try:
        found = commit.parse(row.raw)
        if (
            signature and key is not None
        ):  # by whoever isn't known any more it was verified as it came, and counts not
            found.verify(key)
    except ProtocolError as fault:
        return fault.code
    header = found.header
    if found.id != row.commit or header.seq != row.seq or header.log != log.log or found.node != log.node:
        return "commit_mismatch"
    if (header.time, header.unit, header.actor) != (row.time, row.unit, row.actor):
        return "commit_mismatch"
    if header.seq == 1 and header.prev != ZERO:
        return "chain_broken"
    if before is not None and before.seq == row.seq - 1 and header.prev != before.commit:
        return "chain_broken"
    return None


def _bodies(db: Connection) -> Iterator[dict[str, str]]:
    rows = db.execute(
        select(CHANGE.c.change, CHANGE.c.salt, CHANGE.c.body, CHANGE.c.place, COMMIT.c.raw, LOG.c.log)
        .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .where(CHANGE.c.body.is_not(None))
    )
    for row in rows:
        names = _names(row.raw)
        whole = row.place < len(names) and names[row.place] == row.change
        if not whole or change_id(row.log, row.salt, row.body) != row.change:
            yield _problem("body_mismatch", row.change.hex())


def _names(raw: bytes) -> tuple[bytes, ...]:
    try:
        return commit.parse(raw).header.changes
    except ProtocolError:
        return ()


def _receipts(db: Connection, registry: Registry) -> Iterator[dict[str, str]]:
    """Each is signed; and of what our parent has receipted, nothing of our own is missing here."""
    own = registry.lineage(settings.get(db, "node") or b"")
    for row in db.execute(select(links.RECEIPT)):
        signers, children = (own, {row.peer}) if row.given else ({row.peer}, own)
        try:
            found = receipt.parse(row.raw)
            key = registry.key_of(found.node) if found.node in signers and found.child in children else None
            found.verify(key or b"")
        except ProtocolError:
            yield _problem("receipt", str(row.id))
            continue
        yield from _missing(db, found, row)


def _missing(db: Connection, found: Any, row: Any) -> Iterator[dict[str, str]]:
    for log, at in ((log, at) for log, chains in found.frontier.items() for at in chains):
        known = chain.log_row(db, log)
        if known is None or chain.has(db, known.id, at.seq, at.id) is None:
            yield _problem("receipted_missing", f"{log.hex()}/{at.seq}")


def _projections(work: Work) -> Iterator[dict[str, str]]:
    """But for those that are to be folded once more anyway."""
    waits = stale.every(work.db)
    rows = work.db.execute(
        select(
            RECORD.c.id,
            RECORD.c.record.label("name"),
            RECORD.c.matter.label("kind"),
            folded.FOLDED,
            folded.STATE.c.state,
        )
        .join(folded.FOLDED, folded.FOLDED.c.record == RECORD.c.id, isouter=True)
        .join(folded.STATE, folded.STATE.c.record == RECORD.c.id, isouter=True)
        .where(RECORD.c.matter.in_(list(KINDS)), RECORD.c.matter != trust.MATTER)
    )
    for row in rows:
        if row.id not in waits and not _is_as_folded(work, row):
            yield _problem("projection", row.name.hex())


def _is_as_folded(work: Work, row: Any) -> bool:
    """A record's columns, assignments, deadlines and what it is found again by against a fresh fold of it."""
    kind = KINDS[row.kind]
    state = folding.fold(kind.matter, acts(work, row.name, records.changes_of(work.db, row.id)))
    dues = facts.dues(work, kind, state)
    cards = facts.cards(work, kind, state, dues)
    fresh = refold.columns(work, row.name, kind, state, dues)
    return (
        all(getattr(row, name) == value for name, value in fresh.items())
        and _same(reading.places(work.db, row.id), refold.places(kind, state))
        and _same(reading.dues(work.db, row.id), [asdict(due) for due in dues])
        and alike.holds(work.db, work.alike_key, row.id, kind.matter, state)
        and counts.holds(work.db, row.id, *refold.counts_of(kind, state, dues, cards, here=fresh["here"]))
    )


def _same(stored: Iterable[Any], fresh: Iterable[dict[str, Any]]) -> bool:
    """Whether rows have the values of these, in whatever order; a column that isn't stored says nothing."""
    rows = [row._asdict() for row in stored]
    wanted = [{name: one[name] for name in one if not rows or name in rows[0]} for one in fresh]
    kept = [{name: row[name] for name in row if not wanted or name in wanted[0]} for row in rows]
    return sorted(map(repr, map(_sorted, kept))) == sorted(map(repr, map(_sorted, wanted)))


def _sorted(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(row.items())
