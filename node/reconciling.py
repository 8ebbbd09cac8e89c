"""Comparing a link whose positions don't fit (reconciliation 对账, protocol 3.5): what each side holds of what both
should have, and the commits that one of them lacks. How it goes on is sync_protocol/reconcile.py's.

Compared are change ids by record: at the parent of the records given to that child, at the child of those in
its own scope; and the registry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Row, Select, select

from node import filling, lanes, scope, trust
from node.erasure import handing
from node.matters import KINDS
from node.registry import authors, neighbours
from node.store import chain, folded, links, records, settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.store.links import DELIVERY, PeerRow
from node.store.records import RECORD
from node.work import Work
from sync_protocol import messages
from sync_protocol.messages import CommitItem, Reply
from sync_protocol.names import ZERO, covers, short
from sync_protocol.reconcile import Ask, answer, bucket_digests, bucket_of, record_digest

DUE = "compare"  # setting: how often since was it doubted that the link with the parent fits, though its positions do
_REGISTRY = RECORD.c.matter == trust.MATTER
_HERE = select(folded.FOLDED.c.record).where(folded.FOLDED.c.here.is_(True))
_WITHHELD = select(folded.FOLDED.c.record).where(folded.FOLDED.c.withheld.is_(True))
_IN_OUR_SCOPE = _REGISTRY | (RECORD.c.matter.in_(list(KINDS)) & RECORD.c.id.in_(_HERE))


@dataclass(slots=True)
class Index:
    """What one side holds: record id → (bucket, digest), as of one transaction."""

    digests: dict[bytes, tuple[int, bytes]]

    def buckets(self) -> bytes:
        return bucket_digests((bucket, record, digest) for record, (bucket, digest) in self.digests.items())

    def records(self, bucket: int) -> Mapping[bytes, bytes]:
        return {record: digest for record, (at, digest) in self.digests.items() if at == bucket}


class Holding:
    """Either side's holdings (sync_protocol.reconcile.Holdings). A child's outlives the transaction: `see` gives
    it the next one."""

    def __init__(self, peer: int | None = None) -> None:
        """`peer`: the child's row, at a parent; None at the child."""
        self._peer = peer
        self._work: Work | None = None
        self._index: Index | None = None

    def see(self, work: Work) -> Holding:
        self._work, self._index = work, None
        return self

    def buckets(self) -> bytes:
        return self._indexed().buckets()

    def records(self, bucket: int) -> Mapping[bytes, bytes]:
        return self._indexed().records(bucket)

    def changes(self, record: bytes) -> tuple[bytes, ...]:
        return tuple(short(row.change) for row in self._rows(self._query().where(RECORD.c.record == record)))

    def parting(self, record: bytes, known: Collection[bytes]) -> list[bytes]:
        assert self._work is not None, "it was given a transaction to see"
        row = records.row_of(self._work.db, record)
        places = [] if row is None else scope.unheard_of_parting(self._work, row, known)
        if row is None or not places:
            return []
        names = {change: name for name, (change, _) in records.acts_at(self._work.db, row).items()}
        return [names[change] for change, _ in places]

    def _rows(self, query: Select[tuple[bytes, str, bytes]]) -> Iterable[Row[tuple[bytes, str, bytes]]]:
        assert self._work is not None, "it was given a transaction to see"
        return self._work.db.execute(query)

    def _indexed(self) -> Index:
        if self._index is None:
            self._index = Index(dict(self._digests()))
        return self._index

    def _digests(self) -> Iterator[tuple[bytes, tuple[int, bytes]]]:
        held: dict[tuple[bytes, bool], list[bytes]] = {}
        for row in self._rows(self._query()):
            held.setdefault((row.record, row.matter == trust.MATTER), []).append(short(row.change))
        for (record, registry), ids in held.items():
            yield record, (bucket_of(record, registry), record_digest(ids))

    def _nobodys(self) -> list[int]:
        assert self._work is not None, "it was given a transaction to see"
        return authors.logs_of_nobody(self._work.db, self._work.registry)

    def _query(self) -> Select[tuple[bytes, str, bytes]]:
        """What was erased is compared no more: one who never had it agrees with one who destroyed it (3.11). Nor are
        words that aren't for the child: it may have some, which it wrote or was given when they still were."""
        query = (
            select(RECORD.c.record, RECORD.c.matter, CHANGE.c.change)
            .join(CHANGE, CHANGE.c.record == RECORD.c.id)
            .join(COMMIT, COMMIT.c.id == CHANGE.c.commit)
            .where(CHANGE.c.body.is_not(None), COMMIT.c.log.not_in(self._nobodys()))
        )
        if self._peer is None:
            return query.where(_IN_OUR_SCOPE, CHANGE.c.of.is_(None) | RECORD.c.id.not_in(_WITHHELD))
        given = select(DELIVERY.c.record).where(DELIVERY.c.peer == self._peer, DELIVERY.c.gone.is_(False))
        bare = given.where(DELIVERY.c.withheld.is_(True))
        return query.where(
            _REGISTRY | RECORD.c.id.in_(given), CHANGE.c.of.is_(None) | RECORD.c.id.not_in(bare)
        )


