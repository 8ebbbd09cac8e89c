"""The change (protocol 3.2): one act on one record, or the words that belong to an act.

A change is stored and sent as `salt` and `body`, the bytes received; its id binds both to its log.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from . import cbor
from .errors import BadCbor, BadChange, LocalError
from .limits import MAX_BODY, MAX_BODY_ITEMS
from .names import SHORT, short


@dataclass(frozen=True, slots=True)
class Act:
    """A body that is an act (动作). `record` is None in a record's first act."""

    matter: str  # matter and version, "ticket/1"
    action: str
    after: tuple[bytes, ...]  # heads seen, short ids, sorted
    data: dict[str, Any]
    record: bytes | None


@dataclass(frozen=True, slots=True)
class Words:
    """A body that is words (文字): personal data and free text of the act `of` (short id)."""

    matter: str
    data: dict[str, Any]
    of: bytes


Body = Act | Words


@dataclass(frozen=True, slots=True)
class Change:
    """`body` and `salt` are the bytes that travel; None where withheld or erased."""

    id: bytes  # 32 bytes
    salt: bytes
    body: bytes

    @property
    def short(self) -> bytes:
        return short(self.id)


def change_id(log: bytes, salt: bytes, body: bytes) -> bytes:
    """SHA-256("qiao/change/1\\0" ‖ log id ‖ salt ‖ body)."""
    return hashlib.sha256(b"qiao/change/1\0" + log + salt + body).digest()


def make(log: bytes, salt: bytes, body: Body) -> Change:
    """A change ready to be committed. Raises LocalError past the size that may be written."""
    raw = encode_body(body)
    if _is_too_large(raw):
        raise LocalError(f"a change of {len(raw)} bytes", code="too_large")
    return Change(change_id(log, salt, raw), salt, raw)


def record_id(change: Change, act: Act) -> bytes:
    """The record that an act is on: named, or begun by this change (3.1)."""
    return change.short if act.record is None else act.record


def encode_body(body: Body) -> bytes:
    if isinstance(body, Words):
        return cbor.encode({2: body.matter, 5: body.data, 6: body.of})
    fields: dict[int, Any] = {
        2: body.matter,
        3: body.action,
        4: sorted(body.after),
        5: body.data,
    }
    if body.record is not None:
        fields[1] = body.record
    return cbor.encode(fields)


def parse_body(raw: bytes) -> Body:
    """Raises BadChange. Unknown keys are kept in the bytes and ignored here."""
    if _is_too_large(raw):
        raise BadChange("a body past its bound", code="too_large")
    try:
        fields: Any = cbor.decode(raw)
    except BadCbor as fault:
        raise BadChange(str(fault), code="bad_cbor") from fault
    if type(fields) is not dict or (fields and type(next(iter(fields))) is not int):
        raise BadChange("a body that isn't a map of numbers")
    matter: Any = fields.get(2)
    data: Any = fields.get(5)
    if type(matter) is not str or not _is_text_map(data):
        raise BadChange("a body without matter or data")
    return _words(fields, matter, data) if 6 in fields else _act(fields, matter, data)


def _is_too_large(raw: bytes) -> bool:
    return len(raw) > MAX_BODY or cbor.has_more(raw, MAX_BODY_ITEMS)


def _act(fields: dict[int, Any], matter: str, data: dict[str, Any]) -> Act:
    action: Any = fields.get(3)
    after: Any = fields.get(4)
    record: Any = fields.get(1)
    if type(action) is not str or not _is_heads(after):
        raise BadChange("an act without action or heads")
    if record is None and 1 in fields or record is not None and not _is_short(record):
        raise BadChange("a record id that isn't 16 bytes")
    return Act(matter, action, tuple(after), data, record)


def _words(fields: dict[int, Any], matter: str, data: dict[str, Any]) -> Words:
    if {1, 3, 4} & fields.keys() or not _is_short(fields[6]):
        raise BadChange("words with the keys of an act")
    return Words(matter, data, fields[6])


def _is_short(value: object) -> bool:
    return type(value) is bytes and len(value) == SHORT


def _is_heads(value: Any) -> bool:
    return (
        type(value) is list
        and all(_is_short(head) for head in value)
        and all(one < two for one, two in zip(value, value[1:], strict=False))
    )


def _is_text_map(value: Any) -> bool:
    return type(value) is dict and (not value or type(next(iter(value))) is str)
