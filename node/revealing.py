"""Revealing (查看个人信息): what is masked is told to whoever has the right and a reason, behind a signed act.

The act stands on the record, goes wherever that goes, and is durable before the value leaves the writer; it
holds the field's name and the reason, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.reveal import FIELD, REASON, REVEAL
from conflict.state import State
from node import account, author, people
from node.config import Config
from node.erasure.ordering import words_of
from node.errors import Stale, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Draft, Kind
from node.page import Person
from node.store import folded, reading, records
from node.work import Work
from sync_protocol.change import Words, parse_body
from sync_protocol.errors import BadChange

Params = Mapping[str, Any]
MOST_REASON = 500  # characters
_REASON = next(one for one in author.REVEAL.data if one.name == REASON)


def reveal(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: record, field, reason. Gives `value` (the one in force, or the newest) and `values` (all of them).

    Raises Forbidden (`auth`, `role`), Usage (`not_words`, `missing_field`), NotFound alike out of scope and not
    there, Stale `nothing_to_reveal` where it isn't held here: never given, withheld, or erased.
    """
    from node.operations import done, no_record

    if person is None:
        raise people.refused()
    row = reading.find(work.db, str(params.get("record") or ""))
    if row is None or not row.here or row.matter not in KINDS:
        raise no_record(str(params.get("record") or ""))
    kind, state = KINDS[row.matter], folded.decode(row.state)
    field, reason = _field(kind, str(params.get("field") or "")), _reason(params)
    found = _values(work, kind, row.name, state, field)
    draft = Draft(REVEAL, {FIELD: field, REASON: reason})
    written = author.write(work, kind, row.name, [draft], actor=person.id, roles=person.roles)
    if not found:  # who may not look isn't told whether there is anything
        raise Stale(
            say(f"这里没有 {field} 的内容", f"there is nothing of {field} here"),
            code="nothing_to_reveal",
            hint=f"qiao {kind.matter.name} show ID",
        )
    return {**done(work, written), "field": field, "value": found[-1], "values": found}


def _field(kind: Kind, name: str) -> str:
    """Raises Usage for what isn't masked."""
    found, known = name.replace("-", "_"), words_of(kind)
    if found not in known:
        raise Usage(
            say(f"{name} 不是需要查看的内容；可以：{'、'.join(sorted(known))}",
                f"{name} isn't masked; only {', '.join(sorted(known))} is"),
            code="not_words",
            hint="qiao reveal ID worker_phone --reason TEXT",
        )  # fmt: skip
    return found


def _reason(params: Params) -> str:
    clean = str(border.value(_REASON, params.get("reason") or "")).strip()
    if not clean or len(clean) > MOST_REASON:
        raise Usage(
            say(f"须写明查看理由，不超过 {MOST_REASON} 字", f"a reason of at most {MOST_REASON} characters"),
            code="missing_field",
            hint="qiao reveal ID worker_phone --reason TEXT",
        )
    return clean


def _values(work: Work, kind: Kind, record: bytes, state: State, name: str) -> list[Any]:
    """Of a field what stands; of the texts of acts (`text`) every one, in order."""
    if kind.matter.field(name) is not None:
        return [account.plain(one) for one in state.every(name)]
    row = records.row_of(work.db, record)
    bodies = (one.body for one in records.changes_of(work.db, row)) if row is not None else ()
    return [account.plain(text[name]) for text in map(_words, bodies) if name in text]


def _words(body: bytes | None) -> Mapping[str, Any]:
    try:
        found = parse_body(body) if body is not None else None
    except BadChange:
        return {}
    return found.data if isinstance(found, Words) else {}


OPERATIONS = {"reveal": reveal}
