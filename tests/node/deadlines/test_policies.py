"""Which policy was in force when."""

from __future__ import annotations

from typing import Any

from conflict.act import Act, Key
from conflict.fold import fold
from conflict.state import State
from node.deadlines.policies import DEFAULTS, Policies, from_states
from node.matters import KINDS, policy
from sync_protocol import clock
from tests.node.deadlines.test_calendar import ms


def signed(*steps: tuple[str, dict[str, Any]], unit: str = "370000") -> State:
    """A policy record: its acts one on the other, each with the time it was signed."""
    acts: list[Act] = []
    for index, (text, data) in enumerate(steps):
        after = (acts[-1].id,) if acts else ()
        acts.append(
            Act(bytes([index + 1]) * 16, Key(clock.from_ms(ms(text)), b"l", index + 1, 0), unit, "wang",
                "policy/1", "amend" if acts else "set", data, after, record=b"\1" * 16)
        )  # fmt: skip
    return fold(KINDS["policy"].matter, acts)


def test_without_a_record_the_defaults_of_the_design_hold() -> None:
    assert Policies().at(0) == DEFAULTS
    assert (DEFAULTS["accept_days"], DEFAULTS["decline_days"], DEFAULTS["rework_days"]) == (3, 2, 7)


def test_a_policy_takes_effect_the_day_after_it_is_signed() -> None:
    policies = from_states([signed(("2026-11-16 09:00", {"accept_days": 5}))])
    assert policies.at(ms("2026-11-16 23:59"))["accept_days"] == 3
    assert policies.at(ms("2026-11-17 00:00"))["accept_days"] == 5


def test_a_policy_may_name_a_later_day_but_no_earlier_one() -> None:
    later = signed(("2026-11-16 09:00", {"accept_days": 5, "effective": "2027-01-01"}))
    assert from_states([later]).at(ms("2026-12-31 23:00"))["accept_days"] == 3
    assert from_states([later]).at(ms("2027-01-01 00:00"))["accept_days"] == 5
    earlier = signed(("2026-11-16 09:00", {"accept_days": 5, "effective": "2020-01-01"}))
    assert from_states([earlier]).at(ms("2026-11-16 10:00"))["accept_days"] == 3


def test_what_a_later_policy_does_not_name_stays_as_it_was() -> None:
    state = signed(("2026-11-02 09:00", {"accept_days": 5}), ("2026-11-16 09:00", {"rework_days": 9}))
    found = from_states([state]).at(ms("2026-11-17 09:00"))
    assert (found["accept_days"], found["rework_days"]) == (5, 9)


def test_values_of_another_kind_are_left_out() -> None:
    state = signed(("2026-11-02 09:00", {"accept_days": "x", "decline_days": 0, "rework_days": True}))
    assert from_states([state]).at(ms("2026-11-20 09:00")) == DEFAULTS


def test_only_the_root_makes_policy() -> None:
    state = signed(("2026-11-02 09:00", {"accept_days": 9}), unit="370000/370200")
    assert [one.code for one in state.verdicts.values()] == ["root_only"]
    assert from_states([state]).at(ms("2026-11-20 09:00")) == DEFAULTS


def test_the_roots_first_policy_holds_every_default() -> None:
    assert from_states([signed(("2026-11-02 09:00", policy.defaults()))]).steps[0][1] == {
        **DEFAULTS, "automatic_review": [],
    }  # fmt: skip
