"""What goes over a link, and in which order (protocol 3.5): the lanes between a child and its parent.

Up go the commits of the child's subtree that the parent lacks; down again those that the child itself lost;
and down what waits in the outbox. Registry changes come first, then urgent records, then the rest.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain as joined

from sqlalchemy import Connection, select

from node import branches, filling, scope, signatures, trust
from node.store import chain, folded, links, records
from node.store.chain import CHANGE, COMMIT, LogRow
from node.store.links import PeerRow
from node.store.records import RECORD
from node.work import Work
from sync_protocol import messages
from sync_protocol.chains import Chains
from sync_protocol.frontier import Frontier, Gap, Span, lacking
from sync_protocol.limits import BATCH
from sync_protocol.messages import ChangeItem, CommitItem, Mark
from sync_protocol.names import ZERO, covers

ROOM = 3 * BATCH  # uncompressed bytes of a batch: Chinese text and ids come to about a third
STRETCH = 500  # commits or outbox rows looked at in one step
FIRST = 200  # commits that may go before their turn in one message
FEW = 20  # commits that go in their turn: the worst line carries them in some minutes
WINDOW = 20_000  # commits of a backlog in which what is urgent is looked for


def ours(work: Work) -> list[bytes]:
    """The nodes whose logs we bring up: all of our subtree, and of those moved out of it what they had given us
    before. Once we were revoked or replaced, our own alone, by all our keys: a parent that we were moved to may not
    know by whom this one was enrolled."""
    entry = work.registry.node(work.node)
    if entry is not None and not entry.active:
        return lineage(work, work.node)
    left = [one.node for one in work.registry.signers() if any(covers(work.path, path) for path in one.paths)]
    return list(dict.fromkeys([*nodes_within(work, work.path), *left]))


def nodes_within(work: Work, unit: str) -> list[bytes]:
    """Every node that a unit and those below it ever had: their logs are that subtree's."""
    below = [one.node for one in work.registry.signers() if covers(unit, one.path)]
    return list(dict.fromkeys([*below, *([work.node] if unit == work.path else [])]))


def lineage(work: Work, node: bytes) -> list[bytes]:
    """A node by all the keys that it ever had: what it signed by any of them is its own."""
    return sorted({node, *work.registry.lineage(node)})


def depth(work: Work, log: bytes) -> int:
    """Tiers between the root and a log's owner: an enroller's log goes before that of whom he enrolled."""
    owner = work.registry.owner_of(log)
    return 0 if owner is None else owner.path.count("/")


def unit_of(work: Work, node: bytes) -> str:
    """The subtree that a peer may know of; before our parent's enrolment is here, ours."""
    return work.registry.scope_of(node) or work.path


# By frontiers


class Held:
    """Logs with their chains, each looked up once: of an enemy's log each of hundreds of forks is a stretch."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._found: dict[bytes, tuple[LogRow, Chains] | None] = {}

    def of(self, log: bytes) -> tuple[LogRow, Chains] | None:
        """None for one of which nothing is here."""
        if log not in self._found:
            row = chain.log_row(self._db, log)
            self._found[log] = None if row is None else (row, chain.chains(self._db, row))
        return self._found[log]

    def chains(self, log: bytes) -> Chains | None:
        found = self.of(log)
        return None if found is None else found[1]


def gap(work: Work, nodes: Iterable[bytes], theirs: Frontier) -> Gap:
    """What a peer that holds `theirs` lacks of these nodes' logs."""
    return lacking(chain.frontier(work.db, nodes), theirs, Held(work.db).chains)


