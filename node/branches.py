"""Which commits count here, where their log was closed or has forked (分叉, protocol 3.4, 3.8).

What the registry says of a log is judged on the chains that are stored (sync_protocol/branches.py). A log
that nothing was said of, and of which no number is held twice, costs one look-up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, text

from node.store import chain, records, settings
from node.store.chain import COMMIT, LOG, LogRow
from node.store.prepared import Prepared, given
from node.work import Work
from sync_protocol import branches, cbor
from sync_protocol.branches import Branches, Said
from sync_protocol.commit import Commit
from sync_protocol.names import SHORT
from sync_protocol.registry import Registry
from sync_protocol.roster import Admission
from sync_protocol.shape import HIGHEST

SEEN = "forks seen"  # setting: what was last known of each forked log
_MAIN = Prepared(
    select(COMMIT.c.commit).where(
        COMMIT.c.log == given("of"), COMMIT.c.seq == given("at"), COMMIT.c.chained.is_(True)
    )
)
_MAIN_BESIDE = Prepared(
    text(
        "SELECT m.seq, m.[commit] FROM commit_ l JOIN commit_ m ON m.log = l.log AND m.seq = l.seq AND m.chained"
        " WHERE l.log = :of AND NOT l.chained"
    )
)
_FORKED_NAMES = Prepared(select(LOG.c.log).where(LOG.c.forked > 0))
_FORKED = Prepared(
    select(LOG.c.id, LOG.c.log, LOG.c.node, LOG.c.head_seq, LOG.c.forked).where(LOG.c.forked > 0)
)
_LINKS = Prepared(
    select(COMMIT.c.id)
    .where(COMMIT.c.log == given("of"), COMMIT.c.seq >= given("above"), COMMIT.c.id > given("newer"))
    .order_by(COMMIT.c.seq)
)
_NEVER = (None, 0, None, 0)
_BESIDE = Prepared(
    select(func.count(), func.coalesce(func.max(COMMIT.c.id), 0), func.coalesce(func.sum(COMMIT.c.id), 0))
    .where(COMMIT.c.log == given("of"), text("NOT commit_.chained"))  # as its index says it
)  # fmt: skip
_IS_LINK = Prepared(
    select(COMMIT.c.id)
    .join(LOG, COMMIT.c.log == LOG.c.id)
    .where(COMMIT.c.id == given("of"), LOG.c.forked > 0, COMMIT.c.seq >= LOG.c.forked)
)


def of(db: Connection, log: int) -> Branches:
    """The chains of a log as stored. Where commits are loose, the main one is asked for at once."""
    loose = _loose(db, log)
    main: dict[int, bytes | None] = {seq: None for seq, _ in loose.values()}
    if loose:
        main |= {row.seq: row.commit for row in _MAIN_BESIDE(db, of=log)}
    return Branches(loose, lambda at: main[at] if at in main else _MAIN(db, of=log, at=at).scalar())


def _loose(db: Connection, log: int) -> dict[bytes, tuple[int, bytes]]:
    return {one.id: (one.seq, one.prev) for one in chain.unchained(db, log)}


class Stored:
    """The logs as stored, for a fold of the registry."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.forked = frozenset(row.log for row in _FORKED_NAMES(db))

    def branches(self, log: bytes) -> Branches:
        row = chain.log_row(self._db, log)
        return Branches() if row is None else of(self._db, row.id)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A log of which something was said, or that has forked."""

    chains: Branches
    disputed: int | None


class Places:
    """Whether commits count by their places, as one registry and one moment of the store have it."""

    def __init__(self, db: Connection, registry: Registry) -> None:
        self._db = db
        self.registry = registry
        self._doubts: dict[bytes, _Doubt | None] = {}

    def admission(self, log: bytes, seq: int, commit: bytes, node: bytes) -> Admission:
        """`node`: whose log it is by what is stored, where the registry doesn't know it."""
        if log not in self._doubts:
            self._doubts[log] = self._doubt(log, node)
        doubt = self._doubts[log]
        if self.registry.log(log) is None:
            return self._unknown(log, node)
        if doubt is None:
            return Admission.OK
        return self.registry.admits(log, seq, commit, doubt.chains, doubt.disputed)

    def _doubt(self, log: bytes, node: bytes) -> _Doubt | None:
        row, said = chain.log_row(self._db, log), self.registry.said(log, node)
        if row is None:
            return None if said.nothing else _Doubt(Branches(), None)
        if said.nothing and not row.forked:
            return None
        chains = of(self._db, row.id)
        return _Doubt(chains, branches.disputed(said, chains) if row.forked else None)

    def _unknown(self, log: bytes, node: bytes) -> Admission:
        """A log that a closed node began afterwards."""
        cut = self.registry.said(log, node).cut
        return Admission.UNKNOWN_AUTHOR if cut is None else cut.reason


def admission(work: Work, log: bytes, seq: int, commit: bytes, node: bytes = b"") -> Admission:
    """Whether a commit counts, by its place. A node's own are judged alike once it is enrolled."""
    if node == work.node and not work.enrolled:
        return Admission.OK
    places = work.places
    if not isinstance(places, Places) or places.registry is not work.registry:
        places = work.places = Places(work.db, work.registry)
    return places.admission(log, seq, commit, node)


def watch(work: Work) -> bool:
    """Notes for another fold what rests on a log whose branches are held otherwise than at the last look. Returns
    whether any log has forked."""
    work.places = None
    forked = _FORKED(work.db).all()
    for log in work.joined.keys() - {row.log for row in forked}:
        _told_of_others(work, log)
    if not forked:
        work.joined.clear()
        return False
    known = settings.get(work.db, SEEN)
    before = {one[0]: one[1:] for one in cbor.decode(known)} if known else {}
    now = {row.log: _seen(work, row, before.get(row.log, _NEVER)) for row in forked}
    if now != before:
        settings.put(work.db, SEEN, cbor.encode([[log, *seen] for log, seen in now.items()]))
    work.joined.clear()
    return True


