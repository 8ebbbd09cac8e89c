"""Attachments over a link, both ways (protocol 3.5): what is wanted, what is given, what came.

Each message says what its sender wants, as (content, durable offset), and carries chunks of what the other
wanted last. Called only where a link has nothing else to send. Whose record names it decides: a child is
given, and asked for, only what a record in its scope names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from node import scope
from node.matters import KINDS
from node.store import folded, links, records, settings
from node.work import Work
from sync_protocol import cbor
from sync_protocol.messages import MAX_CHUNK_BYTES, BlobWant, Chunk
from sync_protocol.names import covers

from . import arriving, budget, choosing, memory, reference, store, sweep

ROOM = 256 * 1024  # bytes of chunks in one message, where nobody says how much there is
DENSE = 3  # a file seldom gets smaller, and tickets come to a third: so much less room it has on a line
BLOBS = "blobs"  # the feature by which a peer says that it knows of attachments

MOST_WANTS = choosing.MOST_WANTS


class Parcel(NamedTuple):
    """Of attachments, what goes into one message."""

    wants: tuple[BlobWant, ...]
    chunks: tuple[Chunk, ...]


class Took(NamedTuple):
    """`stored`: chunks that are durable now. `notes`: codes of what was refused, for the peer."""

    stored: int
    notes: tuple[str, ...]


def for_request(
    work: Work,
    parent: bytes,
    room: int = ROOM,
    asked: Sequence[BlobWant] | None = None,
    most: int = MOST_WANTS,
) -> Parcel:
    """For the parent: what we lack, and chunks of what it `asked` for (None: with its last reply)."""
    return _parcel(work, parent, _wanted_by(work, parent) if asked is None else asked, room, most)


def for_reply(
    work: Work,
    child: bytes,
    asked: Sequence[BlobWant] | None = None,
    room: int = ROOM,
    most: int = MOST_WANTS,
) -> Parcel:
    """For a child: what we lack of its records, and chunks of what it asked for now (None: last)."""
    return _parcel(work, child, _wanted_by(work, child) if asked is None else asked, room, most)


def onward(
    work: Work, peer: bytes, asked: Sequence[BlobWant] | None, chunks: Iterable[Chunk]
) -> tuple[BlobWant, ...]:
    """What is left of what a peer wants once these chunks have come: for a bundle's next letter. Nothing,
    where no chunk could be made any more."""
    given = {one.hash: one for one in chunks}
    wants = _wanted_by(work, peer) if asked is None else asked
    return tuple(left for want in wants if given and (left := _left_of(want, given.get(want.hash))))


def _left_of(want: BlobWant, chunk: Chunk | None) -> BlobWant | None:
    if chunk is None:
        return want
    at = chunk.offset + len(chunk.data)
    return BlobWant(want.hash, at) if at < chunk.size else None


def take(work: Work, peer: bytes, wants: Sequence[BlobWant] | None, chunks: Iterable[Chunk]) -> Took:
    """Stores what came and is wanted here, and remembers what the peer wants (None: it says nothing that
    counts). A bad chunk stops no other."""
    sweep.once(work)
    if wants is not None:
        _remember(work, peer, wants)
    child = _child(work, peer)
    known, codes, stored = memory.of(work), [], 0
    for chunk in chunks:
        code = arriving.take(work, peer, child, chunk)
        if code == arriving.UNASKED:
            continue
        budget.spend(work, peer, len(chunk.data))
        if code:
            codes.append(code)
            continue
        stored += 1
        known.in_vain.pop((peer, chunk.hash), None)
        _tell(work, chunk.hash)
    known.barren[peer] = 0 if stored else known.barren[peer] + 1
    return Took(stored, tuple(dict.fromkeys(codes)))


def pending(work: Work, peer: bytes) -> bool:
    """Whether another exchange at once is worth it. Asked when what came has been folded."""
    known = memory.of(work)
    if has_chunks(work, peer, _wanted_by(work, peer)):
        return True
    return known.barren[peer] < memory.MOST_BARREN and any(
        not known.in_vain[peer, content] for content in _lacking(work, peer, _child(work, peer))
    )


def has_chunks(work: Work, peer: bytes, asked: Sequence[BlobWant]) -> bool:
    """Whether anything of what a peer asked for can be given now: then its request isn't held."""
    return bool(budget.left(work, peer)) and any(_servable(work, peer, _child(work, peer), asked))


def _parcel(work: Work, peer: bytes, asked: Sequence[BlobWant], room: int, most: int) -> Parcel:
    row = links.peer(work.db, peer)
    if row is None or BLOBS not in row.can.split():
        return Parcel((), ())
    sweep.once(work)
    child = _child(work, peer)
    chunks = tuple(_chunks(work, peer, child, asked, min(room, MAX_CHUNK_BYTES)))
    budget.spend(work, peer, sum(len(one.data) for one in chunks))
    return Parcel(_wants(work, peer, child, most), chunks)


def _child(work: Work, peer: bytes) -> int | None:
    """The peer row of a child; None for the parent, who is above every record that we hold."""
    if settings.get(work.db, "parent") == peer:
        return None
    row = links.peer(work.db, peer)
    return row.id if row is not None else 0


# What a peer wants of us: it is kept, as a courier may bring the answer another day


def _remember(work: Work, peer: bytes, wants: Sequence[BlobWant]) -> None:
    told = cbor.encode([list(one) for one in wants]) if wants else b""
    if (settings.get(work.db, _name(peer)) or b"") != told:
        settings.put(work.db, _name(peer), told)


