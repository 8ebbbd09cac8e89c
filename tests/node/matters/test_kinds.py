"""All matters: what the engine may rely on, and the small ones' own rules."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from conflict.act import Act, Key
from conflict.fold import fold
from conflict.judge import judge
from conflict.state import Standing, State
from node.deadlines.calendar import shipped
from node.matters import KINDS, calendar
from node.matters.draft import Kind
from node.matters.registry import REGISTRY

from .scene import MATTER, P, Scene, X


def record(matter: str, *acts: tuple[str, str, dict[str, Any]]) -> State:
    """Acts (unit, action, data) one on the other."""
    made: list[Act] = []
    words = {field.name for field in KINDS[matter].matter.fields if field.words}
    for index, (unit, action, data) in enumerate(acts):
        coded = {name: value for name, value in data.items() if name not in words}
        text = {name: value for name, value in data.items() if name in words}
        name, key = bytes([index + 1]) * 16, Key((index + 1) << 40, b"l", index + 1, 0)
        after = (made[-1].id,) if made else ()
        made.append(Act(name, key, unit, "li", f"{matter}/1", action, coded, after, text, record=b"\1" * 16))
    return fold(KINDS[matter].matter, made)


def codes(state: State) -> list[str]:
    return [one.code for one in state.verdicts.values()]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_verb_s_action_and_words_are_declared(kind: Kind) -> None:
    for verb in kind.verbs:
        assert kind.matter.action(verb.action) is not None
        names = {field.name for field in verb.takes}
        assert verb.required <= names
        assert set(verb.aliases.values()) <= names
    for action in kind.matter.actions:
        assert action.required <= {field.name for field in action.data}, action.name


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_code_that_a_guard_gives_has_its_sentence(kind: Kind) -> None:
    for action in kind.matter.actions:
        assert {name for name, _ in action.units[:1]} <= kind.matter.codes.keys(), action.name


def test_an_offered_verb_is_one_that_would_stand() -> None:
    scene = Scene().submitted()
    state = scene[P].state
    probe = Key(2**60, b"l", 1, 0)
    offered = set()
    for verb in KINDS["ticket"].verbs:
        for data in verb.offers(state, f"{P}/370200"):
            act = Act(
                b"p" * 16, probe, f"{P}/370200", "li", "ticket/1", verb.action, data, state.heads, record=b"r"
            )
            if judge(MATTER, state, act).standing is Standing.STANDS:
                offered.add(verb.name)
    assert offered == {
        "note", "attach", "ask", "review", "recall", "amend", "dispatch", "decline",
        "suspend", "escalate", "urge", "supervise", "object", "link", "take", "entrust",
    }  # fmt: skip


def test_a_person_is_added_changed_and_disabled_by_his_unit() -> None:
    add = {"staff_id": "li", "name": "李四", "roles": ["handler"]}
    state = record(
        "staff", (X, "add", add), (X, "amend", {"roles": ["handler", "dispatcher"]}), (X, "disable", {})
    )
    assert codes(state) == ["", "", ""]
    assert state.every("roles") == ["handler", "dispatcher"]
    assert state.shown("enabled") is False
    assert KINDS["staff"].title(state) == "李四"
    assert KINDS["staff"].matter.scope(state) == {X}


def test_another_unit_changes_nobody_s_people() -> None:
    add = {"staff_id": "li", "name": "李四", "roles": ["handler"]}
    state = record(
        "staff", (X, "add", add), (P, "disable", {}), (X, "enable", {}), (X, "amend", {"roles": ["king"]})
    )
    assert codes(state) == ["", "owner", "not_disabled", "unknown_code"]


def test_a_name_is_words_and_a_staff_id_is_written_once() -> None:
    add = {"staff_id": "li", "name": "李四", "roles": ["handler"]}
    state = record("staff", (X, "add", add))
    assert "name" not in next(iter(state.marks.values())).data


def test_a_call_is_a_row_of_its_unit_s_ledger() -> None:
    given = {"channel": "phone", "narrative": "问年假", "answered_on_the_spot": True, "persons_served": 3}
    state = record("call", (P, "register", given), (P, "amend", {"satisfaction_call": 5}), (X, "note", {}))
    assert codes(state) == ["", "", "owner"]
    assert (state.shown("persons_served"), state.shown("satisfaction_call")) == (3, 5)
    assert KINDS["call"].title(state) == "问年假"


def test_policy_and_calendar_are_everywhere_and_written_by_the_root_alone() -> None:
    for name in ("policy", "calendar"):
        assert KINDS[name].matter.everywhere
        assert codes(record(name, (X, "set", {"year": 2027, "days": {}}))) == ["root_only"]
        assert codes(record(name, (P, "set", {"year": 2027, "days": {}}))) == [""]


def test_the_root_s_first_calendars_give_the_shipped_calendar() -> None:
    states = [record("calendar", (P, "set", data)) for data in calendar.default_calendar_years()]
    assert len(states) == 9
    assert calendar.from_states(states) == shipped()


def test_an_odd_calendar_record_is_left_out() -> None:
    states = [
        record("calendar", (P, "set", data))
        for data in ({}, {"year": "x", "days": {}}, {"year": 2027, "days": []})
    ]
    assert calendar.from_states(states).years == frozenset()


def test_the_registry_is_declared_for_display_and_is_no_kind() -> None:
    assert "registry" not in KINDS
    assert [action.name for action in REGISTRY.actions] == [
        "enrol", "open_log", "revoke", "admit", "fork", "move", "stamp",
    ]  # fmt: skip


def test_the_matters_load_no_database_screen_or_web_library() -> None:
    heavy = "('sqlmodel', 'sqlalchemy', 'textual', 'httpx')"
    code = f"import sys, node.matters; print([one for one in {heavy} if one in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
