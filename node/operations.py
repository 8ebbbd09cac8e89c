"""What the writer can be asked to do, by name (the local socket, commands and screens all come through here).

Each operation is one transaction. Whoever asks has been let in by the face; what he may do is decided here
and by the declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from conflict.settle import choices, replaces
from conflict.state import State
from node import (
    account,
    author,
    call_records,
    codelists,
    enrolling,
    facts,
    handover,
    importing,
    keeping,
    notes,
    people,
    reactions,
    rebuild,
    retention,
    revealing,
    second,
    signin,
    staffing,
)
from node.api import tokens
from node.attachments import claims, reference
from node.author import Written
from node.bundles import making, taking
from node.config import Config
from node.erasure import asking
from node.errors import NotFound, Stale, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Draft, Kind, Verb
from node.page import Person
from node.registry import apart
from node.registry import operations as registrar
from node.store import folded, reading
from node.tables import importing as tables
from node.work import Work
from sync_protocol.names import short

Params = Mapping[str, Any]
Operation = Callable[[Work, Params, "Person | None", Config], dict[str, Any]]


def run(work: Work, operation: str, params: Params, staff: str | None, config: Config) -> dict[str, Any]:
    """Raises QiaoError; Usage `no_such_operation` for a name that isn't here."""
    found = _OPERATIONS.get(operation)
    if found is None:
        raise Usage(
            say(f"没有这个操作：{operation}", f"no such operation: {operation}"),
            code="no_such_operation",
        )
    person = people.find(work.db, staff) if staff is not None else None
    if staff is not None and person is None:
        raise people.refused()
    return found(work, params, person, config)


def _needed(person: Person | None) -> Person:
    if person is None:
        raise people.refused()
    return person


