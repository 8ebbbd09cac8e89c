from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.pictures.candles import Candle, candles
from tui.pictures.columns import MARK
from tui.pictures.ink import ASCII, BLOCKS, Ink

UP = Candle("11-01", 2, 20, 0, 10, 99)
DOWN = Candle("11-02", 10, 20, 0, 2, 50)
EVEN = Candle("11-03", 5, 20, 0, 5, 70)
OPEN = Candle("11-04", 5, 20, 0, 1, 10, complete=False)


def texts(items: list[Candle], width: int, height: int, drawn: Ink) -> list[str]:
    return ["".join(text for text, _ in line) for line in candles(items, width, height, drawn)]


@pytest.mark.parametrize("drawn", [BLOCKS, ASCII])
@pytest.mark.parametrize(("width", "height"), [(20, 7), (76, 18), (98, 24), (66, 14)])
def test_it_is_as_high_as_asked_for_and_never_wider(drawn: Ink, width: int, height: int) -> None:
    found = texts([UP, DOWN, EVEN] * 10, width, height, drawn)
    assert len(found) == height
    assert max(map(cell_len, found)) <= width


def test_days_that_rose_and_fell_differ_by_their_sign_and_by_their_body() -> None:
    found = texts([UP, DOWN, EVEN, OPEN], 40, 10, ASCII)
    assert next(line for line in found if "+" in line).split() == ["+", "-", "=", "~"]
    column = {at: {line[at : at + 5].strip() for line in found[:-2]} for at in (3, 9)}
    assert "#####" in column[3] and "ooooo" not in column[3]
    assert "ooooo" in column[9]


def test_highest_and_lowest_stand_out_of_the_body() -> None:
    found = texts([UP], 20, 9, ASCII)
    assert "|" in found[0] and "|" in found[6]
    assert [line.count("#") > 0 for line in found[:7]] == [False, False, False, True, True, True, False]


def test_the_volume_stands_beneath_where_the_picture_is_high_enough() -> None:
    assert any(line.startswith(" 99 ") or line.startswith("99 ") for line in texts([UP, DOWN], 40, 14, ASCII))
    assert not any(line.startswith("99 ") for line in texts([UP, DOWN], 40, 9, ASCII))


def test_of_more_candles_than_fit_the_last_are_drawn_and_it_is_said() -> None:
    found = texts([UP] * 60, 40, 12, BLOCKS)
    assert found[-1].startswith(MARK)
    assert candles([], 80, 20, BLOCKS) == []
