"""The writer's side of an import: a batch of rows, each judged, signed and committed like a single act, in one
transaction (design 4, `ticket import`).

A row that was taken in before, by its `external_id` in this unit, is skipped; one that can't be is told why, and
the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from node import author, people, reactions
from node.config import Config
from node.errors import Forbidden, QiaoError, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Desk, Kind, Verb
from node.page import Person
from node.store import database, folded
from node.work import Work

from .mapping import ID, verb_of

MOST = 500  # rows of a batch: a second of the writer's time
IMPORTED, SKIPPED, REJECTED = "imported", "skipped", "rejected"
_ALIKE = frozenset({"role", "auth", "scope"})  # what forbids one row forbids them all

Params = Mapping[str, Any]


def rows(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: matter, rows (data for the verb, each with an external_id). One result a row, in order: `state`
    imported, skipped or rejected, `record`, and of a rejected one `faults` (field, code, reason)."""
    if person is None:
        raise people.refused()
    kind = _kind(params)
    verb, given = verb_of(kind), params.get("rows")
    if not isinstance(given, list) or len(given) > MOST or not all(isinstance(one, dict) for one in given):
        zh, en = f"一批至多 {MOST} 行", f"a batch has at most {MOST} rows"
        raise Usage(say(zh, en), code="bad_value", hint=f"qiao {kind.matter.name} import --help")
    work.quiet = True
    batch = _Batch(work, kind, verb, person)
    results = [batch.take(one) for one in given]
    reactions.settle(work)
    return {"results": results}


def _kind(params: Params) -> Kind:
    found = KINDS.get(str(params.get("matter")))
    if found is None:
        zh, en = f"没有这种事项：{params.get('matter')}", f"no such matter: {params.get('matter')}"
        raise Usage(say(zh, en), code="unknown_matter", hint="qiao --help")
    return found


class _Batch:
    def __init__(self, work: Work, kind: Kind, verb: Verb, person: Person) -> None:
        self._work, self._kind, self._verb, self._person = work, kind, verb, person
        self._desk: Desk = reactions.desk_of(work, person.id, kind, None, b"")
        self._seen: dict[str, bytes] = {}  # what this very transaction has made: it isn't folded yet

    def take(self, data: dict[str, Any]) -> dict[str, Any]:
        """Raises Forbidden for what forbids every row."""
        external = str(data.get(ID) or "").strip()
        if not external:
            return _rejected(ID, "no_external_id", say("这一行没有编号", "this row has no id"))
        known = self._seen.get(external) or self._known(external)
        if known is not None:
            return {"state": SKIPPED, "record": known.hex()}
        faults = border.faults(self._kind, self._verb, data)
        if faults:
            told = [{"field": one.field, "code": one.code, "reason": one.text} for one in faults]
            return {"state": REJECTED, "faults": told}
        return self._register(external, data)

    def _known(self, external: str) -> bytes | None:
        return folded.imported(self._work.db, self._kind.matter.name, self._desk.unit, external)

    def _register(self, external: str, data: dict[str, Any]) -> dict[str, Any]:
        """What fails leaves nothing behind, and the rows before it stand."""
        try:
            with database.savepoint(self._work.db):
                record = self._signed(data)
        except Forbidden as fault:
            if fault.code in _ALIKE:
                raise
            return _rejected(fault.field, fault.code, fault.text)
        except QiaoError as fault:
            if not isinstance(fault, Usage):
                raise
            return _rejected(fault.field, fault.code, fault.text)
        self._seen[external] = record
        return {"state": IMPORTED, "record": record.hex()}

    def _signed(self, data: dict[str, Any]) -> bytes:
        who = self._person
        drafts = self._verb.plan(None, border.check(self._kind, self._verb, data), self._desk)
        written = author.write(self._work, self._kind, None, drafts, actor=who.id, roles=who.roles)
        return written.record


def _rejected(field: str, code: str, reason: str) -> dict[str, Any]:
    return {"state": REJECTED, "faults": [{"field": field, "code": code, "reason": reason}]}


Operation = Callable[[Work, Params, "Person | None", Config], dict[str, Any]]
OPERATIONS: dict[str, Operation] = {"import.rows": rows}
