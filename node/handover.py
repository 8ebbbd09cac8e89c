"""Handing over (交接): everything open that is in a colleague's hands goes into another's of the same unit.

Record by record, by the act by which one would be handed over, with its checks; what can't be is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from node import author, people, reactions
from node.config import Config
from node.errors import Forbidden, NotFound, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Draft, Kind
from node.matters.ticket.fields import TEXT
from node.page import Person
from node.store import folded, listing, reading
from node.work import Work

Params = Mapping[str, Any]
MAY = frozenset({"admin", "dispatcher", "supervisor"})  # hand over the work of others
HINT = "qiao --as STAFF handover --from STAFF --to STAFF"


def handover(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: from, to, text, dry. Gives `items` (what goes over, or would) and `refused` (with code).

    Raises Forbidden (`auth`, `role`), NotFound (nobody of that id, or who can't sign in), Usage.
    """
    if person is None:
        raise people.refused()
    giver, taker = str(params.get("from") or ""), str(params.get("to") or "")
    _check(work, person, giver, taker)
    text = str(border.value(TEXT, params.get("text") or "")).strip()
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for kind, record, drafts in _open(work, person, giver, taker):
        told = _told(work, kind, record)
        code = "" if params.get("dry") else _write(work, kind, record, drafts, text, person)
        (refused if code else done).append({**told, **({"code": code} if code else {})})
    return {"from": giver, "to": taker, "count": len(done), "items": done, "refused": refused}


def _check(work: Work, person: Person, giver: str, taker: str) -> None:
    if giver == taker:
        raise Usage(say("交出和接手的是同一个人", "both are the same person"), code="bad_value", hint=HINT)
    if person.id != giver and not MAY & person.roles:
        raise Forbidden(
            say("移交他人的事项需要角色：管理员、派单员或督办",
                "handing over others' work needs the role admin, dispatcher or supervisor"),
            code="role",
            hint=HINT,
        )  # fmt: skip
    if people.record_of(work.db, giver) is None or people.find(work.db, taker) is None:
        nobody = giver if people.record_of(work.db, giver) is None else taker
        raise NotFound(
            say(f"本单位没有工号 {nobody}，或已停用", f"nobody of this unit is {nobody}, or he is disabled"),
            hint="qiao staff list",
        )


def _open(work: Work, person: Person, giver: str, taker: str) -> Iterator[tuple[Kind, bytes, list[Draft]]]:
    for kind in KINDS.values():
        for row in listing.charged(work.db, kind.matter.name, work.path, giver):
            state = folded.state(work.db, row.record)
            if state is not None:
                desk = reactions.desk_of(work, person.id, kind, state, row.name)
                drafts = kind.handed(state, desk, giver, taker)
                if drafts:
                    yield kind, row.name, drafts


def _write(work: Work, kind: Kind, record: bytes, drafts: list[Draft], text: str, person: Person) -> str:
    """The code by which it is refused, or nothing. Drafts of different units go into commits of their own."""
    words = {"text": text} if text else {}
    for _, group in groupby(sorted(drafts, key=lambda one: one.unit or ""), key=lambda one: one.unit or ""):
        own = [Draft(one.action, {**one.data, **words}, one.unit) for one in group]
        try:
            author.write(work, kind, record, own, actor=person.id, roles=person.roles)
        except Forbidden as fault:
            return fault.code
        reactions.settle(work)
    return ""


def _told(work: Work, kind: Kind, record: bytes) -> dict[str, Any]:
    row = reading.find(work.db, record.hex())
    assert row is not None, "it was just listed"
    return {"matter": kind.matter.name, "record": record.hex(), "number": row.number, "title": row.title}


OPERATIONS = {"handover": handover}
