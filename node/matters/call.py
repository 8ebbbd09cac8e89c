"""The call (来电): one row of the ledger for every call, visit or message, answered at once or turned into a
ticket (product 1.1). A call may serve several persons: calls and persons are both counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.declaration import Action, Field, Matter, Merge, Type
from conflict.state import State
from node.deadlines.policies import DEFAULTS
from node.errors import Forbidden, NotFound
from node.language import say
from sync_protocol import clock

from . import border, plain, ticket
from .draft import Desk, Draft, Due, Fact, Kind, Retention, Verb
from .ticket import fields as f
from .ticket.fields import CHANNELS, TEXT

DIRECTIONS = {"in": "呼入", "out": "呼出"}
PHASES = {"open": "未办", "answered": "当场答复", "ticketed": "已转工单"}  # as shown
# What a ticket made from the call takes over, and asks for in the same way.
_SHARED = tuple(
    f.field(name)
    for name in (
        "class", "topic", "worker_identity", "worker_name", "worker_phone", "worker_id_number", "gender",
        "age_band", "occupation", "employer_name", "employer_nature", "employer_credit_code",
        "workplace_region", "employer_region",
    )
)  # fmt: skip
FIELDS = (
    Field("number", "编号", Merge.ONCE),
    f.field("channel"),
    f.field("outside_number"),
    Field("direction", "方向", Merge.ONCE, Type.CODE, DIRECTIONS),
    Field("external_id", "导入编号", Merge.ONCE),
    Field(
        "occurred", "来电时间", Merge.LAST, Type.MOMENT, past=True
    ),  # where it isn't the time of registering
    Field("operator", "接话员", Merge.LAST),  # staff id, where it isn't who registers
    *_SHARED,
    Field("narrative", "来电内容", Merge.LAST, words=True),
    Field("reply", "答复内容", Merge.LAST, words=True),
    Field("persons_served", "服务人数", Merge.LAST, Type.INTEGER),
    Field("answered_on_the_spot", "当场答复", Merge.LAST, Type.YES_NO),
    Field("ticket", "转为工单", Merge.LAST),  # record id, hex
    Field("articles", "引用知识", Merge.UNION, Type.IDS),  # record ids
    Field("satisfaction_call", "来电满意度", Merge.ASK, Type.SCORE, dimension=True),
)
_GIVEN = tuple(field for field in FIELDS if field.name != "number")
_AMENDED = tuple(field for field in _GIVEN if field.merge is not Merge.ONCE)
_DESK = frozenset({"operator", "lawyer", "handler"})
_NEEDED = frozenset({"channel"})
_OWNER_OR_ABOVE = (("owner", plain.owner), ("above", plain.above_owner))
_REGISTER = next(verb for verb in ticket.KIND.verbs if verb.name == "register")
_OWN_TO_A_CALL = frozenset({"external_id"})  # by which each matter's import knows its rows

CALL = Matter(
    "call", 1, "来电", FIELDS, (),
    (
        Action("register", "登记", _DESK, fields=plain.everything, data=FIELDS, required=_NEEDED, first=True),
        Action("amend", "更正", _DESK, _OWNER_OR_ABOVE, fields=plain.everything,
               data=(*_AMENDED, Field("replaces", "所取代的写入", type=Type.IDS))),
        Action("note", "备注", _DESK | {"supervisor"}, _OWNER_OR_ABOVE, data=(TEXT,)),
    ),
    plain.owner_alone,
    codes={"owner": "只有登记单位或其上级可以这样做", "above": "只有上级单位可以这样做"},
    names=PHASES,
)  # fmt: skip


def title(state: State) -> str:
    narrative = " ".join(str(state.shown("narrative", "") or "").split())
    return plain.beginning(narrative) or CHANNELS.get(str(state.shown("channel")), "")


def phase(state: State) -> str:
    if state.shown("ticket"):
        return "ticketed"
    return "answered" if state.shown("answered_on_the_spot") is True else "open"


def detail(state: State) -> dict[str, Any]:
    """Who took it, also where that is who registered it."""
    first = next(iter(state.marks.values()), None)
    return {"operator": state.shown("operator") or (first.actor if first else None)}


def _set(action: str) -> Any:
    """The parameters, with the ticket named by its record id. Raises NotFound for one that isn't in scope."""

    def plan(_: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
        named = params.get("ticket")
        return [Draft(action, {**params, "ticket": _ticket(named, desk)} if named else params)]

    return plan


def _ticket(name: str, desk: Desk) -> str:
    found = desk.find(name, "ticket")
    if found is None:
        raise NotFound(
            say(f"没有这个工单：{name}", f"there is no ticket {name}"),
            code="not_found",
            hint="qiao ticket list",
        )
    return found.hex()


def _to_ticket(state: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
    """The ticket with the call's fields, over them those given; then the call names it, and it the call.
    Raises Forbidden where it has one, Usage for what a ticket still needs."""
    assert state is not None, "the verb names a call"
    if state.shown("ticket"):
        raise Forbidden(
            say("这个来电已经转为工单", "this call has been made into a ticket already"),
            code="has_ticket", hint="qiao call show ID",
        )  # fmt: skip
    given = {**_taken_over(state), **params}
    border.require(ticket.KIND, _REGISTER, given)
    drafts = _REGISTER.plan(None, given, desk)
    first = Draft("register", {**drafts[0].data, "call": desk.record.hex()}, matter="ticket")
    not_answered = {"answered_on_the_spot": False} if state.shown("answered_on_the_spot") else {}
    return [first, Draft("amend", not_answered, begun="ticket")]


def _taken_over(state: State) -> dict[str, Any]:
    names = [field.name for field in f.REGISTERED if field.name not in _OWN_TO_A_CALL]
    values = {name: state.shown(name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _became_one(state: State) -> bool:
    """Whether a ticket was made of it. One that names a ticket as it is registered is about one that was there, as
    whoever urges; but an import has no other way to say what became of a call."""
    writes = state.fields.get("ticket")
    named_at_once = bool(writes) and writes[-1].action == "register"  # type: ignore[index]
    return bool(state.shown("ticket")) and (not named_at_once or bool(state.shown("external_id")))


SATISFIED = 4  # scores from 4 to 5 are satisfied


def facts(state: State, dues: list[Due]) -> list[Fact]:
    """A call counts the persons that it names, and one where it names none: whoever called."""
    at, score = clock.to_ms(state.created), state.shown("satisfaction_call")
    persons = state.shown("persons_served")
    found = {
        "persons": persons if type(persons) is int and persons > 0 else 1,
        "answered": state.shown("answered_on_the_spot") is True,
        "ticketed": _became_one(state),
        "scored": type(score) is int,
        "satisfied": type(score) is int and score >= SATISFIED,
    }
    return [Fact(name, state.owner, at, int(value)) for name, value in found.items() if value]


KIND = Kind(
    CALL,
    (
        Verb("register", "登记", "register", _GIVEN, _set("register"), _NEEDED, needs=_REGISTER.needs),
        Verb("amend", "更正", "amend", _AMENDED, _set("amend")),
        Verb("to-ticket", "转为工单", "amend", f.REGISTERED, _to_ticket),
        Verb("note", "备注", "note", (TEXT,), plain.as_given("note"), frozenset({"text"})),
    ),
    phase=phase,
    title=title,
    cites="articles",
    detail=detail,
    facts=facts,
    retention=Retention(
        DEFAULTS["retention_call_days"], plain.EXPIRED, lambda state: clock.to_ms(state.created) or None
    ),
)
