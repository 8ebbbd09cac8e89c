"""The verifiable export (可验证导出, protocol 3.9): every commit a node holds, for an outsider to prove.

`write` makes it, `verify` (proof.py) checks it. The same state gives the same bytes but for the end.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from . import cbor, cose
from .change import Change
from .commit import Commit
from .errors import LocalError
from .keys import Sign
from .places import Key
from .proof import Problem, Report, verify

__all__ = ["Absence", "Absent", "Entry", "Link", "Problem", "Reason", "Report", "Root", "verify", "write"]


class Absence(StrEnum):
    """Why a change that a header names isn't in the export."""

    WITHHELD = "withheld"
    ERASED = "erased"
    QUARANTINED = "quarantined"
    HELD = "held"


class Reason(StrEnum):
    """Why a commit isn't in the export."""

    OUT_OF_SCOPE = "out_of_scope"
    REVOKED = "revoked"
    FORKED = "forked"
    UNKNOWN_AUTHOR = "unknown_author"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Root:
    """The first root, where it was replaced."""

    node: bytes
    key: bytes  # Ed25519 public key


@dataclass(frozen=True, slots=True)
class Absent:
    id: bytes  # change id, 32 bytes
    why: Absence


@dataclass(frozen=True, slots=True)
class Link:
    """One commit not in the export, or a run without a gap that ends with it."""

    log: bytes
    seq: int
    id: bytes
    reason: Reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit with a good signature of its own, its changes in the header's order.

    `admitted_by` is the commit that carries the registry change which gives this log to its author (an
    `enrol`, or the `admit` or `fork` that lets the branch in); None, or the commit itself, where nothing
    earlier does: the root's first. `link` stands for the predecessor where that isn't in the export.
    """

    commit: Commit
    changes: Sequence[Change | Absent]
    admitted_by: bytes | None
    link: Link | None = None

    @property
    def key(self) -> Key:
        header = self.commit.header
        return header.time, header.log, header.seq


def write(
    root: Root, entries: Iterable[Entry], links: Iterable[Link], *, exporter: bytes, signer: Sign
) -> Iterator[bytes]:
    """The export in chunks, one an item. `exporter` is the node id of whose `signer` it is.

    `entries` come sorted by (time, log id, seq), and are read one at a time; `links` are those which no
    entry carries. Raises LocalError when they aren't sorted, when changes don't fit a header, or when an
    entry's predecessor or admission never came; what was yielded until then is worthless.
    """
    digest = hashlib.sha256()
    count = 0
    for item in _items(root, entries, links):
        chunk = cbor.encode(item)
        digest.update(chunk)
        count += 1
        yield chunk
    signed = cose.sign(digest.digest(), exporter, cose.EXPORT, signer)
    yield cbor.encode(["end", count, signed.raw])


def _items(root: Root, entries: Iterable[Entry], links: Iterable[Link]) -> Iterator[list[object]]:
    yield ["qiao-log", 1, root.node, root.key]
    for entry in in_order(entries):
        if entry.link is not None:
            yield _link(entry.link)
        yield ["commit", entry.commit.raw]
        yield from _changes(entry)
    for link in sorted(links, key=lambda one: (one.log, one.seq, one.id)):
        yield _link(link)


def _link(link: Link) -> list[object]:
    return ["link", link.log, link.seq, link.id, link.reason.value]


def _changes(entry: Entry) -> Iterator[list[object]]:
    if tuple(change.id for change in entry.changes) != entry.commit.header.changes:
        raise LocalError(f"changes that aren't those of commit {entry.commit.id.hex()}")
    for change in entry.changes:
        if isinstance(change, Absent):
            yield ["absent", change.id, change.why.value]
        else:
            yield ["change", change.id, change.salt, change.body]


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Next is always the smallest (time, log id, seq) whose predecessor and admission are out already.

    Keeps back only what waits: the work that units did before they were enrolled.
    """
    queue = _Queue()
    last: Key | None = None
    for entry in entries:
        if last is not None and entry.key < last:
            raise LocalError("entries that aren't sorted")
        last = entry.key
        yield from queue.before(entry.key)
        queue.add(entry)
    yield from queue.before(None)
    queue.finish()


class _Queue:
    """Entries read and not out yet: ready ones by key, the others under the commit they wait for."""

    def __init__(self) -> None:
        self._out: set[bytes] = set()
        self._ready: list[tuple[Key, bytes, Entry]] = []
        self._waiting: dict[bytes, list[Entry]] = {}

    def add(self, entry: Entry) -> None:
        awaited = self._awaited(entry)
        if awaited is None:
            heapq.heappush(self._ready, (entry.key, entry.commit.id, entry))
        else:
            self._waiting.setdefault(awaited, []).append(entry)

    def before(self, key: Key | None) -> Iterator[Entry]:
        """Takes out what is ready and smaller than `key`, and what that releases. None: everything."""
        while self._ready and (key is None or self._ready[0][0] < key):
            entry = heapq.heappop(self._ready)[2]
            self._out.add(entry.commit.id)
            yield entry
            for released in self._waiting.pop(entry.commit.id, ()):
                self.add(released)

    def finish(self) -> None:
        if self._waiting:
            missing = ", ".join(sorted(one.hex() for one in self._waiting)[:3])
            raise LocalError(f"commits wait for others that aren't here: {missing}")

    def _awaited(self, entry: Entry) -> bytes | None:
        header, admission = entry.commit.header, entry.admitted_by
        if entry.link is not None and (entry.link.log, entry.link.seq + 1, entry.link.id) != (
            header.log,
            header.seq,
            header.prev,
        ):
            raise LocalError("a link that isn't the commit's predecessor")
        if entry.link is None and header.seq > 1 and header.prev not in self._out:
            return header.prev
        if admission is None or admission == entry.commit.id or admission in self._out:
            return None
        return admission
