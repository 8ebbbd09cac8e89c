"""The verbs by which a ticket is watched over: delivery by telephone, terms, escalation, orders, cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conflict.state import Mark, State
from node.errors import Forbidden, NotFound
from node.language import say
from sync_protocol.names import is_above

from ..draft import Desk, Draft, Verb
from . import assignments as read
from . import fields as f
from . import oversight, terms
from .dispatch import held
from .oversight import CardKey
from .plans import Params, here_of, in_round, named, on_behalf, plain
from .workflow import OPEN_STATUSES

_Offers = list[Mapping[str, Any]]


def _extend(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """Answers the newest request of the unit that nobody has answered, or the one named."""
    here = here_of(state)
    [draft] = named("extend")(state, params, desk)
    request = _given(params, "request") or _newest(_requests(here, str(draft.data["unit"])), "no_request")
    data = {**draft.data, "request": request}
    asked = next((one.data.get("days") for one in here.meant() if one.id == request), None)
    if params["outcome"] == "grant" and "days" not in params and asked is not None:
        data["days"] = asked
    return [Draft("extend", data, draft.unit)]


def _requests(state: State, unit: str) -> list[bytes]:
    """Open ones of a unit's assignment, oldest first; where all are answered, those."""
    own = read.assignment(state, read.round_of(state), unit)
    asked = [one.id for one in terms.requests(state) if own and one.unit in (own.unit, own.holder)]
    answered = {one.data.get("request") for one in state.meant() if one.action == "extend"}
    return [one for one in asked if one not in answered] or asked


def _given(params: Params, name: str) -> bytes | None:
    value = params.get(name)
    return value[0] if value else None


def _newest(found: list[bytes], code: str) -> bytes:
    """Raises Forbidden where there is none."""
    if found:
        return found[-1]
    zh, en = _NONE[code]
    raise Forbidden(say(zh, en), code=code, hint="qiao ticket show ID")


_NONE = {
    "no_request": ("这个单位没有请求延期", "that unit has asked for no extension"),
    "no_order": ("没有未了结的督办单", "there is no open supervision order"),
    "no_card": ("没有这样的督办牌", "there is no such card"),
}


