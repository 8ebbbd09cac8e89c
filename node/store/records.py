"""Records and their changes: what the fold reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from .chain import CHANGE, COMMIT, LOG
from .prepared import Prepared, given
from .schema import Record, table

RECORD = table(Record)


@dataclass(frozen=True, slots=True)
class Placed:
    """One stored change with its place in the order, as the fold needs it."""

    change: bytes  # full id
    of: bytes | None
    body: bytes | None
    fault: str
    time: int
    log: bytes
    seq: int
    place: int
    unit: str
    actor: str
    node: bytes
    commit: bytes  # id of its commit
    held: bool
    received_ms: int
    changes: int  # of its commit


_ROW = Prepared(select(RECORD.c.id).where(RECORD.c.record == given("named")))
_BEGUN = Prepared(insert(RECORD), ["record", "matter"])
_NAME = Prepared(select(RECORD.c.record, RECORD.c.matter).where(RECORD.c.id == given("row")))
_KNOWN = Prepared(
    select(CHANGE.c.id, CHANGE.c.body.is_not(None).label("full")).where(
        CHANGE.c.commit == given("within"), CHANGE.c.place == given("at")
    )
)
_APART = Prepared(
    select(CHANGE.c.record).where(
        CHANGE.c.commit == given("within"), CHANGE.c.place == given("at"), CHANGE.c.of == given("act"),
        CHANGE.c.fault == "words_without_act",
    )
)  # fmt: skip
_OF_ALL = ("clock", "too_large", "bad_signature")  # faults of a commit, not of one body
_FAULT = Prepared(
    select(CHANGE.c.fault).where(
        CHANGE.c.commit == given("within"), or_(*(CHANGE.c.fault == one for one in _OF_ALL))
    )
)
_SIZE = Prepared(select(func.sum(func.length(CHANGE.c.body))).where(CHANGE.c.record == given("of_record")))
_ADD = Prepared(insert(CHANGE), [column.name for column in CHANGE.c if column.name != "id"])
_FILL = Prepared(update(CHANGE).where(CHANGE.c.id == given("row")), ["record", "of", "salt", "body", "fault"])
_BODIES = Prepared(
    select(CHANGE.c.id, CHANGE.c.place, CHANGE.c.record, CHANGE.c.salt, CHANGE.c.body)
    .where(CHANGE.c.commit == given("within"), CHANGE.c.body.is_not(None))
    .order_by(CHANGE.c.place)
)
_OF_MATTER = Prepared(select(RECORD.c.id).where(RECORD.c.matter == given("of_matter")))
_FOLLOWING = Prepared(
    select(RECORD.c.id)
    .where(RECORD.c.matter == given("of_matter"), RECORD.c.id > given("above"))
    .order_by(RECORD.c.id)
    .limit(given("most"))
)
_WORDS_IN = Prepared(select(CHANGE.c.id).where(CHANGE.c.commit == given("within"), CHANGE.c.of.is_not(None)))
_ERASED_IN = Prepared(
    select(CHANGE.c.record).where(CHANGE.c.commit == given("within"), CHANGE.c.body.is_(None))
)
_AT = Prepared(
    select(CHANGE.c.change, CHANGE.c.record).where(
        CHANGE.c.commit == given("within"), CHANGE.c.place == given("at")
    )
)
_ACTS = Prepared(
    select(CHANGE.c.id, CHANGE.c.commit, CHANGE.c.change).where(
        CHANGE.c.record == given("of_record"), CHANGE.c.of.is_(None)
    )
)
_PLACES = Prepared(select(CHANGE.c.change, CHANGE.c.commit).where(CHANGE.c.record == given("of_record")))
_COMMITS = Prepared(
    select(CHANGE.c.commit).where(CHANGE.c.record == given("of_record")).distinct().order_by(CHANGE.c.commit)
)
_SIGNERS = Prepared(
    select(CHANGE.c.commit, LOG.c.node)
    .join(COMMIT, COMMIT.c.id == CHANGE.c.commit)
    .join(LOG, LOG.c.id == COMMIT.c.log)
    .where(CHANGE.c.record == given("of_record"))
    .distinct()
    .order_by(CHANGE.c.commit)
)
_AUTHORS_OF_ERASED = Prepared(
    select(LOG.c.node)
    .join(COMMIT, COMMIT.c.log == LOG.c.id)
    .join(CHANGE, CHANGE.c.commit == COMMIT.c.id)
    .where(CHANGE.c.record == given("of_record"), CHANGE.c.body.is_(None))
    .distinct()
)
_OF_LOG = Prepared(
    select(CHANGE.c.record)
    .join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
    .where(COMMIT.c.log == given("of_log"), COMMIT.c.seq >= given("above"))
    .distinct()
)


def row_of(db: Connection, record: bytes) -> int | None:
    found: int | None = _ROW(db, named=record).scalar()
    return found


def ensure(db: Connection, record: bytes, matter: str) -> int:
    found = row_of(db, record)
    if found is not None:
        return found
    return _BEGUN(db, record=record, matter=matter).lastrowid


def name_of(db: Connection, row: int) -> tuple[bytes, str]:
    """(record id, matter)."""
    found = _NAME(db, row=row).one()
    return found.record, found.matter


def rows_of_matter(db: Connection, matter: str) -> list[int]:
    return [row.id for row in _OF_MATTER(db, of_matter=matter)]


def following(db: Connection, matter: str, above: int, most: int) -> list[int]:
    """Rows of a matter's records behind one, in their order."""
    return [row.id for row in _FOLLOWING(db, of_matter=matter, above=above, most=most)]


