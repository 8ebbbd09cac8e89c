"""The comparison (对比) of two holdings, protocol 3.5: what a child asks and a parent tells. Pure.

A holding is change ids, cut to 16 bytes, by record. Records stand in 257 buckets: 256 by the first byte of
the record id, and one, the last, for the registry. Digests are 12 bytes:

    of a record   SHA-256("qiao/reconcile/record/1\\0" ‖ its ids, sorted)
    of a bucket   SHA-256("qiao/reconcile/bucket/1\\0" ‖ record id ‖ digest of each, sorted); zeros when empty

Lists are told in pages, rising, each as one byte string; a page that isn't the last is asked on from its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from . import shape
from .errors import BadMessage
from .names import SHORT

DIGEST = 12  # bytes: enough against chance; who grinds a collision hides only a change of his own record
BUCKETS = 257
REGISTRY = 256  # its bucket

MAX_TOLD = 256 * 1024  # bytes of what is told at once
MAX_RECORDS = 512  # records whose change ids are asked for at once
MAX_WANTED = 4096  # ids wanted at once: 64 KiB

_ENTRY = SHORT + DIGEST  # bytes of a record in a page
_LISTED = 3 * BUCKETS  # bytes that naming every bucket takes
_PAGE = 40  # bytes that a page costs besides what is on it
_ALL = DIGEST * BUCKETS


class Holdings(Protocol):
    """What one side holds, as it stands whenever it is asked."""

    def buckets(self) -> bytes:
        """257 digests of 12 bytes, one behind the other (`bucket_digests`)."""

    def records(self, bucket: int) -> Mapping[bytes, bytes]:
        """Record id → digest (`record_digest`), all of one bucket."""

    def changes(self, record: bytes) -> tuple[bytes, ...]:
        """Change ids of a record, cut to 16 bytes; none for one that isn't known, or isn't the peer's to see."""


class OfBucket(NamedTuple):
    """Records of a bucket to be told, from behind `above` on; empty for the beginning."""

    bucket: int
    above: bytes = b""


class OfRecord(NamedTuple):
    """Changes of a record to be told, likewise."""

    record: bytes
    above: bytes = b""


class Wanted(NamedTuple):
    record: bytes
    ids: tuple[bytes, ...]  # change ids cut to 16 bytes


class RecordPage(NamedTuple):
    bucket: int
    whole: bool  # nothing of the bucket comes behind it
    records: tuple[tuple[bytes, bytes], ...]  # (record id, digest), rising


class ChangePage(NamedTuple):
    record: bytes
    whole: bool
    ids: tuple[bytes, ...]  # rising


@dataclass(frozen=True, slots=True)
class Ask:
    buckets: bytes | None = None  # ours, to be compared
    records: tuple[OfBucket, ...] = ()
    changes: tuple[OfRecord, ...] = ()
    wants: tuple[Wanted, ...] = ()  # changes whose commits are to come in the reply
    holds: tuple[Wanted, ...] = ()  # all that we hold of records of which the parent names nothing


@dataclass(frozen=True, slots=True)
class Told:
    differs: tuple[int, ...] = ()  # buckets, rising
    records: tuple[RecordPage, ...] = ()  # of the stretches asked for, in that order, as many as fitted
    changes: tuple[ChangePage, ...] = ()


def bucket_of(record: bytes, registry: bool) -> int:
    return REGISTRY if registry else record[0]


def record_digest(ids: Iterable[bytes]) -> bytes:
    """Of a record's change ids, 16 bytes each, in whatever order."""
    return hashlib.sha256(b"qiao/reconcile/record/1\0" + b"".join(sorted(ids))).digest()[:DIGEST]


