from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.api import heads


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "zh"), ("en", "en"), ("en-GB,zh;q=0.5", "en"), ("zh-CN,en;q=0.9", "zh"), ("zh;q=0.1,en;q=0.2", "en"),
     ("en;q=0", "zh"), ("fr", "zh"), ("*", "zh"), ("zh;q=2", "zh"), (",,;;", "zh"), ("EN", "en")],
)  # fmt: skip
def test_the_heaviest_language_that_is_known_is_spoken(accepted: str, language: str) -> None:
    assert heads.language(accepted, "zh") == language


@given(st.text(max_size=300))
def test_no_head_however_odd_is_a_fault(text: str) -> None:
    assert heads.language(text, "en") in ("zh", "en")
    assert heads.takes_json(text) in (True, False)
    assert heads.is_known(text, heads.tag("a")) in (True, False)


def test_of_many_parts_only_some_are_looked_at() -> None:
    assert heads.takes_json("text/html," * heads.MOST_PARTS + "application/json") is False


def test_a_tag_is_known_weak_or_strong_among_others_and_not_as_a_part() -> None:
    tag = heads.tag("a", "b")
    bare = tag.removeprefix("W/")
    assert all(heads.is_known(one, tag) for one in (tag, bare, f'"x" , {tag}', f"{tag},{tag}"))
    assert not any(
        heads.is_known(one, tag) for one in ("", '""', bare[:-2] + '"', bare.strip('"'), '"*"', "*")
    )


def test_parts_are_told_apart_wherever_they_are_cut() -> None:
    assert heads.tag("ab", "c") != heads.tag("a", "bc") and heads.tag("\ud800") == heads.tag("?")
