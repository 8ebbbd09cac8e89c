"""What goes over a link, both ways (protocol 3.5): requests made, requests taken, replies made and taken.

A child asks, its parent answers; nothing is kept between two exchanges but where each side stands, and
that counts only with the peer's incarnation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from node import intake, scope
from node.matters import KINDS
from node.store import chain, links, records, settings
from node.store.links import PeerRow
from node.work import Work
from sync_protocol import cbor, messages, names, receipt
from sync_protocol import frontier as frontiers
from sync_protocol.frontier import Frontier, lacking
from sync_protocol.limits import BATCH
from sync_protocol.messages import ChangeItem, CommitItem, Mark, Note, Reply, Request, Taken
from sync_protocol.names import ZERO, covers

PARENT = "parent"  # setting: node id of the parent
OFFSET = "clock_offset"  # setting: milliseconds by which our clock is disciplined
AUTOMATIC_MS = 10 * 60 * 1000  # a larger offset is applied only when a person confirms (3.6)
STRETCH = 5000  # outbox rows looked at for one batch
BUDGET = 3 * BATCH  # uncompressed bytes of a batch: Chinese text and ids come to about a third


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as made, with how many commits it carries."""

    request: Request
    commits: int


@dataclass(frozen=True, slots=True)
class Got:
    """What a reply brought."""

    received: int
    more: bool
    urgent: bool


def understands() -> tuple[str, ...]:
    return tuple(kind.matter.versioned for kind in KINDS.values())


def subtree(work: Work) -> list[bytes]:
    """Nodes whose logs are ours to send up: our own, and those of every unit below."""
    below = [
        unit.node
        for path, unit in work.registry.units().items()
        if unit.node is not None and names.is_above(work.path, path)
    ]
    return [work.node, *below]


# The child's side


def request(work: Work, hold_s: int) -> Sent:
    """The next request to the parent: what it lacks of our subtree, and how far we have its outbox."""
    peer = _parent(work)
    mine = chain.frontier(work.db, subtree(work))
    known = _stated(peer)
    items, more = messages.fitting(_lacked(work, mine, known), BUDGET) if known is not None else ((), False)
    taken = Taken(peer.incarnation, peer.position, peer.position_id) if peer.position else None
    made = Request(
        understands=understands(),
        digest=frontiers.digest(mine),
        clock_ms=work.now_ms,
        frontier=None if known == mine else mine,
        commits=items,
        taken=taken,
        hold_s=0 if items or known is None else hold_s,
        more=more,
    )
    return Sent(made, len(items))


def _parent(work: Work) -> PeerRow:
    node = settings.get(work.db, PARENT)
    assert node is not None, "the writer asks only where there is a parent"
    return links.ensure(work.db, node, bytes(16))


def _stated(peer: PeerRow) -> Frontier | None:
    """What the parent last said it holds of us; None before it said anything."""
    return None if peer.frontier is None else frontiers.decode(cbor.decode(peer.frontier))


def _lacked(work: Work, mine: Frontier, theirs: Frontier) -> Iterator[CommitItem]:
    """Our own log first: it has the enrolments on which the others rest."""
    gap = lacking(mine, theirs)
    for log in sorted(gap.lacks, key=lambda log: (log != work.log, log)):
        row = chain.log_row(work.db, log)
        assert row is not None, "it is in our frontier"
        span = gap.lacks[log]
        for commit, raw in chain.raws(work.db, row.id, span.start, span.stop - 1):
            yield CommitItem(raw, tuple(_bodies(work, commit)))


def _bodies(work: Work, commit: int) -> Iterator[ChangeItem]:
    for _row, place, _record, salt, body in records.bodies(work.db, commit):
        yield ChangeItem(place, salt, body)


def take_reply(work: Work, node: bytes, log: bytes, reply: Reply, sent_ms: int, own_ms: int) -> Got:
    """Stores what came down, and believes the receipt. `own_ms`: our machine's time now."""
    peer = links.ensure(work.db, node, log)
    taken = intake.take(work, reply.commits, peer=node)
    values: dict[str, object] = {"incarnation": log, "seen_ms": own_ms}
    if reply.upto.position != peer.position or log != peer.incarnation:
        values |= {"position": reply.upto.position, "position_id": reply.upto.id}
    if reply.receipt is not None:
        values["frontier"] = _believed(work, node, reply.receipt, peer.frontier)
    links.change(work.db, peer.id, **values)
    _discipline(work, reply.clock_ms, sent_ms, own_ms)
    stated = _stated(links.ensure(work.db, node, log)) or {}
    more = reply.more or bool(lacking(chain.frontier(work.db, subtree(work)), stated).lacks)
    if not more and not work.up:
        links.change(work.db, peer.id, complete_ms=work.now_ms)
    return Got(taken.new, more, reply.urgent)


def _believed(work: Work, node: bytes, raw: bytes, known: bytes | None) -> bytes:
    """The frontier of a receipt whose signature is good; one that says more than `known` is kept.

    Raises RemoteError.
    """
    entry = work.registry.node(node)
    key = entry.sign if entry is not None and entry.sign is not None else settings.get(work.db, "parent_sign")
    found = receipt.verify(raw, key or b"", child=work.node)
    stated = cbor.encode(frontiers.encode(found.frontier))
    if stated != known:
        links.keep_receipt(work.db, node, raw, found.time_ms, ours=False)
    return stated


