"""What the API answers, each shape exactly: checked before it leaves, and told by the OpenAPI document.

A ticket's and a call's own fields come from their declarations, so that a new field is a new property.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from conflict.declaration import Field as Declared
from conflict.declaration import Type
from node.matters import KINDS

from .cells import WHOLE, fields_of, is_list

_MOST = (1 << 63) - 1
_TICKET, _CALL = "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "00112233445566778899aabbccddeeff"
_LONG = "ab" * 32
_TIME = "2026-11-21T16:10:00+08:00"
_PATH = "370000/370200/370211"
_NUMBER = "370000-20261121-0001"

Hex = Annotated[str, Field(pattern="^[0-9a-f]*$")]
Time = Annotated[str, Field(description="ISO 8601 with the offset of China", examples=[_TIME])]
Unit = Annotated[str, Field(description="a unit's path, codes from the root", examples=[_PATH])]
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]
Cursor = Annotated[str, Field(description="of the next page, as `after`; null behind the last")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": value})


class Problem(Shape):
    """Every refusal. `code` is stable; `message` and `hint` are in the language of Accept-Language."""

    model_config = _example({"code": "bad_token", "message": "the token isn't known, or was revoked",
                             "hint": "qiao --as ADMIN api token add NAME"})  # fmt: skip
    code: Annotated[str, Field(pattern="^[a-z0-9_]+$")]
    message: str
    hint: str


class By(Shape):
    """Who did an act. `actor` is a staff id, or `system`."""

    action: str
    unit: Unit
    actor: str
    time: Time


class Deadline(Shape):
    """`due` null: it stands still. Passed, where `due` is before now and `done` is null or later."""

    clock: Annotated[str, Field(description="forward accept decline complete rework")]
    round: Whole
    unit: Unit
    start: Time
    due: Time | None
    done: Time | None
    paused: bool


class Assignment(Shape):
    """One a round and unit. `status`: sent received accepted submitted completed declined recalled."""

    unit: Unit
    round: Whole
    status: str
    assigner: str
    actor: Annotated[str, Field(description="staff id of who brought it there")]
    responsible: Annotated[str | None, Field(description="staff id of whom it was entrusted to")]
    lead: bool
    since: Time
    deadlines: list[Deadline]


class Card(Shape):
    """A supervision card that was issued. `standing`: standing cleared rescinded."""

    record: Hex
    number: str
    round: Whole
    unit: Unit
    clock: str
    colour: Annotated[str, Field(description="yellow red")]
    act: Hex
    issuer: Unit
    issued: Time
    since: Annotated[Time | None, Field(description="from when its breach computes; null: rescinded")]
    cleared: Time | None
    objections: Whole
    standing: str


class Exception_(Shape):
    """What didn't simply apply. `kind`: conflict held quarantine denied incomplete overtaken unknown."""

    exception: Annotated[str, Field(description="as `qiao exceptions show` takes it")]
    matter: str
    record: Hex
    number: str
    kind: str
    reason: Annotated[str, Field(description="docs/errors.md")]
    act: Hex
    place: Annotated[str, Field(description="the slot or field that it is about")]
    by: By | None
    against: Annotated[By | None, Field(description="the act that stands instead")]
    open: bool