def bucket_digests(records: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    """257 × 12 bytes, from (bucket, record id, digest) in whatever order."""
    found = [bytes(DIGEST)] * BUCKETS
    for bucket, group in groupby(sorted(records), key=itemgetter(0)):
        seen = hashlib.sha256(b"qiao/reconcile/bucket/1\0")
        for _, record, digest in group:
            seen.update(record + digest)
        found[bucket] = seen.digest()[:DIGEST]
    return b"".join(found)


# The parent's side


def answer(ask: Ask, holdings: Holdings, room: int = MAX_TOLD) -> Told:
    """What is told, in about `room` bytes or MAX_TOLD at most, but one entry at least of what was asked for.

    The commits wanted are the caller's to send, in the order in which they are named.
    """
    left = min(room, MAX_TOLD - _LISTED)
    records = tuple(_record_pages(ask.records, holdings, left))
    left -= sum(_PAGE + _ENTRY * len(page.records) for page in records)
    changes = tuple(_change_pages(ask.changes, holdings, left))
    return Told(_differing(ask.buckets, holdings), records, changes)


def _differing(theirs: bytes | None, holdings: Holdings) -> tuple[int, ...]:
    if theirs is None:
        return ()
    mine = holdings.buckets()
    at = range(0, _ALL, DIGEST)
    return tuple(i // DIGEST for i in at if mine[i : i + DIGEST] != theirs[i : i + DIGEST])


def _record_pages(asked: Iterable[OfBucket], holdings: Holdings, room: int) -> Iterator[RecordPage]:
    for at, (bucket, above) in enumerate(asked):
        if at and room < _PAGE + _ENTRY:
            return
        rest = sorted(one for one in holdings.records(bucket).items() if one[0] > above)
        page = tuple(rest[: _most(room, _ENTRY)])
        room -= _PAGE + _ENTRY * len(page)
        yield RecordPage(bucket, len(page) == len(rest), page)


def _change_pages(asked: Iterable[OfRecord], holdings: Holdings, room: int) -> Iterator[ChangePage]:
    for at, (record, above) in enumerate(asked):
        if at and room < _PAGE + SHORT:
            return
        rest = sorted({one for one in holdings.changes(record) if one > above})
        page = tuple(rest[: _most(room, SHORT)])
        room -= _PAGE + SHORT * len(page)
        yield ChangePage(record, len(page) == len(rest), page)


def _most(room: int, size: int) -> int:
    return max((room - _PAGE) // size, 1)


# On the line


def encode_ask(ask: Ask) -> dict[int, Any]:
    """The CBOR value of an ask; keys without anything are left out."""
    value = {
        0: ask.buckets,
        1: [list(one) for one in ask.records],
        2: [list(one) for one in ask.changes],
        3: [[one.record, b"".join(one.ids)] for one in ask.wants],
        4: [[one.record, b"".join(one.ids)] for one in ask.holds],
    }
    return {key: one for key, one in value.items() if one}


def decode_ask(value: Any) -> Ask:
    """Raises BadMessage."""
    fields = shape.numbered(value, "ask")
    buckets = fields.get(0)
    return Ask(
        None if buckets is None else shape.octets(buckets, "buckets", _ALL),
        tuple(map(_of_bucket, shape.items(fields.get(1, []), "buckets", BUCKETS))),
        tuple(map(_of_record, shape.items(fields.get(2, []), "records", MAX_RECORDS))),
        _named(fields.get(3, []), "wants", MAX_WANTED),
        _named(fields.get(4, []), "holds", MAX_RECORDS),
    )


def encode_told(told: Told) -> dict[int, Any]:
    """The CBOR value of what is told; keys without anything are left out."""
    value = {
        0: list(told.differs),
        1: [[one.bucket, one.whole, b"".join(a + b for a, b in one.records)] for one in told.records],
        2: [[one.record, one.whole, b"".join(one.ids)] for one in told.changes],
    }
    return {key: one for key, one in value.items() if one}


def decode_told(value: Any) -> Told:
    """Raises BadMessage, also for a page that isn't rising, or is empty and not the last."""
    fields = shape.numbered(value, "told")
    differs = tuple(map(_bucket, shape.items(fields.get(0, []), "buckets", BUCKETS)))
    records = tuple(map(_record_page, shape.items(fields.get(1, []), "pages", BUCKETS)))
    changes = tuple(map(_change_page, shape.items(fields.get(2, []), "pages", MAX_RECORDS)))
    _rising(differs)
    return Told(differs, records, changes)


def _of_bucket(value: Any) -> OfBucket:
    bucket, above = shape.exactly(value, "stretch", 2)
    return OfBucket(_bucket(bucket), _above(above))


def _of_record(value: Any) -> OfRecord:
    record, above = shape.exactly(value, "stretch", 2)
    return OfRecord(_record(record), _above(above))


def _above(value: Any) -> bytes:
    return shape.octets(value, "stretch", SHORT if value else 0)


def _named(value: Any, what: str, records: int) -> tuple[Wanted, ...]:
    named = tuple(map(_wanted, shape.items(value, what, records)))
    if sum(len(one.ids) for one in named) > MAX_WANTED:
        raise BadMessage(f"{what}: more than {MAX_WANTED}")
    return named


def _wanted(value: Any) -> Wanted:
    record, ids = shape.exactly(value, "wanted", 2)
    return Wanted(_record(record), _cut(ids, SHORT))


def _record_page(value: Any) -> RecordPage:
    bucket, whole, entries = _page(value)
    pairs = tuple((one[:SHORT], one[SHORT:]) for one in _cut(entries, _ENTRY))
    _rising([record for record, _ in pairs], whole)
    return RecordPage(_bucket(bucket), whole, pairs)


def _change_page(value: Any) -> ChangePage:
    record, whole, ids = _page(value)
    found = _cut(ids, SHORT)
    _rising(found, whole)
    return ChangePage(_record(record), whole, found)


def _page(value: Any) -> tuple[Any, bool, Any]:
    of, whole, entries = shape.exactly(value, "page", 3)
    return of, shape.flag(whole, "page"), entries


def _cut(value: Any, size: int) -> tuple[bytes, ...]:
    raw = shape.octets(value, "entries")
    if len(raw) % size or len(raw) > MAX_TOLD:
        raise BadMessage(f"entries: not up to {MAX_TOLD} bytes, {size} each")
    return tuple(raw[at : at + size] for at in range(0, len(raw), size))


def _rising(values: Any, whole: bool = True) -> None:
    if not (values or whole) or any(a >= b for a, b in zip(values, islice(values, 1, None), strict=False)):
        raise BadMessage("a list that doesn't rise")


def _bucket(value: Any) -> int:
    return shape.uint(value, "bucket", REGISTRY)


def _record(value: Any) -> bytes:
    return shape.octets(value, "record", SHORT)