def _discipline(work: Work, parent_ms: int, sent_ms: int, own_ms: int) -> None:
    """The tree's time comes from the root (3.6): our offset against the parent's clock, half way round."""
    offset = parent_ms - (sent_ms + own_ms) // 2
    if abs(offset) > AUTOMATIC_MS:
        settings.put_number(work.db, "clock_asked", offset)
        return
    known = settings.number(work.db, OFFSET)
    if abs(offset - known) > 1000 or settings.get(work.db, "clock_asked"):
        settings.put_number(work.db, OFFSET, offset)
        settings.put(work.db, "clock_asked", b"")


# The parent's side


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as taken. `idle`: neither side has anything, so the reply may be held."""

    received: int
    idle: bool
    notes: tuple[str, ...]


def take_request(work: Work, node: bytes, log: bytes, asked: Request, *, counts: bool, own_ms: int) -> Heard:
    """Stores what came up. `counts`: the envelope is the sender's newest, so its positions are believed."""
    peer = links.ensure(work.db, node, log)
    taken = intake.take(work, asked.commits, peer=node)
    work.up = work.up or taken.new > 0
    if counts:
        _acknowledged(work, peer, node, log, asked)
        links.change(
            work.db, peer.id, incarnation=log, seen_ms=own_ms, offset_ms=asked.clock_ms - work.now_ms
        )
    idle = counts and not asked.commits and not asked.more and asked.frontier is None
    return Heard(taken.new, idle, tuple(dict.fromkeys(taken.notes)))


def _acknowledged(work: Work, peer: PeerRow, node: bytes, log: bytes, asked: Request) -> None:
    """A position counts only with both incarnations and the commit that we put there; else all is sent again."""
    taken = asked.taken or Taken(work.log, 0, ZERO)
    if log != peer.incarnation or not _fits(work, peer, taken):
        scope.fill(work, node)
        links.change(work.db, peer.id, position=0, position_id=ZERO)
    elif taken.position > peer.position:
        links.acknowledge(work.db, peer.id, taken.position, taken.id)


def _fits(work: Work, peer: PeerRow, taken: Taken) -> bool:
    if taken.log not in _own_logs(work) or taken.position < peer.position:
        return False
    if taken.position == peer.position:
        return not taken.position or taken.id == peer.position_id
    commit = links.commit_at(work.db, peer.id, taken.position)
    return commit is not None and chain.id_of(work.db, commit) == taken.id


def _own_logs(work: Work) -> set[bytes]:
    return {row.log for row in chain.logs_of(work.db, [work.node])}


def has_news(work: Work, node: bytes) -> bool:
    peer = links.peer(work.db, node)
    return peer is not None and bool(links.waiting(work.db, peer.id, peer.position, 1))


def reply(work: Work, node: bytes, notes: Iterable[str] = ()) -> Reply:
    """What a child is told now: our custody receipt, and the next batch of its outbox."""
    entry = work.registry.node(node)
    assert entry is not None, "its envelope was opened with its key"
    peer = links.ensure(work.db, node, entry.newest_log)
    items, upto, more = _batch(work, peer)
    return Reply(
        understands=understands(),
        clock_ms=work.now_ms,
        upto=upto,
        receipt=_receipt(work, node, entry.path, peer),
        commits=items,
        more=more,
        urgent=False,
        notes=tuple(Note(code) for code in notes),
    )


def _receipt(work: Work, node: bytes, unit: str, peer: PeerRow) -> bytes:
    held = chain.frontier(work.db, _nodes_within(work, node, unit))
    signed = receipt.make(
        held, child=node, time_ms=work.now_ms, log=work.log, kid=work.node, signer=work.keys.sign
    )
    stated = cbor.encode(frontiers.encode(held))
    if stated != peer.frontier:
        links.keep_receipt(work.db, node, signed.raw, work.now_ms, ours=True)
        links.change(work.db, peer.id, frontier=stated)
    return signed.raw


def _nodes_within(work: Work, node: bytes, unit: str) -> list[bytes]:
    units = work.registry.units().items()
    below = [one.node for path, one in units if one.node is not None and covers(unit, path)]
    return list(dict.fromkeys([node, *below]))


def _batch(work: Work, peer: PeerRow) -> tuple[tuple[CommitItem, ...], Mark, bool]:
    """The next stretch of a child's outbox; scope is judged now, not when it was queued (3.5)."""
    items: list[CommitItem] = []
    spent, upto = 0, Mark(peer.position, peer.position_id or ZERO)
    for position, commit, parting in links.waiting(work.db, peer.id, peer.position, STRETCH):
        item = CommitItem(chain.raw(work.db, commit), tuple(_in_scope(work, peer, commit, parting)))
        if items and spent + item.size > BUDGET:
            break
        if item.changes:
            items.append(item)
            spent += item.size
        upto = Mark(position, chain.id_of(work.db, commit))
    more = bool(links.waiting(work.db, peer.id, upto.position, 1))
    return (*_ahead(work, peer, upto.position), *items), upto, more


def _ahead(work: Work, peer: PeerRow, behind: int) -> Iterator[CommitItem]:
    """Registry changes further back in the outbox go first; they come again in their place, and are known then."""
    for _position, commit in links.waiting_ahead(work.db, peer.id, behind):
        yield CommitItem(chain.raw(work.db, commit), tuple(_in_scope(work, peer, commit, None)))


def _in_scope(work: Work, peer: PeerRow, commit: int, parting: int | None) -> Iterator[ChangeItem]:
    present = records.bodies(work.db, commit)
    allowed = links.in_scope(work.db, peer.id, [record for _, _, record, _, _ in present])
    for row, place, record, salt, body in present:
        if record in allowed or row == parting:
            yield ChangeItem(place, salt, body)
