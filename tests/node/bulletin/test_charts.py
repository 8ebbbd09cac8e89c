from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.bulletin.charts import scale, ticks


@pytest.mark.parametrize(
    ("most", "end"), [(0, 4), (1, 4), (5, 8), (9, 10), (10, 10), (11, 20), (81, 100), (999, 1000)]
)
def test_a_scale_ends_at_a_round_number(most: int, end: int) -> None:
    assert scale(most) == end


@given(st.integers(0, 10**9))
def test_a_scale_holds_what_it_is_for_and_its_ticks_fall_from_the_top_to_nothing(most: int) -> None:
    end = scale(most)
    values = [value for _, value in ticks(end)]
    assert end >= most and values == sorted(values, reverse=True) and (values[0], values[-1]) == (end, 0)
