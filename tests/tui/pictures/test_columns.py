from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.pictures.columns import MARK, columns, labels
from tui.pictures.ink import ASCII, BLOCKS, Ink

HOURS = [(f"{hour}", hour * 7 if hour < 16 else None) for hour in range(24)]


def texts(*how: object) -> list[str]:
    return ["".join(text for text, _ in line) for line in columns(*how)]  # type: ignore[arg-type]


@pytest.mark.parametrize("drawn", [BLOCKS, ASCII])
@pytest.mark.parametrize("width", [20, 60, 78, 140])
@pytest.mark.parametrize("height", [4, 9, 30])
def test_it_is_as_high_as_asked_for_and_never_wider(drawn: Ink, width: int, height: int) -> None:
    for points in (HOURS, [(f"{month}月", month * 1000) for month in range(1, 13)]):
        found = texts(points, width, height, drawn)
        assert len(found) == height
        assert max(map(cell_len, found)) <= width


def test_each_figure_stands_beneath_its_column_where_there_is_room() -> None:
    *_, labels, figures = texts(HOURS, 140, 10, BLOCKS)
    at = labels.index("15")
    assert "105" in figures[at - 2 : at + 4]
    assert figures.split()[-1] == "105"  # what isn't known yet has none


def test_of_more_columns_than_cells_the_last_are_drawn_and_it_is_said() -> None:
    found = texts([(str(day), day) for day in range(100)], 30, 6, BLOCKS)
    assert found[-1].startswith(MARK)
    assert not texts(HOURS, 78, 8, BLOCKS)[-2].startswith(MARK)


def test_the_highest_fills_the_height_and_an_empty_course_is_drawn_as_one() -> None:
    full = texts([("a", 10), ("b", 5)], 20, 6, ASCII)
    assert full[0].count("#") and full[0].count("#") < full[2].count("#")
    assert "#" not in "".join(texts([("a", 0), ("b", None)], 20, 6, ASCII))
    assert columns([], 80, 10, BLOCKS) == []


def test_a_label_that_does_not_fit_whole_is_left_out() -> None:
    days = [(f"11-{day:02}", 1) for day in range(1, 10)]
    assert labels(days, 2, 18).split() == ["11-01", "11-04", "11-07"]
    assert labels(days, 2, 16).split() == ["11-01", "11-04"]
    assert MARK not in texts([(f"11-{day:02}", day) for day in range(1, 31)], 66, 10, BLOCKS)[-2]
