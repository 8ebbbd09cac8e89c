from __future__ import annotations

from typing import Any

import pytest

from conflict.act import Presence
from conflict.explain import _Tongue, explain, moment

from .errand import ERRAND
from .story import Story, sent

NAMES = {"p": "省", "p/a": "甲市", "p/b": "乙市", "p/a/x": "东县", "p/a/y": "西县"}


def told(story: Story, language: str = "zh") -> list[str]:
    state = story.state()
    return [explain(ERRAND, state, row, language, lambda unit: NAMES[unit]) for row in state.rows]


def conflict(one: dict[str, Any], other: dict[str, Any]) -> Story:
    story = sent()
    heads = story.state().heads
    for act in (one, other):
        data = dict(act)
        story.does(data.pop("by"), data.pop("action"), after=heads, **data)
    return story


def test_an_overtaken_act_is_told_with_both_sides() -> None:
    story = conflict({"by": "p/a/x", "action": "submit", "result": 1},
                     {"by": "p/a", "action": "recall", "unit": "p/a/x"})  # fmt: skip
    (zh,), (en,) = told(story), told(story, "en")
    assert zh == (
        "东县（w1）1970-01-01 08:00所做的“submit”把东县的状态写为“已提交”，未生效：与上级甲市（w1）"
        "1970-01-01 08:00的“recall”同时发生，以上级的“已收回”为准。"
    )
    assert en.startswith("“submit” by 东县 (w1), 1970-01-01 08:00, set status of 东县 to “submitted” without")


def test_values_are_told_in_the_users_terms() -> None:
    money = conflict({"by": "p/a", "action": "amend", "amount": 123456},
                     {"by": "p/b", "action": "amend", "amount": 200})  # fmt: skip
    assert "金额有两个值并存" in told(money)[0] and "“1234.56元”" in told(money)[0]
    units = conflict({"by": "p/a", "action": "lead", "unit": "p/a"},
                     {"by": "p/b", "action": "lead", "unit": "p/b"})  # fmt: skip
    assert "主办写为“甲市”" in told(units)[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_other_kind_of_row_is_a_sentence(language: str) -> None:
    story = sent()
    story.does("p/a/y", "accept")
    story.does("p", "note", remarks="r", also={"presence": Presence.HELD})
    story.does("p", "note", remarks="r", also={"presence": Presence.QUARANTINED, "reason": "forked"})
    story.does("p", "teleport")
    story.acts.pop(1)
    sentences = told(story, language)
    assert len(sentences) == len(story.state().rows) >= 4
    assert all("{" not in one and one[-1] in "。." for one in sentences)


def test_a_place_names_its_unit_and_its_round_from_the_second_on() -> None:
    tongue = _Tongue(ERRAND, sent().state(), "zh", lambda unit: NAMES[unit])
    assert tongue.place("status/1/p/a") == "甲市的状态"
    assert tongue.place("result@status/2/p/a/x") == "东县的结果（第2轮）"
    assert tongue.value(None, {"phase": "open", "round": 3}) == "办理中（第3轮）"
    assert tongue.value(None, [True, None, 7]) == "是, —, 7"


def test_a_moment_is_on_beijings_clock() -> None:
    assert moment(1_790_000_000_000 * 65536) == "2026-09-21 22:13"