# The parent's side


def begin(work: Work, peer: PeerRow) -> None:
    """From here on the link is compared: what waited isn't sent, and the child acknowledges this mark at the end. It is
    one that was never given out: a child that stands at the end of its outbox would have acknowledged it already. No
    commit stands at it: the last one that was acknowledged a child that was restored may have lost for good."""
    filling.finish(work, peer)
    mark = links.again(work.db, peer.id).next_position
    links.drop_until(work.db, peer.id, mark)
    work.unqueue(peer.id)
    links.change(
        work.db, peer.id, position=mark, position_id=ZERO, next_position=mark + 1,
        reconcile_position=mark, reconcile_id=ZERO,
    )  # fmt: skip
    scope.tell_again(work, peer.id)


def again(work: Work) -> None:
    """Every link is to be compared: a neighbour may have what was given up here."""
    work.compare = False
    doubt(work)
    for child in scope.children(work):
        peer = links.peer(work.db, child.node)
        if peer is not None and peer.position and peer.reconcile_position is None and "reconcile" in peer.can:
            begin(work, peer)


def doubt(work: Work) -> None:
    """Something came out of its turn, from a letter that lay about, or was held or set aside until now: what has been
    said of it since, that it left our scope for example, may have been passed over, and nothing would say it again."""
    settings.count(work.db, DUE)


def given_anew(work: Work, found: Iterable[int]) -> None:
    """The parent gave us these records from their beginnings, which we had. Where one has left our scope, neither it
    nor who told it so knows of that any more, and comparing tells it."""
    if any(folded.is_away(work.db, one) for one in found):
        doubt(work)


def is_due(work: Work) -> bool:
    """Whether the link with the parent is to be compared: the parent says so, or we do. Not with one that was revoked
    or replaced: what it told wouldn't be heard, and it would be asked without an end."""
    parent = links.peer(work.db, settings.get(work.db, handing.PARENT) or b"")
    if parent is not None and neighbours.cut_off(work.registry, parent.node):
        return False
    return bool(settings.get(work.db, DUE)) or (parent is not None and parent.reconcile_position is not None)


def went_on(work: Work, begun: Iterable[bytes]) -> None:
    """These logs are known only now. Where somebody went on in one of them, and we hold what he may have lost, he is
    to have it back."""
    owners = {log: work.registry.owner_of(log) for log in begun}
    again = [one.node for log, one in owners.items() if one is not None and one.logs[0] != log]
    if again and left_behind(work, {known for one in again for known in work.registry.lineage(one)}):
        doubt(work)


def left_behind(work: Work, nodes: Collection[bytes] | None = None) -> list[int]:
    """Rows of the commits that others may have lost, and whoever is between us, too: those behind the number up to
    which they had a log when they left it. Only such as comparing records doesn't bring, since the record has left
    our scope or was erased. `nodes`: of these alone."""
    ours = frozenset(lanes.ours(work))
    others = [
        one for one in work.registry.nodes() if one.node not in ours and (nodes is None or one.node in nodes)
    ]
    left = {log: upto for one in others for log, upto in work.registry.left(one).items()}
    return [
        row
        for log, upto in left.items()
        for row in _not_compared(work, LOG.c.log == log, COMMIT.c.seq > upto)
    ]


