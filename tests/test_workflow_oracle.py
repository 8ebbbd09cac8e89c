"""The ticket's workflow against an oracle written by hand from product 1.2, not from the program.

`workflow_situations.csv` holds histories, step by step; `begin` goes on from another one, whose steps count
on. `workflow_oracle.csv` judges one more act in one of them. Units are those of a small tree: province P;
cities C, D; counties C1, C2, D1; township C1a; H, a department that C1 hosts. `#9` is the act of step 9.

An act is allowed where its role is one of the action's, its data pass the border, and it is judged to stand.
A verdict here is changed only where the specification, read again, says otherwise.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conflict.act import Act, Key
from conflict.declaration import Action
from conflict.fold import fold, on_top
from conflict.judge import judge
from conflict.state import Standing, State
from node.errors import Usage
from node.matters import border
from sync_protocol import clock
from tests.node.matters.scene import MATTER, RECORD, TICKET, ms

Row = dict[str, str]
HERE = Path(__file__).parent
UNITS = {
    "P": "37", "C": "37/01", "D": "37/02", "C1": "37/01/01", "C2": "37/01/02", "D1": "37/02/01",
    "C1a": "37/01/01/01", "H": "37/01/01/H",
}  # fmt: skip
ROLES = {
    "operator", "lawyer", "dispatcher", "handler", "follow_up", "quality_checker", "supervisor", "leader",
    "admin", "auditor", "system",
}  # fmt: skip
ACTS = {
    "register", "answer", "amend", "assign", "lead", "receive", "deliver", "accept", "decline", "note", "attach",
    "object", "ask", "urge", "submit", "review", "recall", "extend", "suspend", "resume", "escalate",
    "supervise", "reply", "card", "clear_card", "follow_up", "quality_check", "advance", "rework", "withdraw",
    "archive", "link", "unlink", "exclude", "reassign",
}  # fmt: skip
START = ms("2026-11-16 09:00")
MINUTE_MS, DAY_MS = 60_000, 24 * 60 * 60_000
SECOND = bytes(15) + b"\2"  # record id of the ticket that the situation `second_ticket` is about
# The oracle's word → the name of the datum, where the program has another. Acts that come later add theirs.
NAMES = {
    ("review", "decision"): "outcome",
    ("quality_check", "decision"): "outcome",
    ("attach", "attachment"): "attachments",
    ("extend", "decision"): "outcome",
    ("suspend", "decision"): "outcome",
    ("clear_card", "reason"): "text",
    ("link", "other"): "links",
    ("unlink", "other"): "links",
}


def _rows(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ORACLE, STEPS = _rows("workflow_oracle.csv"), _rows("workflow_situations.csv")
_NAMED: dict[str, list[Row]] = {}
for _step in STEPS:
    _NAMED.setdefault(_step["name"], []).append(_step)


@dataclass(frozen=True)
class Past:
    """A history that has happened: the record's state, and its acts by the number of their step."""

    state: State = field(default_factory=State)
    acts: Mapping[int, Act] = field(default_factory=dict)
    now_ms: int = START


class NotThere(Exception):
    """The program refuses a step of a situation, or knows no such act."""


@cache
def past_of(situation: str) -> Past:
    """Raises NotThere."""
    past = Past()
    for step in _NAMED[situation]:
        if step["action"] == "begin":
            past = past_of(_data(step)["as"]) if step["data"] else past
            continue
        act, refusal = asked(past, step)
        if act is None or refusal:
            raise NotThere(f"{situation}, step {step['step']}, {step['action']}: {refusal}")
        state = on_top(MATTER, past.state, act)
        assert state is not None, "its `after` are the heads"
        past = Past(state, {**past.acts, int(step["step"]): act}, clock.to_ms(act.key.time))
    return past


def asked(past: Past, row: Row) -> tuple[Act | None, str]:
    """The act that a row asks for, and the code by which it is refused; without an act, it isn't built."""
    action = MATTER.action(row["action"])
    if action is None:
        return None, "not built"
    given = _data(row)
    later = MINUTE_MS + int(given.pop("days_later", "0")) * DAY_MS
    time = clock.next_time(past.now_ms + later, past.state.last[0])
    number = len(past.acts) + 1
    act = Act(
        id=number.to_bytes(16, "big") if past.acts else RECORD,
        key=Key(time, UNITS[row["unit"]].encode(), number, 0),
        unit=UNITS[row["unit"]],
        actor="system" if row["role"] == "system" else "li",
        matter=MATTER.versioned,
        action=action.name,
        data={},
        after=tuple(sorted(past.state.heads)),
        record=RECORD,
    )
    try:
        data = _checked(past, action, given)
    except Usage as fault:
        return act, fault.code
    act = _with(past, action, act, data)
    return act, _refusal(past, action, act, row["role"])


def _refusal(past: Past, action: Action, act: Act, role: str) -> str:
    if role not in action.roles:
        return "role"
    verdict = judge(MATTER, past.state, act)
    return "" if verdict.standing is Standing.STANDS else verdict.code


def _data(row: Row) -> dict[str, str]:
    pairs = (one.partition("=") for one in row["data"].split(";") if one)
    return {name: value for name, _, value in pairs}


