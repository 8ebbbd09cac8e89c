"""`qiao clock`, as a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import glance
from node.clock import BEHIND, BEYOND, Question, offset_sentence, told
from node.commands import clock, status
from node.errors import NotFound


def test_what_is_asked_is_one_sentence_with_the_command_that_answers_it() -> None:
    asked = {"clock_asked": b"3600000", "clock_offset": b"1000"}
    found = told(asked.get, 1_790_000_000_000)
    assert (found["asked_ms"], found["offset_ms"], found["applied"]) == (3_600_000, 1000, False)
    lines = list(clock.lines(found))
    assert found["question"] in lines and "--confirm" in lines[-1]
    assert any(line.startswith("!! ") for line in status.lines({"clock_question": found["question"]}))


def test_where_nothing_is_asked_the_time_is_told() -> None:
    found = told({}.get, 1_790_000_000_000)
    assert (found["question"], found["applied"], found["kept_ms"]) == (None, True, None)
    assert len(list(clock.lines(found))) == 2


@pytest.mark.parametrize("kind", [BEHIND, BEYOND])
def test_a_question_is_asked_until_it_is_answered(kind: str) -> None:
    asked = Question(kind, 1_790_000_000_000)
    assert Question.read(asked.packed()) == asked
    now = 1_790_000_000_000
    assert told({"clock_question": asked.packed()}.get, now)["question"] == asked.sentence(now)
    for answer in (True, False):
        assert told({"clock_question": asked.answered(answer).packed()}.get, now)["question"] is None


def test_a_clock_is_slow_or_fast() -> None:
    assert "慢 60 分钟" in offset_sentence(3_600_000, 0) or "60 minutes behind" in offset_sentence(
        3_600_000, 0
    )
    assert offset_sentence(-3_600_000, 0) != offset_sentence(3_600_000, 0)


def test_a_directory_without_a_node_has_no_clock(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        glance.clock(tmp_path)
    assert caught.value.code == "no_node"