def written_elsewhere(work: Work) -> list[int]:
    """Rows of what a unit of our subtree wrote before it was moved, on records that have left our scope. To a parent
    who isn't to see them they came up without their bodies; the next one may be."""
    moved = [one for one in work.registry.nodes() if len(one.paths) > 1 and covers(work.path, one.path)]
    found = ((one.node, path) for one in moved for path in one.paths if path != one.path)
    return [
        row for node, path in found for row in _not_compared(work, LOG.c.node == node, COMMIT.c.unit == path)
    ]


def _not_compared(work: Work, *which: ColumnElement[bool]) -> list[int]:
    """Rows of commits of which comparing records shows nothing."""
    compared = (
        select(CHANGE.c.id)
        .join(RECORD, RECORD.c.id == CHANGE.c.record)
        .where(CHANGE.c.commit == COMMIT.c.id, CHANGE.c.body.is_not(None), _IN_OUR_SCOPE)
    )
    rows = work.db.execute(
        select(COMMIT.c.id)
        .join(LOG, COMMIT.c.log == LOG.c.id)
        .where(*which, ~compared.exists())
        .order_by(COMMIT.c.seq)
    )
    return [row.id for row in rows]


def doubts(work: Work) -> int:
    """How often the link was doubted that hasn't been compared since."""
    return settings.number(work.db, DUE)


def ended(work: Work, asked: int) -> None:
    """`asked`: the doubts when it was last asked for everything. What came while that was under way isn't in it."""
    if doubts(work) == asked:
        settings.put(work.db, DUE, b"")


def answered(work: Work, peer: PeerRow, ask: Ask, made: Reply, room: int) -> Reply:
    """The reply with what the child asked: told from what it was given, the commits that it wants, and the act
    by which a record that it still thinks its own has left its scope."""
    filling.finish(work, peer)
    told = answer(ask, Holding(peer.id).see(work), min(room, messages.MAX_PART))
    wanted = commits_of(work, ((one.record, one.ids) for one in ask.wants))
    items = (
        CommitItem(chain.raw(work.db, one), tuple(lanes.in_scope(work, peer, one, None))) for one in wanted
    )
    holds = {one.record: frozenset(one.ids) for one in ask.holds}
    asked = dict.fromkeys(
        one.record for one in ask.changes
    )  # holds alone ask nothing: each record costs folds
    partings = (item for one in asked for item in _parting(work, peer, one, holds.get(one)))
    room -= sum(one.size for one in made.commits)
    found, _more = messages.fitting([*partings, *(one for one in items if one.changes)], max(room, 1))
    return replace(made, told=told, commits=(*made.commits, *found))


def _parting(
    work: Work, peer: PeerRow, record: bytes, holds: Collection[bytes] | None
) -> Iterator[CommitItem]:
    """Of a record that isn't the child's. A parent that was restored may never have given it to the child in this
    life; then the acts have to say that it was the child's once. `holds`: ids of what the child has of it, where it
    says so."""
    row = records.row_of(work.db, record)
    if row is None or peer.id in links.delivered_to(work.db, row):
        return
    known = peer.id in links.has_left(work.db, row)
    places = scope.parting_of(work, peer.node, row, known=known, holds=holds)
    if places and not known:
        links.withdraw(work.db, peer.id, row)
    for change, commit in places:
        yield CommitItem(chain.raw(work.db, commit), tuple(lanes.in_scope(work, peer, commit, change)))


def acts_of(work: Work, named: Iterable[tuple[bytes, tuple[bytes, ...]]]) -> set[int]:
    """Change rows of the acts named."""
    found: set[int] = set()
    for record, ids in named:
        row = records.row_of(work.db, record)
        at = {} if row is None else records.acts_at(work.db, row)
        found.update(at[one][0] for one in ids if one in at)
    return found


def commits_of(work: Work, named: Iterable[tuple[bytes, tuple[bytes, ...]]]) -> list[int]:
    """Rows of the commits with these changes, in the order named."""
    found: dict[int, None] = {}
    for record, ids in named:
        row = records.row_of(work.db, record)
        if row is not None:
            places = records.places(work.db, row)
            found.update({places[one]: None for one in ids if one in places})
    return list(found)
