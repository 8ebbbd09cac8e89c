"""The tables (design 2). Upper half: what can't be rebuilt, made and changed by migrations/. Lower half:
projections, which the fold can give again at any time; they are created here, stamped, dropped and rebuilt.

Inside the database things are named by local integers; a hash stands in one column each. Past 500 lines: every
table stands in one place, for the migrations and for whoever looks for a column.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

KEPT = MetaData()  # migrations/ owns these
DERIVED = MetaData()  # node/store/projection.py owns these


class Kept(SQLModel):
    metadata = KEPT


class Derived(SQLModel):
    metadata = DERIVED


def _blob(**options: Any) -> Any:
    return Field(sa_column=Column(LargeBinary, **options))


class Setting(Kept, table=True):
    """Small facts of this node: its own ids, counters, the high-water mark of its clock."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: bytes = _blob(nullable=False)


class Log(Kept, table=True):
    """A chain known here. The head is the last commit present without a gap from the first."""

    __tablename__ = "log"
    id: int | None = Field(default=None, primary_key=True)
    log: bytes = _blob(nullable=False, unique=True)
    node: bytes = _blob(nullable=False)
    head_seq: int = 0
    head_id: bytes = _blob(nullable=False)
    head_time: int = Field(default=0, sa_type=BigInteger)
    forked: int = 0  # the lowest number at which two commits are here; 0 for none (3.8)


class Commit(Kept, table=True):
    """As received. `id` is the order in which they were stored."""

    __tablename__ = "commit_"
    __table_args__ = (
        UniqueConstraint("log", "seq", "commit"),
        Index("commit_loose", "log", sqlite_where=text("NOT chained")),
        Index("commit_held", "time", sqlite_where=text("held")),
        Index("commit_unverified", "id", sqlite_where=text("NOT verified")),
    )
    id: int | None = Field(default=None, primary_key=True)
    log: int = Field(foreign_key="log.id")
    seq: int
    commit: bytes = _blob(nullable=False)
    time: int = Field(sa_type=BigInteger)
    unit: str  # as the header says it
    actor: str
    changes: int  # how many its header names
    raw: bytes = _blob(nullable=False)
    held: bool = False  # too far ahead when last looked at (3.6)
    verified: bool = True  # its own signature has been checked, or its run's
    received_ms: int = Field(sa_type=BigInteger)
    chained: bool = True  # on its log's main chain; else it came out of order, or on another branch (3.8)


class Change(Kept, table=True):
    """A change whose salt and body are here, or were until erased."""

    __tablename__ = "change"
    __table_args__ = (UniqueConstraint("commit", "place"), Index("change_record", "record"))
    id: int | None = Field(default=None, primary_key=True)
    commit: int = Field(foreign_key="commit_.id")
    place: int  # index in the commit
    change: bytes = _blob(nullable=False)
    record: int = Field(foreign_key="record.id")
    of: bytes | None = _blob(nullable=True)  # words: short id of their act
    salt: bytes | None = _blob(nullable=True)
    body: bytes | None = _blob(nullable=True)
    fault: str = ""  # why it is quarantined by its bytes alone


class Record(Kept, table=True):
    __tablename__ = "record"
    id: int | None = Field(default=None, primary_key=True)
    record: bytes = _blob(nullable=False, unique=True)
    matter: str = Field(index=True)


