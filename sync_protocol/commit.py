"""The commit (protocol 3.3): what one person did at once, signed, with its place in a log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import cbor, cose
from .change import Change
from .errors import BadCbor, BadCommit, LocalError
from .keys import Sign
from .limits import MAX_BATCH, MAX_CHANGES, MAX_COMMIT
from .names import SHORT, ZERO


@dataclass(frozen=True, slots=True)
class Header:
    log: bytes  # 16 bytes
    seq: int  # from 1
    prev: bytes  # id of commit seq-1; ZERO for the first
    time: int  # hybrid logical time, see clock.py
    actor: str  # opaque staff id, or "system"
    changes: tuple[bytes, ...]  # change ids, 32 bytes each
    unit: str  # unit path; before enrolment the bare code


@dataclass(frozen=True, slots=True)
class Commit:
    id: bytes  # 32 bytes
    header: Header
    signed: cose.Sign1

    @property
    def raw(self) -> bytes:
        return self.signed.raw

    @property
    def node(self) -> bytes:
        """Node id of whoever claims to have signed it (kid)."""
        return self.signed.kid

    def verify(self, key: bytes) -> None:
        """Its own signature. Raises BadSignature."""
        self.signed.verify(key, cose.COMMIT)


def commit_id(payload: bytes, signature: bytes) -> bytes:
    """SHA-256("qiao/commit/1\\0" ‖ payload ‖ signature)."""
    return hashlib.sha256(b"qiao/commit/1\0" + payload + signature).digest()


def make(header: Header, node: bytes, signer: Sign) -> Commit:
    """Signs. Raises LocalError past a bound; sizes of bodies are for `within_bounds`."""
    if not 1 <= len(header.changes) <= MAX_CHANGES:
        raise LocalError(f"a commit of {len(header.changes)} changes", code="too_large")
    signed = cose.sign(encode_header(header), node, cose.COMMIT, signer)
    return Commit(commit_id(signed.payload, signed.signature), header, signed)


def within_bounds(commit: Commit, changes: Sequence[Change]) -> bool:
    """At most 1,000 changes, and 1 MiB with its bodies (3.2); changes of a larger one are quarantined."""
    if len(commit.header.changes) > MAX_CHANGES:
        return False
    return len(commit.raw) + sum(len(one.body) + len(one.salt) for one in changes) <= MAX_COMMIT


def encode_header(header: Header) -> bytes:
    return cbor.encode({
        1: header.log,
        2: header.seq,
        3: header.prev,
        4: header.time,
        5: header.actor,
        6: list(header.changes),
        7: header.unit,
    })  # fmt: skip


def parse(raw: bytes) -> Commit:
    """Raises BadCommit. The signature isn't looked at.

    One past the bounds of 3.2 keeps its place in its log, so it is parsed too: see `within_bounds`.
    """
    if len(raw) > MAX_BATCH:
        raise BadCommit("a commit past its bound", code="too_large")
    signed = cose.parse(raw)
    return Commit(commit_id(signed.payload, signed.signature), parse_header(signed.payload), signed)


def parse_header(payload: bytes) -> Header:
    try:
        fields = cbor.decode(payload)
    except BadCbor as fault:
        raise BadCommit(f"header: {fault}") from fault
    if type(fields) is not dict:
        raise BadCommit("a header that isn't a map")
    header: list[Any] = [fields.get(key) for key in range(1, 8)]
    if not _is_header(*header):
        raise BadCommit("a header of another form")
    log, seq, prev, time, actor, changes, unit = header
    return Header(log, seq, prev, time, actor, tuple(changes), unit)


def _is_header(log: Any, seq: Any, prev: Any, time: Any, actor: Any, changes: Any, unit: Any) -> bool:
    return (
        _is_bytes(log, SHORT)
        and type(seq) is int
        and seq >= 1
        and _is_bytes(prev, 32)
        and (seq > 1 or prev == ZERO)
        and type(time) is int
        and time >= 0
        and type(actor) is str
        and type(changes) is list
        and all(_is_bytes(change, 32) for change in changes)
        and type(unit) is str
        and unit != ""
    )


def _is_bytes(value: object, size: int) -> bool:
    return type(value) is bytes and len(value) == size
