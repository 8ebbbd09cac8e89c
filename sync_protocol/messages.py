"""Request and reply (请求, 应答, protocol 3.5): what one exchange carries, both directions at once.

A message is frames (frames.py): first a head, then one part per commit. The head is a CBOR map; keys
that aren't known are ignored, so that a later version may add some.

    0  what this is: "request" (from a child) or "reply" (from a parent)
    1  version in which it is written        2  versions the sender speaks, [uint …]
    3  matters it understands, [text …]      4  its clock, unix milliseconds
    5  more: it has more to send at once     6  notes, [[code] or [code, log, seq, commit id] …]
    request   7 frontier of its subtree's logs, [[log, seq, id] …]   8 digest of that frontier
              9 taken: [parent's newest log, position, commit id there]   10 seconds it may be held
    reply     11 custody receipt (COSE bytes)   12 where this batch ends: [position, commit id]
              13 urgent: something for a person at once
    a part    [COSE bytes of a commit, [[index, salt, body] …]]: the bodies that travel, rising by index

7 is absent while nothing changed; 9 until something was taken; 11 where the receipt before still says all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import cbor, frames, frontier, shape
from .change import Change, change_id
from .commit import Commit
from .errors import BadMessage, LocalError, TooLarge, UnknownVersion
from .frontier import Frontier
from .limits import MAX_CHANGES, MAX_EXPANDED, MAX_HOLD
from .names import SHORT, ZERO

VERSION = 1
SPEAKS = (1,)

MAX_PARTS = 20_000  # commits of one message: about 30 MB of objects
MAX_PART = 4 * 1024 * 1024  # bytes of one part: a commit past its own bound still keeps its place
MAX_NOTES = 1000
MAX_NAMES = 256  # matters understood
MAX_NAME = 64  # characters of a matter or a note's code

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
        """Bytes before compression, near enough."""
        return len(self.raw) + sum(len(one.body) + 24 for one in self.changes) + 12


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
    """As many items as `budget` bytes (uncompressed) hold, at least one, and whether any remain."""
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
    head = _request_head(message) if isinstance(message, Request) else _reply_head(message)
    raw = frames.pack([cbor.encode(head), *map(encode_item, message.commits)])
    if len(raw) > MAX_EXPANDED or len(message.commits) > MAX_PARTS:
        raise LocalError(f"a message of {len(raw)} bytes", code="too_large")
    return raw


def parse_request(raw: bytes) -> Request:
    """Raises BadMessage, TooLarge, UnknownVersion."""
    head, commits = _parts(raw, "request")
    held = head.get(7)
    return Request(
        **_common(head),
        digest=shape.octets(head.get(8), "digest", 32),
        frontier=None if held is None else frontier.decode(held),
        taken=_taken(head.get(9)),
        hold_s=shape.uint(head.get(10), "hold", MAX_HOLD),
        commits=commits,
    )


def parse_reply(raw: bytes) -> Reply:
    """Raises BadMessage, TooLarge, UnknownVersion."""
    head, commits = _parts(raw, "reply")
    receipt = head.get(11)
    return Reply(
        **_common(head),
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
    if message.frontier is not None:
        head[7] = frontier.encode(message.frontier)
    if message.taken is not None:
        head[9] = list(message.taken)
    return head


def _reply_head(message: Reply) -> dict[int, Any]:
    head = _common_head(message, "reply") | {12: list(message.upto), 13: message.urgent}
    if message.receipt is not None:
        head[11] = message.receipt
    return head


def _common_head(message: Request | Reply, what: str) -> dict[int, Any]:
    return {
        0: what,
        1: message.version,
        2: list(message.speaks),
        3: list(message.understands),
        4: message.clock_ms,
        5: message.more,
        6: [list(note) if note.log else [note.code] for note in message.notes[:MAX_NOTES]],
    }


def _parts(raw: bytes, what: str) -> tuple[dict[int, Any], tuple[CommitItem, ...]]:
    if len(raw) > MAX_EXPANDED:
        raise TooLarge(f"a message of {len(raw)} bytes")
    first, *rest = frames.unpack(raw, most=MAX_PARTS + 1, largest=MAX_PART)
    head = shape.numbered(shape.decoded(first), "head")
    if shape.uint(head.get(1), "version") not in SPEAKS:
        raise UnknownVersion(f"a message of version {head[1]}")
    if head.get(0) != what:
        raise BadMessage(f"not a {what}")
    return head, tuple(map(parse_item, rest))


def _common(head: dict[int, Any]) -> dict[str, Any]:
    speaks = shape.items(head.get(2), "versions", MAX_NAMES)
    matters = shape.items(head.get(3), "matters", MAX_NAMES)
    return {
        "version": head[1],
        "speaks": tuple(shape.uint(one, "version") for one in speaks),
        "understands": tuple(shape.text(one, "matter", MAX_NAME) for one in matters),
        "clock_ms": shape.uint(head.get(4), "clock"),
        "more": shape.flag(head.get(5), "more"),
        "notes": tuple(map(_note, shape.items(head.get(6), "notes", MAX_NOTES))),
    }


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
