"""Retention (保存期限): personal data whose time is over are listed, and erased where an administrator says so.

Each matter declares how long, counted from its end; never anything goes by itself. What goes, goes by an
ordinary order to erase (protocol 3.11), which every holder carries out and receipts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conflict.state import State
from node import facts, people
from node.config import Config
from node.erasure import ordering
from node.errors import QiaoError
from node.iso import iso
from node.matters import KINDS
from node.matters.draft import Kind
from node.page import Person
from node.store import folded, listing
from node.work import Work
from sync_protocol import clock

Params = Mapping[str, Any]
DAY_MS = 24 * 3600 * 1000
MOST = 500  # records of one call: each is a signed order of its own


@dataclass(frozen=True, slots=True)
class Expired:
    kind: Kind
    record: bytes
    number: str
    state: State
    fields: list[str]  # the personal ones that are still here
    ended_ms: int
    due_ms: int

    def told(self) -> dict[str, Any]:
        return {"matter": self.kind.matter.name, "record": self.record.hex(), "number": self.number,
                "fields": self.fields, "ended": iso(self.ended_ms), "due": iso(self.due_ms)}  # fmt: skip


def expired(work: Work, matter: str = "") -> Iterator[Expired]:
    """What this unit registered and whose time is over, the oldest first of each matter."""
    for kind in KINDS.values():
        if kind.retention is None or matter not in ("", kind.matter.name):
            continue
        days = facts.retention_days(work, kind)
        before = clock.from_ms(work.now_ms - days * DAY_MS + 1)
        for row in listing.with_words(work.db, kind.matter.name, work.path, before):
            state = folded.state(work.db, row.record) or State()
            ended, fields = kind.retention.ended(state), _personal(kind, state)
            if ended is not None and fields and ended + days * DAY_MS <= work.now_ms:
                yield Expired(kind, row.name, row.number, state, fields, ended, ended + days * DAY_MS)


def _personal(kind: Kind, state: State) -> list[str]:
    return [
        field.name
        for field in kind.matter.fields
        if field.personal and field.words and state.fields.get(field.name)
    ]


def listed(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: matter. `days`: how long each matter's are kept."""
    people.must_be_admin(person)
    found = _first(expired(work, str(params.get("matter") or "")))
    return {
        "items": [one.told() for one in found],
        "next": None,
        "days": _days(work),
        "more": len(found) == MOST,
    }


def _days(work: Work) -> dict[str, int]:
    return {name: facts.retention_days(work, kind) for name, kind in KINDS.items() if kind.retention}


def _first(found: Iterator[Expired]) -> list[Expired]:
    return [one for one, _ in zip(found, range(MOST), strict=False)]


def apply(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Orders the erasure of what is listed, MOST records a call; `more` says whether there is more."""
    who = people.must_be_admin(person)
    found = _first(expired(work, str(params.get("matter") or "")))
    refused = []
    for one in found:
        assert one.kind.retention is not None, "it was listed by it"
        try:
            ordering.order(work, one.kind, one.record, one.state, one.kind.retention.ground, one.fields, who)
        except QiaoError as fault:
            refused.append({**one.told(), "code": fault.code})
    count = len(found) - len(refused)
    return {"items": [one.told() for one in found], "next": None, "count": count, "refused": refused,
            "more": len(found) == MOST}  # fmt: skip


OPERATIONS = {"retention.list": listed, "retention.apply": apply}
