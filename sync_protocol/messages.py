"""Request and reply (请求, 应答, protocol 3.5): what one exchange carries, both directions at once.

A message is frames (frames.py): first a head, then one part per commit. The head is a CBOR map; keys
that aren't known are ignored, so that a later version may add some.

    0  what this is: "request" (from a child) or "reply" (from a parent)
    1  version in which it is written        2  versions the sender speaks, [uint …]
    3  matters it understands, [text …]      4  its clock, unix milliseconds
    5  more: it has more to send at once     6  notes, [[code] or [code, log, seq, commit id] …]
    both      19 features it has, [text …] (`CAN`)   20 wants: [[hash of an attachment, offset] …]
              21 chunks: [[hash, size of the whole, offset, bytes] …]
              26 stands (stand.py): [COSE bytes …]   27 in a reply, the mark up to which these go; in a request,
                 the one up to which they were taken
    request   7 frontier of its subtree's logs, [[log, seq, id] …]   15 its further chains
              8 digest of that frontier   9 taken: [parent's newest log, position, commit id there]
              10 seconds it may be held   16 early: positions taken before their turn
              17 ask (comparison.py)   22 room: bytes, before compression, that it wants at most
    reply     11 custody receipt (COSE bytes)   12 where this batch ends: [position, commit id]
              13 urgent: something for a person at once
              14 reconcile: [position, commit id] to be acknowledged once the holdings are compared
              16 early: positions of the first commits of this message, sent before their turn
              18 told (comparison.py)
              23 above, in a bundle alone: [position, commit id] behind which this batch begins
              24 own, beside 14 or to who is no child: where the parent's own logs stand, [[log, seq, id] …] and
                 further chains
    a part    [COSE bytes of a commit, [[index, salt, body] …]]: the bodies that travel, rising by index

7 is absent while nothing changed; 9 until something was taken; 11 where the receipt before still says all.
From 14 on, a key is absent when there is nothing to say; a peer of v0.1.0 neither sends nor reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import cbor, comparison, frames, frontier, shape
from .change import Change, change_id
from .commit import Commit
from .comparison import Ask, Told
from .errors import BadMessage, LocalError, TooLarge, UnknownVersion
from .frontier import Frontier
from .limits import BATCH, MAX_BODY_ITEMS, MAX_CHANGES, MAX_EXPANDED, MAX_HOLD, MAX_LOAD
from .names import SHORT, ZERO

VERSION = 1
SPEAKS = (1,)
CAN = ("reconcile", "early", "blobs", "stands")

MAX_PARTS = 20_000  # commits of one message: about 30 MB of objects
MAX_PART = 4 * 1024 * 1024  # bytes of one part: a commit past its own bound still keeps its place
MAX_NOTES = 1000
MAX_NAMES = 256  # matters understood
MAX_NAME = 64  # characters of a matter, a feature or a note's code
MAX_EARLY = 5000  # positions taken before their turn
MAX_WANTS = 64  # attachments asked for at once
MAX_STANDS = 64  # of one message: 16 KiB
MAX_CHUNKS = 64  # pieces of attachments at once
MAX_CHUNK_BYTES = 3 * 1024 * 1024  # of all of them: they stand in the head, which is one part
ROOM = 3 * BATCH  # of a child that doesn't say: Chinese text and ids come to about a third
WORTH = 100  # bytes of room that a unit of load takes: a whole room is three quarters of MAX_LOAD

_SALT = 16


@dataclass(frozen=True, slots=True)
class ChangeItem:
    index: int  # in the commit's header
    salt: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class CommitItem:
    """A commit as it travels: its COSE bytes, and those of its changes that the receiver may have."""

    raw: bytes
    changes: tuple[ChangeItem, ...] = ()

    @property
    def size(self) -> int:
        """What it takes of the room in a message: its bytes before compression, near enough; more where it is
        many small things, as these take work.
        """
        plain = len(self.raw) + sum(len(one.body) + 24 for one in self.changes) + 12
        return max(plain, WORTH * self.load)

    @property
    def load(self) -> int:
        """The work of taking it in, in about the milliseconds of a small machine."""
        return 3 + sum(1 + cbor.count(one.body, MAX_BODY_ITEMS) // 32 for one in self.changes)


class Note(NamedTuple):
    """What the peer is told of something that it sent: a code of docs/errors.md and the commit meant."""

    code: str
    log: bytes = b""
    seq: int = 0
    id: bytes = b""


class Taken(NamedTuple):
    """How far a child has durably taken its parent's outbox: counts only with incarnation and commit id."""

    log: bytes  # the parent's newest log when it was taken
    position: int
    id: bytes  # commit id at that position; ZERO at 0