class Act(Shape):
    """One act of a record, in the record's order. `verdict`: stands overtaken denied held quarantined unknown."""

    model_config = _example({
        "place": 1, "act": _LONG, "commit": _LONG, "action": "register", "unit": "370000", "actor": "li",
        "time": _TIME, "received": _TIME, "verdict": "stands", "reason": "", "provisional": False,
        "data": {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages/arrears"},
    })  # fmt: skip
    place: Annotated[Whole, Field(description="from 1; may shift when an act of before arrives late")]
    act: Annotated[Hex, Field(description="id of the act")]
    commit: Annotated[Hex | None, Field(description="id of the signed commit that it stands in")]
    action: str
    unit: Unit
    actor: str
    time: Annotated[Time, Field(description="when it was signed, by its node's clock")]
    received: Annotated[Time | None, Field(description="when this node stored it")]
    verdict: str
    reason: str
    provisional: bool
    data: Annotated[dict[str, Any], Field(description="coded data, as its action declares them; never words")]


class TreeUnit(Shape):
    model_config = _example({"unit": _PATH, "code": "370211", "name": "黄岛区总工会", "kind": "place",
                             "role": "office", "host": None})  # fmt: skip
    unit: Unit
    code: str
    name: str
    kind: Annotated[str, Field(description="place industry enterprise department")]
    role: Annotated[str, Field(description="office auditor hosted")]
    host: Annotated[str | None, Field(description="path of the unit whose node acts for a hosted one")]


class Figure(Shape):
    """`value` null: nothing to divide by. Excluded records stand apart."""

    id: str
    unit: Annotated[str, Field(description="count persons fen seconds percent mean")]
    numerator: Whole
    denominator: Whole | None
    value: int | float | None
    excluded_numerator: Whole
    excluded_denominator: Whole | None


class Group(Shape):
    key: Annotated[str, Field(description="of the dimension; empty: it has none")]
    figures: list[Figure]


class Office(Shape):
    """How old its numbers are."""

    unit: Unit
    name: str
    last_sync: Time | None
    last_seen: Time | None
    newest: Annotated[Time | None, Field(description="its newest commit that is here")]
    offline_days: Whole | None


class Period(Shape):
    first: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    last: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Figures(Shape):
    """In all, by group, and how old the offices' numbers are."""

    as_of: Time
    period: Period | None
    unit: Unit | None
    by: str | None
    figures: list[Figure]
    items: list[Group]
    offices: list[Office]


class Checkpoint(Shape):
    """The node's signed word on all commits that it has stored (RFC 6962 tree, C2SP note): keep it, and compare."""

    origin: str
    size: Whole
    root: Hex
    key: Hex
    note: Annotated[str, Field(description="as `qiao audit checkpoint FILE` writes it")]


class Health(Shape):
    """How old, and how whole, is what is told here. Null: not for this token's reach."""

    as_of: Time
    version: str
    node: Hex
    unit: Unit
    scope: Annotated[Unit | None, Field(description="of the token; null: all that the node may show")]
    commits: Whole | None
    unverified: Annotated[
        Whole | None, Field(description="commits whose own signature is still to be looked at")
    ]
    exceptions: Annotated[Whole | None, Field(description="open ones")]
    rebuild_left: Annotated[Whole, Field(description="records still to be folded once more after an upgrade")]
    last_sync_up: Annotated[Time | None, Field(description="when the parent last had all of ours")]
    last_sync_down: Annotated[Time | None, Field(description="when the parent was last heard")]
    clock_question: Annotated[bool, Field(description="something is open about this node's clock")]
    offices: list[Office]


_RECORD: dict[str, Any] = {
    "record": (Annotated[Hex, Field(description="id of the record", examples=[_TICKET])], ...),
    "number": (Annotated[str, Field(description="as people call it", examples=[_NUMBER])], ...),
    "owner": (Annotated[Unit, Field(description="the unit that registered it")], ...),
    "author": (Annotated[str, Field(description="staff id of who registered it")], ...),
    "created": (Annotated[Time, Field(description="its first act")], ...),
    "changed": (Annotated[Time, Field(description="its newest act that stands")], ...),
    "phase": (Annotated[str, Field(description="`erased`: nothing of it is left")], ...),
    "due": (Annotated[Time | None, Field(description="the next that falls due, or has")], ...),
    "incomplete": (Annotated[bool, Field(description="an act that others rest on isn't here")], ...),
    "withheld": (Annotated[bool, Field(description="its words aren't for this node's unit")], ...),
    "exceptions_open": (Whole, ...),
}  # fmt: skip


def _property(field: Declared) -> tuple[Any, Any]:
    """Its type, by the declaration; null where nothing was said, or nothing of that shape."""
    one: Any = {Type.YES_NO: bool, Type.IDS: Hex}.get(field.type, Whole if field.type in WHOLE else str)
    codes = " ".join(field.codes)
    unit = {
        Type.MONEY: "fen",
        Type.SCORE: "1 to 5",
        Type.REGION: "division code",
        Type.PATH: "codes joined by /",
    }
    told = Field(description=f"{field.label} {codes or unit.get(field.type, '')}".strip())
    return (Annotated[list[one], told] if is_list(field) else Annotated[one | None, told]), ...


def _record(name: str, doc: str, matter: str, **more: Any) -> type[Shape]:
    own = {one.name: _property(one) for one in fields_of(KINDS[matter].matter)}
    fields: dict[str, Any] = {**_RECORD, **own, **more}
    found: type[Shape] = create_model(name, __base__=Shape, __doc__=doc, **fields)
    return found


def _page(name: str, item: Any) -> type[Shape]:
    doc = (
        "A page. For a token of a narrower reach it may be shorter than asked for, and still have a next one."
    )
    found: type[Shape] = create_model(
        name, __base__=Shape, __doc__=doc, items=(list[item], ...), next=(Cursor | None, ...)
    )
    return found


_WORK: dict[str, Any] = {"round": (Whole, ...), "lead": (Unit | None, ...)}
_WHOLE: dict[str, Any] = {
    "assignments": (list[Assignment], ...), "deadlines": (list[Deadline], ...), "cards": (list[Card], ...),
    "exceptions": (Annotated[list[Exception_], Field(description="settled ones too; 200 at most")], ...),
}  # fmt: skip
Ticket = _record("Ticket", "A ticket as its acts leave it.", "ticket", **_WORK)
TicketWhole = _record("TicketWhole", "A ticket with all that belongs to it.", "ticket", **_WORK, **_WHOLE)
Call = _record("Call", "One row of the ledger of calls.", "call")
CallWhole = _record("CallWhole", "A call with all that belongs to it.", "call", **_WHOLE)
Tickets, Calls, Acts = _page("Tickets", Ticket), _page("Calls", Call), _page("Acts", Act)
Exceptions, Cards, Units = _page("Exceptions", Exception_), _page("Cards", Card), _page("Units", TreeUnit)
