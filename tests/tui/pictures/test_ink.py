from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui.pictures.ink import ASCII, BLOCKS, Ink, filled, ink


@pytest.mark.parametrize("drawn", [BLOCKS, ASCII])
def test_more_than_nothing_is_never_shown_as_nothing(drawn: Ink) -> None:
    assert filled(1, 1_000_000, 10, drawn.rising) == drawn.rising[0]
    assert filled(0, 10, 10, drawn.rising) == "" == filled(3, 0, 10, drawn.rising)


@given(some.floats(0, 1000), some.floats(0.1, 1000), some.integers(0, 40))
def test_what_is_filled_is_never_wider_than_its_cells_and_longer_for_more(
    value: float, top: float, cells: int
) -> None:
    short, long = (filled(one, top, cells, BLOCKS.lying) for one in (value / 2, value))
    assert len(short) <= len(long) <= cells


def test_in_ascii_nothing_else_is_drawn() -> None:
    assert ink(True) is ASCII and ink(False) is BLOCKS
    assert "".join((ASCII.rising, ASCII.lying, ASCII.sparks, ASCII.up, ASCII.down, ASCII.wick)).isascii()
    assert len({ASCII.up, ASCII.down, ASCII.wick}) == 3 == len({BLOCKS.up, BLOCKS.down, BLOCKS.wick})
