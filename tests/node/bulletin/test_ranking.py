from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.bulletin.ranking import ranks


def test_equal_rates_share_a_rank_and_the_next_is_counted_on() -> None:
    found = ranks({"a": (9, 10), "b": (1, 1), "c": (18, 20), "d": (1, 2)})
    assert found == {"b": 1, "a": 2, "c": 2, "d": 4}
    assert list(found) == ["b", "a", "c", "d"]


def test_who_has_nothing_to_count_has_no_rank_and_stands_last() -> None:
    assert list(ranks({"a": (0, 0), "b": (0, 5)}).items()) == [("b", 1), ("a", None)]


def test_thirds_are_equal_whatever_they_are_made_of() -> None:
    assert set(ranks({"a": (1, 3), "b": (333, 999), "c": (2, 6)}).values()) == {1}


def test_nobody_is_ranked_where_there_is_nobody() -> None:
    assert ranks({}) == {}


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20))
def test_a_rank_is_one_more_than_those_that_are_better(rates: dict[str, tuple[int, int]]) -> None:
    found = ranks(rates)
    assert found.keys() == rates.keys()
    for name, (top, bottom) in rates.items():
        better = sum(1 for a, b in rates.values() if b and bottom and a * bottom > top * b)
        assert found[name] == (better + 1 if bottom else None)
