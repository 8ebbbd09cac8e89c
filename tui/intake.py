"""接听: what a call's form holds, and what is signed of it. Pure.

Every call is a row of the ledger (来电). One that is answered at once is that row alone; one that becomes a
ticket is the row and the ticket, in one transaction, each naming the other; one that urges a ticket is the row,
which names that ticket, and the urging.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conflict.declaration import Field, Type
from node.matters import KINDS
from node.matters.draft import Verb

from .cells import cut
from .drafts import Key, Raw
from .form import Blank, Unfit, blanks, values
from .safe import cell
from .texts import t

Act = dict[str, Any]

DRAFT = ("ticket", "register")  # matter and verb of a call's draft; the third part of its key names the call
PREFIX = "call-"
FIRST = (
    "worker_phone", "channel", "worker_name", "class", "topic", "employer_name", "workplace_region", "narrative",
)  # fmt: skip
OF_CALLS = ("reply", "persons_served", "satisfaction_call")  # asked for beside what a ticket takes
ALONE = frozenset({"external_id"})  # by which each matter's import knows its rows: never of both
CHOSEN = "articles"  # record ids, chosen in the panel
LINKED = "_link"  # record id of the ticket that the new one is to be linked with
STARTS_AS = {"channel": "phone"}
_TEXTS = frozenset({Type.TEXT, Type.LIST, Type.FILES})


def verb_of(matter: str, name: str) -> Verb:
    found = KINDS[matter].verb(name)
    assert found is not None, "the declarations have it"
    return found


def rows() -> list[Blank]:
    """In the order in which a call goes; behind FIRST what is seldom asked."""
    ticket, call = verb_of("ticket", "register"), verb_of("call", "register")
    more = [field for field in call.takes if field.name in OF_CALLS]
    asked = [field for field in (*ticket.takes, *more) if field.name not in ALONE]
    found = {row.field.name: row for row in blanks(asked, ticket.required)}
    return [*(found.pop(name) for name in FIRST), *found.values()]


def may(roles: frozenset[str], matter: str, action: str) -> bool:
    """Whether these roles may sign an act, as its declaration says."""
    declared = KINDS[matter].matter.action(action)
    return declared is not None and bool(declared.roles & roles)


# What is typed


def plain(field: Field, text: str) -> str:
    """Half-width what an input method left full-width, but for texts."""
    return text if field.type in _TEXTS else unicodedata.normalize("NFKC", text)


def meant(shown: Sequence[Blank], raw: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
    """What was typed, as the verbs take it. `whole`: what a ticket needs must be there. Raises Unfit."""
    asked = shown if whole else [Blank(row.field, False, row.options) for row in shown]
    typed = {row.field.name: plain(row.field, raw.get(row.field.name, "")) for row in shown}
    return values(asked, typed)


def is_blank(raw: Mapping[str, str]) -> bool:
    """Nothing was typed yet beside what a call begins with."""
    return all(not text.strip() or STARTS_AS.get(name) == text for name, text in raw.items())


# What is signed


def _of_call(data: Mapping[str, Any], chosen: Sequence[str], **more: Any) -> Act:
    known = {field.name for field in verb_of("call", "register").takes} - ALONE
    shared = {name: value for name, value in data.items() if name in known}
    cited = {CHOSEN: list(chosen)} if chosen else {}
    return {"matter": "call", "verb": "register", "record": None, "data": {**shared, **cited, **more}}


def _of_ticket(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the call has no field for."""
    known = {field.name for field in verb_of("call", "register").takes} - ALONE
    return {name: value for name, value in data.items() if name not in known}


def answered(data: Mapping[str, Any], chosen: Sequence[str]) -> list[Act]:
    """The call alone. Raises Unfit for what only a ticket can hold, so that it isn't lost."""
    if left := _of_ticket(data):
        name = next(iter(left))
        field = next(one for one in verb_of("ticket", "register").takes if one.name == name)
        raise Unfit(name, t("intake.of_tickets", label=field.label))
    return [_of_call(data, chosen, answered_on_the_spot=True)]


def noted(data: Mapping[str, Any], chosen: Sequence[str]) -> list[Act]:
    """By whoever may not register tickets: the call alone, still open. Raises Unfit as `answered`."""
    [act] = answered(data, chosen)
    return [
        {**act, "data": {name: one for name, one in act["data"].items() if name != "answered_on_the_spot"}}
    ]


def registered(data: Mapping[str, Any], chosen: Sequence[str], linked: str = "") -> list[Act]:
    """The call, the ticket that comes of it, and its link with an earlier one."""
    made = {"matter": "call", "verb": "to-ticket", "record": "$1", "data": _of_ticket(data)}
    link = {"matter": "ticket", "verb": "link", "record": "$2.begun", "data": {"with": [linked]}}
    return [_of_call(data, chosen), made, *([link] if linked else [])]


def dispatched(acts: Sequence[Act], data: Mapping[str, Any]) -> list[Act]:
    """What `registered` gives, and the dispatch of that ticket."""
    return [*acts, {"matter": "ticket", "verb": "dispatch", "record": "$2.begun", "data": dict(data)}]


def urged(data: Mapping[str, Any], chosen: Sequence[str], record: str) -> list[Act]:
    """The call names the ticket that it is about."""
    told = str(data.get("narrative") or t("intake.urge_text"))
    urge = {"matter": "ticket", "verb": "urge", "record": record, "data": {"text": told}}
    return [_of_call(data, chosen, ticket=record), urge]


# The calls that are open


def begun(seat: str) -> str:
    """The name of a new call, in the order of time, and of this terminal alone."""
    return f"{PREFIX}{time.time_ns() // 1_000_000:013d}-{seat[:6]}"


def key_of(name: str) -> Key:
    return (*DRAFT, name)


def open_calls(keys: Iterable[Key]) -> list[str]:
    """The names of the calls among drafts, the oldest first."""
    return sorted(key[2] for key in keys if key[:2] == DRAFT and key[2].startswith(PREFIX))


def strip(calls: Sequence[Raw], at: int, width: int) -> str:
    """`1 13800..  [2 新]`: the calls that are open, the one that is shown in brackets."""
    names = [f"{number} {_short(raw)}" for number, raw in enumerate(calls, 1)]
    return cut("  ".join(f"[{name}]" if number == at else name for number, name in enumerate(names)), width)


def _short(raw: Raw) -> str:
    told = raw.get("worker_phone") or raw.get("worker_name") or raw.get("employer_name") or ""
    text = cell(unicodedata.normalize("NFKC", told.strip()))
    return cut(text, 7) if text else t("intake.new" if is_blank(raw) else "intake.nameless")
