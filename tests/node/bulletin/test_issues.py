"""The issues of a month, read from the account of its record."""

from __future__ import annotations

from typing import Any

import pytest

from node.bulletin import content
from node.bulletin.issues import issues
from node.errors import Damaged

from .made import content as made


def entry(change: str, **more: Any) -> dict[str, Any]:
    found = {"change": change * 64, "commit": "c" * 64, "unit": "370000", "unit_name": "山东省总工会", "actor": "ld",
             "time": "2026-11-05T09:31:00+08:00", "data": content.data(made()), "words": {}}  # fmt: skip
    return {**found, **more}


def account(*timeline: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = [{"issue": 1, "change": "a" * 32, "standing": "current"}]
    return {"record": "0" * 32, "month": "2026-10", "issues": named, "timeline": list(timeline), **more}


def test_an_issue_has_who_signed_it_and_when_and_its_figures() -> None:
    [one] = issues(
        account(entry("a", words={"text": "说明"}, data={**content.data(made()), "reason": "other"}))
    )
    assert (one.number, one.standing, one.actor, one.reason, one.text) == (
        1,
        "current",
        "ld",
        "other",
        "说明",
    )
    assert one.content == made() and one.change == "a" * 64


def test_an_issue_that_was_held_and_adopted_has_the_figures_of_the_act_that_it_stands_for() -> None:
    adopted = entry("a", data={"acts": ["b" * 32]}, actor="xy")
    [one] = issues(account(entry("b"), adopted))
    assert one.content == made() and one.actor == "xy"


def test_an_issue_whose_act_isnt_here_is_left_out() -> None:
    assert issues(account(entry("b"))) == []


def test_an_issue_that_another_program_wrote_and_that_cant_be_read_is_said() -> None:
    with pytest.raises(Damaged):
        issues(account(entry("a", data={"issue": 1})))