def _seen(work: Work, row: Any, before: Sequence[Any]) -> list[Any]:
    """[what it rests on, its fork, the number from which no branch counts, its newest commit row], and what follows
    where that isn't as before. A commit at the end of a branch turns no other one's verdict."""
    said = work.registry.said(row.log, row.node)
    rests = [row.head_seq, *_fingerprint(work.db, row.id), _fingerprint_of(said)]
    if rests == before[0] and row.log not in work.joined:
        return list(before)
    disputed = branches.disputed(said, of(work.db, row.id))
    _, fork, gap, newest = before
    work.doubt = work.doubt or (gap is not None and disputed is None)
    _told_of_others(work, row.log)
    if fork != row.forked:
        _again(work, row.id, row.forked)
    elif gap != disputed:  # below the fork in question nothing counts otherwise than before
        _again(work, row.id, min(one for one in (gap, disputed) if one is not None))
    links = links_of(work.db, row.id, row.forked, newer=newest if fork == row.forked else 0)
    work.links.update(links)
    return [rests, row.forked, disputed, max(links, default=newest)]


def _told_of_others(work: Work, log: bytes) -> None:
    """Of commits that came between others: what stands beside their chain, down to where the log forked, or to what
    the lowest of their piece names."""
    row, joined = chain.log_row(work.db, log), work.joined.get(log)
    if row is not None and joined:
        chains = Branches(_loose(work.db, row.id))
        _again(work, row.id, min(row.forked or HIGHEST, *(chains.foot(*one) for one in joined)))


def _fingerprint_of(said: Said) -> bytes:
    cut = said.cut and [said.cut.seq, said.cut.id]
    told = [cut, [list(one) for one in sorted(said.rulings.items())], [list(one) for one in said.admitted]]
    return hashlib.sha256(cbor.encode(told)).digest()[:SHORT]


def turned(work: Work, before: Registry) -> set[int]:
    """Rows of the records that may be others now, by what the registry says of logs: of each the commits that it says
    something else of than `before`. Of an enemy's hundred forks each is ruled on, and a ruling costs what it turns."""
    return {one for row in chain.logs(work.db) for one in _turned(work, row, before)}


def _turned(work: Work, row: LogRow, before: Registry) -> set[int]:
    if _owner(before, row.log) != _owner(work.registry, row.log):
        return records.records_of_log(work.db, row.id)
    old, new = before.said(row.log, row.node), work.registry.said(row.log, row.node)
    if old == new:
        return set()
    main: dict[int, bytes] = {}
    chains = Branches(_loose(work.db, row.id), main.get)
    lowest = min(branches.lowest(old, chains), branches.lowest(new, chains), row.forked or HIGHEST)
    commits = chain.above(work.db, row.id, lowest)
    main.update((one.seq, one.commit) for one in commits if one.chained)
    others = branches.turned(old, new, chains, ((one.seq, one.commit) for one in commits))
    rows = {one.id for one in commits if one.commit in others}
    named = records.records_by_commit(work.db, row.id, lowest) if rows else ()
    return {record for commit, record in named if commit in rows}


def _owner(registry: Registry, log: bytes) -> bytes | None:
    owner = registry.owner_of(log)
    return None if owner is None else owner.node


def joins(db: Connection, registry: Registry, log: LogRow, commit: Commit) -> bool:
    """Whether a commit that is about to be stored may turn verdicts on others of its log: it stands between some
    that are here, or something was said of it. One that follows the end of a log without a fork turns none."""
    if not log.forked and chain.follows(commit, log.head):
        return False
    said, header = registry.said(log.log, log.node), commit.header
    if said.nothing and not log.forked:
        return False
    named = {*said.rulings.values(), *(one.id for one in said.admitted), *([said.cut.id] if said.cut else ())}
    return commit.id in named or chain.is_named(db, log.id, header.seq + 1, commit.id)


def links_of(db: Connection, log: int, above: int, newer: int = 0) -> list[int]:
    """Rows of a forked log's commits from its fork on, stored behind row `newer`. Whoever holds some of them is to
    have all their headers: by these alone it can tell on which branch a commit is."""
    return [row.id for row in _LINKS(db, of=log, above=above, newer=newer)]


def links_besides(work: Work, nodes: Iterable[bytes]) -> list[int]:
    """Rows of the commits from the fork on of each forked log, but for the logs of these nodes."""
    known = frozenset(nodes)
    forked = [row for row in _FORKED(work.db) if row.node not in known]
    return [one for row in forked for one in links_of(work.db, row.id, row.forked)]


def every_link(db: Connection) -> list[int]:
    """The same of every forked log."""
    return [one for row in _FORKED(db) for one in links_of(db, row.id, row.forked)]


def is_link(db: Connection, commit: int) -> bool:
    """Whether a commit is sent though nothing of it may be: its header says on which branch others are."""
    return _IS_LINK(db, of=commit).first() is not None


def _fingerprint(db: Connection, log: int) -> tuple[int, int, int]:
    """Of the commits beside the main chain, which only ever become more, or join it."""
    row = _BESIDE(db, of=log).one()
    return row[0], row[1], row[2]


def _again(work: Work, log: int, above: int) -> None:
    rows = records.records_of_log(work.db, log, above)
    work.again |= rows
    if not rows.isdisjoint(records.rows_of_matter(work.db, "registry")):
        work.registry_changed = True
