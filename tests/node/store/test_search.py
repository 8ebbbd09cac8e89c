"""Bigrams: what goes into the index, and what is asked of it."""

from __future__ import annotations

import pytest

from node.store import search


def test_chinese_goes_in_by_twos_and_ones_and_the_rest_by_words() -> None:
    assert search.indexed("欠薪案 ABC-12") == ["欠薪", "薪案", "欠", "薪", "案", "abc", "12"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [("欠薪", '"欠薪"'), ("欠", '"欠"'), ("欠薪案", '"欠薪" AND "薪案"'), ('a" OR b', '"a" AND "or" AND "b"'),
     ("", ""), ('"*()^:', ""), ("ＡＢ", '"ab"')],
)  # fmt: skip
def test_every_token_of_a_question_is_quoted(text: str, asked: str) -> None:
    assert search.asked(text) == asked


def test_a_long_question_is_bounded() -> None:
    assert search.asked("工" * 5000).count(" AND ") == 63