class Stray(Kept, table=True):
    """A commit whose author isn't known yet (3.4): not receipted, bounded a peer."""

    __tablename__ = "stray"
    __table_args__ = (Index("stray_place", "log", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    peer: bytes = _blob(nullable=False)
    log: bytes = _blob(nullable=False)
    seq: int
    item: bytes = _blob(nullable=False)


class Peer(Kept, table=True):
    """A neighbour: the parent, or a child. Positions count only with `incarnation` (3.5)."""

    __tablename__ = "peer"
    id: int | None = Field(default=None, primary_key=True)
    node: bytes = _blob(nullable=False, unique=True)
    incarnation: bytes = _blob(nullable=False)  # its newest log
    position: int = 0  # child: highest position acknowledged; parent: highest taken from it
    position_id: bytes = _blob(nullable=False)  # id of the commit at that position
    next_position: int = 1  # child: the next free one of its outbox
    frontier: bytes | None = _blob(nullable=True)  # as it last stated it
    envelope: int = 0  # highest number taken within the incarnation
    seen_ms: int = Field(default=0, sa_type=BigInteger)
    complete_ms: int = 0  # when nothing was left to send or take
    offset_ms: int = 0  # its clock against ours
    can: str = ""  # what it understands of the exchange, words with blanks between them
    reconcile_position: int | None = (
        None  # its position doesn't fit: to be compared, then acknowledged up to here
    )
    reconcile_id: bytes | None = _blob(nullable=True)
    early: bytes | None = _blob(nullable=True)  # parent: positions taken before their turn, not yet said so
    budget: int = (
        0  # uncompressed bytes of a batch that this line carries in one piece; 0 before any was tried
    )


class Outbox(Kept, table=True):
    """What waits for a child: one row a commit; the bodies are chosen when the message is made."""

    __tablename__ = "outbox"
    peer: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    commit: int
    parting: int | None = None  # change that tells a unit it has left the scope
    ahead: int = 0  # 1 a registry change, 2 an urgent record's: sent before everything else that waits (3.4)
    queued_ms: int = Field(default=0, sa_type=BigInteger)


class Delivery(Kept, table=True):
    """Which records are in scope of which child, as far as its outbox has been told."""

    __tablename__ = "delivery"
    peer: int = Field(primary_key=True)
    record: int = Field(primary_key=True, index=True)
    gone: bool = False  # it left the scope; what was given stays there, and an erasure has to reach it
    withheld: bool = False  # it is given the record's acts, and not its words


class Receipt(Kept, table=True):
    """Custody receipts, given (to a child) and got (from the parent)."""

    __tablename__ = "receipt"
    id: int | None = Field(default=None, primary_key=True)
    peer: bytes = _blob(nullable=False)
    given: bool
    at_ms: int = Field(sa_type=BigInteger)
    raw: bytes = _blob(nullable=False)


class Credential(Kept, table=True):
    """Passwords of this node's people. Never replicated."""

    __tablename__ = "credential"
    staff: str = Field(primary_key=True)
    record: bytes = _blob(nullable=False)
    hash: str


class Attempt(Kept, table=True):
    """Wrong passwords since the last right one, by staff id; of ids that nobody has, by a share of them all."""

    __tablename__ = "attempt"
    key: str = Field(primary_key=True)
    failures: int
    steady_ms: int = Field(sa_type=BigInteger)  # the machine's running time at the newest of them


class Invite(Kept, table=True):
    __tablename__ = "invite"
    id: int | None = Field(default=None, primary_key=True)
    secret: bytes = _blob(nullable=False, unique=True)
    unit: str
    name: str
    kind: str
    role: str
    expires_ms: int = Field(sa_type=BigInteger)
    used: bytes | None = _blob(nullable=True)  # node that used it


class Blob(Kept, table=True):
    """An attachment's bytes, by their SHA-256; they lie in files beside the database (3.5)."""

    __tablename__ = "blob"
    __table_args__ = (Index("blob_missing", "hash", sqlite_where=text("NOT complete")),)
    hash: bytes = _blob(primary_key=True)
    size: int
    complete: bool = False
    wanted: bool = False  # a record names it, or did once: it is never swept, only erased
    created_ms: int = Field(sa_type=BigInteger)


class Fragment(Kept, table=True):
    """An attachment on its way: one partial file a peer, so that no peer spoils another's."""

    __tablename__ = "fragment"
    hash: bytes = _blob(primary_key=True)
    peer: bytes = _blob(primary_key=True)  # node id
    size: int
    have: int = 0  # bytes that are durable here
    faults: int = 0  # how often it came whole, and its hash was another


class Erased(Kept, table=True):
    """A change whose body was destroyed by law: it is refused when it comes back (3.11)."""

    __tablename__ = "erased"
    change: bytes = _blob(primary_key=True)  # short id
    by: bytes = _blob(nullable=False)  # short id of the act that says so
    at_ms: int = Field(sa_type=BigInteger)


class CallRecord(Kept, table=True):
    """A call as the telephone exchange recorded it (话单). The number stands here blind and masked, never in clear;
    it is no act of anybody, so it is this node's alone."""

    __tablename__ = "call_record"
    __table_args__ = (Index("call_record_started", "started_ms"), Index("call_record_token", "token"))
    id: int | None = Field(default=None, primary_key=True)
    key: bytes = _blob(nullable=False, unique=True)  # blind too: what makes a second import of it the same
    started_ms: int = Field(sa_type=BigInteger)
    ended_ms: int = Field(sa_type=BigInteger)
    direction: str
    token: int | None = Field(default=None, sa_type=BigInteger)  # as in `alike`; None for a withheld number
    number: str = ""  # masked
    extension: str = ""
    operator: str = ""
    result: str
    imported_ms: int = Field(sa_type=BigInteger)


class Saved(Kept, table=True):
    """Templates, views and drafts of this node's people. Never replicated; a draft has personal words in it."""

    __tablename__ = "saved"
    __table_args__ = (
        UniqueConstraint("kind", "matter", "staff", "name"),
        Index("saved_age", "kind", "changed_ms"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str  # template view draft
    matter: str
    staff: str  # staff id; empty: the whole unit's
    name: str
    value: bytes = _blob(nullable=False)  # JSON
    changed_ms: int = Field(sa_type=BigInteger)


class Stand(Kept, table=True):
    """Signed words of nodes, this one's too, on where they stood (docs/protocol.md 3.7). `id` is the order in which
    they came: those behind a neighbour's mark go to it."""

    __tablename__ = "stand"
    __table_args__ = (Index("stand_of", "node", "log", "time_ms"),)
    id: int | None = Field(default=None, primary_key=True)
    node: bytes = _blob(nullable=False)
    log: bytes = _blob(nullable=False)  # the newest of its signer's then
    time_ms: int = Field(sa_type=BigInteger)  # as it says
    received_ms: int = Field(sa_type=BigInteger)
    evidence: bool = False  # another one contradicts it: never thinned out
    raw: bytes = _blob(nullable=False)


class UnitRow(Derived, table=True):
    """The organisation tree as the registry's fold gives it."""

    __tablename__ = "unit"
    path: str = Field(primary_key=True)
    code: str = Field(index=True)
    name: str
    kind: str
    role: str
    node: bytes | None = _blob(nullable=True)
    host: str = ""  # path of the unit that acts for a hosted one


class StateRow(Derived, table=True):
    """The fold of one record, whole. Apart from what lists look through: it is some kilobytes long."""

    __tablename__ = "state"
    record: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    state: bytes = _blob(nullable=False)


class StaleRow(Derived, table=True):
    """A record that is to be folded once more: another version of the program made its projections."""

    __tablename__ = "stale"
    __table_args__ = (Index("stale_turn", "turn", text("record DESC")),)
    record: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    turn: int = 0  # the lowest first


class Folded(Derived, table=True):
    """What every list needs of a record's fold."""

    __tablename__ = "folded"
    __table_args__ = (
        Index("folded_matter_changed", "matter", "changed"),
        Index("folded_number", "number"),
        Index("folded_by_number", "matter", "number"),
        Index("folded_by_phase", "matter", "phase"),
        Index("folded_by_turn", "matter", text(f"coalesce(turn_ms, {2**62})")),
        Index("folded_phase", "matter", "phase", "changed"),
        Index("folded_external", "matter", "external_id", sqlite_where=text("external_id <> ''")),
        Index("folded_made", "matter", "created"),
        Index("folded_author", "matter", "author"),
        Index("folded_due", "matter", "next_due", sqlite_where=text("next_due IS NOT NULL")),
        Index("folded_by_due", "matter", text(f"coalesce(next_due, {2**62})")),
        Index("folded_open_rows", "matter", sqlite_where=text("open_rows > 0")),
        Index("folded_ruling", "ruling", sqlite_where=text("ruling <> ''")),
    )
    record: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    matter: str
    digest: bytes = _blob(nullable=False)
    number: str = ""
    external_id: str = ""  # by which an import knows what it has brought
    title: str = ""
    phase: str = ""
    round: int = 0
    owner: str = ""
    author: str = ""  # staff id of its first act
    lead: str = ""
    urgency: str = ""
    urgent: bool = False  # goes before everything else that waits
    created: int = Field(default=0, sa_type=BigInteger)
    changed: int = Field(default=0, sa_type=BigInteger)
    next_due: int | None = Field(default=None, sa_type=BigInteger)  # unix ms of the earliest open deadline
    turn_ms: int | None = Field(default=None, sa_type=BigInteger)  # when its owner is to take it up next
    attempts: int = 0  # how often he did
    ruling: str = ""  # the unit that is to decide what those below it could not
    here: bool = True  # in the scope of this node's unit
    withheld: bool = False  # and its words aren't for this unit
    open_rows: int = 0


class Place(Derived, table=True):
    """One row a status slot: an assignment."""

    __tablename__ = "place"
    __table_args__ = (
        Index("place_unit", "unit", "status"),
        Index("place_status", "status"),
        Index("place_assigner", "assigner", "status"),
        Index("place_actor", "actor"),
    )
    record: int = Field(primary_key=True)
    round: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    status: str
    actor: str = ""  # who brought it there
    assigner: str = ""  # unit that made the assignment
    since: int = Field(sa_type=BigInteger)
    responsible: str = ""  # staff id of whom it was entrusted to


class Charge(Derived, table=True):
    """Whose a record is within a unit: it stands among his own."""

    __tablename__ = "charge"
    __table_args__ = (Index("charge_staff", "staff", "unit"),)
    record: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    staff: str = Field(primary_key=True)


class DueRow(Derived, table=True):
    """Instants at which something falls due; whether it is overdue depends on the present (1.3)."""

    __tablename__ = "due"
    __table_args__ = (Index("due_open", "done_ms", "due_ms"),)
    record: int = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    start_ms: int = Field(sa_type=BigInteger)
    due_ms: int = Field(sa_type=BigInteger)
    done_ms: int | None = Field(default=None, sa_type=BigInteger)
    line_ms: int = Field(default=0, sa_type=BigInteger)  # time on the line within it
    owed: bool = True  # False: the limit of a right, breached only by using it late
    paused: bool = False  # it stands still
    remind_ms: int | None = Field(default=None, sa_type=BigInteger)  # from when on a reminder is due


class CardRow(Derived, table=True):
    """Cards that were issued, and those that are called for from an instant on (1.3). A card stands while it
    was issued, `from_ms` has come, and nobody cleared it; without `from_ms` it is rescinded."""

    __tablename__ = "card"
    __table_args__ = (Index("card_due", "issued_ms", "from_ms"),)
    record: int = Field(primary_key=True)
    round: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    colour: str = Field(primary_key=True)
    from_ms: int | None = Field(default=None, sa_type=BigInteger)
    issued_ms: int | None = Field(default=None, sa_type=BigInteger)
    cleared_ms: int | None = Field(default=None, sa_type=BigInteger)
    act: bytes = _blob(nullable=False)  # short id of the act that issued it
    issuer: str = ""  # unit path
    objections: int = 0


class FactRow(Derived, table=True):
    """What can be counted of a record (1.4), in the order in which it is added up. It holds from `from_ms` on,
    up to `until_ms`; whether it does now depends on the present."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_record", "record"), {"sqlite_with_rowid": False})
    name: str = Field(primary_key=True)  # matter.fact
    at_ms: int = Field(primary_key=True, sa_type=BigInteger)  # by which a period counts it
    record: int = Field(primary_key=True)
    n: int = Field(primary_key=True)  # of several of one name and instant
    unit: str  # path, as it was then
    round: int
    value: int = Field(sa_type=BigInteger)
    from_ms: int = Field(sa_type=BigInteger)
    until_ms: int | None = Field(default=None, sa_type=BigInteger)
    excluded: bool = False


class Former(Derived, table=True):
    """Paths that units had, or were to have, before a move."""

    __tablename__ = "former"
    path: str = Field(primary_key=True)
    now: str


class LinkRow(Derived, table=True):
    """Which record names which other as belonging together; each end may be unknown here."""

    __tablename__ = "link_"
    __table_args__ = (Index("link_other", "other"),)
    record: int = Field(primary_key=True)
    other: bytes = _blob(primary_key=True)  # record id


class UsableRow(Derived, table=True):
    """What may be proposed as an answer while somebody tells his matter, and how often it was used."""

    __tablename__ = "usable"
    record: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    valid_from: str = ""  # ISO days; empty: open
    valid_until: str = ""
    area: str = ""  # division code; empty: everywhere
    routine: bool = False
    weight: float = 1.0
    used: int = 0  # as the units say


class CitationRow(Derived, table=True):
    """Which record rests on which other, of whatever matter: a call on the article that answered it."""

    __tablename__ = "citation"
    __table_args__ = (Index("citation_cited", "cited"),)
    record: int = Field(primary_key=True)
    cited: bytes = _blob(primary_key=True)  # record id


class AlikeRow(Derived, table=True):
    """By which values a record is alike to others: blind (node/alike.py)."""

    __tablename__ = "alike"
    __table_args__ = (Index("alike_token", "token", "key", "created"), {"sqlite_with_rowid": False})
    record: int = Field(primary_key=True)
    key: str = Field(primary_key=True)
    token: int = Field(primary_key=True, sa_type=BigInteger)
    created: int = Field(sa_type=BigInteger)  # hybrid time of the record


class Notice(Derived, table=True):
    """Acts that are to catch the eye of whoever is above (Action.noted): reveals, exports, recoveries."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_time", "at_ms"),)
    record: int = Field(primary_key=True)
    act: bytes = _blob(primary_key=True)  # short id
    action: str
    unit: str
    actor: str
    at_ms: int = Field(sa_type=BigInteger)


class ExceptionRow(Derived, table=True):
    __tablename__ = "exception_"
    id: int | None = Field(default=None, primary_key=True)
    record: int = Field(index=True)
    name: str = Field(index=True)  # stays the same when the record is folded again
    act: bytes = _blob(nullable=False)
    kind: str = Field(index=True)
    code: str
    place: str = ""
    winner: bytes = _blob(nullable=False)
    open: bool = True


class Attachment(Derived, table=True):
    """Which records name which attachment."""

    __tablename__ = "attachment"
    __table_args__ = (Index("attachment_hash", "hash"),)
    record: int = Field(primary_key=True)
    hash: bytes = _blob(primary_key=True)


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model, for hot paths."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found