def _escalate(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """This unit takes the lead, with an assignment of its own where it holds none."""
    here = here_of(state)
    number = read.round_of(here)
    drafts = [Draft("escalate", {**params, "round": number})]
    if any(one.open for one in read.held_by(here, desk.unit)):
        return drafts
    ruling = desk.unit != here.owner
    data = {"round": number, "unit": desk.unit, **({"final": True} if ruling else {})}
    return [Draft("assign", data), *drafts]


def _supervise(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    here = here_of(state)
    data = {**params, "round": read.round_of(here)}
    if "unit" in params:
        [draft] = named("supervise")(state, params, desk)
        data = dict(draft.data)
    if params.get("outcome") == "close":
        data["order"] = _given(params, "order") or _newest(_ids(oversight.open_orders(here)), "no_order")
    return [Draft("supervise", data)]


def _reply(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """To the newest open order that has no reply yet."""
    here = here_of(state)
    orders = oversight.open_orders(here)
    waiting = [one for one in orders if not oversight.replies(here, one.id)] or orders
    order = _given(params, "order") or _newest(_ids(waiting), "no_order")
    return [on_behalf(Draft("reply", {**params, "order": order}), here, params, desk)]


def _ids(marks: Iterable[Mark]) -> list[bytes]:
    return [one.id for one in marks]


def _on_card(action: str) -> Any:
    """On the card that fits what was named of it; the newest of several."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here = here_of(state)
        wanted = {name: params[name] for name in CardKey._fields if name in params}
        if "unit" in wanted:
            wanted["unit"] = desk.tree.path(str(wanted["unit"])) or wanted["unit"]
        cards = {key: mark.id for key, mark in oversight.issued(here).items() if _fits(key, wanted)}
        found = _newest(list(cards.values()), "no_card")
        key = next(key for key, act in cards.items() if act == found)
        return [Draft(action, {**params, **key._asdict()})]

    return plan


def _fits(key: CardKey, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(key, name) == value for name, value in wanted.items())


def _object(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """Against a card; without one, against what was done."""
    names_card = any(name in params for name in CardKey._fields)
    if names_card or oversight.issued(here_of(state)):
        drafts: list[Draft] = _on_card("object")(state, params, desk)
        return drafts
    return [Draft("object", dict(params))]


def _linking(action: str) -> Any:
    """Each names the other on its own record: whoever holds one of them knows of the group."""

    def plan(state: State | None, params: Params, desk: Desk) -> list[Draft]:
        here_of(state)
        others = [_found(str(name), desk) for name in params["with"]]
        return [
            Draft(action, {"links": others}),
            *(Draft(action, {"links": [desk.record]}, record=other) for other in others),
        ]

    return plan


def _found(name: str, desk: Desk) -> bytes:
    """Raises NotFound, alike for a ticket that doesn't exist and one that isn't in scope."""
    record = desk.find(name)
    if record is None:
        raise NotFound(say(f"没有这条记录：{name}", f"no such record: {name}"), code="not_found",
                       hint="qiao ticket list")  # fmt: skip
    return record


# What each could be signed with now


def _offer_shown(*shown: str, **data: Any) -> Any:
    def offers(state: State, unit: str) -> _Offers:
        return [
            {"round": one.round, "unit": one.unit, **data}
            for one in read.assignments(state)
            if one.open and one.shown in shown
        ]

    return offers


def _offer_extend(state: State, unit: str) -> _Offers:
    return [
        {"round": one.round, "unit": one.unit, "request": request, "outcome": "deny"}
        for one in read.assignments(state) if one.open
        for request in _requests(state, one.unit)
    ]  # fmt: skip


def _offer_reply(state: State, unit: str) -> _Offers:
    return [{"order": one.id} for one in oversight.open_orders(state)]


def _offer_clear(state: State, unit: str) -> _Offers:
    cleared = oversight.cleared(state)
    return [key._asdict() for key in oversight.issued(state) if key not in cleared]


def _offer_escalate(state: State, unit: str) -> _Offers:
    """Only to whom it would change something."""
    leads = read.lead(state) == unit
    return [] if leads or held(state, unit) and not is_above(unit, read.lead(state)) else _round(state, unit)


def _round(state: State, unit: str) -> _Offers:
    return [{"round": read.round_of(state)}]


def _needs(*names: str) -> frozenset[str]:
    return frozenset(names)


_CARD = (f.CLOCK, f.COLOUR, f.UNIT, f.ROUND, f.TEXT)

SUPERVISING = (
    Verb("deliver", "电话送达", "deliver", (f.UNIT, f.TEXT), named("deliver"), _needs("unit"),
         offers=_offer_shown("sent")),
    Verb("extend", "延期", "extend", (f.UNIT, f.DECISION, f.DAYS, f.TEXT, f.REQUEST), _extend,
         _needs("unit", "outcome"), offers=_offer_extend),
    Verb("suspend", "挂起", "suspend", (f.UNIT, f.DECISION, f.SUSPEND_REASON, f.DAYS, f.TEXT),
         named("suspend"), _needs("unit", "outcome"),
         offers=_offer_shown(*OPEN_STATUSES, outcome="grant")),
    Verb("resume", "恢复", "resume", (f.UNIT, f.TEXT), named("resume"), _needs("unit"),
         offers=_offer_shown(*OPEN_STATUSES)),
    Verb("escalate", "提级", "escalate", (f.TEXT,), _escalate, offers=_offer_escalate),
    Verb("urge", "催单", "urge", (f.TEXT,), plain("urge"), _needs("text")),
    Verb("supervise", "督办", "supervise", (f.UNIT, f.TEXT, f.DAYS, f.ORDERED, f.ORDER), _supervise,
         _needs("text"), offers=_round),
    Verb("reply", "督办回复", "reply", (f.TEXT, f.ORDER, f.BEHALF), _reply, _needs("text"), offers=_offer_reply),
    Verb("object", "申诉", "object", _CARD, _object, _needs("text")),
    Verb("clear-card", "销牌", "clear_card", _CARD, _on_card("clear_card"), _needs("text"),
         offers=_offer_clear),
    Verb("link", "关联", "link", (f.WITH,), _linking("link"), _needs("with"),
         offers=lambda state, unit: [{"links": []}]),
    Verb("unlink", "取消关联", "unlink", (f.WITH,), _linking("unlink"), _needs("with"),
         offers=lambda state, unit: [{"links": [one]} for one in state.every("links")]),
    Verb("exclude", "不计入统计", "exclude", (f.field("excluded"), f.TEXT), in_round("exclude"), _needs("text")),
)  # fmt: skip
