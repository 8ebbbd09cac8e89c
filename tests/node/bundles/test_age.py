"""A bundle is named for what it is."""

from __future__ import annotations

import pytest

from node.bundles.age import Age, sentence


@pytest.mark.parametrize(
    ("age", "commits", "fits", "words"),
    [
        (Age.NEW, 3, True, "已导入 3 条提交"),
        (Age.REPEATED, 0, True, "以前导入过，没有新内容"),
        (Age.OLDER, 2, True, "旧；其中 2 条提交是新的"),
        (Age.PAST_LIFE, 0, True, "恢复"),
        (Age.NEW, 1, False, "缺一段"),
    ],
)
def test_a_sentence_says_what_came_of_it(age: Age, commits: int, fits: bool, words: str) -> None:
    assert words in sentence(age, commits, fits)