def by_frontier(
    work: Work, lacked: Gap, room: int, towards: str, *, first: bool = True
) -> tuple[tuple[CommitItem, ...], bool]:
    """The next batch of what a frontier lacks, and whether more is left. `towards`: the unit whose peer gets it.
    `first`: it takes commits that come before their turn."""
    spans = [(log, span) for log, found in lacked.lacks.items() for span in found]
    # What a peer may have already would else be the whole of each batch, and what it lacks never be in one.
    spans.sort(
        key=lambda one: (not one[1].sure, one[0] != work.log, depth(work, one[0]), one[0], one[1].first)
    )
    size = sum(span.last - span.first + 1 for _, span in spans)
    early = _first_of(work, spans) if first and size > FEW else {}
    held = Held(work.db)
    rest = (one for log, span in spans for one in stretch(work, held, log, span) if one[0] not in early)
    items = (CommitItem(raw, tuple(bodies(work, row, towards))) for row, raw in joined(early.items(), rest))
    return messages.fitting(items, room)


def _first_of(work: Work, spans: Iterable[tuple[bytes, Span]]) -> dict[int, bytes]:
    """Commits of a long backlog that don't wait for their turn: commit row → COSE bytes."""
    found: dict[int, bytes] = {}
    for condition in (RECORD.c.matter == trust.MATTER, folded.FOLDED.c.urgent):
        for log, span in spans:
            if span.backwards or not span.sure or len(found) >= FIRST:
                continue
            row = chain.log_row(work.db, log)
            assert row is not None, "it is in our frontier"
            query = (
                select(COMMIT.c.id, COMMIT.c.raw)
                .distinct()
                .join(CHANGE, CHANGE.c.commit == COMMIT.c.id)
                .join(RECORD, RECORD.c.id == CHANGE.c.record)
                .outerjoin(folded.FOLDED, folded.FOLDED.c.record == RECORD.c.id)
                .where(COMMIT.c.log == row.id, COMMIT.c.seq >= span.first,
                       COMMIT.c.seq <= min(span.last, span.first + WINDOW), condition)
                .order_by(COMMIT.c.seq)
                .limit(FIRST)
            )  # fmt: skip
            rows = work.db.execute(query).all()
            found.update({one.id: one.raw for one in rows if signatures.is_sure(work, one.id)})
    return found


def stretch(work: Work, held: Held, log: bytes, span: Span) -> Iterator[tuple[int, bytes]]:
    """(commit row, COSE bytes) of a stretch of the chain that ends with `span.tip`."""
    found = held.of(log)
    assert found is not None, "it is in our frontier"
    row, chains = found
    path = chains.path(span.tip, span.first, span.last)
    loose = [(one.row, chain.raw(work.db, one.row)) for one in reversed(path)]
    last = min(span.last, path[-1].seq - 1) if path else span.last
    if span.backwards:
        return joined(reversed(loose), _main(work, row, span.first, last, backwards=True))
    return joined(_main(work, row, span.first, last), loose)