def _wanted_by(work: Work, peer: bytes) -> tuple[BlobWant, ...]:
    told = settings.get(work.db, _name(peer))
    return tuple(BlobWant(*one) for one in cbor.decode(told)) if told else ()


def _name(peer: bytes) -> str:
    return f"attachments wanted {peer.hex()}"


# Asking


def _lacking(work: Work, peer: bytes, child: int | None) -> list[bytes]:
    if arriving.is_paused(work) or not budget.left(work, peer):
        return []
    found = list(store.lacking(work.db, peer, child))
    if child is None or not links.withholds(work.db, child):
        return found
    return [one for one in found if _may_ask(work, peer, child, one)]


def _may_ask(work: Work, peer: bytes, child: int, content: bytes) -> bool:
    """A hash is words: where a child isn't given a record's, it is asked only for what it named there itself."""
    seen = store.delivered(work.db, child, store.records_naming(work.db, content))
    bare = links.withheld(work.db, child, seen)
    return bool(seen - bare) or any(_by_itself(work, peer, one, content) for one in bare)


def _by_itself(work: Work, peer: bytes, record: int, content: bytes) -> bool:
    """Whether a unit of a child's subtree names it in this record."""
    entry, state = work.registry.node(peer), folded.state(work.db, record)
    kind = KINDS.get(records.name_of(work.db, record)[1])
    if entry is None or state is None or kind is None:
        return False
    named = (work.registry.now(unit) for unit in reference.namers(kind.matter, state, content))
    return any(covers(entry.path, unit) for unit in named)


def _wants(work: Work, peer: bytes, child: int | None, most: int) -> tuple[BlobWant, ...]:
    known = memory.of(work)
    in_vain = {content: known.in_vain[peer, content] for content in _lacking(work, peer, child)}
    asked = []
    for content in choosing.asked_next(in_vain, in_vain, most):
        if not arriving.is_here_after_all(work, content):
            asked.append(BlobWant(content, arriving.durable(work, content, peer)))
            known.in_vain[peer, content] += 1
    return tuple(asked)


# Giving


def _chunks(
    work: Work, peer: bytes, child: int | None, asked: Sequence[BlobWant], room: int
) -> Iterator[Chunk]:
    known = memory.of(work)
    sizes = list(_servable(work, peer, child, asked))
    for cut in choosing.cuts(sizes, min(room, budget.left(work, peer))):
        data = _read(work, cut)
        if data is not None:
            known.served[peer, cut.hash, cut.offset] += 1
            size = next(size for content, _, size in sizes if content == cut.hash)
            yield Chunk(cut.hash, size, cut.offset, data)


def _servable(
    work: Work, peer: bytes, child: int | None, asked: Sequence[BlobWant]
) -> Iterator[tuple[bytes, int, int]]:
    """(content, offset, size) of what may be given and is here. What is out of scope is like what isn't."""
    served = memory.of(work).served
    for one in asked:
        size = store.complete_size(work.db, one.hash)
        if (
            size is not None
            and served[peer, one.hash, one.offset] < memory.MOST_SERVED
            and _may_have(work, peer, child, one.hash)
            and _is_sound(work, one.hash)
        ):
            yield one.hash, one.offset, size


def _may_have(work: Work, peer: bytes, child: int | None, content: bytes) -> bool:
    """Judged when the chunk is made (3.5). A child's own naming opens nothing to it: whoever only knows a
    hash could ask for the file by it. It gets back what it gave, by whatever keys, and what others named for it."""
    naming = store.records_naming(work.db, content)
    if child is None:
        return bool(naming)
    seen = store.delivered(work.db, child, naming)
    bare = links.withheld(work.db, child, seen)
    return bool(seen) and (
        any(store.came_from(work.db, content, one) for one in work.registry.lineage(peer))
        or any(_by_others(work, peer, one, content) for one in seen - bare)
    )


def _by_others(work: Work, peer: bytes, record: int, content: bytes) -> bool:
    """Whether a unit outside a child's subtree names it in this record."""
    entry, state = work.registry.node(peer), folded.state(work.db, record)
    kind = KINDS.get(records.name_of(work.db, record)[1])
    if entry is None or state is None or kind is None:
        return False
    return any(not covers(entry.path, unit) for unit in reference.namers(kind.matter, state, content))


def _is_sound(work: Work, content: bytes) -> bool:
    """Hashed again once an hour before it is given away; a rotten one is asked for instead."""
    known = memory.of(work)
    if content not in known.sound:
        if not store.files(work).is_sound(content):
            store.lost(work, content)
            return False
        known.sound.add(content)
    return True


def _read(work: Work, cut: choosing.Cut) -> bytes | None:
    try:
        found = store.files(work).read(cut.hash, cut.offset, cut.length)
    except OSError:
        found = b""
    if len(found) == cut.length:
        return found
    store.lost(work, cut.hash)
    return None


def _tell(work: Work, content: bytes) -> None:
    """Whoever waits for what is whole now: children in whose scope it is, the parent that asked."""
    if store.complete_size(work.db, content) is None:
        return
    naming = store.records_naming(work.db, content)
    for child in scope.children(work):
        if store.delivered(work.db, child.peer, naming):
            work.children.add(child.node)
    parent = settings.get(work.db, "parent")
    if parent is not None and any(one.hash == content for one in _wanted_by(work, parent)):
        work.up = True
