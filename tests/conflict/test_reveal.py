"""Reveals are statements of every matter, kept whoever made them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conflict.act import Act
from conflict.fold import fold, on_top
from conflict.judge import judge
from conflict.reveal import refusal
from conflict.state import Standing

from .errand import ERRAND
from .test_erasure import BELOW, NOTE, OPEN, act, order

LOOKED = act(5, "reveal", NOTE, unit=BELOW, data={"field": "name"}, words={"reason": "asked for"})


def test_a_reveal_stands_in_any_phase_and_by_any_unit_and_writes_nothing() -> None:
    closed = act(3, "close", NOTE)
    for unit in ("p", "p/a", "p/z/elsewhere"):
        looked = replace(LOOKED, unit=unit, after=(closed.id,), key=replace_key(LOOKED, 40))
        before = fold(ERRAND, [OPEN, NOTE, closed])
        assert judge(ERRAND, before, looked).standing is Standing.STANDS
        after = on_top(ERRAND, before, looked)
        assert after is not None and after == fold(ERRAND, [looked, closed, NOTE, OPEN])
        assert (after.slots, after.fields) == (before.slots, before.fields)
        assert after.trace("", "reveal") is not None


def replace_key(one: Act, time: int) -> Any:
    return one.key._replace(time=time)


def test_older_versions_of_a_matter_and_unknown_ones_have_it_too() -> None:
    for version in ("errand/1", "errand/2", "errand/99"):
        looked = replace(LOOKED, matter=version)
        assert fold(ERRAND, [OPEN, NOTE, looked]).verdicts[looked.id].standing is Standing.STANDS


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"given": False}, "not_given"),
        ({"after": ()}, "no_beginning"),
        ({"data": {}}, "malformed"),
        ({"data": {"field": ""}}, "malformed"),
        ({"data": {"field": 7}}, "malformed"),
        ({"data": {"field": ["name"]}}, "malformed"),
    ],
)
def test_a_reveal_that_says_nothing_or_by_nobody_is_denied(change: dict[str, Any], code: str) -> None:
    assert refusal(replace(LOOKED, **change)) == code
    found = fold(ERRAND, [OPEN, NOTE, replace(LOOKED, **change)]).verdicts[LOOKED.id]
    assert (found.standing, found.code) == (Standing.DENIED, code)


def test_behind_an_erasure_of_the_whole_record_there_is_nothing_to_look_at() -> None:
    whole = order(3, NOTE)
    late = replace(LOOKED, id=bytes(15) + b"\x09", after=(whole.id,), key=replace_key(LOOKED, 90))
    assert late.id not in fold(ERRAND, [OPEN, NOTE, whole, late]).verdicts  # it goes with its record


def test_a_reveal_is_never_adopted() -> None:
    adopting = act(6, "adopt", LOOKED, data={"acts": [LOOKED.id]})
    found = fold(ERRAND, [OPEN, NOTE, LOOKED, adopting]).verdicts[adopting.id]
    assert (found.standing, found.code) == (Standing.DENIED, "quoted_adopt")