def _main(
    work: Work, log: LogRow, first: int, last: int, *, backwards: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Of the main chain, a step at a time: a backlog may be large."""
    starts = list(range(first, last + 1, STRETCH))
    for at in reversed(starts) if backwards else starts:
        found = chain.raws(work.db, log.id, at, min(at + STRETCH - 1, last))
        yield from reversed(found) if backwards else found


def bodies(work: Work, commit: int, towards: str, parting: Container[int] = ()) -> Iterator[ChangeItem]:
    """What is here of a commit of the subtree, for a peer of that unit. What was written below it is its to have;
    of what a moved unit wrote elsewhere, the records in its scope. `parting`: rows of changes that go all the same, as
    they say why a record isn't in it."""
    present = records.bodies(work.db, commit)
    theirs = scope.is_written_below(work, towards, commit)
    words = () if theirs else records.words_in(work.db, commit)
    for _row, place, record, salt, body in present:
        whole = theirs or _row in parting
        if whole or (scope.reaches(work, towards, record) and _may_go(work, towards, record, words, _row)):
            yield ChangeItem(place, salt, body)


def _may_go(work: Work, towards: str, record: int, words: Container[int], row: int) -> bool:
    return row not in words or scope.gives_words(work, towards, record)


# By positions


@dataclass(frozen=True, slots=True)
class Down:
    """A stretch of a child's outbox. `early`: positions of its first items, which come before their turn."""

    items: tuple[CommitItem, ...]
    upto: Mark
    more: bool
    early: tuple[int, ...] = ()


def outbox(work: Work, peer: PeerRow, above: Mark, room: int, *, early: bool = True) -> Down:
    """The next batch for a child; scope is judged now, not when it was queued (3.5).

    `early`: the child says what it took before its turn; to another, registry changes come a second time.
    """
    filling.go_on(work, peer, above.position, room)
    items, upto = _in_turn(work, peer, above, room)
    if not links.waiting(work.db, peer.id, upto.position, 1):
        return Down(tuple(items), upto, links.filling(work.db, peer.id) is not None)
    before = _before(work, peer, upto.position, room, early=early)
    if not early:
        return Down((*(item for _, item in before), *items), upto, True)
    room -= sum(item.size for _, item in before)
    if before and room > 0:
        items, upto = _in_turn(work, peer, above, room)
    elif before:
        items, upto = [], above
    positions = tuple(position for position, _ in before if position > upto.position)
    first = (item for position, item in before if position > upto.position)
    return Down((*first, *items), upto, True, positions)


def _in_turn(work: Work, peer: PeerRow, above: Mark, room: int) -> tuple[list[CommitItem], Mark]:
    items: list[CommitItem] = []
    spent, upto = 0, above
    while stretch := links.waiting(work.db, peer.id, upto.position, STRETCH):
        for position, commit, parting in stretch:
            item = CommitItem(chain.raw(work.db, commit), tuple(in_scope(work, peer, commit, parting)))
            if items and (spent + item.size > room or len(items) == messages.MAX_PARTS):
                return items, upto
            if _may_leave(work, peer, commit, item, told=parting is not None):
                items.append(item)
                spent += item.size
            upto = Mark(position, chain.id_of(work.db, commit))
    return items, upto


def _before(
    work: Work, peer: PeerRow, behind: int, room: int, *, early: bool
) -> list[tuple[int, CommitItem]]:
    """(position, item) of what goes before its turn."""
    found: list[tuple[int, CommitItem]] = []
    for position, commit, ahead in links.waiting_ahead(work.db, peer.id, behind, FIRST):
        item = CommitItem(chain.raw(work.db, commit), tuple(in_scope(work, peer, commit, None)))
        room -= item.size
        if (found and room < 0) or (not early and ahead != links.REGISTRY):
            break
        if _may_leave(work, peer, commit, item):
            found.append((position, item))
    return found


def _may_leave(work: Work, peer: PeerRow, commit: int, item: CommitItem, *, told: bool = False) -> bool:
    """Whether there is something in it for this child, and its own signature counts: it leaves its run here.
    Of what was erased with its record the commit says who and when. `told`: it goes for what it says of a record that
    the child hasn't in its scope."""
    if not item.changes and not told and not branches.is_link(work.db, commit):
        erased = records.records_of_erased(work.db, commit)
        if not erased or not links.in_scope(work.db, peer.id, erased):
            return False
    return signatures.is_sure(work, commit)


def in_scope(work: Work, peer: PeerRow, commit: int, parting: int | None) -> Iterator[ChangeItem]:
    """The bodies of a commit that a child may have."""
    present = records.bodies(work.db, commit)
    allowed = links.in_scope(work.db, peer.id, [record for _, _, record, _, _ in present])
    withheld = links.withheld(work.db, peer.id, allowed)
    words = records.words_in(work.db, commit) if withheld else ()
    for row, place, record, salt, body in present:
        if row == parting or (record in allowed and not (record in withheld and row in words)):
            yield ChangeItem(place, salt, body)


def start(peer: PeerRow) -> Mark:
    """Up to where a child has acknowledged its outbox."""
    return Mark(peer.position, peer.position_id or ZERO)