def _checked(past: Past, action: Action, given: Mapping[str, str]) -> dict[str, Any]:
    """The row's data as the act's, each as its type. Raises Usage, as the border does."""
    known = {one.name: one for one in action.data}
    data: dict[str, Any] = {}
    for word, raw in given.items():
        name = NAMES.get((action.name, word), word)
        if name not in known:
            raise Usage(f"{action.name} takes no {name}", code="unknown_field")
        data[name] = _meant(past, word, raw) or border.value(known[name], _raw(word, raw))
    verb = next((one for one in TICKET.verbs if one.action == action.name), None)
    needed = action.required | (verb.required | {*border.needed(verb, data)} if verb else frozenset())
    missing = (needed & known.keys()) - data.keys() - {"round", "from"}
    if missing:
        raise Usage(f"{action.name} needs {', '.join(sorted(missing))}", code="missing_field")
    return data


def _meant(past: Past, word: str, raw: str) -> Any:
    """A unit of the tree, an act of the history or the second ticket; None for a plain value."""
    if word in ("unit", "holder", "under"):
        return UNITS[raw]
    if raw.startswith("#"):
        return past.acts[int(raw[1:])].id
    return SECOND if word == "other" else None


def _raw(word: str, raw: str) -> Any:
    if word != "attachment":
        return raw
    content = hashlib.sha256(raw.encode()).hexdigest()
    return [{"hash": content, "size": len(raw), "type": "image/jpeg", "name": f"{raw}.jpg"}]


def _with(past: Past, action: Action, act: Act, data: dict[str, Any]) -> Act:
    """With what a verb or a node adds by itself: the present round, and the `assign` that is passed on."""
    known = {one.name: one for one in action.data}
    if "round" in known:
        data.setdefault("round", _round(past))
    source = _source(past, act, data) if "from" in known else None
    if source is not None:
        data["from"] = source
    words = {name for name, one in known.items() if one.words}
    return replace(
        act,
        data={name: value for name, value in data.items() if name not in words},
        words={name: value for name, value in data.items() if name in words},
    )


def _round(past: Past) -> int:
    return 1 + sum(one.action == "rework" for one in past.acts.values())


def _source(past: Past, act: Act, data: Mapping[str, Any]) -> bytes | None:
    """The act by which an assignee holds what it receives or passes on, or under which work is put."""
    holder = data.get("under") if act.action == "reassign" else act.unit
    owner = next(iter(past.acts.values())).unit if past.acts else ""
    if act.action == "assign" and act.unit == owner:
        return None
    made = [one for one in past.acts.values() if one.action == "assign" and one.data.get("unit") == holder]
    return made[-1].id if made else None


def _id(row: Row) -> str:
    data = row["data"][:40].replace("/", ".")
    return "-".join(
        (row["nr"], row["situation"], row["action"], data, row["role"], row["unit"], row["verdict"])
    )


@pytest.mark.parametrize("row", ORACLE, ids=_id)
def test_the_program_allows_and_forbids_what_the_specification_does(row: Row) -> None:
    told = f"row {row['nr']}: {row['why']}"
    try:
        act, refusal = asked(past_of(row["situation"]), row)
    except NotThere as fault:
        pytest.fail(f"the situation can't be reached ({fault}); {told}")
    if act is None:
        pytest.fail(f"the act `{row['action']}` isn't built; {told}")
    assert ("forbidden" if refusal else "allowed") == row["verdict"], f"{refusal or 'stands'}; {told}"


@pytest.mark.parametrize("situation", _NAMED)
def test_a_situation_is_the_same_when_its_acts_are_folded_at_once(situation: str) -> None:
    try:
        past = past_of(situation)
    except NotThere as fault:
        pytest.fail(str(fault))
    assert fold(MATTER, past.acts.values()) == past.state


def test_the_oracle_has_enough_rows_of_both_kinds_for_every_act() -> None:
    verdicts = Counter(row["verdict"] for row in ORACLE)
    assert verdicts.keys() == {"allowed", "forbidden"}
    assert verdicts["allowed"] >= 90 and verdicts["forbidden"] >= 140
    seen = {(row["action"], row["verdict"]) for row in ORACLE}
    assert seen == {(act, verdict) for act in ACTS for verdict in verdicts}


def test_the_oracle_speaks_of_known_roles_units_and_situations_and_says_why() -> None:
    assert [int(row["nr"]) for row in ORACLE] == list(range(1, len(ORACLE) + 1))
    for row in ORACLE:
        assert row["situation"] in _NAMED and row["role"] in ROLES and row["unit"] in UNITS, row
        assert row["phase_or_status"] and row["why"].endswith("."), row


def test_no_two_rows_of_the_oracle_ask_the_same() -> None:
    asked_for = Counter(
        tuple(row[name] for name in ("situation", "action", "data", "role", "unit")) for row in ORACLE
    )
    assert [one for one, times in asked_for.items() if times > 1] == []


def test_the_steps_of_a_situation_count_on_without_a_gap() -> None:
    for name in _NAMED:
        assert _numbers(name) == list(range(1, len(_numbers(name)) + 1)), name


def _numbers(situation: str) -> list[int]:
    found: list[int] = []
    for step in _NAMED[situation]:
        if step["action"] != "begin":
            found.append(int(step["step"]))
        elif step["data"]:
            found += _numbers(_data(step)["as"])
    return found
