"""What the writer can be asked about erasures, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.state import State
from node import people
from node.config import Config
from node.matters import KINDS
from node.matters.draft import Kind
from node.page import Person
from node.store import folded, reading
from node.work import Work

from . import exports, ordering, receipts

Params = Mapping[str, Any]


def erase(work: Work, params: Params, person: Person | None, config: Config) -> dict[str, Any]:
    """Orders a record's erasure, or that of some of its words, and carries it out here.

    Raises as `ordering.order`, and NotFound alike for what doesn't exist and what isn't in scope.
    """
    who = people.must_be_admin(person)
    kind, name, state = _record(work, params)
    listed = ordering.order(work, kind, name, state, str(params.get("ground") or ""), _fields(params), who)
    told = receipts.status(work.db, name, config.backup_retention_hours)
    return {"record": name.hex(), "listed": listed, **told}


def preview(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """What it would destroy; nothing is done."""
    people.must_be_admin(person)
    return ordering.preview(work, *_record(work, params), _fields(params))


def _fields(params: Params) -> list[str]:
    return [str(one) for one in params.get("fields") or ()]


def _record(work: Work, params: Params) -> tuple[Kind, bytes, State]:
    from node.operations import no_record

    name = str(params.get("record") or "")
    row = reading.find(work.db, name)
    if row is None or not row.here or row.matter not in KINDS:
        raise no_record(name)
    return KINDS[row.matter], row.name, folded.decode(row.state)


def exported(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Remembers an export, which no erasure reaches."""
    exports.note(work.db, str(params["path"]), work.now_ms)
    return {"path": params["path"]}


OPERATIONS = {"erase": erase, "erase.preview": preview, "exported": exported}