def add_change(
    db: Connection,
    commit: int,
    place: int,
    change: bytes,
    record: int,
    salt: bytes,
    body: bytes,
    *,
    of: bytes | None = None,
    fault: str = "",
    fresh: bool = False,
) -> bool:
    """Stores a body; False where it is here already. One that was destroyed, and may be here again, takes its
    old row. `fresh`: the commit was stored just now, and has no bodies at this place yet."""
    known = None if fresh else _KNOWN(db, within=commit, at=place).first()
    if known is not None and known.full:
        return False
    if known is not None:
        _FILL(db, row=known.id, record=record, of=of, salt=salt, body=body, fault=fault)
        return True
    _ADD(
        db, commit=commit, place=place, change=change, record=record, of=of, salt=salt, body=body, fault=fault
    )
    return True


PLACED = (
    select(
        CHANGE.c.change, CHANGE.c.of, CHANGE.c.body, CHANGE.c.fault, COMMIT.c.time, LOG.c.log,
        COMMIT.c.seq, CHANGE.c.place, COMMIT.c.unit, COMMIT.c.actor, LOG.c.node, COMMIT.c.commit,
        COMMIT.c.held, COMMIT.c.received_ms, COMMIT.c.changes,
    )
    .select_from(CHANGE.join(COMMIT, CHANGE.c.commit == COMMIT.c.id).join(LOG, COMMIT.c.log == LOG.c.id))
    .order_by(COMMIT.c.time, LOG.c.log, COMMIT.c.seq, CHANGE.c.place)
)  # fmt: skip


_OF_RECORD = Prepared(PLACED.where(CHANGE.c.record == given("of_record")))
_OF_COMMIT = Prepared(PLACED.where(CHANGE.c.record == given("of_record"), CHANGE.c.commit == given("within")))
_OF_RECORDS = Prepared(
    PLACED.add_columns(RECORD.c.id, RECORD.c.record)
    .join(RECORD, CHANGE.c.record == RECORD.c.id)
    .where(RECORD.c.matter == given("of_matter"))
)


def changes_of(db: Connection, record: int, commits: Collection[int] = ()) -> list[Placed]:
    """Every change of a record (or only those of some commits), in the order of 3.7."""
    if not commits:
        return [_placed(row) for row in _OF_RECORD(db, of_record=record)]
    some = [_placed(row) for one in commits for row in _OF_COMMIT(db, of_record=record, within=one)]
    return sorted(some, key=lambda one: (one.time, one.log, one.seq, one.place))


def count_in(db: Connection, commit: bytes) -> int:
    """How many of the changes that a commit (its id) names have been here, bodies and all."""
    query = select(func.count()).select_from(CHANGE.join(COMMIT, CHANGE.c.commit == COMMIT.c.id))
    return int(db.execute(query.where(COMMIT.c.commit == commit)).scalar_one())


def size_of(db: Connection, record: int) -> int:
    """Bytes of all that is present of a record."""
    return int(_SIZE(db, of_record=record).scalar() or 0)


