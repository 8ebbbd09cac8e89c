"""Bigrams: what goes into the index, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from node.store import database, search


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


MEANS = {"工钱": ("工资", "劳动报酬")}


@pytest.mark.parametrize(
    ("text", "asked"),
    [("工钱", '("工钱" OR "工资" OR ("劳动" AND "动报" AND "报酬"))'),
     ("欠工钱的", '"欠" AND ("工钱" OR "工资" OR ("劳动" AND "动报" AND "报酬")) AND "的"'),
     ("工资", '"工资"')],
)  # fmt: skip
def test_a_term_is_found_by_its_other_words_too(text: str, asked: str) -> None:
    assert search.asked(text, MEANS) == asked


def test_a_narrative_is_asked_by_pairs_characters_and_other_words() -> None:
    tokens = search.typed('没给工钱" NEAR(', MEANS)
    assert {"工资", "没给", "给", "near"} <= set(tokens) and len(tokens) == len(set(tokens))
    assert search.any_of(["甲", "near"]) == '"甲" OR "near"'


def test_a_narrative_of_any_length_is_bounded() -> None:
    text = "".join(chr(0x4E00 + at) for at in range(20_000))
    assert len(search.typed(text)) == search.MOST_TYPED


@pytest.fixture
def index() -> Iterator[Connection]:
    """A hundred records, each with a number of its own, half of them with one word more."""
    engine = create_engine("sqlite://", module=database.DRIVER)
    with engine.begin() as db:
        search.create(db, ["note"])
        for row in range(1, 101):
            search.put(db, "note", row, f"工资 {row}" + (" 欠薪" if row % 2 else ""))
        yield db


def test_the_rarest_tokens_say_the_most_and_those_that_are_nowhere_nothing(index: Connection) -> None:
    asked = dict.fromkeys(["工资", "欠薪", "77", "nowhere"], 1)
    assert search.telling(index, "note", asked) == ["77", "欠薪", "工资"]


def test_what_is_told_often_counts_as_often_and_a_single_character_once(index: Connection) -> None:
    asked = {"工资": 9, "欠薪": 2, "7": 5, "77": 1}
    assert search.telling(index, "note", asked) == ["7", "77", "欠薪", "欠薪", *["工资"] * search.OFTEN]


def test_what_too_many_records_have_is_left_out(index: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_PLACES", 60)
    asked = dict.fromkeys(["工资", "欠薪", "77"], 1)
    assert search.telling(index, "note", asked) == ["77", "欠薪"]
    assert search.telling(index, "note", {"工资": 1}) == ["工资"]


def test_a_record_is_found_as_it_was_put_last(index: Connection) -> None:
    search.put(index, "note", 7, "工伤")
    assert [row for row, _ in search.find(index, "note", search.asked("工伤"), 9)] == [7]
    assert search.find(index, "note", search.asked("7"), 9) == []


def test_the_index_of_a_matter_that_isnt_known_any_more_is_gone_with_its_terms(index: Connection) -> None:
    search.create(index, [])
    assert list(index.execute(text("SELECT name FROM sqlite_master"))) == []


def test_an_index_that_was_made_otherwise_is_made_anew_and_the_others_stay(index: Connection) -> None:
    index.execute(text("CREATE VIRTUAL TABLE found_other USING fts5(words)"))
    search.create(index, ["note", "other"])
    search.put(index, "other", 1, "工资")
    assert search.find(index, "other", search.asked("工资"), 9)
    assert search.telling(index, "other", {"工资": 1}) == ["工资"]
    assert len(search.find(index, "note", search.asked("工资"), 200)) == 100


def test_of_a_great_many_the_newest_are_ranked(index: Connection) -> None:
    found = search.find(index, "note", search.asked("工资"), 200, ranked=30)
    assert sorted(row for row, _ in found) == list(range(71, 101))


def test_what_fits_is_counted_up_to_a_bound(index: Connection) -> None:
    assert search.count(index, "note", search.asked("工资"), 1_000) == 100
    assert search.count(index, "note", search.asked("工资"), 7) == 7
    assert search.count(index, "note", search.asked("*"), 7) == 0
