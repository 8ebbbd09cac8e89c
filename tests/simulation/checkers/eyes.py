"""What checkers see of a node: its tickets as folded, its listed exceptions, every byte of its files."""

from __future__ import annotations

import hashlib

from conflict.state import Standing, State
from node import branches
from node.matters import KINDS
from node.store import folded
from sync_protocol.names import covers
from sync_protocol.roster import Admission
from tests.simulation.office import Office

TICKET = KINDS["ticket"].matter
_STATES = """SELECT r.record, s.state FROM folded f JOIN record r ON r.id = f.record JOIN state s ON s.record = f.record
WHERE f.matter = 'ticket' ORDER BY r.record"""
_STATE = """SELECT s.state FROM folded f JOIN record r ON r.id = f.record JOIN state s ON s.record = f.record
WHERE f.matter = 'ticket' AND r.record = ?"""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'found%' ORDER BY name"
_ROWS = "SELECT r.record, e.act, e.kind FROM exception_ e JOIN record r ON r.id = e.record"


def tickets(office: Office) -> dict[bytes, State]:
    with office.read() as db:
        return {record: folded.decode(state) for record, state in db.exec_driver_sql(_STATES)}


def listed(office: Office) -> set[tuple[bytes, bytes]]:
    """(record, act) of every row of the exceptions list, closed ones included."""
    with office.read() as db:
        return {(row[0], row[1]) for row in db.exec_driver_sql(_ROWS)}


def is_entitled(office: Office, state: State) -> bool:
    """A record names units as they were; one that was moved took its records along (3.8)."""
    return any(covers(office.path, office.world.now(unit)) for unit in TICKET.scope(state))


def is_written_below(office: Office, commit: bytes) -> bool:
    """Whether its author was below that office when he signed it."""
    unit = unit_of(office, commit)
    return unit is not None and (covers(office.path, unit) or "/" not in unit)


def unit_of(office: Office, commit: bytes) -> str | None:
    """Whose a commit is, as its header says; None where this office hasn't got it."""
    with office.read() as db:
        unit = db.exec_driver_sql('SELECT unit FROM commit_ WHERE "commit" = ?', (commit,)).scalar()
    return None if unit is None else str(unit)


def has_body(office: Office, change: bytes) -> bool:
    """Whether this office has what a change says, and not only its commit's header."""
    with office.read() as db:
        found = db.exec_driver_sql("SELECT 1 FROM change WHERE change = ? AND body IS NOT NULL", (change,))
        return found.first() is not None


def is_by_keys_cut_off(office: Office, commit: bytes) -> bool:
    """Whether by this office's registry a commit doesn't count, since its signer had been replaced or revoked: in a
    log that the registry knew then, or in one that the signer began behind that, which is nobody's (seed 20402)."""
    with office.quiet_work() as work:
        row = work.db.exec_driver_sql(
            'SELECT l.log, c.seq, l.node FROM commit_ c JOIN log l ON l.id = c.log WHERE c."commit" = ?',
            (commit,),
        ).first()
        if row is None:
            return False
        signer = work.registry.node(row[2])
        if signer is not None and not signer.active and work.registry.owner_of(row[0]) is None:
            return True
        counts = branches.admission(work, row[0], row[1], commit, row[2])
    return counts in (Admission.REVOKED, Admission.REPLACED)


def every_byte(office: Office) -> bytes:
    """Database, WAL, and whatever else lies in the node's directory."""
    beside = [path.read_bytes() for path in sorted(office.folder.rglob("*")) if path.is_file()]
    return b"\0".join([*(bytes(one.data) for one in office.disk.files.values()), *beside])


def given_to(office: Office, record: bytes) -> set[str]:
    """Units that a record was ever given to, as this node sees it: its owner's, and each that an act assigned."""
    with office.read() as db:
        blob = db.exec_driver_sql(_STATE, (record,)).scalar()
    if blob is None:
        return set()
    state = folded.decode(blob)
    given = {state.owner}
    for act, mark in state.marks.items():
        verdict = state.verdicts.get(act)
        if mark.action == "assign" and (verdict is None or verdict.standing is not Standing.DENIED):
            given.add(str(mark.data.get("unit")))
    return given


def words_to(office: Office, record: bytes) -> frozenset[str] | None:
    """Units that alone may have a record's words, as this node sees it; None: all in its scope, or it has nothing of
    it."""
    with office.read() as db:
        blob = db.exec_driver_sql(_STATE, (record,)).scalar()
    return None if blob is None else TICKET.words_to(folded.decode(blob))


def content(office: Office) -> bytes:
    """SHA-256 of every row of every table, but for what isn't from the seed: salted hashes of passwords."""
    seen = hashlib.sha256()
    with office.read() as db:
        for (table,) in db.exec_driver_sql(_TABLES).fetchall():
            columns = [row[1] for row in db.exec_driver_sql(f"PRAGMA table_info({table})")]
            wanted = ", ".join(f'"{one}"' for one in columns if (table, one) != ("credential", "hash"))
            for row in sorted(
                repr(tuple(row)) for row in db.exec_driver_sql(f"SELECT {wanted} FROM {table}")
            ):
                seen.update(row.encode())
    return seen.digest()
