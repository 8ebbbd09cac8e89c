from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.pictures.bars import bars, spark
from tui.pictures.ink import ASCII, BLOCKS, ZERO, Ink

ROWS = [("青岛市总工会", 0.9, "90.0%"), ("泰安", 0.45, "45.0%"), ("济南市总工会" * 5, None, "无")]


@pytest.mark.parametrize("drawn", [BLOCKS, ASCII])
@pytest.mark.parametrize("width", [20, 60, 140])
def test_every_bar_has_exactly_the_width_with_its_figure_at_the_end(drawn: Ink, width: int) -> None:
    found = ["".join(text for text, _ in line) for line in bars(ROWS, width, drawn)]
    assert {cell_len(line) for line in found} == {width}
    assert [line.split()[-1] for line in found] == ["90.0%", "45.0%", "无"]


def test_half_as_much_is_half_as_long_and_no_value_has_no_bar() -> None:
    long, half, none = (line[1][0].count("#") for line in bars(ROWS, 60, ASCII))
    assert abs(long - 2 * half) <= 1 and none == 0
    assert bars([], 60, ASCII) == []


def test_the_line_of_a_course_tells_none_from_not_yet() -> None:
    assert spark([0, 1, 9, None], 10, ASCII) == f"{ZERO}19 "
    assert spark([0, 8, 4], 10, BLOCKS) == f"{ZERO}█▄"
    assert spark([], 10, BLOCKS) == ""


def test_a_course_longer_than_its_cells_is_added_up() -> None:
    assert len(spark(list(range(31)), 16, ASCII)) == 16
    assert spark([1, 1, 9, 9], 2, ASCII) == "19"