class Mark(NamedTuple):
    """Where a batch of the outbox ends."""

    position: int
    id: bytes = ZERO


class BlobWant(NamedTuple):
    """An attachment, from there on."""

    hash: bytes  # SHA-256 of the whole
    offset: int = 0


class Chunk(NamedTuple):
    """A piece of an attachment."""

    hash: bytes
    size: int  # of the whole
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    understands: tuple[str, ...]  # matter versions, "ticket/1"
    digest: bytes  # of the sender's frontier (frontier.digest)
    clock_ms: int
    frontier: Frontier | None = None
    commits: tuple[CommitItem, ...] = ()
    taken: Taken | None = None
    hold_s: int = 0  # up to MAX_HOLD
    more: bool = False
    notes: tuple[Note, ...] = ()
    version: int = VERSION
    speaks: tuple[int, ...] = SPEAKS
    can: tuple[str, ...] = CAN
    early: tuple[int, ...] = ()  # rising
    ask: Ask | None = None
    room: int = ROOM
    wants: tuple[BlobWant, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    stands: tuple[bytes, ...] = ()
    stood: int = 0  # mark up to which the parent's were taken; 0 where there is nothing new to say of it


@dataclass(frozen=True, slots=True)
class Reply:
    understands: tuple[str, ...]
    clock_ms: int
    upto: Mark
    receipt: bytes | None = None
    commits: tuple[CommitItem, ...] = ()
    more: bool = False
    urgent: bool = False
    notes: tuple[Note, ...] = ()
    version: int = VERSION
    speaks: tuple[int, ...] = SPEAKS
    can: tuple[str, ...] = CAN
    early: tuple[int, ...] = ()  # in the order of the first commits
    told: Told | None = None
    reconcile: Mark | None = None
    above: Mark | None = None
    own: Frontier | None = None
    highest: int | None = None  # number taken of this log, where the request doesn't count
    wants: tuple[BlobWant, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    stands: tuple[bytes, ...] = ()
    stood: int = 0  # mark up to which they go; 0 without any

    @property
    def counts(self) -> bool:
        """Whether it answers a request that counts (protocol 3.1). Nothing of the outbox is in any other, no position
        in it is the child's, and the parent has passed over all but the commits of what it answers."""
        return self.highest is None


@dataclass(frozen=True, slots=True)
class Matched:
    """The changes of an item that are what its commit's header names, and a code for each that isn't."""

    good: dict[int, Change] = field(default_factory=dict)  # index → change
    faults: dict[int, str] = field(default_factory=dict)  # index → code


def match(item: CommitItem, commit: Commit) -> Matched:
    """Binds bodies to their header. Codes: body_mismatch, no_such_change. Nothing else suffers."""
    matched = Matched()
    names = commit.header.changes
    for one in item.changes:
        index = one.index
        if index >= len(names):
            matched.faults[index] = "no_such_change"
        elif change_id(commit.header.log, one.salt, one.body) != names[index]:
            matched.faults[index] = "body_mismatch"
        else:
            matched.good[index] = Change(names[index], one.salt, one.body)
    return matched


def fitting(items: Iterable[CommitItem], budget: int) -> tuple[tuple[CommitItem, ...], bool]:
    """As many items as `budget` bytes (`CommitItem.size`) hold, at least one, and whether any remain."""
    batch: list[CommitItem] = []
    spent = 0
    for item in items:
        spent += item.size
        if batch and (spent > budget or len(batch) == MAX_PARTS):
            return tuple(batch), True
        batch.append(item)
    return tuple(batch), False


def negotiate(theirs: Sequence[int]) -> int:
    """The newest version that both speak. Raises UnknownVersion when there is none."""
    common = set(SPEAKS) & set(theirs)
    if not common:
        raise UnknownVersion(f"the peer speaks {list(theirs)}, we speak {list(SPEAKS)}")
    return max(common)


def encode(message: Request | Reply) -> bytes:
    """The payload of an envelope. Raises LocalError for a message that its receiver would refuse."""
    head = cbor.encode(_request_head(message) if isinstance(message, Request) else _reply_head(message))
    raw = frames.pack([head, *map(encode_item, message.commits)])
    if max(len(raw) - MAX_EXPANDED, len(message.commits) - MAX_PARTS, len(head) - MAX_PART) > 0:
        raise LocalError(f"a message of {len(raw)} bytes", code="too_large")
    return raw


def parse_request(raw: bytes) -> Request:
    """Raises BadMessage, TooLarge, UnknownVersion."""
    head, commits = _parts(raw, "request")
    ask = head.get(17)
    return Request(
        **_common(head),
        digest=shape.octets(head.get(8), "digest", 32),
        frontier=None if head.get(7) is None else frontier.decode(head[7], head.get(15)),
        ask=None if ask is None else comparison.decode_ask(ask),
        room=shape.uint(head.get(22, ROOM), "room", MAX_EXPANDED),
        taken=_taken(head.get(9)),
        hold_s=shape.uint(head.get(10), "hold", MAX_HOLD),
        commits=commits,
    )


def parse_reply(raw: bytes) -> Reply:
    """Raises BadMessage, TooLarge, UnknownVersion."""
    head, commits = _parts(raw, "reply")
    receipt, told, reconcile, above = head.get(11), head.get(18), head.get(14), head.get(23)
    own, highest = head.get(24), head.get(25)
    common = _common(head)
    if len(common["early"]) > len(commits):
        raise BadMessage("more early positions than commits")
    return Reply(
        **common,
        told=None if told is None else comparison.decode_told(told),
        reconcile=None if reconcile is None else _mark(reconcile),
        above=None if above is None else _mark(above),
        own=None if own is None else frontier.decode(*shape.exactly(own, "own", 2)),
        highest=None if highest is None else shape.uint(highest, "highest"),
        upto=_mark(head.get(12)),
        receipt=None if receipt is None else shape.octets(receipt, "receipt"),
        urgent=shape.flag(head.get(13), "urgent"),
        commits=commits,
    )


def encode_item(item: CommitItem) -> bytes:
    return cbor.encode([item.raw, [[one.index, one.salt, one.body] for one in item.changes]])


def parse_item(raw: bytes) -> CommitItem:
    """The shape alone; what is in it is judged commit by commit. Raises BadMessage."""
    signed, bodies = shape.exactly(shape.decoded(raw), "commit", 2)
    changes = tuple(map(_change_item, shape.items(bodies, "bodies", MAX_CHANGES)))
    if any(one.index >= two.index for one, two in zip(changes, changes[1:], strict=False)):
        raise BadMessage("bodies out of order")
    return CommitItem(shape.octets(signed, "commit"), changes)


def _request_head(message: Request) -> dict[int, Any]:
    head = _common_head(message, "request") | {8: message.digest, 10: message.hold_s}
    plain, besides = (None, []) if message.frontier is None else frontier.encode(message.frontier)
    return head | _said({
        7: plain,
        9: None if message.taken is None else list(message.taken),
        15: besides or None,
        17: None if message.ask is None else comparison.encode_ask(message.ask),
        22: None if message.room == ROOM else message.room,
    })  # fmt: skip


def _reply_head(message: Reply) -> dict[int, Any]:
    head = _common_head(message, "reply") | {12: list(message.upto), 13: message.urgent}
    return head | _said({
        11: message.receipt,
        14: None if message.reconcile is None else list(message.reconcile),
        18: None if message.told is None else comparison.encode_told(message.told),
        23: None if message.above is None else list(message.above),
        24: None if message.own is None else list(frontier.encode(message.own)),
        25: message.highest,
    })  # fmt: skip


def _common_head(message: Request | Reply, what: str) -> dict[int, Any]:
    head = {
        0: what,
        1: message.version,
        2: list(message.speaks),
        3: list(message.understands),
        4: message.clock_ms,
        5: message.more,
        6: [list(note) if note.log else [note.code] for note in message.notes[:MAX_NOTES]],
    }
    return head | _said({
        16: list(message.early) or None,
        19: list(message.can) or None,
        20: [list(one) for one in message.wants] or None,
        21: [list(one) for one in message.chunks] or None,
        26: list(message.stands) or None,
        27: message.stood or None,
    })  # fmt: skip


def _said(fields: dict[int, Any]) -> dict[int, Any]:
    """Without the keys under which nothing is to be said."""
    return {key: value for key, value in fields.items() if value is not None}


def _parts(raw: bytes, what: str) -> tuple[dict[int, Any], tuple[CommitItem, ...]]:
    if len(raw) > MAX_EXPANDED:
        raise TooLarge(f"a message of {len(raw)} bytes")
    first, *rest = frames.unpack(raw, most=MAX_PARTS + 1, largest=MAX_PART)
    head = shape.numbered(shape.decoded(first), "head")
    if shape.uint(head.get(1), "version") not in SPEAKS:
        raise UnknownVersion(f"a message of version {head[1]}")
    if head.get(0) != what:
        raise BadMessage(f"not a {what}")
    return head, tuple(_bounded(rest))


def _bounded(parts: Iterable[bytes]) -> Iterator[CommitItem]:
    load = 0
    for part in parts:
        item = parse_item(part)
        load += item.load
        if load > MAX_LOAD:
            raise TooLarge("a message that is too much work")
        yield item


def _common(head: dict[int, Any]) -> dict[str, Any]:
    speaks = shape.items(head.get(2), "versions", MAX_NAMES)
    return {
        "version": head[1],
        "speaks": tuple(shape.uint(one, "version") for one in speaks),
        "understands": _names(head.get(3), "matter"),
        "clock_ms": shape.uint(head.get(4), "clock"),
        "more": shape.flag(head.get(5), "more"),
        "notes": tuple(map(_note, shape.items(head.get(6), "notes", MAX_NOTES))),
        "can": _names(head.get(19, []), "feature"),
        "early": _early(head.get(16, [])),
        "wants": tuple(map(_want, shape.items(head.get(20, []), "wants", MAX_WANTS))),
        "chunks": _chunks(head.get(21, [])),
        "stands": tuple(
            shape.octets(one, "stand") for one in shape.items(head.get(26, []), "stands", MAX_STANDS)
        ),
        "stood": shape.uint(head.get(27, 0), "stood"),
    }


def _names(value: Any, what: str) -> tuple[str, ...]:
    return tuple(shape.text(one, what, MAX_NAME) for one in shape.items(value, what, MAX_NAMES))


def _early(value: Any) -> tuple[int, ...]:
    found = tuple(shape.uint(one, "early") for one in shape.items(value, "early", MAX_EARLY))
    if len(set(found)) < len(found) or 0 in found:
        raise BadMessage("early positions named twice, or none")
    return found


def _want(value: Any) -> BlobWant:
    name, offset = shape.exactly(value, "want", 2)
    return BlobWant(shape.octets(name, "want", 32), shape.uint(offset, "want"))


def _chunks(value: Any) -> tuple[Chunk, ...]:
    found = tuple(map(_chunk, shape.items(value, "chunks", MAX_CHUNKS)))
    if sum(len(one.data) for one in found) > MAX_CHUNK_BYTES:
        raise BadMessage(f"chunks: more than {MAX_CHUNK_BYTES} bytes")
    return found


def _chunk(value: Any) -> Chunk:
    name, size, offset, data = shape.exactly(value, "chunk", 4)
    found = Chunk(
        shape.octets(name, "chunk", 32),
        shape.uint(size, "chunk"),
        shape.uint(offset, "chunk"),
        shape.octets(data, "chunk"),
    )
    if offset + len(data) > size:
        raise BadMessage("a chunk past its end")
    return found


def _note(value: Any) -> Note:
    if type(value) is list and len(value) == 1:
        return Note(shape.text(value[0], "note", MAX_NAME))
    code, log, seq, commit = shape.exactly(value, "note", 4)
    return Note(shape.text(code, "note", MAX_NAME), *_place(log, seq, commit, "note"))


def _taken(value: Any) -> Taken | None:
    if value is None:
        return None
    log, position, commit = shape.exactly(value, "taken", 3)
    return Taken(*_place(log, position, commit, "taken"))


def _place(log: Any, number: Any, commit: Any, what: str) -> tuple[bytes, int, bytes]:
    return shape.octets(log, what, SHORT), shape.uint(number, what), shape.octets(commit, what, 32)


def _mark(value: Any) -> Mark:
    position, commit = shape.exactly(value, "position", 2)
    return Mark(shape.uint(position, "position"), shape.octets(commit, "position", 32))


def _change_item(value: Any) -> ChangeItem:
    index, salt, body = shape.exactly(value, "change", 3)
    return ChangeItem(
        shape.uint(index, "index", MAX_CHANGES - 1),
        shape.octets(salt, "salt", _SALT),
        shape.octets(body, "body"),
    )