def login(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Lets a command beside the daemon know who acts, without opening the database by itself."""
    who = signin.check(work, str(params.get("staff") or ""), str(params.get("password") or ""))
    if who is None:
        work.refused = people.refused()
        return {}
    return {"id": who.id, "name": who.name, "roles": sorted(who.roles)}


def act(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """One verb of a matter. `params`: matter, verb, record (id or number; None begins one), data."""
    who = _needed(person)
    kind, verb = _verb(_given(params, "matter"), _given(params, "verb"))
    record, state = _record(work, kind, params.get("record"))
    data = border.check(kind, verb, _with_ids(work, kind, params.get("data") or {}), facts.known(work))
    if params.get("once") and state is not None and reference.has_all(kind.matter, state, data):
        return {"record": params["record"], "already": True}
    claims.claim(work, verb, data)
    drafts = verb.plan(state, data, reactions.desk_of(work, who.id, kind, state, record or b""))
    written = author.write(work, kind, record, drafts, actor=who.id, roles=who.roles)
    if params.get("draft"):
        keeping.discard(work, who, str(params["draft"]))
    result = {**done(work, written), **_doubted(verb, data)}
    if params.get("dry_run"):
        raise Tried({**result, "dry_run": True, "deadlines": _deadlines(work, written)})
    return result


def _deadlines(work: Work, written: Written) -> list[dict[str, Any]]:
    """The clocks that would run on the record."""
    row = reading.find(work.db, written.record.hex())
    return [] if row is None else account.deadlines(work.db, row.record, work.now_ms)


MOST_ACTS = 10


def acts(work: Work, params: Params, person: Person | None, config: Config) -> dict[str, Any]:
    """Several verbs at once, all or none: a call and the ticket that comes of it. `params`: acts, each as of `act`;
    a `record` of `$1` is that of the first of them, `$1.begun` what came of it. Gives what the last of them made,
    the `warnings` of all, and each in `items`."""
    given = params.get("acts")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_ACTS:
        zh, en = f"应有 1 至 {MOST_ACTS} 个操作", f"there are 1 to {MOST_ACTS} acts"
        raise Usage(say(zh, en), code="bad_value", hint="qiao batch --help")
    made: list[dict[str, Any]] = []
    for one in given:
        made.append(
            act(work, {**one, "record": _earlier(one.get("record"), made), "draft": None}, person, config)
        )
    if params.get("draft"):
        keeping.discard(work, _needed(person), str(params["draft"]))
    warnings = [warning for one in made for warning in one.get("warnings", ())]
    last = made[-1].get("begun") or made[-1]
    result = {**last, "items": made, **({"warnings": warnings} if warnings else {})}
    if params.get("dry_run"):
        raise Tried({**result, "dry_run": True})
    return result


def _earlier(name: str | None, made: list[dict[str, Any]]) -> str | None:
    """The record that an act before this one made. Raises NotFound for one that there isn't."""
    if name is None or not name.startswith("$"):
        return name
    number, _, begun = name[1:].partition(".")
    known = number.isdecimal() and 0 < int(number) <= len(made) and begun in ("", "begun")
    found = made[int(number) - 1] if known else {}
    record = (found.get("begun") or {}).get("record") if begun else found.get("record")
    if record is None:
        raise no_record(name)
    return str(record)


def _doubted(verb: Verb, data: Params) -> dict[str, Any]:
    """What was taken though it is odd: who is on the line can still be asked."""
    found = border.doubts(verb.takes, data)
    told = [{"field": one.field, "code": "unverified", "message": one.sentence} for one in found]
    return {"warnings": told} if told else {}


class Tried(Exception):
    """An act that was only to be tried: judged and signed as if it were meant, and with this nothing of it is kept."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("tried")
        self.result = result


def _given(params: Params, name: str) -> str:
    if not params.get(name):
        raise Usage(say(f"还缺：{name}", f"missing: {name}"), code="missing_field", hint="qiao batch --help")
    return str(params[name])


def done(work: Work, written: Written) -> dict[str, Any]:
    """What a program is told of an act: with the phase as it is once the node has reacted. `begun`: a record of
    another matter that came of it."""
    reactions.settle(work)
    told = {**_told(work, written.record, written.first), "commit": written.commit.hex()}
    if written.begun is not None:
        told["begun"] = _told(work, short(written.begun), written.begun)
    return told


def _told(work: Work, record: bytes, change: bytes) -> dict[str, Any]:
    row = reading.find(work.db, record.hex())
    return {
        "record": record.hex(),
        "matter": row.matter if row else "",
        "number": row.number if row else "",
        "change": change.hex(),
        "phase": row.phase if row else "",
    }


def _verb(matter: str, name: str) -> tuple[Kind, Verb]:
    kind = KINDS.get(matter)
    if kind is None:
        raise Usage(
            say(f"没有这种事项：{matter}", f"no such matter: {matter}"),
            code="unknown_matter",
            hint="qiao --help",
        )
    verb = kind.verb(name)
    if verb is None:
        raise Usage(
            say(f"“{kind.matter.label}”没有这个动作：{name}", f"{matter} has no verb {name}"),
            code="unknown_verb",
            hint=f"qiao {matter} --help",
        )
    return kind, verb


def _record(work: Work, kind: Kind, name: str | None) -> tuple[bytes | None, State | None]:
    if name is None:
        return None, None
    row = reading.find(work.db, name)
    if row is None or not row.here or row.matter != kind.matter.name:
        raise no_record(name)
    rebuild.fresh(work, row.record)
    return row.name, folded.state(work.db, row.record)


def _with_ids(work: Work, kind: Kind, data: Params) -> Params:
    """What answered a record may be given by number. Raises NotFound."""
    if not kind.cites or not data.get(kind.cites):
        return data
    given = data[kind.cites]
    listed = given if isinstance(given, list | tuple) else [given]
    return {**data, kind.cites: [_id_of(work, str(one)) for one in listed]}


def _id_of(work: Work, name: str) -> str:
    row = reading.find(work.db, name)
    kind = KINDS.get(row.matter) if row is not None and row.here else None
    if row is None or kind is None or kind.shelf is None:
        raise no_record(name)
    return str(row.name.hex())


def no_record(name: str) -> NotFound:
    """Alike for a record that doesn't exist and one that isn't in scope."""
    return NotFound(
        say(f"没有这条记录：{name}", f"no such record: {name}"), code="not_found", hint="qiao ticket list"
    )


def attachment_again(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """An attachment that somebody wanted and that isn't what its hash says: asked for anew."""
    _needed(person)
    found = reference.content_of(params.get("hash"))
    if found is not None:
        claims.look_again(work, found)
    return {"hash": params.get("hash")}


# The exceptions list


def settle(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Ends a conflict of a field: by one of the values that stand (1, 2, …), or by another."""
    who = _needed(person)
    kind, row, state, name = _exception(work, str(params["id"]))
    field, at, slot = row.place.partition("@")
    declared = kind.matter.field(field)
    if row.kind != "conflict" or declared is None or at and slot:
        raise Stale(
            say("这一条不是字段冲突，不能这样裁定", "not a conflict of a field"),
            code="not_a_field",
            hint="qiao exceptions adopt ID",
        )
    value = _chosen(params, choices(state, row))
    clean = border.value(declared, value, facts.known(work))
    named = replaces(state, [row.place])
    draft = Draft("amend", {field: clean, "replaces": named})
    return done(work, author.write(work, kind, name, [draft], actor=who.id, roles=who.roles))


def _chosen(params: Params, sides: list[Any]) -> Any:
    number = params.get("value")
    if number is None:
        return params.get("text")
    if not str(number).isdecimal() or not 1 <= int(number) <= len(sides):
        raise Usage(say(f"只有 {len(sides)} 个值可选", f"there are {len(sides)} values"), code="bad_value")
    return sides[int(number) - 1].value


def adopt(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Lets an act that doesn't stand count after all, on the adopter's authority."""
    who = _needed(person)
    kind, row, _state, name = _exception(work, str(params["id"]))
    draft = Draft("adopt", {"acts": [row.act]})
    return done(work, author.write(work, kind, name, [draft], actor=who.id, roles=who.roles))


def _exception(work: Work, name: str) -> tuple[Kind, Any, State, bytes]:
    stored = reading.exception(work.db, name)
    if stored is not None and stored.matter == apart.MATTER:
        raise apart.refuse(stored.kind)
    if stored is None or stored.matter not in KINDS:
        raise NotFound(
            say(f"没有这条异常：{name}", f"no such exception: {name}"),
            code="not_found",
            hint="qiao exceptions list",
        )
    state = folded.state(work.db, stored.record) or State()
    row = next((one for one in state.rows if folded.exception_name(one) == name), None)
    if row is None:
        raise Stale(say("这条异常刚刚变了", "that exception has just changed"), hint="qiao exceptions list")
    return KINDS[stored.matter], row, state, stored.record_id


def invite(work: Work, params: Params, person: Person | None, config: Config) -> dict[str, Any]:
    from node import joining

    people.must_be_admin(person)
    return joining.invite(work, params, config)


def clock(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """The answer to what is asked about the clock (3.6)."""
    from node import timekeeping

    people.must_be_admin(person)
    return timekeeping.answer(work, confirm=bool(params.get("confirm")))


def bulletin(which: str, work: Work, params: Params, person: Person | None, config: Config) -> dict[str, Any]:
    """Once a month: what adds it up isn't loaded before."""
    from node.bulletin.operations import OPERATIONS

    return OPERATIONS[which](work, params, person, config)


_OPERATIONS: dict[str, Operation] = {
    "clock": clock,
    "login": login,
    "act": act,
    "acts": acts,
    "attachment.again": attachment_again,
    **keeping.OPERATIONS,
    **tables.OPERATIONS,
    "settle": settle,
    "adopt": adopt,
    "invite": invite,
    "bulletin.publish": partial(bulletin, "publish"),
    "bulletin.correct": partial(bulletin, "correct"),
    **staffing.OPERATIONS,
    **tokens.OPERATIONS,
    **registrar.OPERATIONS,
    "enrol": enrolling.enrol,
    "join.ask": enrolling.ask,
    "join.take": enrolling.take,
    **asking.OPERATIONS,
    **importing.OPERATIONS,
    "list.import": codelists.bring,
    **call_records.OPERATIONS,
    **revealing.OPERATIONS,
    **second.OPERATIONS,
    **handover.OPERATIONS,
    **notes.OPERATIONS,
    **rebuild.OPERATIONS,
    **retention.OPERATIONS,
    "bundle.letter": making.letter,
    "bundle.trailer": making.trailer,
    "bundle.look": taking.look,
    "bundle.mine": taking.mine,
    "bundle.take": taking.take,
}