def _placed(row: Any) -> Placed:
    return Placed(*row)


def changes_of_matter(db: Connection, matter: str) -> list[tuple[int, bytes, Placed]]:
    """(record row, record id, change) of every record of a matter, in the order of 3.7."""
    return [(row[-2], row[-1], _placed(row[:-2])) for row in _OF_RECORDS(db, of_matter=matter)]


def bodies(db: Connection, commit: int) -> Sequence[tuple[int, int, int, bytes, bytes]]:
    """(change row, place, record row, salt, body) of what is present of a commit, in order."""
    return [tuple(row) for row in _BODIES(db, within=commit)]


def words_in(db: Connection, commit: int) -> set[int]:
    """Change rows of a commit that are words."""
    return {row.id for row in _WORDS_IN(db, within=commit)}


def records_of_erased(db: Connection, commit: int) -> set[int]:
    """Record rows of a commit's changes whose bodies were destroyed."""
    return {row.record for row in _ERASED_IN(db, within=commit)}


def record_of_act(db: Connection, commit: int, place: int, act: bytes) -> int | None:
    """The record row of the act at that place of a commit, if it has this short id."""
    row = _AT(db, within=commit, at=place).first()
    return row.record if row is not None and row.change[:16] == act else None


def bring_words(db: Connection, commit: int, place: int, act: bytes, record: int) -> set[int]:
    """Words that came before their act, which stands at `place`, and were kept by a version up to 0.2.2: they go to
    its record. Returns the record rows that change by it."""
    apart = _APART(db, within=commit, at=place + 1, act=act).scalar()
    if apart is None:
        return set()
    behind = (CHANGE.c.commit == commit, CHANGE.c.place == place + 1, CHANGE.c.of == act)
    db.execute(update(CHANGE).where(*behind).values(record=record, fault=""))
    return {apart, record}


def fault_of(db: Connection, commit: int) -> str:
    """What was wrong with a commit as a whole when it came (`clock`, `too_large`), or is since
    (`bad_signature`); it holds for every body."""
    return str(_FAULT(db, within=commit).scalar() or "")


def acts_at(db: Connection, record: int) -> dict[bytes, tuple[int, int]]:
    """Short id → (change row, commit row) of each act of a record."""
    return {row.change[:16]: (row.id, row.commit) for row in _ACTS(db, of_record=record)}


def places(db: Connection, record: int) -> dict[bytes, int]:
    """Short id → commit row of each change of a record."""
    return {row.change[:16]: row.commit for row in _PLACES(db, of_record=record)}


def signers_of(db: Connection, record: int) -> dict[int, bytes]:
    """Rows of the commits with changes of a record, in their order, each with the id of the node that signed it."""
    return {row.commit: row.node for row in _SIGNERS(db, of_record=record)}


def commits_of(db: Connection, record: int) -> list[int]:
    """Row ids of the commits that name a record, in the order stored."""
    return [row.commit for row in _COMMITS(db, of_record=record)]


def records_of_commits(db: Connection, commits: Iterable[int]) -> set[int]:
    rows = db.execute(select(CHANGE.c.record).where(CHANGE.c.commit.in_(list(commits))).distinct())
    return {row.record for row in rows}


def authors_of_erased(db: Connection, record: int) -> set[bytes]:
    """Node ids of those who signed what was destroyed here of a record."""
    return {row.node for row in _AUTHORS_OF_ERASED(db, of_record=record)}


def records_of_log(db: Connection, log: int, above: int = 0) -> set[int]:
    """Record rows of what a log's commits say, from a number on."""
    return {row.record for row in _OF_LOG(db, of_log=log, above=above)}


def records_by_commit(db: Connection, log: int, above: int) -> Iterator[tuple[int, int]]:
    """(commit row, record row) of what a log's commits say, from a number on."""
    query = select(CHANGE.c.commit, CHANGE.c.record).join(COMMIT, CHANGE.c.commit == COMMIT.c.id)
    for row in db.execute(query.where(COMMIT.c.log == log, COMMIT.c.seq >= above)):
        yield row.commit, row.record


def place_of_act(db: Connection, record: int, act: bytes) -> tuple[int, int] | None:
    """(change row, commit row) of an act of that record, by its short id."""
    rows = _ACTS(db, of_record=record)
    return next(((row.id, row.commit) for row in rows if row.change[:16] == act), None)
